//! Look-alikes: two events of a user on two providers that may be one meeting.

use super::account::ProviderKind;
use super::event::Event;
use super::id::{CalendarId, ConflictId, EventId};

/// Two events that may be one meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twins {
    /// The one whose id is the lesser.
    pub first: Twin,
    /// The other.
    pub second: Twin,
    /// The question about them that is open or settled, if there is one.
    pub question: Option<Question>,
}

impl Twins {
    /// What tells the two from any other two, and puts them in order.
    #[must_use]
    pub fn key(&self) -> (EventId, EventId) {
        (self.first.id.clone(), self.second.id.clone())
    }
}

/// One of two events that may be one meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twin {
    /// The event.
    pub id: EventId,
    /// Its calendar.
    pub calendar_id: CalendarId,
    /// The calendar's name.
    pub calendar_name: String,
    /// The provider.
    pub provider: ProviderKind,
    /// What the provider says.
    pub event: Event,
    /// Whether people see it.
    pub presence: Presence,
    /// The settled question for which it is hidden.
    pub hidden_by: Option<ConflictId>,
}

/// Whether the timeline has a place for an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is removed or cancelled.
    Gone,
    /// It is outside the window, waits for approval to be removed, or its
    /// calendar is not synced.
    Away,
    /// It has one.
    Shown,
}

/// A question about two events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The conflict.
    pub id: ConflictId,
    /// What settled it; none while it is open.
    pub answer: Option<Answer>,
}

/// What a settled question says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// One is kept and the other hidden.
    One,
    /// They are two meetings: both are kept.
    Both,
}

/// What a person keeps of two look-alikes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keep {
    /// This event; the other is hidden.
    One(EventId),
    /// Both.
    Both,
}
