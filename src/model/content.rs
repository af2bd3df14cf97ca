//! What a task and its event have in common.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::event::{Event, Reminders};
use super::time::{EventTime, Zone};

/// The content that travels between a task and its event, in the one form
/// that both are compared in ([`Content::normalized`]).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// The title.
    pub title: Option<String>,
    /// The description; of an event, what the provider says as text.
    pub description: Option<String>,
    /// The place.
    pub location: Option<String>,
    /// When it takes place; a task may not know yet.
    pub time: Option<EventTime>,
    /// Minutes before the start to remind; none where nothing is said. Of
    /// several reminders of an event the last before the start.
    pub reminder_minutes: Option<u32>,
}

/// A field of a [`Content`]: what one side changes and the other does not is
/// merged field by field. The whole time is one: half of one edit and half of
/// another is a time that nobody chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The title.
    Title,
    /// The description.
    Description,
    /// The place.
    Location,
    /// Start, end, zone, and whether it takes whole days.
    Time,
    /// The reminder.
    Reminder,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 5] = [
        Self::Title,
        Self::Description,
        Self::Location,
        Self::Time,
        Self::Reminder,
    ];

    /// The name in tables and listings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Description => "description",
            Self::Location => "location",
            Self::Time => "time",
            Self::Reminder => "reminder",
        }
    }
}

/// Some fields of a content, to be shown and kept; none where one is empty.
pub type Fields = BTreeMap<Field, Option<Value>>;

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A title, description or place.
    Text(String),
    /// Minutes before the start.
    Minutes(u32),
    /// Whole days; the end is the day after the last.
    Days {
        /// The first day.
        start: NaiveDate,
        /// The day after the last.
        end: NaiveDate,
    },
    /// A span between two instants.
    Span {
        /// The beginning.
        start: DateTime<Utc>,
        /// The end.
        end: DateTime<Utc>,
        /// The zone that it was entered in.
        timezone: String,
    },
}

impl std::fmt::Display for Value {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => write!(out, "{text:?}"),
            Self::Minutes(minutes) => write!(out, "{minutes} minutes before"),
            Self::Days { start, end } => write!(out, "from {start} until before {end}"),
            Self::Span {
                start,
                end,
                timezone,
            } => {
                let text = |at: &DateTime<Utc>| at.format("%Y-%m-%d %H:%M:%SZ").to_string();
                write!(out, "{} to {} ({timezone})", text(start), text(end))
            }
        }
    }
}

impl From<&EventTime> for Value {
    fn from(time: &EventTime) -> Self {
        match time {
            EventTime::AllDay { start, end } => Self::Days {
                start: *start,
                end: *end,
            },
            EventTime::Timed { start, end, zone } => Self::Span {
                start: *start,
                end: *end,
                timezone: Zone::name(zone).to_owned(),
            },
        }
    }
}

impl Content {
    /// So many minutes before the start, which is four weeks, is the earliest
    /// that providers remind.
    pub const EARLIEST_REMINDER: u32 = 40_320;

    /// What an event says.
    #[must_use]
    pub fn of(event: &Event) -> Self {
        let reminder_minutes = match &event.reminders {
            Some(Reminders::Minutes(minutes)) => minutes.iter().min().copied(),
            Some(Reminders::Default) | None => None,
        };
        Self {
            title: event.title.clone(),
            description: event.description.clone(),
            location: event.location.clone(),
            time: event.time.clone(),
            reminder_minutes,
        }
        .normalized()
    }

    /// The form that is compared and sent: texts without white space around
    /// them and with plain line ends, none instead of empty ones; a span that
    /// is empty lasts [`EventTime::SHORTEST`], and nobody is reminded earlier
    /// than [`Content::EARLIEST_REMINDER`], because providers refuse it.
    #[must_use]
    pub fn normalized(self) -> Self {
        Self {
            title: self.title.and_then(text),
            description: self.description.and_then(text),
            location: self.location.and_then(text),
            time: self.time.map(EventTime::widened),
            reminder_minutes: self
                .reminder_minutes
                .map(|minutes| minutes.min(Self::EARLIEST_REMINDER)),
        }
    }

