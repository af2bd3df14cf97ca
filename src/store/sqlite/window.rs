//! What a listing of a window says about events that it does not mention:
//! those that have a place inside are gone, the others are not its concern.

use rusqlite::{Connection, Row};

use super::convert::{count, parse_time};
use super::error::Outcome;
use crate::model::id::CalendarId;
use crate::model::time::{Window, Zone};

/// Where events of a calendar that may be removed take place, those of one
/// event in a row. It is their own times that count, not the timeline: that of
/// another window says nothing of what this one covers.
const PLACES: &str = "\
SELECT e.id, e.external_id, e.all_day, e.\"start\", e.\"end\"
FROM calendar_events e
WHERE e.calendar_id = ?1 AND e.removed_at IS NULL AND e.parked_by IS NULL
  AND e.status <> 'cancelled' AND e.\"start\" IS NOT NULL AND e.recurrence IS NULL
UNION ALL
SELECT e.id, e.external_id, e.all_day, json_extract(o.value, '$[1]'), json_extract(o.value, '$[2]')
FROM calendar_events e, json_each(e.occurrences) o
WHERE e.calendar_id = ?1 AND e.removed_at IS NULL AND e.parked_by IS NULL
  AND e.status <> 'cancelled' AND e.recurrence IS NOT NULL AND e.occurrences IS NOT NULL
UNION ALL
SELECT e.id, e.external_id, o.all_day,
       coalesce(o.starts_at, o.start_date), coalesce(o.ends_at, o.end_date)
FROM calendar_events e
CROSS JOIN calendar_occurrences o ON o.event_id = e.id
WHERE e.calendar_id = ?1 AND e.removed_at IS NULL AND e.parked_by IS NULL
  AND e.recurrence IS NOT NULL AND e.occurrences IS NULL";

/// Selects the events inside a window that are not staged. Where a series
/// cannot be understood, nobody knows which exceptions it has.
pub(super) fn unmentioned(
    connection: &Connection,
    calendar: &CalendarId,
    window: &Window,
) -> Outcome<()> {
    let gone = "INSERT OR IGNORE INTO temp.gone
        SELECT ?2 WHERE NOT EXISTS
            (SELECT 1 FROM temp.stage l WHERE l.calendar_id = ?1 AND l.external_id = ?3)
          AND NOT EXISTS
            (SELECT 1 FROM calendar_events e
             JOIN temp.stage l ON l.calendar_id = ?1 AND l.external_id = e.series_external_id
             WHERE e.id = ?2 AND l.change = 'unreadable')";
    let mut gone = connection.prepare_cached(gone)?;
    each_inside(connection, calendar, window, |id, external_id| {
        gone.execute((calendar, id, external_id))?;
        Ok(())
    })
}

/// How many events have a place inside a window.
pub(super) fn live(
    connection: &Connection,
    calendar: &CalendarId,
    window: &Window,
) -> Outcome<u64> {
    let mut live = 0_u64;
    each_inside(connection, calendar, window, |_, _| {
        live += 1;
        Ok(())
    })?;
    Ok(count(live))
}

/// Visits each event with a place inside a window once.
fn each_inside(
    connection: &Connection,
    calendar: &CalendarId,
    window: &Window,
    mut visit: impl FnMut(&str, &str) -> Outcome<()>,
) -> Outcome<()> {
    let mut statement = connection.prepare_cached(PLACES)?;
    let mut rows = statement.query([calendar])?;
    let mut visited = String::new();
    while let Some(row) = rows.next()? {
        let id: String = row.get("id")?;
        if id != visited && is_inside(row, window)? {
            visit(&id, &row.get::<_, String>("external_id")?)?;
            visited = id;
        }
    }
    Ok(())
}

/// Whether a place is inside a window. A listed occurrence that is not of its
/// series' kind has no place.
fn is_inside(row: &Row<'_>, window: &Window) -> Outcome<bool> {
    let start: String = row.get("start")?;
    let end: String = row.get("end")?;
    let time = parse_time(&start, &end, row.get("all_day")?, Zone::utc());
    Ok(time.is_ok_and(|time| window.touches(&time)))
}
