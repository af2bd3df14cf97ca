//! What connects a task to its event.

use chrono::{DateTime, Utc};

use super::content::{Content, Field};
use super::id::{CalendarId, ExternalId, TaskId, UserId};

/// The connection of a task to its event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The task; it has no other link.
    pub task_id: TaskId,
    /// Whose both are.
    pub user_id: UserId,
    /// Where the event is; it stays there when new ones go elsewhere.
    pub calendar_id: CalendarId,
    /// Which of the task's events it is, in the order of their creation.
    pub generation: u32,
    /// How far it has come.
    pub state: LinkState,
    /// When the task last followed the event, which is no edit of it.
    pub pulled_at: Option<DateTime<Utc>>,
}

/// How far a link has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// The event is to be created; whether it exists is not known for sure.
    Pending,
    /// There is an event.
    Open {
        /// The event.
        external_id: ExternalId,
        /// What both sides last agreed on.
        base: Box<Base>,
    },
    /// The event is gone. The task has no other until it is scheduled anew.
    Closed,
}

/// What both sides last agreed on, in the words of each: providers rewrite
/// what they are given, so a side has changed what differs from its own words.
///
/// Contents are normalized ([`Content::normalized`]). A field on which the
/// sides could not agree keeps its older words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// As the task has it.
    pub task: Content,
    /// As the provider returned it.
    pub event: Content,
    /// The revision of the event that says so. None when there is a field
    /// left open: then the event has to be compared each time.
    pub etag: Option<String>,
}

impl Base {
    /// The base after some fields were sent, from what the provider made of
    /// them. The other fields stay; where the answer says something else of them
    /// the event was edited meanwhile, and has to be compared.
    #[must_use]
    pub fn sent(
        &self,
        fields: &[Field],
        task: &Content,
        returned: &Content,
        etag: Option<&str>,
    ) -> Self {
        let mut base = self.clone();
        for field in fields {
            base.task.take(*field, task);
            base.event.take(*field, returned);
        }
        let is_as_agreed = base.event == *returned;
        let etag = self.etag.as_ref().and(etag).filter(|_| is_as_agreed);
        base.etag = etag.map(str::to_owned);
        base
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titled(title: &str) -> Content {
        Content {
            title: Some(title.to_owned()),
            location: Some(title.to_owned()),
            ..Content::default()
        }
    }

    fn base(etag: Option<&str>) -> Base {
        Base {
            task: titled("old"),
            event: titled("OLD"),
            etag: etag.map(str::to_owned),
        }
    }

    #[test]
    fn what_was_sent_is_agreed_on_in_the_words_of_each_side() {
        let returned = Content {
            location: Some("OLD".to_owned()),
            ..titled("NEW")
        };
        let sent = base(Some("1")).sent(&[Field::Title], &titled("new"), &returned, Some("2"));
        assert_eq!(sent.task.title.as_deref(), Some("new"));
        assert_eq!(sent.event.title.as_deref(), Some("NEW"));
        assert_eq!(sent.task.location.as_deref(), Some("old"));
        assert_eq!(sent.event.location.as_deref(), Some("OLD"));
        assert_eq!(sent.etag.as_deref(), Some("2"));
    }

    #[test]
    fn what_somebody_else_changed_meanwhile_is_compared_again() {
        let returned = Content {
            location: Some("theirs".to_owned()),
            ..titled("NEW")
        };
        let sent = base(Some("1")).sent(&[Field::Title], &titled("new"), &returned, Some("3"));
        assert_eq!(sent.event.location.as_deref(), Some("OLD"));
        assert_eq!(sent.etag, None);
    }

    #[test]
    fn a_field_left_open_is_still_compared_after_others_were_sent() {
        let sent = base(None).sent(&[Field::Title], &titled("a"), &titled("A"), Some("2"));
        assert_eq!(sent.etag, None);
    }
}
