//! Google's resources as they are on the wire (Calendar API v3). Everything
//! is optional, since Google omits what is empty or at its default; names and
//! values are Google's and end at `convert`.
//!
//! Items are kept as raw text until each is read by itself, so that a bad one
//! spoils nothing but itself.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::provider::text::Text;

/// A page of `calendarList.list` or `events.list`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page<'a> {
    pub(super) kind: Option<String>,
    pub(super) time_zone: Option<String>,
    pub(super) next_page_token: Option<String>,
    pub(super) next_sync_token: Option<String>,
    #[serde(borrow)]
    pub(super) items: Option<Vec<&'a RawValue>>,
}

/// An entry of the calendar list.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct CalendarListEntry {
    pub(super) summary: Option<String>,
    pub(super) summary_override: Option<String>,
    pub(super) time_zone: Option<String>,
    pub(super) access_role: Option<String>,
    pub(super) primary: Option<bool>,
    pub(super) deleted: Option<bool>,
}

/// A channel.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Channel {
    pub(super) id: Option<String>,
    pub(super) resource_id: Option<String>,
    /// Milliseconds, a text in the schema and a number in the guide.
    pub(super) expiration: Option<Value>,
}

/// The one field that every resource has.
#[derive(Deserialize)]
pub(super) struct Identified {
    pub(super) id: String,
}

/// An event.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event<'a> {
    pub(super) id: String,
    #[serde(borrow)]
    pub(super) status: Option<Text<'a>>,
    pub(super) etag: Option<String>,
    #[serde(rename = "iCalUID")]
    pub(super) ical_uid: Option<String>,
    #[serde(borrow)]
    pub(super) updated: Option<Text<'a>>,
    pub(super) recurring_event_id: Option<String>,
    pub(super) original_start_time: Option<Value>,
    pub(super) html_link: Option<String>,
    pub(super) summary: Option<String>,
    pub(super) description: Option<String>,
    pub(super) location: Option<String>,
    pub(super) organizer: Option<Organizer>,
    #[serde(borrow)]
    pub(super) start: Option<EventDateTime<'a>>,
    #[serde(borrow)]
    pub(super) end: Option<EventDateTime<'a>>,
    pub(super) recurrence: Option<Vec<String>>,
    #[serde(borrow)]
    pub(super) transparency: Option<Text<'a>>,
    pub(super) visibility: Option<String>,
    pub(super) attendees: Option<Vec<Attendee<'a>>>,
    pub(super) hangout_link: Option<String>,
    pub(super) conference_data: Option<ConferenceData<'a>>,
    pub(super) reminders: Option<Reminders<'a>>,
    /// Only the fields of a [`SparseEvent`] could be read.
    #[serde(skip)]
    pub(super) torn: bool,
}

/// What is guaranteed of a cancelled event, and decides what an event is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SparseEvent<'a> {
    id: String,
    #[serde(borrow)]
    status: Option<Text<'a>>,
    etag: Option<String>,
    #[serde(rename = "iCalUID")]
    ical_uid: Option<String>,
    #[serde(borrow)]
    updated: Option<Text<'a>>,
    recurring_event_id: Option<String>,
    original_start_time: Option<Value>,
}

impl<'a> Event<'a> {
    /// The event of an item; of one with unreadable details, what is
    /// guaranteed of it.
    pub(super) fn read(item: &'a RawValue) -> serde_json::Result<Self> {
        serde_json::from_str(item.get()).or_else(|_| {
            let sparse: SparseEvent<'_> = serde_json::from_str(item.get())?;
            Ok(sparse.into())
        })
    }
}

impl<'a> From<SparseEvent<'a>> for Event<'a> {
    fn from(sparse: SparseEvent<'a>) -> Self {
        Self {
            id: sparse.id,
            status: sparse.status,
            etag: sparse.etag,
            ical_uid: sparse.ical_uid,
            updated: sparse.updated,
            recurring_event_id: sparse.recurring_event_id,
            original_start_time: sparse.original_start_time,
            torn: true,
            ..Self::default()
        }
    }
}

/// A date, or a time with or without offset and zone.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventDateTime<'a> {
    #[serde(borrow)]
    pub(super) date: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) date_time: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) time_zone: Option<Text<'a>>,
}

/// Who organises an event.
#[derive(Debug, Deserialize)]
pub(super) struct Organizer {
    #[serde(rename = "self")]
    pub(super) is_self: Option<bool>,
}

/// A participant.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attendee<'a> {
    pub(super) email: Option<String>,
    pub(super) display_name: Option<String>,
    #[serde(borrow)]
    pub(super) response_status: Option<Text<'a>>,
    pub(super) optional: Option<bool>,
    #[serde(rename = "self")]
    pub(super) is_self: Option<bool>,
}

/// An online meeting.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConferenceData<'a> {
    #[serde(borrow)]
    pub(super) entry_points: Option<Vec<EntryPoint<'a>>>,
}

/// A way into an online meeting.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EntryPoint<'a> {
    #[serde(borrow)]
    pub(super) entry_point_type: Option<Text<'a>>,
    pub(super) uri: Option<String>,
}

/// When to remind.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reminders<'a> {
    pub(super) use_default: Option<bool>,
    #[serde(borrow)]
    pub(super) overrides: Option<Vec<ReminderOverride<'a>>>,
}

/// A reminder of one event.
#[derive(Debug, Deserialize)]
pub(super) struct ReminderOverride<'a> {
    #[serde(borrow)]
    pub(super) method: Option<Text<'a>>,
    pub(super) minutes: Option<u32>,
}