    /// Whether a field is the same in another content.
    #[must_use]
    pub fn agrees(&self, other: &Self, field: Field) -> bool {
        match field {
            Field::Title => self.title == other.title,
            Field::Description => self.description == other.description,
            Field::Location => self.location == other.location,
            Field::Time => self.time == other.time,
            Field::Reminder => self.reminder_minutes == other.reminder_minutes,
        }
    }

    /// Whether a field means the same in another content: of times the
    /// instants count, since each side names zones its own way.
    #[must_use]
    pub fn means(&self, other: &Self, field: Field) -> bool {
        match (field, &self.time, &other.time) {
            (Field::Time, Some(time), Some(other)) => time.is_same_moment(other),
            _ => self.agrees(other, field),
        }
    }

    /// The values of some fields.
    #[must_use]
    pub fn values(&self, fields: &[Field]) -> Fields {
        let text = |text: &Option<String>| text.clone().map(Value::Text);
        let value = |field: Field| match field {
            Field::Title => text(&self.title),
            Field::Description => text(&self.description),
            Field::Location => text(&self.location),
            Field::Time => self.time.as_ref().map(Value::from),
            Field::Reminder => self.reminder_minutes.map(Value::Minutes),
        };
        fields.iter().map(|field| (*field, value(*field))).collect()
    }

    /// The fields in which another content differs, in the order of
    /// [`Field::ALL`].
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<Field> {
        let differ = |field: &Field| !self.agrees(other, *field);
        Field::ALL.into_iter().filter(differ).collect()
    }

    /// Takes a field over from another content.
    pub fn take(&mut self, field: Field, from: &Self) {
        match field {
            Field::Title => self.title.clone_from(&from.title),
            Field::Description => self.description.clone_from(&from.description),
            Field::Location => self.location.clone_from(&from.location),
            Field::Time => self.time.clone_from(&from.time),
            Field::Reminder => self.reminder_minutes = from.reminder_minutes,
        }
    }
}

/// A text as it is compared.
fn text(text: String) -> Option<String> {
    let plain = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<_> = plain.lines().map(str::trim_end).collect();
    let joined = lines.join("\n");
    let trimmed = joined.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::model::time::Zone;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn timed(start: &str, end: &str) -> EventTime {
        EventTime::Timed {
            start: at(start),
            end: at(end),
            zone: Zone::utc(),
        }
    }

    #[test]
    fn texts_are_compared_without_what_nobody_sees() {
        let content = Content {
            title: Some("  ".to_owned()),
            description: Some(" one \r\ntwo\t\r\n\r\n".to_owned()),
            ..Content::default()
        };
        let normalized = content.normalized();
        assert_eq!(normalized.title, None);
        assert_eq!(normalized.description.as_deref(), Some("one\ntwo"));
        assert_eq!(normalized.clone().normalized(), normalized);
    }

    #[test]
    fn a_span_without_length_is_widened_before_it_is_compared() {
        let content = |time| Content {
            time: Some(time),
            ..Content::default()
        };
        let empty = content(timed("2026-03-01T09:00:00Z", "2026-03-01T09:00:00Z")).normalized();
        let short = content(timed("2026-03-01T09:00:00Z", "2026-03-01T09:01:00Z")).normalized();
        assert_eq!(empty, short);
        assert_eq!(empty.clone().normalized(), empty);
    }

    #[test]
    fn a_reminder_is_no_earlier_than_providers_allow() {
        for (given, expected) in [(0, 0), (40_320, 40_320), (40_321, 40_320)] {
            let content = Content {
                reminder_minutes: Some(given),
                ..Content::default()
            };
            assert_eq!(content.normalized().reminder_minutes, Some(expected));
        }
    }

    #[test]
    fn every_field_that_differs_is_named_and_can_be_taken_over() {
        let full = Content {
            title: Some("a".to_owned()),
            description: Some("b".to_owned()),
            location: Some("c".to_owned()),
            time: Some(timed("2026-03-01T09:00:00Z", "2026-03-01T10:00:00Z")),
            reminder_minutes: Some(10),
        };
        let mut empty = Content::default();
        assert_eq!(empty.differences(&full), Field::ALL);
        for (number, field) in Field::ALL.into_iter().enumerate() {
            empty.take(field, &full);
            assert_eq!(empty.differences(&full), Field::ALL[number + 1..]);
        }
        assert_eq!(empty, full);
    }
}
