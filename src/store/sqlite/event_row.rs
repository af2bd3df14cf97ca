//! A row of `calendar_events` as the event that it came from.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row};
use serde::de::DeserializeOwned;

use super::convert::{Json, Word, moment, parse_day, parse_instant, parse_time, stored_zone};
use super::error::{Fault, Outcome};
use crate::model::event::{Event, EventKind, EventStatus, Occurrences, Transparency};
use crate::model::id::EventId;
use crate::model::recurrence::Recurrence;
use crate::model::time::{EventTime, OriginalStart, Zone};

/// An event, and when it was noticed that the provider removed it.
pub(super) fn find(
    connection: &Connection,
    id: &EventId,
) -> Outcome<Option<(Event, Option<DateTime<Utc>>)>> {
    let sql = "SELECT * FROM calendar_events WHERE id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([id])?;
    match rows.next()? {
        None => Ok(None),
        Some(row) => with_removal(row).map(Some),
    }
}

/// The event of a row, and when it was noticed that the provider removed it.
pub(super) fn with_removal(row: &Row<'_>) -> Outcome<(Event, Option<DateTime<Utc>>)> {
    let removed_at = moment(row, "removed_at")?;
    Ok((read(row)?, removed_at))
}

/// The event of a row.
fn read(row: &Row<'_>) -> Outcome<Event> {
    let all_day = row.get("all_day")?;
    Ok(Event {
        external_id: row.get("external_id")?,
        etag: row.get("etag")?,
        ical_uid: row.get("ical_uid")?,
        kind: kind(row)?,
        time: time(row, all_day)?,
        status: status(&row.get::<_, String>("status")?)?,
        title: row.get("title")?,
        description: row.get("description")?,
        location: row.get("location")?,
        transparency: transparency(&row.get::<_, String>("transparency")?)?,
        visibility: row.get("visibility")?,
        organizer_self: row.get("organizer_self")?,
        response: word(row, "response_status")?,
        attendees: row.get::<_, Json<_>>("attendees")?.0,
        reminders: json(row, "reminders")?,
        conference_url: row.get("conference_url")?,
        html_link: row.get("html_link")?,
        updated_at: moment(row, "provider_updated_at")?,
    })
}

/// A single, a series, or an exception.
fn kind(row: &Row<'_>) -> Outcome<EventKind> {
    let slot: Option<String> = row.get("original_start")?;
    if let Some((series, slot)) = row.get::<_, Option<_>>("series_external_id")?.zip(slot) {
        // Whole days have no hour, whatever the exception itself takes.
        let original_start = match slot.len() {
            10 => OriginalStart::Date(parse_day(&slot)?),
            _ => OriginalStart::At(parse_instant(&slot)?),
        };
        return Ok(EventKind::Exception {
            series,
            original_start,
        });
    }
    let listed: Option<String> = row.get("occurrences")?;
    Ok(match json(row, "recurrence")? {
        None => EventKind::Single,
        Some(lines) => EventKind::Series {
            recurrence: Recurrence(lines),
            occurrences: match listed {
                None => Occurrences::Expanded,
                Some(_) => Occurrences::Listed,
            },
        },
    })
}

/// When it takes place.
fn time(row: &Row<'_>, all_day: bool) -> Outcome<Option<EventTime>> {
    let start: Option<String> = row.get("start")?;
    let span = start.zip(row.get::<_, Option<String>>("end")?);
    let name: Option<String> = row.get("timezone")?;
    let zone = name.as_deref().map_or_else(Zone::utc, stored_zone);
    span.map(|(start, end)| parse_time(&start, &end, all_day, zone))
        .transpose()
}

fn status(word: &str) -> Outcome<EventStatus> {
    match word {
        "confirmed" => Ok(EventStatus::Confirmed),
        "tentative" => Ok(EventStatus::Tentative),
        "cancelled" => Ok(EventStatus::Cancelled),
        other => Err(Fault::Damaged(format!("{other:?} is no status of events"))),
    }
}

fn transparency(word: &str) -> Outcome<Transparency> {
    match word {
        "opaque" => Ok(Transparency::Opaque),
        "transparent" => Ok(Transparency::Transparent),
        other => Err(Fault::Damaged(format!("{other:?} is no transparency"))),
    }
}

/// A value that a column holds as JSON.
fn json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> Outcome<Option<T>> {
    Ok(row.get::<_, Option<Json<T>>>(column)?.map(|json| json.0))
}

/// A value that a column holds as a word.
fn word<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> Outcome<Option<T>> {
    Ok(row.get::<_, Option<Word<T>>>(column)?.map(|word| word.0))
}
