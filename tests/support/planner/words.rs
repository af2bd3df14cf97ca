//! What stories say, in the words of either provider.

use calsync::sandbox::faults::{Effect, Fault};
use calsync::sandbox::{google, microsoft};
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use serde_json::{Value, json};

use super::{Edit, instant};

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// It is processed, and the answer is lost.
    AnswerLost,
    /// It is refused for a while.
    Busy {
        /// Seconds that are asked for.
        seconds: u32,
    },
    /// The service is away for a while.
    Away {
        /// Seconds that are asked for.
        seconds: u32,
    },
    /// It is refused for good.
    Refused,
    /// The account did not allow writing.
    NoScope,
}

/// What a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Write {
    Create,
    Update,
    Delete,
}

pub(super) fn fault<K: Copy + PartialEq, H: Clone>(
    mishap: Mishap,
    status: u16,
    body: &Value,
) -> Fault<K, H> {
    match mishap {
        Mishap::AnswerLost => Fault::new(Effect::DropAfter),
        Mishap::Busy { seconds } => Fault::answer(429, "{}").retry_after(&seconds.to_string()),
        Mishap::Away { seconds } => Fault::answer(503, "{}").retry_after(&seconds.to_string()),
        Mishap::Refused | Mishap::NoScope => Fault::answer(status, &body.to_string()),
    }
}

pub(super) fn google_kind(write: Write) -> google::Kind {
    match write {
        Write::Create => google::Kind::EventsInsert,
        Write::Update => google::Kind::EventsPatch,
        Write::Delete => google::Kind::EventsDelete,
    }
}

pub(super) fn graph_kind(write: Write) -> microsoft::Kind {
    match write {
        Write::Create => microsoft::Kind::EventsCreate,
        Write::Update => microsoft::Kind::EventsUpdate,
        Write::Delete => microsoft::Kind::EventsDelete,
    }
}

pub(super) fn google_patch(edit: Edit<'_>) -> Value {
    match edit {
        Edit::Title(title) => json!({ "summary": title }),
        Edit::Place(place) => json!({ "location": place }),
        Edit::Text(text) => json!({ "description": text }),
        Edit::Move(start) => {
            let time = |at: NaiveDateTime| json!({ "date": null, "dateTime": wall(at), "timeZone": "UTC" });
            let (start, end) = hour(start);
            json!({ "start": time(start), "end": time(end) })
        }
        Edit::Day(day) => {
            let date = |day: NaiveDate| json!({ "date": day.to_string(), "dateTime": null });
            let start: NaiveDate = day.parse().unwrap();
            json!({ "start": date(start), "end": date(start + TimeDelta::days(1)) })
        }
    }
}

pub(super) fn graph_patch(edit: Edit<'_>) -> Value {
    match edit {
        Edit::Title(title) => json!({ "subject": title }),
        Edit::Place(place) => json!({ "location": { "displayName": place } }),
        Edit::Text(text) => json!({ "body": { "contentType": "text", "content": text } }),
        Edit::Move(start) => {
            let time = |at: NaiveDateTime| json!({ "dateTime": wall(at), "timeZone": "UTC" });
            let (start, end) = hour(start);
            json!({ "isAllDay": false, "start": time(start), "end": time(end) })
        }
        Edit::Day(day) => {
            let midnight = |day: NaiveDate| json!({ "dateTime": format!("{day}T00:00:00"), "timeZone": "UTC" });
            let start: NaiveDate = day.parse().unwrap();
            let end = start + TimeDelta::days(1);
            json!({ "isAllDay": true, "start": midnight(start), "end": midnight(end) })
        }
    }
}

fn hour(start: &str) -> (NaiveDateTime, NaiveDateTime) {
    let start: NaiveDateTime = format!("{start}:00").parse().unwrap();
    (start, start + TimeDelta::hours(1))
}

fn wall(at: NaiveDateTime) -> String {
    at.format("%Y-%m-%dT%H:%M:%S").to_string()
}

pub(super) fn google_time(time: &Value) -> String {
    match time["date"].as_str() {
        Some(day) => day.to_owned(),
        None => instant(time["dateTime"].as_str().unwrap().parse().unwrap()),
    }
}

pub(super) fn graph_time(time: &Value, days: bool) -> String {
    let text = time["dateTime"].as_str().unwrap();
    match days {
        true => text[..10].to_owned(),
        false => instant(text.parse::<NaiveDateTime>().unwrap().and_utc()),
    }
}
