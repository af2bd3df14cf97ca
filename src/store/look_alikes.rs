//! Look-alikes: one meeting that stands in calendars of two providers.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::Result;
use crate::model::conflict::Conflict;
use crate::model::id::{ConflictId, EventId, UserId};
use crate::model::look_alike::{Keep, Twins};

/// Look-alikes and the questions about them.
///
/// An event that is hidden keeps no other hidden: when one is hidden, what it
/// kept hidden shows again, and open questions about it are moot. An event is
/// hidden only behind one that is not. So of any number of look-alikes one
/// stays visible, and none hide each other in a ring. Nothing is ever deleted,
/// here or at a provider.
#[async_trait]
pub trait LookAlikes {
    /// Pairs of a user's events that may be one meeting, in the order of
    /// [`Twins::key`], up to `most` behind a key: events in calendars of two
    /// providers that the timeline has a place for, that nothing hides, and that
    /// share start and end, or iCalendar UID and occurrence; and all that are
    /// in question, except those that are settled and whose hidden event the
    /// window has left.
    async fn look_alike_list(
        &self,
        user: &UserId,
        after: Option<(EventId, EventId)>,
        most: u32,
    ) -> Result<Vec<Twins>>;
    /// Writes down what was decided about look-alikes, in one write and in the
    /// order given. What no longer can be is skipped and will be decided anew:
    /// where an event is gone or hidden, or somebody else was faster.
    async fn look_alike_note(&self, notes: Vec<Note>, now: DateTime<Utc>) -> Result<Noted>;
    /// Settles a question as a person says, also one that is settled. False,
    /// and nothing written, when it is no question about look-alikes, is moot,
    /// is not about the event that is to be kept, or when either event is gone
    /// or hidden for another question.
    async fn look_alike_keep(
        &self,
        id: &ConflictId,
        keep: Keep,
        now: DateTime<Utc>,
    ) -> Result<bool>;
}

/// What was decided about two look-alikes.
#[derive(Clone, Debug)]
pub enum Note {
    /// A new question. One with a strategy is settled by it at once: its
    /// `event_id` is kept and its `other_event_id` hidden.
    Ask(Box<Conflict>),
    /// An open question is settled.
    Settle {
        /// The question.
        id: ConflictId,
        /// The event that is kept; the other is hidden.
        kept: EventId,
        /// What settles it.
        strategy: &'static str,
    },
    /// A question is moot; what it hid shows again.
    Drop(ConflictId),
}

/// How many notes of each kind were written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Noted {
    /// Questions that are new and open.
    pub asked: u64,
    /// Questions that were settled, new ones included.
    pub settled: u64,
    /// Questions that are moot, those included that became so because one of
    /// their events was hidden.
    pub moot: u64,
}
