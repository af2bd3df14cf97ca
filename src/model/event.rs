//! What a provider says about an event.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id::ExternalId;
use super::recurrence::Recurrence;
use super::time::{EventTime, OriginalStart};

/// An event of one calendar, as the provider last told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The provider's id.
    pub external_id: ExternalId,
    /// The provider's revision of it, verbatim.
    pub etag: Option<String>,
    /// The iCalendar UID, shared by all members of a series.
    pub ical_uid: Option<String>,
    /// Whether it repeats, and its place in a series.
    pub kind: EventKind,
    /// When it takes place; of a series, the first occurrence. Only a
    /// cancelled exception has none.
    pub time: Option<EventTime>,
    /// Confirmed, tentative or cancelled.
    pub status: EventStatus,
    /// The title; an event may have none.
    pub title: Option<String>,
    /// The description, as text or HTML.
    pub description: Option<String>,
    /// The place.
    pub location: Option<String>,
    /// Whether its time counts as taken.
    pub transparency: Transparency,
    /// Who may see it; the provider's word.
    pub visibility: Option<String>,
    /// Whether this calendar holds the organiser's copy.
    pub organizer_self: bool,
    /// The answer of the calendar's owner to an invitation.
    pub response: Option<ResponseStatus>,
    /// The other participants.
    pub attendees: Vec<Attendee>,
    /// When to remind; `None` where the provider says nothing.
    pub reminders: Option<Reminders>,
    /// The link of the online meeting.
    pub conference_url: Option<String>,
    /// The link of its page at the provider.
    pub html_link: Option<String>,
    /// When the provider last changed it.
    pub updated_at: Option<DateTime<Utc>>,
}

/// Whether an event repeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// Takes place once.
    Single,
    /// Repeats.
    Series {
        /// By which rule.
        recurrence: Recurrence,
        /// Where its occurrences come from.
        occurrences: Occurrences,
    },
    /// Stands for one occurrence of a series, in place of it.
    Exception {
        /// The series it belongs to.
        series: ExternalId,
        /// The occurrence it replaces.
        original_start: OriginalStart,
    },
}

/// Where the occurrences of a series come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occurrences {
    /// They follow from the rule.
    Expanded,
    /// The provider lists those inside the window beside the series
    /// ([`Change::Occurrence`](super::change::Change::Occurrence)), and its
    /// exceptions as events: what is not listed with it is gone.
    Listed,
}

/// How far an event is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventStatus {
    /// It takes place.
    Confirmed,
    /// It may take place.
    Tentative,
    /// It does not take place; only exceptions are kept in this state.
    Cancelled,
}

/// Whether the time of an event counts as taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transparency {
    /// Busy.
    Opaque,
    /// Free.
    Transparent,
}

/// An answer to an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseStatus {
    /// Not answered yet.
    NeedsAction,
    /// Will not come.
    Declined,
    /// May come.
    Tentative,
    /// Will come.
    Accepted,
}

/// A participant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attendee {
    /// The address.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub email: Option<String>,
    /// The name to show.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// The answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub response: Option<ResponseStatus>,
    /// Whether attendance is optional.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub optional: bool,
    /// Whether this entry is the calendar's owner.
    #[serde(rename = "self", skip_serializing_if = "std::ops::Not::not", default)]
    pub is_self: bool,
}

/// When to remind of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reminders {
    /// As the calendar says.
    Default,
    /// So many minutes before the start, each; empty for never.
    Minutes(Vec<u32>),
}

impl Event {
    /// Whether its occurrences count as taken time: not when it is marked
    /// free, and not when the owner declined it.
    #[must_use]
    pub fn busy(&self) -> bool {
        self.transparency == Transparency::Opaque && self.response != Some(ResponseStatus::Declined)
    }
}
