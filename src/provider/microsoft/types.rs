//! Microsoft Graph's resources as they are on the wire (v1.0). Everything is
//! optional, since most of it may be absent or null; names and values are
//! Graph's and end at `convert`. Values of enumerations stay texts: Graph adds
//! to them.
//!
//! Where a page of events cannot be read at once, each is read by itself, so
//! that a bad one spoils nothing but itself.

mod member;

pub(super) mod notification;
pub(super) mod standing;
pub(super) mod subscription;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use self::member::Member;
use crate::provider::text::Text;

/// A page of any collection.
#[derive(Debug, Deserialize)]
pub(super) struct Page<T> {
    #[serde(rename = "@odata.nextLink")]
    pub(super) next_link: Option<String>,
    #[serde(rename = "@odata.deltaLink")]
    pub(super) delta_link: Option<String>,
    pub(super) value: Option<Vec<T>>,
}

impl<'a> Page<&'a RawValue> {
    /// The same page of events, each read by itself.
    pub(super) fn read(self) -> Page<Event<'a>> {
        let read = |items: Vec<&'a RawValue>| items.into_iter().map(Event::read).collect();
        Page {
            next_link: self.next_link,
            delta_link: self.delta_link,
            value: self.value.map(read),
        }
    }
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
struct SparseEvent<'a> {
    id: String,
    #[serde(rename = "@removed")]
    removed: Option<IgnoredAny>,
    #[serde(rename = "type", borrow)]
    kind: Option<Text<'a>>,
    series_master_id: Option<String>,
    recurrence: Option<Value>,
    is_all_day: Member<bool>,
}

/// An event of any type; of an occurrence, little of it is there.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Event<'a> {
    pub(super) id: String,
    #[serde(rename = "@removed")]
    pub(super) removed: Option<IgnoredAny>,
    #[serde(rename = "type", borrow)]
    pub(super) kind: Option<Text<'a>>,
    pub(super) series_master_id: Option<String>,
    #[serde(rename = "@odata.etag")]
    pub(super) etag: Option<String>,
    pub(super) change_key: Option<String>,
    #[serde(rename = "iCalUId")]
    pub(super) ical_uid: Option<String>,
    #[serde(borrow)]
    pub(super) last_modified_date_time: Option<Text<'a>>,
    pub(super) subject: Member<String>,
    pub(super) body: Member<ItemBody>,
    #[serde(borrow)]
    pub(super) start: Member<DateTimeTimeZone<'a>>,
    #[serde(borrow)]
    pub(super) end: Member<DateTimeTimeZone<'a>>,
    pub(super) is_all_day: Member<bool>,
    #[serde(borrow)]
    pub(super) original_start_time_zone: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) original_start: Option<Text<'a>>,
    /// A [`PatternedRecurrence`], of whatever shape: that a rule cannot be
    /// read is no reason to do without its series.
    pub(super) recurrence: Option<Value>,
    pub(super) is_cancelled: Member<bool>,
    #[serde(borrow)]
    pub(super) show_as: Member<Text<'a>>,
    pub(super) sensitivity: Member<String>,
    pub(super) location: Member<Location>,
    #[serde(borrow)]
    pub(super) attendees: Member<Vec<Attendee<'a>>>,
    pub(super) is_organizer: Member<bool>,
    #[serde(borrow)]
    pub(super) response_status: Member<ResponseStatus<'a>>,
    pub(super) is_reminder_on: Member<bool>,
    pub(super) reminder_minutes_before_start: Option<i32>,
    pub(super) online_meeting: Option<OnlineMeetingInfo>,
    pub(super) online_meeting_url: Option<String>,
    pub(super) web_link: Option<String>,
    /// Only what decides what it is could be read.
    #[serde(skip)]
    pub(super) torn: bool,
}

impl<'a> Event<'a> {
    /// The event of an item; of one with unreadable details what it is, or
    /// its id at least.
    pub(super) fn read(item: &'a RawValue) -> Self {
        let sparse = || serde_json::from_str(item.get()).map(SparseEvent::into);
        let identified = || serde_json::from_str(item.get()).map(Identified::into);
        serde_json::from_str(item.get())
            .or_else(|_| sparse())
            .or_else(|_| identified())
            .unwrap_or_default()
    }

    /// Whether an exception says by itself what it is: nothing of it is
    /// absent.
    pub(super) fn is_complete(&self) -> bool {
        [
            self.subject.is_there(),
            self.body.is_there(),
            self.location.is_there(),
            self.is_all_day.is_there(),
            self.is_cancelled.is_there(),
            self.is_organizer.is_there(),
            self.is_reminder_on.is_there(),
            self.show_as.is_there(),
            self.sensitivity.is_there(),
            self.attendees.is_there(),
            self.response_status.is_there(),
            self.start.is_there(),
            self.end.is_there(),
        ]
        .iter()
        .all(|is_there| *is_there)
    }
}

impl From<Identified> for Event<'_> {
    fn from(identified: Identified) -> Self {
        Self {
            id: identified.id,
            torn: true,
            ..Self::default()
        }
    }
}

impl<'a> From<SparseEvent<'a>> for Event<'a> {
    fn from(sparse: SparseEvent<'a>) -> Self {
        Self {
            id: sparse.id,
            removed: sparse.removed,
            kind: sparse.kind,
            series_master_id: sparse.series_master_id,
            recurrence: sparse.recurrence,
            is_all_day: sparse.is_all_day,
            torn: true,
            ..Self::default()
        }
    }
}

/// The description.
#[derive(Debug, Deserialize)]
pub(super) struct ItemBody {
    pub(super) content: Option<String>,
}

/// A time without offset, in a zone that is named beside it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DateTimeTimeZone<'a> {
    #[serde(borrow)]
    pub(super) date_time: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) time_zone: Option<Text<'a>>,
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
pub(super) struct Attendee<'a> {
    #[serde(rename = "type", borrow)]
    pub(super) kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) status: Option<ResponseStatus<'a>>,
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
pub(super) struct ResponseStatus<'a> {
    #[serde(borrow)]
    pub(super) response: Option<Text<'a>>,
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
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct User {
    pub(super) id: Option<String>,
    pub(super) mail: Option<String>,
    pub(super) user_principal_name: Option<String>,
}
