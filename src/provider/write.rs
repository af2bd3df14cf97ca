//! Writes: what is to become of an event. Nothing in here names anybody who
//! attends: who is invited is never written.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use crate::model::content::{Content, Field};
use crate::model::event::Event;
use crate::model::id::{CreationKey, ExternalId, TaskId};

/// Where an event is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventAt {
    /// The calendar.
    pub calendar: ExternalId,
    /// The calendar's zone, for times that name none.
    pub timezone: Option<String>,
    /// The event.
    pub event: ExternalId,
}

/// Asks for the event of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Creation {
    /// The calendar.
    pub calendar: ExternalId,
    /// The calendar's zone, for times that name none.
    pub timezone: Option<String>,
    /// The task; its id travels with the event, where nobody sees it.
    pub task: TaskId,
    /// What makes it happen once.
    pub key: CreationKey,
    /// The content, normalized. What it leaves open is the provider's to fill
    /// in. Without a time nothing is created.
    pub content: Content,
}

/// The longest mark, in bytes: longer ones a provider may cut off silently.
const LONGEST_MARK: usize = 255;

impl Creation {
    /// What marks the event as that of the task: its id, of a long one a
    /// digest.
    pub(super) fn mark(&self) -> Cow<'_, str> {
        let task = self.task.as_str();
        if task.len() <= LONGEST_MARK {
            return Cow::Borrowed(task);
        }
        let digest = Sha256::digest(task)
            .iter()
            .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        Cow::Owned(format!("sha256:{digest}"))
    }
}

/// The event of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    /// The event.
    pub event: Event,
    /// Whether it was there before: then it may say something else than what
    /// was asked for.
    pub is_found: bool,
}

/// What changes of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The revision that the change is meant for.
    pub etag: String,
    /// The fields that change.
    pub fields: Vec<Field>,
    /// What holds the new fields, normalized.
    pub content: Content,
}
