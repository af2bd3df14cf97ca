//! The stage: what listings brought so far. It lies in temporary tables of
//! the connection that writes: nobody sees it, and it takes no lock.

use std::sync::LazyLock;

use rusqlite::{CachedStatement, Connection, params};

use super::convert::{Json, Milli, TimeColumns, day, second};
use super::error::Outcome;
use crate::model::change::Change;
use crate::model::event::{
    Event, EventKind, EventStatus, Occurrences, ResponseStatus, Transparency,
};
use crate::model::id::{CalendarId, EventId, ExternalId};
use crate::model::time::OriginalStart;

/// The columns that hold what the provider says of an event.
pub(super) const CONTENT: [&str; 24] = [
    "series_external_id",
    "original_start",
    "etag",
    "ical_uid",
    "title",
    "description",
    "location",
    "\"start\"",
    "\"end\"",
    "all_day",
    "timezone",
    "recurrence",
    "occurrences",
    "status",
    "transparency",
    "visibility",
    "organizer_self",
    "response_status",
    "busy",
    "attendees",
    "reminders",
    "conference_url",
    "html_link",
    "provider_updated_at",
];

/// Stages an event; of several changes of one event the last counts, unless
/// the provider changed it before the one that is staged.
static UPSERT: LazyLock<String> = LazyLock::new(|| {
    let values: Vec<_> = (1..=CONTENT.len() + 3).map(|n| format!("?{n}")).collect();
    let updates: Vec<_> = CONTENT
        .iter()
        .map(|name| format!("{name} = excluded.{name}"))
        .collect();
    format!(
        "INSERT INTO temp.stage (calendar_id, external_id, id, change, {})
         VALUES (?1, ?2, ?3, 'upsert', {})
         ON CONFLICT (calendar_id, external_id) DO UPDATE SET change = 'upsert', {}
         WHERE coalesce(excluded.provider_updated_at >= stage.provider_updated_at, 1)",
        CONTENT.join(", "),
        values[3..].join(", "),
        updates.join(", ")
    )
});

/// Stages what has no content.
const MARK: &str = "INSERT OR REPLACE INTO temp.stage (calendar_id, external_id, id, change)
                    VALUES (?1, ?2, ?3, ?4)";

