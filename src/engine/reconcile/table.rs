//! The table: what each side did, and what follows.

use super::Access;
use crate::engine::merge::Revision;
use crate::model::content::{Content, Field};
use crate::model::link::Base;

/// What a task did since both sides last agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TaskSide {
    /// Nothing.
    Same,
    /// Something of it was changed.
    Edited,
    /// Its time was cleared: it is to have no event any more.
    Unscheduled,
    /// It was deleted.
    Deleted,
}

/// What an event did since both sides last agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EventSide {
    /// Nothing.
    Same,
    /// Something of it was changed.
    Edited,
    /// It was removed.
    Deleted,
}

/// What follows from both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The merge says which side follows the other, if any.
    Merge,
    /// The same, but the event is not written.
    PullOnly,
    /// The event goes, unless the merge finds something that speaks for it.
    MergeThenDelete,
    /// The event goes.
    DeleteEvent,
    /// The task lives on unscheduled.
    Unlink,
    /// The link goes.
    Forget,
    /// A person decides between an edit and a deletion.
    EditDelete,
}

impl TaskSide {
    pub(super) fn of(base: &Base, task: Option<&Content>) -> Self {
        match task {
            None => Self::Deleted,
            Some(task) if task.time.is_none() => Self::Unscheduled,
            Some(task) if is_same(task, &base.task) => Self::Same,
            Some(_) => Self::Edited,
        }
    }
}

impl EventSide {
    pub(super) fn of(base: &Base, event: Option<Revision<'_>>) -> Self {
        match event {
            None => Self::Deleted,
            Some(event) if is_same(event.content, &base.event) => Self::Same,
            Some(_) => Self::Edited,
        }
    }
}

/// Whether two contents mean the same.
fn is_same(one: &Content, other: &Content) -> bool {
    Field::ALL.iter().all(|field| one.means(other, *field))
}

/// The verdict on a link.
pub(super) fn verdict(task: TaskSide, event: EventSide, access: Access) -> Verdict {
    match access {
        Access::Ours => ours(task, event),
        Access::NotOurs => not_ours(task, event),
    }
}

fn ours(task: TaskSide, event: EventSide) -> Verdict {
    match (task, event) {
        (TaskSide::Same | TaskSide::Edited, EventSide::Same | EventSide::Edited) => Verdict::Merge,
        (TaskSide::Unscheduled, EventSide::Same | EventSide::Edited) => Verdict::MergeThenDelete,
        (TaskSide::Deleted, EventSide::Same) => Verdict::DeleteEvent,
        (TaskSide::Same | TaskSide::Unscheduled, EventSide::Deleted) => Verdict::Unlink,
        (TaskSide::Deleted, EventSide::Deleted) => Verdict::Forget,
        // An edit is worth more than a deletion, but only a person can know
        // whether this one still is.
        (TaskSide::Edited, EventSide::Deleted) | (TaskSide::Deleted, EventSide::Edited) => {
            Verdict::EditDelete
        }
    }
}

/// What is not ours stays as it is; a task that lets go of it goes alone.
fn not_ours(task: TaskSide, event: EventSide) -> Verdict {
    match (task, event) {
        (TaskSide::Same | TaskSide::Edited, EventSide::Same | EventSide::Edited) => {
            Verdict::PullOnly
        }
        (TaskSide::Same, EventSide::Deleted)
        | (TaskSide::Unscheduled, EventSide::Same | EventSide::Edited | EventSide::Deleted) => {
            Verdict::Unlink
        }
        (TaskSide::Deleted, EventSide::Same | EventSide::Edited | EventSide::Deleted) => {
            Verdict::Forget
        }
        (TaskSide::Edited, EventSide::Deleted) => Verdict::EditDelete,
    }
}
