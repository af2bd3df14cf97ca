//! The JSON of an event that is written. Nothing in here names anybody who
//! attends.

#[cfg(test)]
mod tests;

use chrono::SecondsFormat;
use serde_json::{Map, Value, json};

use super::types::{Event, ReminderOverride, Reminders};
use crate::model::content::Field;
use crate::model::time::EventTime;
use crate::provider::{Creation, ProviderError, Result, Update};

/// The private property that holds the mark of the task.
const MARK: &str = "calsyncTask";

/// The most reminders that an event may have.
const MOST_REMINDERS: usize = 5;

/// The body of a new event. What the content leaves open is left out.
pub(super) fn created(creation: &Creation) -> Result<Value> {
    let content = &creation.content;
    let [start, end] = ends(content.time.as_ref(), None)?;
    let texts = [
        ("summary", &content.title),
        ("description", &content.description),
        ("location", &content.location),
    ];
    let texts = texts
        .into_iter()
        .filter_map(|(name, text)| Some((name, json!(text.as_ref()?))));
    let popup = content.reminder_minutes.map(|minutes| {
        let reminders = overrides(vec![reminder("popup", minutes)]);
        ("reminders", reminders)
    });
    let always = [
        ("id", json!(creation.key)),
        ("start", Value::Object(start)),
        ("end", Value::Object(end)),
        (
            "extendedProperties",
            json!({ "private": { MARK: creation.mark() } }),
        ),
    ];
    let members = always.into_iter().chain(texts).chain(popup);
    Ok(members
        .map(|(name, value)| (name.to_owned(), value))
        .collect())
}

/// The body of a change: the fields that change, null for what is cleared.
/// `before` is the event as it is, where [`depends`] says so.
pub(super) fn changed(update: &Update, before: &Event<'_>) -> Result<Value> {
    let content = &update.content;
    let mut body = Map::new();
    for field in &update.fields {
        let mut set = |name: &str, value| body.insert(name.to_owned(), value);
        match field {
            Field::Title => set("summary", json!(content.title)),
            Field::Description => set("description", json!(content.description)),
            Field::Location => set("location", json!(content.location)),
            Field::Time => {
                let [start, end] = ends(content.time.as_ref(), series_zone(before))?;
                set("start", in_both_shapes(start));
                set("end", in_both_shapes(end))
            }
            Field::Reminder => set(
                "reminders",
                replaced(before.reminders.as_ref(), content.reminder_minutes),
            ),
        };
    }
    Ok(Value::Object(body))
}

/// Whether the body of a change depends on what the event is like.
pub(super) fn depends(update: &Update) -> bool {
    update
        .fields
        .iter()
        .any(|field| matches!(field, Field::Time | Field::Reminder))
}

/// Whether an event is marked as that of another task.
pub(super) fn is_anothers(event: &Value, creation: &Creation) -> bool {
    let mark = event["extendedProperties"]["private"][MARK].as_str();
    mark.is_some_and(|mark| mark != creation.mark())
}

/// The zone that says what the rule of a series means.
fn series_zone<'a>(event: &'a Event<'_>) -> Option<&'a str> {
    event
        .recurrence
        .as_ref()
        .filter(|lines| !lines.is_empty())?;
    let start = event.start.as_ref()?;
    start.date_time.as_ref()?;
    start.time_zone.as_ref().map(|name| name.as_str())
}

/// Start and end. A time is an instant; `zone` is told in place of its own.
fn ends(time: Option<&EventTime>, zone: Option<&str>) -> Result<[Map<String, Value>; 2]> {
    let member = |name: &str, value| (name.to_owned(), value);
    match time {
        None => Err(ProviderError::Invalid {
            reason: "an event without a time".to_owned(),
        }),
        Some(EventTime::AllDay { start, end }) => {
            Ok([start, end].map(|day| Map::from_iter([member("date", json!(day))])))
        }
        Some(EventTime::Timed {
            start,
            end,
            zone: own,
        }) => Ok([start, end].map(|at| {
            Map::from_iter([
                member(
                    "dateTime",
                    json!(at.to_rfc3339_opts(SecondsFormat::Secs, true)),
                ),
                member("timeZone", json!(zone.unwrap_or_else(|| own.name()))),
            ])
        })),
    }
}

/// A start or an end that takes the place of one that may be of the other
/// shape.
fn in_both_shapes(end: Map<String, Value>) -> Value {
    let mut both = Map::new();
    for name in ["date", "dateTime", "timeZone"] {
        both.insert(name.to_owned(), Value::Null);
    }
    both.extend(end);
    Value::Object(both)
}

/// Reminders of which the last before the start, which is the one that counts,
/// is the given one. Earlier ones stay; without a reminder none does.
fn replaced(before: Option<&Reminders<'_>>, minutes: Option<u32>) -> Value {
    let Some(minutes) = minutes else {
        return overrides(Vec::new());
    };
    let before = sent(before);
    let nearest = before.iter().map(|(_, minutes)| *minutes).min();
    let mut moved: Vec<(&str, u32)> = before
        .into_iter()
        .map(|(method, own)| match Some(own) == nearest {
            true => (method, minutes),
            false => (method, own),
        })
        .filter(|(_, own)| *own >= minutes)
        .collect();
    if moved.is_empty() {
        moved.push(("popup", minutes));
    }
    moved.sort_unstable_by_key(|(method, own)| (*own, *method));
    moved.dedup();
    moved.truncate(MOST_REMINDERS);
    let moved = moved
        .into_iter()
        .map(|(method, own)| reminder(method, own))
        .collect();
    overrides(moved)
}

/// The reminders of an event's own, method and minutes, without text messages,
/// which Google no longer sends.
fn sent<'a>(reminders: Option<&'a Reminders<'_>>) -> Vec<(&'a str, u32)> {
    let own = reminders.filter(|reminders| reminders.use_default != Some(true));
    let all = own.and_then(|reminders| reminders.overrides.as_deref());
    let read = |one: &'a ReminderOverride<'_>| {
        let method = one
            .method
            .as_ref()
            .map_or("popup", |method| method.as_str());
        Some((method, one.minutes?))
    };
    all.unwrap_or_default()
        .iter()
        .filter_map(read)
        .filter(|(method, _)| *method != "sms")
        .collect()
}

/// Reminders in place of the calendar's.
fn overrides(reminders: Vec<Value>) -> Value {
    json!({ "useDefault": false, "overrides": reminders })
}

/// A reminder.
fn reminder(method: &str, minutes: u32) -> Value {
    json!({ "method": method, "minutes": minutes })
}
