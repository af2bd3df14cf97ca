//! Contents and actions as JSON columns.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::convert::{parse_instant, stored_zone};
use super::error::Outcome;
use crate::model::content::{Content, Field};
use crate::model::time::EventTime;
use crate::store::Action;

/// A content as it is stored.
#[derive(Serialize, Deserialize)]
pub(super) struct ContentRow {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    time: Option<TimeRow>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    reminder_minutes: Option<u32>,
}

/// A time as it is stored.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum TimeRow {
    /// Days, the end exclusive.
    AllDay {
        start_date: NaiveDate,
        end_date: NaiveDate,
    },
    /// Instants to the last digit, and the zone.
    Timed {
        start: String,
        end: String,
        zone: String,
    },
}

/// A write to a provider as it is stored.
#[derive(Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub(super) enum ActionRow {
    Create {
        generation: u32,
        content: ContentRow,
    },
    Update {
        etag: Option<String>,
        fields: Vec<Field>,
        content: ContentRow,
    },
    Find {
        content: ContentRow,
    },
    Delete {
        etag: Option<String>,
    },
}

impl From<&Content> for ContentRow {
    fn from(content: &Content) -> Self {
        Self {
            title: content.title.clone(),
            description: content.description.clone(),
            location: content.location.clone(),
            time: content.time.as_ref().map(TimeRow::from),
            reminder_minutes: content.reminder_minutes,
        }
    }
}

impl ContentRow {
    /// The content.
    pub(super) fn content(self) -> Outcome<Content> {
        Ok(Content {
            title: self.title,
            description: self.description,
            location: self.location,
            time: self.time.map(TimeRow::time).transpose()?,
            reminder_minutes: self.reminder_minutes,
        })
    }
}

impl From<&EventTime> for TimeRow {
    fn from(time: &EventTime) -> Self {
        match time {
            EventTime::AllDay { start, end } => Self::AllDay {
                start_date: *start,
                end_date: *end,
            },
            EventTime::Timed { start, end, zone } => Self::Timed {
                start: exact(*start),
                end: exact(*end),
                zone: zone.name().to_owned(),
            },
        }
    }
}

impl TimeRow {
    fn time(self) -> Outcome<EventTime> {
        Ok(match self {
            Self::AllDay {
                start_date,
                end_date,
            } => EventTime::all_day(start_date, end_date),
            Self::Timed { start, end, zone } => {
                let (start, end) = (parse_instant(&start)?, parse_instant(&end)?);
                EventTime::timed(start, end, stored_zone(&zone))
            }
        })
    }
}

/// An instant that is compared with what was read: no digit may be lost.
fn exact(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

impl From<&Action> for ActionRow {
    fn from(action: &Action) -> Self {
        match action {
            Action::Create {
                generation,
                content,
            } => Self::Create {
                generation: *generation,
                content: content.into(),
            },
            Action::Update {
                etag,
                fields,
                content,
            } => Self::Update {
                etag: etag.clone(),
                fields: fields.clone(),
                content: content.into(),
            },
            Action::Find { content } => Self::Find {
                content: content.into(),
            },
            Action::Delete { etag } => Self::Delete { etag: etag.clone() },
        }
    }
}

impl ActionRow {
    /// The action.
    pub(super) fn action(self) -> Outcome<Action> {
        Ok(match self {
            Self::Create {
                generation,
                content,
            } => Action::Create {
                generation,
                content: content.content()?,
            },
            Self::Update {
                etag,
                fields,
                content,
            } => Action::Update {
                etag,
                fields,
                content: content.content()?,
            },
            Self::Find { content } => Action::Find {
                content: content.content()?,
            },
            Self::Delete { etag } => Action::Delete { etag },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Zone;

    fn round_trip(content: &Content) -> Content {
        let json = serde_json::to_string(&ContentRow::from(content)).unwrap();
        let row: ContentRow = serde_json::from_str(&json).unwrap();
        row.content().unwrap()
    }

    #[test]
    fn a_content_comes_back_as_it_was() {
        let mut content = Content::default();
        assert_eq!(round_trip(&content), content);
        let at = |text: &str| text.parse().unwrap();
        content = Content {
            title: Some("t".to_owned()),
            description: Some("d".to_owned()),
            location: Some("l".to_owned()),
            time: Some(EventTime::timed(
                at("2026-03-10T09:00:00.250Z"),
                at("2026-03-10T10:00:00Z"),
                Zone::parse("Europe/Berlin").unwrap(),
            )),
            reminder_minutes: Some(0),
        };
        assert_eq!(round_trip(&content), content);
        let day = |text: &str| text.parse().unwrap();
        content.time = Some(EventTime::all_day(day("2026-03-10"), day("2026-03-12")));
        assert_eq!(round_trip(&content), content);
    }
}
