//! Events at Microsoft as a person would describe them.

use chrono::{Datelike, NaiveDateTime, TimeDelta, Weekday};
use serde_json::{Map, Value, json};

/// An event of one hour, to be placed with [`Appointment::at`] or
/// [`Appointment::days`].
pub(crate) fn appointment(title: &str) -> Appointment {
    let mut body = Map::new();
    body.insert("subject".to_owned(), json!(title));
    Appointment {
        body,
        minutes: 60,
        first: None,
    }
}

/// An event to put into a calendar.
#[derive(Clone, Debug)]
pub(crate) struct Appointment {
    body: Map<String, Value>,
    minutes: i64,
    first: Option<Weekday>,
}

impl Appointment {
    /// Begins when clocks in the zone show this (`2026-03-29T09:00`).
    pub(crate) fn at(mut self, start: &str, zone: &str) -> Self {
        self.first = Some(wall(start).weekday());
        self.body.extend(times(start, self.minutes, zone));
        self
    }

    /// Lasts this long; said before [`Appointment::at`].
    pub(crate) fn minutes(mut self, minutes: i64) -> Self {
        self.minutes = minutes;
        self
    }

    /// Takes whole days of a zone, the last one excluded.
    pub(crate) fn days(mut self, start: &str, end: &str, zone: &str) -> Self {
        let midnight =
            |day: &str| json!({ "dateTime": format!("{day}T00:00:00"), "timeZone": zone });
        self.first = Some(wall(&format!("{start}T00:00")).weekday());
        self.with("isAllDay", json!(true))
            .with("start", midnight(start))
            .with("end", midnight(end))
    }

    /// Repeats every week; said after its start.
    pub(crate) fn weekly(self) -> Self {
        let day = self.first.map(name_of);
        self.repeats(json!({ "type": "weekly", "interval": 1, "daysOfWeek": [day] }))
    }

    /// Repeats every day.
    pub(crate) fn daily(self) -> Self {
        self.repeats(json!({ "type": "daily", "interval": 1 }))
    }

    /// Repeats by a pattern, without end.
    pub(crate) fn repeats(self, pattern: Value) -> Self {
        let range = json!({ "type": "noEnd" });
        self.with("recurrence", json!({ "pattern": pattern, "range": range }))
    }

    /// Repeats up to a day, that one included; said after the pattern.
    pub(crate) fn until(mut self, day: &str) -> Self {
        self.body["recurrence"]["range"] = json!({ "type": "endDate", "endDate": day });
        self
    }

    /// Has another member of Graph's event resource.
    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        self.body.insert(name.to_owned(), value);
        self
    }
}

impl From<Appointment> for Value {
    fn from(event: Appointment) -> Self {
        Self::Object(event.body)
    }
}

/// A patch that moves an event.
pub(crate) fn moved_to(start: &str, minutes: i64, zone: &str) -> Value {
    Value::Object(times(start, minutes, zone))
}

/// As Graph names it.
pub(crate) fn name_of(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "monday",
        Weekday::Tue => "tuesday",
        Weekday::Wed => "wednesday",
        Weekday::Thu => "thursday",
        Weekday::Fri => "friday",
        Weekday::Sat => "saturday",
        Weekday::Sun => "sunday",
    }
}

fn wall(start: &str) -> NaiveDateTime {
    format!("{start}:00").parse().unwrap()
}

fn times(start: &str, minutes: i64, zone: &str) -> Map<String, Value> {
    let time = |wall: NaiveDateTime| {
        let text = wall.format("%Y-%m-%dT%H:%M:%S").to_string();
        json!({ "dateTime": text, "timeZone": zone })
    };
    let start = wall(start);
    let pairs = [
        ("start", time(start)),
        ("end", time(start + TimeDelta::minutes(minutes))),
    ];
    let named = pairs.map(|(name, value)| (name.to_owned(), value));
    named.into_iter().collect()
}