/// Stages an occurrence that is listed beside its series.
const OCCURRENCE: &str = "\
INSERT INTO temp.stage_occurrence
    (calendar_id, external_id, series_external_id, \"start\", \"end\")
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (calendar_id, series_external_id, external_id) DO UPDATE
SET doubtful = doubtful OR \"start\" <> excluded.\"start\" OR \"end\" <> excluded.\"end\",
    \"start\" = excluded.\"start\", \"end\" = excluded.\"end\"";

/// Gives series the occurrences that are listed beside them. An exception
/// stands for its occurrence.
const GATHER: &str = "\
UPDATE temp.stage AS s INDEXED BY stage_listed
SET occurrences =
    (SELECT json_group_array(json_array(o.external_id, o.\"start\", o.\"end\")
                             ORDER BY o.\"start\", o.external_id)
     FROM temp.stage_occurrence o
     WHERE o.calendar_id = s.calendar_id AND o.series_external_id = s.external_id
       AND NOT EXISTS (SELECT 1 FROM temp.stage x INDEXED BY stage_exceptions
                       WHERE x.calendar_id = o.calendar_id AND x.external_id = o.external_id
                         AND x.change = 'upsert' AND x.series_external_id IS NOT NULL))
WHERE s.calendar_id = ?1 AND s.occurrences IS NOT NULL";

/// Creates the empty stage.
pub(super) fn create(connection: &Connection) -> Outcome<()> {
    Ok(connection.execute_batch(include_str!("stage.sql"))?)
}

/// Adds a page.
pub(super) fn add(connection: &Connection, calendar: &CalendarId, page: &[Change]) -> Outcome<()> {
    let mut upsert = connection.prepare_cached(&UPSERT)?;
    let mut mark = connection.prepare_cached(MARK)?;
    let mut occurrence = connection.prepare_cached(OCCURRENCE)?;
    for change in page {
        let external_id = change.external_id();
        let id = || EventId::of(calendar, external_id);
        match change {
            Change::Upsert(event) => add_event(&mut upsert, calendar, &id(), event)?,
            Change::Occurrence { series, time, .. } => {
                let time = TimeColumns::of(Some(time));
                occurrence.execute((calendar, external_id, series, time.start, time.end))?;
            }
            Change::Removed(_) => {
                mark.execute((calendar, external_id, id(), "removed"))?;
            }
            Change::Unreadable { .. } => {
                mark.execute((calendar, external_id, id(), "unreadable"))?;
            }
        }
    }
    Ok(())
}

/// Forgets what is staged for a calendar.
pub(super) fn clear(connection: &Connection, calendar: &CalendarId) -> Outcome<()> {
    let listed = "DELETE FROM temp.stage_occurrence WHERE calendar_id = ?1";
    connection.prepare_cached(listed)?.execute([calendar])?;
    let others = "SELECT 1 FROM temp.stage WHERE calendar_id < ?1
                  UNION ALL SELECT 1 FROM temp.stage WHERE calendar_id > ?1";
    if connection.prepare_cached(others)?.exists([calendar])? {
        let sql = "DELETE FROM temp.stage WHERE calendar_id = ?1";
        connection.prepare_cached(sql)?.execute([calendar])?;
    } else {
        // To forget everything costs next to nothing.
        connection
            .prepare_cached("DELETE FROM temp.stage")?
            .execute([])?;
    }
    Ok(())
}

/// Forgets the staged occurrences and exceptions of series.
pub(super) fn clear_members(
    connection: &Connection,
    calendar: &CalendarId,
    series: &[ExternalId],
) -> Outcome<()> {
    if series.is_empty() {
        return Ok(());
    }
    for table in ["stage", "stage_occurrence"] {
        let sql = format!(
            "DELETE FROM temp.{table} WHERE calendar_id = ?1
               AND series_external_id IN (SELECT value FROM json_each(?2))"
        );
        connection
            .prepare_cached(&sql)?
            .execute((calendar, Json(series)))?;
    }
    Ok(())
}

/// Gives the staged series their occurrences.
pub(super) fn gather(connection: &Connection, calendar: &CalendarId) -> Outcome<()> {
    connection.prepare_cached(GATHER)?.execute([calendar])?;
    Ok(())
}

/// How many changes are staged for a calendar.
pub(super) fn size(connection: &Connection, calendar: &CalendarId) -> Outcome<i64> {
    let sql = "SELECT count(*) FROM temp.stage WHERE calendar_id = ?1";
    let mut rows = connection.prepare_cached(sql)?;
    Ok(rows.query_row([calendar], |row| row.get(0))?)
}

/// Stages one event.
fn add_event(
    statement: &mut CachedStatement<'_>,
    calendar: &CalendarId,
    id: &EventId,
    event: &Event,
) -> Outcome<()> {
    let kind = KindColumns::of(&event.kind);
    let time = TimeColumns::of(event.time.as_ref());
    statement.execute(params![
        calendar,
        event.external_id,
        id,
        kind.series,
        kind.original_start,
        event.etag,
        event.ical_uid,
        event.title,
        event.description,
        event.location,
        time.start,
        time.end,
        time.all_day,
        time.timezone,
        kind.recurrence,
        kind.occurrences,
        status(event.status),
        transparency(event.transparency),
        event.visibility,
        event.organizer_self,
        event.response.map(response),
        event.busy(),
        Json(&event.attendees),
        event.reminders.as_ref().map(Json),
        event.conference_url,
        event.html_link,
        event.updated_at.map(Milli),
    ])?;
    Ok(())
}

/// Where the kind of an event stands.
#[derive(Default)]
struct KindColumns<'a> {
    series: Option<&'a str>,
    original_start: Option<String>,
    recurrence: Option<Json<&'a [String]>>,
    /// Those of a series that are listed beside it; gathered by [`gather`].
    occurrences: Option<&'static str>,
}

impl<'a> KindColumns<'a> {
    fn of(kind: &'a EventKind) -> Self {
        match kind {
            EventKind::Single => Self::default(),
            EventKind::Series {
                recurrence,
                occurrences,
            } => Self {
                recurrence: Some(Json(recurrence.lines())),
                occurrences: match occurrences {
                    Occurrences::Expanded => None,
                    Occurrences::Listed => Some("[]"),
                },
                ..Self::default()
            },
            EventKind::Exception {
                series,
                original_start,
            } => Self {
                series: Some(series.as_str()),
                original_start: Some(slot(*original_start)),
                ..Self::default()
            },
        }
    }
}

/// A slot of a series as text.
fn slot(slot: OriginalStart) -> String {
    match slot {
        OriginalStart::Date(date) => day(date),
        OriginalStart::At(at) => second(at),
    }
}

/// The word for a status.
fn status(status: EventStatus) -> &'static str {
    match status {
        EventStatus::Confirmed => "confirmed",
        EventStatus::Tentative => "tentative",
        EventStatus::Cancelled => "cancelled",
    }
}

/// The word for a transparency.
fn transparency(transparency: Transparency) -> &'static str {
    match transparency {
        Transparency::Opaque => "opaque",
        Transparency::Transparent => "transparent",
    }
}

/// The word for an answer.
fn response(response: ResponseStatus) -> &'static str {
    match response {
        ResponseStatus::NeedsAction => "needs_action",
        ResponseStatus::Declined => "declined",
        ResponseStatus::Tentative => "tentative",
        ResponseStatus::Accepted => "accepted",
    }
}
