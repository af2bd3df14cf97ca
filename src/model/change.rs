//! What a pull brings: the changes of one calendar.

use super::event::Event;
use super::id::ExternalId;
use super::time::EventTime;

/// One change of a calendar's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The event is as given.
    Upsert(Box<Event>),
    /// The event is gone; with a series go all its exceptions.
    Removed(ExternalId),
    /// An occurrence of a series whose occurrences are
    /// [`Listed`](super::event::Occurrences::Listed).
    Occurrence {
        /// The provider's id of the occurrence.
        external_id: ExternalId,
        /// The series.
        series: ExternalId,
        /// When it takes place.
        time: EventTime,
    },
    /// The provider sent something under this id that cannot be understood:
    /// what is known of the event stays as it is.
    Unreadable {
        /// The event.
        external_id: ExternalId,
        /// What is wrong with it, without any content of it.
        reason: String,
    },
}

impl Change {
    /// The event that the change is about.
    #[must_use]
    pub fn external_id(&self) -> &ExternalId {
        match self {
            Self::Upsert(event) => &event.external_id,
            Self::Removed(external_id)
            | Self::Occurrence { external_id, .. }
            | Self::Unreadable { external_id, .. } => external_id,
        }
    }
}
