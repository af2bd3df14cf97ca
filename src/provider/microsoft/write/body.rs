//! Bodies of writes. Nothing in them names anybody who attends.

#[cfg(test)]
mod tests;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::mark;
use crate::model::content::{Content, Field};
use crate::model::event::EventKind;
use crate::model::id::CreationKey;
use crate::model::time::{EventTime, Zone};
use crate::provider::microsoft::convert::Standing;
use crate::provider::microsoft::time_zone;
use crate::provider::{Creation, ProviderError, Result, Update};

/// The members of an event.
type Members = Map<String, Value>;

/// The name of UTC, which every mailbox knows.
const UTC: &str = "UTC";

/// A new event. What its content leaves open is left out, but a title: Graph
/// asks for one.
pub(super) fn created(creation: &Creation) -> Result<Value> {
    let content = &creation.content;
    let mut body = Members::new();
    put(&mut body, "subject", text(content.title.as_deref()));
    if content.description.is_some() {
        put(&mut body, "body", description(content));
    }
    if content.location.is_some() {
        put(&mut body, "location", location(content));
    }
    if content.reminder_minutes.is_some() {
        put_reminder(&mut body, content);
    }
    put_time(&mut body, timed(content)?, None)?;
    put(&mut body, "transactionId", transaction_id(&creation.key));
    let marks = json!([mark::property(&creation.mark())]);
    put(&mut body, "singleValueExtendedProperties", marks);
    Ok(Value::Object(body))
}

/// What changes of an event.
pub(super) fn updated(update: &Update, standing: &Standing) -> Result<Value> {
    let content = &update.content;
    let mut body = Members::new();
    for field in &update.fields {
        match field {
            Field::Title => put(&mut body, "subject", text(content.title.as_deref())),
            Field::Description => put(&mut body, "body", description(content)),
            Field::Location => put(&mut body, "location", location(content)),
            Field::Reminder => put_reminder(&mut body, content),
            Field::Time => put_time(&mut body, timed(content)?, repeating(standing))?,
        }
    }
    Ok(Value::Object(body))
}

/// A key in the form that Graph's clients write such ids in.
pub(super) fn transaction_id(key: &CreationKey) -> String {
    Uuid::try_parse(key.as_str()).map_or_else(
        |_| key.as_str().to_owned(),
        |id| id.hyphenated().to_string(),
    )
}

/// A series, whose times are told by its own clocks.
fn repeating(standing: &Standing) -> Option<&Standing> {
    matches!(standing.event.kind, EventKind::Series { .. }).then_some(standing)
}

/// The time, without which there is no event.
fn timed(content: &Content) -> Result<&EventTime> {
    content.time.as_ref().ok_or_else(|| invalid("no time"))
}

fn text(text: Option<&str>) -> Value {
    json!(text.unwrap_or_default())
}

fn description(content: &Content) -> Value {
    json!({ "contentType": "text", "content": text(content.description.as_deref()) })
}

fn location(content: &Content) -> Value {
    json!({ "displayName": text(content.location.as_deref()) })
}

fn put_reminder(body: &mut Members, content: &Content) {
    let minutes = content.reminder_minutes;
    put(body, "isReminderOn", minutes.is_some());
    if let Some(minutes) = minutes {
        put(body, "reminderMinutesBeforeStart", minutes);
    }
}

/// Puts the time: days as midnights, the time of a series by its own clocks,
/// since they say when it repeats, and any other in UTC.
fn put_time(body: &mut Members, time: &EventTime, series: Option<&Standing>) -> Result<()> {
    let (start, end, zone) = match time {
        EventTime::AllDay { start, end } => (midnight(*start), midnight(*end), UTC),
        EventTime::Timed { start, end, zone } => match series {
            None => (start.naive_utc(), end.naive_utc(), UTC),
            Some(series) => {
                let zone = clocks(series, zone)?;
                let name = time_zone::windows_name(zone);
                let name = name.ok_or_else(|| invalid("no Windows name of the series' zone"))?;
                (wall(zone, *start)?, wall(zone, *end)?, name)
            }
        },
    };
    put(body, "start", moment(start, zone));
    put(body, "end", moment(end, zone));
    put(body, "isAllDay", matches!(time, EventTime::AllDay { .. }));
    Ok(())
}

/// The zone that a series repeats in: its own, or that of its new time where
/// it took whole days so far.
fn clocks<'a>(series: &'a Standing, new: &'a Zone) -> Result<&'a Zone> {
    match series.event.time {
        Some(EventTime::AllDay { .. }) => Ok(new),
        _ => series
            .own_zone
            .as_ref()
            .ok_or_else(|| invalid("a series in an unknown zone")),
    }
}

/// What clocks show at an instant; refused when they show it for the second
/// time in a night, which Graph cannot be told.
fn wall(zone: &Zone, at: DateTime<Utc>) -> Result<NaiveDateTime> {
    let wall = zone.wall(at);
    match zone.instant(wall).timestamp() == at.timestamp() {
        true => Ok(wall),
        false => Err(invalid("a time that clocks show twice")),
    }
}

fn midnight(day: NaiveDate) -> NaiveDateTime {
    day.and_time(NaiveTime::MIN)
}

fn moment(wall: NaiveDateTime, zone: &str) -> Value {
    json!({ "dateTime": wall.format("%Y-%m-%dT%H:%M:%S").to_string(), "timeZone": zone })
}

fn put(body: &mut Members, name: &str, value: impl Into<Value>) {
    body.insert(name.to_owned(), value.into());
}

fn invalid(reason: &str) -> ProviderError {
    ProviderError::Invalid {
        reason: reason.to_owned(),
    }
}
