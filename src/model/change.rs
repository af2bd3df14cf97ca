//! What a pull brings: the changes of one calendar.

use super::event::Event;
use super::id::ExternalId;

/// One change of a calendar's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The event is as given.
    Upsert(Box<Event>),
    /// The event is gone; with a series go all its exceptions.
    Removed(ExternalId),
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
            Self::Removed(external_id) | Self::Unreadable { external_id, .. } => external_id,
        }
    }
}
