//! Microsoft Graph's resources as they are on the wire (v1.0). Everything is
//! optional, since most of it may be absent or null; names and values are
//! Graph's and end at `convert`. Values of enumerations stay texts: Graph adds
//! to them.
//!
//! Items are kept as raw text until each is read by itself, so that a bad one
//! spoils nothing but itself.

pub(super) mod notification;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// A page of any collection.
#[derive(Debug, Deserialize)]
pub(super) struct Page<'a> {
    #[serde(rename = "@odata.nextLink")]
    pub(super) next_link: Option<String>,
    #[serde(rename = "@odata.deltaLink")]
    pub(super) delta_link: Option<String>,
    #[serde(borrow)]
    pub(super) value: Option<Vec<&'a RawValue>>,
}

/// A calendar.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Calendar {
    pub(super) name: Option<String>,
    pub(super) is_default_calendar: Option<bool>,
    pub(super) can_edit: Option<bool>,
    pub(super) can_share: Option<bool>,
}

/// The one field that every item has.
#[derive(Deserialize)]
pub(super) struct Identified {
    pub(super) id: String,
}

/// What decides what an item is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SparseEvent {
    pub(super) id: String,
    #[serde(rename = "@removed")]
    pub(super) removed: Option<IgnoredAny>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) series_master_id: Option<String>,
    pub(super) recurrence: Option<IgnoredAny>,
    pub(super) is_all_day: Option<bool>,
}

/// Which members of an exception are there at all, if only as null.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Members {
    pub(super) subject: Present,
    pub(super) body: Present,
    pub(super) location: Present,
    pub(super) is_all_day: Present,
    pub(super) is_cancelled: Present,
    pub(super) is_organizer: Present,
    pub(super) is_reminder_on: Present,
    pub(super) show_as: Present,
    pub(super) sensitivity: Present,
    pub(super) attendees: Present,
    pub(super) response_status: Present,
    pub(super) start: Present,
    pub(super) end: Present,
}

impl Members {
    /// Whether none of them is absent.
    pub(super) fn are_complete(&self) -> bool {
        [
            &self.subject,
            &self.body,
            &self.location,
            &self.is_all_day,
            &self.is_cancelled,
            &self.is_organizer,
            &self.is_reminder_on,
            &self.show_as,
            &self.sensitivity,
            &self.attendees,
            &self.response_status,
            &self.start,
            &self.end,
        ]
        .iter()
        .all(|member| member.0)
    }
}

/// Whether a member is there, of whatever value.
#[derive(Debug, Default)]
pub(super) struct Present(bool);

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self(true))
    }
}

/// An event of any type; of an occurrence, little of it is there.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event {
    #[serde(rename = "@odata.etag")]
    pub(super) etag: Option<String>,
    pub(super) change_key: Option<String>,
    #[serde(rename = "iCalUId")]
    pub(super) ical_uid: Option<String>,
    pub(super) last_modified_date_time: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) body: Option<ItemBody>,
    pub(super) start: Option<DateTimeTimeZone>,
    pub(super) end: Option<DateTimeTimeZone>,
    pub(super) is_all_day: Option<bool>,
    pub(super) original_start_time_zone: Option<String>,
    pub(super) original_start: Option<String>,
    /// A [`PatternedRecurrence`], of whatever shape: that a rule cannot be
    /// read is no reason to do without its series.
    pub(super) recurrence: Option<Value>,
    pub(super) is_cancelled: Option<bool>,
    pub(super) show_as: Option<String>,
    pub(super) sensitivity: Option<String>,
    pub(super) location: Option<Location>,
    pub(super) attendees: Option<Vec<Attendee>>,
    pub(super) is_organizer: Option<bool>,
    pub(super) response_status: Option<ResponseStatus>,
    pub(super) is_reminder_on: Option<bool>,
    pub(super) reminder_minutes_before_start: Option<i32>,
    pub(super) online_meeting: Option<OnlineMeetingInfo>,
    pub(super) online_meeting_url: Option<String>,
    pub(super) web_link: Option<String>,
}

/// The description.
#[derive(Debug, Deserialize)]
pub(super) struct ItemBody {
    pub(super) content: Option<String>,
}

/// A time without offset, in a zone that is named beside it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DateTimeTimeZone {
    pub(super) date_time: Option<String>,
    pub(super) time_zone: Option<String>,
}

/// A place.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location {
    pub(super) display_name: Option<String>,
}

/// A participant.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attendee {
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) status: Option<ResponseStatus>,
    pub(super) email_address: Option<EmailAddress>,
}

/// A name and its address.
#[derive(Debug, Default, Deserialize)]
pub(super) struct EmailAddress {
    pub(super) name: Option<String>,
    pub(super) address: Option<String>,
}

/// An answer to an invitation.
#[derive(Debug, Deserialize)]
pub(super) struct ResponseStatus {
    pub(super) response: Option<String>,
}

/// An online meeting.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OnlineMeetingInfo {
    pub(super) join_url: Option<String>,
}

/// How a series repeats and how long.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct PatternedRecurrence {
    pub(super) pattern: Option<RecurrencePattern>,
    pub(super) range: Option<RecurrenceRange>,
}

/// How a series repeats. Members that do not belong to the type may hold
/// anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct RecurrencePattern {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) interval: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) month: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) day_of_month: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) days_of_week: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) first_day_of_week: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) index: Option<String>,
}

/// How long a series repeats. Members that do not belong to the type may hold
/// anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct RecurrenceRange {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) start_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) end_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) number_of_occurrences: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) recurrence_time_zone: Option<String>,
}

/// The signed-in user.
#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub(super) id: Option<String>,
}
