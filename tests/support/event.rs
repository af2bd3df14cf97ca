//! Events as a person would describe them.

use chrono::{NaiveDateTime, TimeDelta};
use serde_json::{Map, Value, json};

/// An event of one hour, to be placed with [`EventSpec::at`] or
/// [`EventSpec::days`]. Its id at Google is its title without what is no
/// letter or digit.
pub(crate) fn event(title: &str) -> EventSpec {
    let id: String = title.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut body = Map::new();
    body.insert("id".to_owned(), json!(id));
    body.insert("summary".to_owned(), json!(title));
    EventSpec { body, minutes: 60 }
}

/// An event to put into a calendar.
#[derive(Clone, Debug)]
pub(crate) struct EventSpec {
    body: Map<String, Value>,
    minutes: i64,
}

impl EventSpec {
    /// Begins when clocks in the zone show this (`2026-03-29T09:00`).
    pub(crate) fn at(mut self, start: &str, zone: &str) -> Self {
        let times = times(start, self.minutes, zone);
        self.body.extend(times);
        self
    }

    /// Lasts this long; said before [`EventSpec::at`].
    pub(crate) fn minutes(mut self, minutes: i64) -> Self {
        self.minutes = minutes;
        self
    }

    /// Takes whole days, the last one excluded.
    pub(crate) fn days(self, start: &str, end: &str) -> Self {
        self.with("start", json!({ "date": start }))
            .with("end", json!({ "date": end }))
    }

    /// Repeats every week.
    pub(crate) fn weekly(self) -> Self {
        self.rule("FREQ=WEEKLY")
    }

    /// Repeats every day.
    pub(crate) fn daily(self) -> Self {
        self.rule("FREQ=DAILY")
    }

    /// Repeats by a rule.
    pub(crate) fn rule(self, rule: &str) -> Self {
        self.with("recurrence", json!([format!("RRULE:{rule}")]))
    }

    /// Has another member of Google's event resource.
    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        self.body.insert(name.to_owned(), value);
        self
    }
}

impl From<EventSpec> for Value {
    fn from(event: EventSpec) -> Self {
        Self::Object(event.body)
    }
}

/// A patch that moves an event.
pub(crate) fn moved_to(start: &str, minutes: i64, zone: &str) -> Value {
    Value::Object(times(start, minutes, zone))
}

fn times(start: &str, minutes: i64, zone: &str) -> Map<String, Value> {
    let wall: NaiveDateTime = format!("{start}:00").parse().unwrap();
    let time = |wall: NaiveDateTime| {
        let text = wall.format("%Y-%m-%dT%H:%M:%S").to_string();
        json!({ "dateTime": text, "timeZone": zone })
    };
    let end = wall + TimeDelta::minutes(minutes);
    let pairs = [("start", time(wall)), ("end", time(end))];
    let named = pairs.map(|(name, value)| (name.to_owned(), value));
    named.into_iter().collect()
}
