//! What to do about a link, from what each side did since both last agreed.
//!
//! Changes are found by comparison with the base, never by a clock: an event
//! of the base's revision is unchanged, and one that says the same under a new
//! revision (our own write coming back, an answer to an invitation) only
//! renews the base.

use self::pair::Pair;
use self::table::{EventSide, TaskSide, Verdict, verdict};
use super::merge::{Clash, Merged, Revision, Winner};
use crate::model::calendar::AccessRole;
use crate::model::conflict::ConflictKind;
use crate::model::content::{Content, Field};
use crate::model::event::{Event, EventStatus};
use crate::model::link::Base;

mod pair;
mod table;

/// What is to be done about a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What is to be done.
    pub action: Action,
    /// The base that is to be noted together with it, before anything is
    /// sent; none when it stays.
    pub base: Option<Base>,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    Keep,
    /// Nothing but to note the new base.
    Rebase,
    /// The event follows the task.
    Push {
        /// In these fields.
        fields: Vec<Field>,
    },
    /// The task follows the event.
    Pull {
        /// In these fields.
        fields: Vec<Field>,
    },
    /// Both follow each other, and every clash is recorded: those without a
    /// winner as open.
    Merge(Merged),
    /// The event is deleted, and then the link closed.
    DeleteEvent {
        /// The task first follows the event in these fields.
        pull: Vec<Field>,
        /// Clashes that the task won, to be recorded.
        clashes: Vec<Clash>,
    },
    /// The event is created anew, from what the task says now.
    Recreate,
    /// The task lives on unscheduled: its start and end are cleared, the link
    /// is closed and keeps its generation. The provider is not written.
    Unlink,
    /// The link is forgotten. The provider is not written.
    Forget,
    /// Nothing but to record that a person has to decide.
    Conflict {
        /// Which question it is.
        kind: ConflictKind,
        /// About which fields.
        fields: Vec<Field>,
    },
}

/// The event as far as it was read since the base.
#[derive(Clone, Copy, Debug)]
pub enum EventNow<'a> {
    /// Nothing was read that was not decided on.
    Unread,
    /// It was read.
    Read(Revision<'a>),
    /// The provider removed it.
    Gone,
}

/// Whether an event may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It may.
    Ours,
    /// It must not: someone else organises it, others would be sent mail, or
    /// its calendar cannot be written.
    NotOurs,
}

impl Access {
    /// Whether an event may be written; `silenced` says whether the provider
    /// can be kept from sending mail to those who attend.
    #[must_use]
    pub fn of(event: &Event, role: AccessRole, silenced: bool) -> Self {
        let alone = event.attendees.iter().all(|attendee| attendee.is_self);
        if event.organizer_self && role.is_writable() && (silenced || alone) {
            Self::Ours
        } else {
            Self::NotOurs
        }
    }
}

/// Whether an event counts as removed: also when it is cancelled, or has no
/// time left.
#[must_use]
pub fn is_gone(event: &Event) -> bool {
    event.status == EventStatus::Cancelled || event.time.is_none()
}

/// Decides what is to be done about a link whose task is as given, none when
/// it was deleted. All contents are normalized.
///
/// An open conflict takes the revision from the base, so that the event is
/// compared each time; without the event nothing is decided.
#[must_use]
pub fn reconcile(
    base: &Base,
    task: Option<&Content>,
    event: EventNow<'_>,
    access: Access,
    winner: Winner,
) -> Decision {
    if matches!(event, EventNow::Unread) && base.etag.is_none() {
        return Decision::plain(Action::Keep);
    }
    let revision = revision(base, event);
    let sides = (TaskSide::of(base, task), EventSide::of(base, revision));
    // A side that is gone said last what the base holds.
    let pair = Pair {
        base,
        task: task.unwrap_or(&base.task),
        event: revision.unwrap_or_else(|| agreed(base)),
    };
    match verdict(sides.0, sides.1, access) {
        Verdict::Merge => pair.write(pair.merge(winner)),
        Verdict::PullOnly => pair.write(pair.merge(winner).without_push()),
        Verdict::MergeThenDelete => pair.write_or_delete(pair.merge(winner)),
        Verdict::DeleteEvent => pair.delete(),
        Verdict::Unlink => Decision::plain(Action::Unlink),
        Verdict::Forget => Decision::plain(Action::Forget),
        Verdict::EditDelete => pair.edit_delete(pair.edited()),
    }
}

/// Decides as [`reconcile`] does, and a question between an edit and a deletion
/// too, as the winner wants it: an edited task gets a new event or lets go of
/// the one that is gone; an edited event goes with its task or stays alone.
#[must_use]
pub fn settle(
    base: &Base,
    task: Option<&Content>,
    event: EventNow<'_>,
    access: Access,
    winner: Winner,
) -> Decision {
    let decision = reconcile(base, task, event, access, winner);
    let revision = revision(base, event);
    let unscheduled = task.filter(|task| task.time.is_none());
    if let (Winner::Event, Some(task), Some(event), Action::DeleteEvent { .. }) =
        (winner, unscheduled, revision, &decision.action)
    {
        return Pair { base, task, event }.follow();
    }
    if !matches!(
        decision.action,
        Action::Conflict {
            kind: ConflictKind::EditDelete,
            ..
        }
    ) {
        return decision;
    }
    match (winner, task) {
        (Winner::Nobody, _) => decision,
        (Winner::Task, Some(_)) if access == Access::Ours => Decision::plain(Action::Recreate),
        (Winner::Task, Some(_)) => decision,
        (Winner::Event, Some(_)) => Decision::plain(Action::Unlink),
        // What the event says is known and given up.
        (Winner::Task, None) => {
            let event = revision.unwrap_or_else(|| agreed(base));
            let task = &base.task;
            Pair { base, task, event }.delete()
        }
        (Winner::Event, None) => Decision::plain(Action::Forget),
    }
}

/// The event as it is, none when it is gone. What has the revision of the base
/// says what the base says.
fn revision<'a>(base: &'a Base, event: EventNow<'a>) -> Option<Revision<'a>> {
    match event {
        EventNow::Gone => None,
        EventNow::Unread => Some(agreed(base)),
        EventNow::Read(read) if read.etag.is_some() && read.etag == base.etag.as_deref() => {
            Some(agreed(base))
        }
        EventNow::Read(read) => Some(read),
    }
}

/// The event as the base has it.
fn agreed(base: &Base) -> Revision<'_> {
    Revision {
        content: &base.event,
        etag: base.etag.as_deref(),
    }
}

impl Decision {
    fn plain(action: Action) -> Self {
        Self { action, base: None }
    }
}

#[cfg(test)]
mod tests;
