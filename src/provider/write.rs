//! What is asked of a provider that is to write.

use crate::model::content::{Content, Field};
use crate::model::id::{CreationKey, ExternalId, TaskId};

/// Asks for a new event.
#[derive(Clone, Debug)]
pub struct CreateEvent {
    /// The calendar.
    pub calendar: ExternalId,
    /// The calendar's zone, for times of the answer that name none.
    pub timezone: Option<String>,
    /// The task that it stands for; its id travels with the event.
    pub task: TaskId,
    /// What makes it happen once.
    pub key: CreationKey,
    /// The content, with a time.
    pub content: Content,
}

/// An event at the provider.
#[derive(Clone, Debug)]
pub struct EventAt {
    /// The calendar.
    pub calendar: ExternalId,
    /// The calendar's zone, for times of the answer that name none.
    pub timezone: Option<String>,
    /// The event.
    pub event: ExternalId,
}

/// Asks for fields of an event to be changed.
#[derive(Clone, Debug)]
pub struct UpdateEvent {
    /// The event.
    pub at: EventAt,
    /// The revision that the change is meant for.
    pub etag: Option<String>,
    /// The fields that change; no others are sent.
    pub fields: Vec<Field>,
    /// What holds the new fields.
    pub content: Content,
}

/// Asks for an event to be deleted.
#[derive(Clone, Debug)]
pub struct DeleteEvent {
    /// The event.
    pub at: EventAt,
    /// The revision that the deletion is meant for.
    pub etag: Option<String>,
}
