//! Everything that is known of an event, for whoever asks why.

use rusqlite::{Connection, Row};

use super::convert::{count, moment};
use super::error::Outcome;
use super::event_row;
use crate::store::{EventName, KnownEvent};

/// The events of a name.
pub(super) fn find(connection: &Connection, name: &EventName) -> Outcome<Vec<KnownEvent>> {
    let (column, id) = match name {
        EventName::Ours(id) => ("id", id.as_str()),
        EventName::Theirs(id) => ("external_id", id.as_str()),
    };
    let sql = format!(
        "SELECT e.id, e.calendar_id, e.removed_at, e.parked_by, e.hidden_by,
            (SELECT l.task_id FROM calendar_links l
             WHERE l.event_id = e.id AND l.state = 'open') AS task_id,
            (SELECT count(*) FROM calendar_timeline t WHERE t.event_id = e.id) AS shown
        FROM calendar_events e WHERE e.{column} = ?1
        ORDER BY e.calendar_id, e.id"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([id])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(read(connection, row)?);
    }
    Ok(found)
}

fn read(connection: &Connection, row: &Row<'_>) -> Outcome<Option<KnownEvent>> {
    let id = row.get("id")?;
    let event = event_row::find(connection, &id)?;
    Ok(match event {
        None => None,
        Some((event, _)) => Some(KnownEvent {
            id,
            calendar_id: row.get("calendar_id")?,
            event,
            removed_at: moment(row, "removed_at")?,
            parked_by: row.get("parked_by")?,
            hidden_by: row.get("hidden_by")?,
            task_id: row.get("task_id")?,
            shown: count(row.get::<_, i64>("shown")?),
        }),
    })
}
