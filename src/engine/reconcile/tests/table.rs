//! Every cell of the table.

use super::*;
use Access::{NotOurs, Ours};

/// What the task did.
const TASKS: [&str; 4] = ["same", "edited", "unscheduled", "deleted"];
/// What the event did.
const EVENTS: [&str; 3] = ["same", "edited", "deleted"];

fn task(did: &str) -> Option<Content> {
    match did {
        "same" => Some(base().task),
        "edited" => Some(content("old", "hall", day(2))),
        "unscheduled" => Some(content("old", "room", None)),
        "deleted" => None,
        other => panic!("{other}"),
    }
}

/// The decision about what both did; the event is edited in its title, the
/// task in its place.
fn decide(task_did: &str, event_did: &str, access: Access) -> Decision {
    let (base, task) = (base(), task(task_did));
    let edited = content("NEW", "room", day(2));
    let event = match event_did {
        "same" => read(&base.event, "1"),
        "edited" => read(&edited, "2"),
        "deleted" => EventNow::Gone,
        other => panic!("{other}"),
    };
    reconcile(&base, task.as_ref(), event, access, Winner::Nobody)
}

/// The actions in the order of [`EVENTS`], for each of [`TASKS`].
fn ours() -> [[Action; 3]; 4] {
    let (title, place) = (&[Field::Title], &[Field::Location]);
    let lost = |field| conflict(ConflictKind::EditDelete, field);
    let both = Action::Merge(Merged {
        push: place.to_vec(),
        pull: title.to_vec(),
        clashes: Vec::new(),
    });
    [
        [Action::Keep, pull(title), Action::Unlink],
        [push(place), both, lost(place)],
        [delete(&[]), delete(title), Action::Unlink],
        [delete(&[]), lost(title), Action::Forget],
    ]
}

fn not_ours() -> [[Action; 3]; 4] {
    let (title, place) = (&[Field::Title], &[Field::Location]);
    let refused = conflict(ConflictKind::Edit, place);
    let both = Action::Merge(Merged {
        push: Vec::new(),
        pull: title.to_vec(),
        clashes: vec![Clash {
            field: Field::Location,
            winner: Winner::Nobody,
        }],
    });
    let lost = conflict(ConflictKind::EditDelete, place);
    [
        [Action::Keep, pull(title), Action::Unlink],
        [refused, both, lost],
        [Action::Unlink, Action::Unlink, Action::Unlink],
        [Action::Forget, Action::Forget, Action::Forget],
    ]
}

#[test]
fn every_cell_of_the_table_is_as_written() {
    for (access, rows) in [(Ours, ours()), (NotOurs, not_ours())] {
        for (task, row) in TASKS.into_iter().zip(rows) {
            for (event, action) in EVENTS.into_iter().zip(row) {
                let found = decide(task, event, access).action;
                assert_eq!(found, action, "task {task}, event {event}, {access:?}");
            }
        }
    }
}

#[test]
fn what_is_not_ours_is_never_written() {
    for task in TASKS {
        for event in EVENTS {
            match decide(task, event, NotOurs).action {
                Action::Push { .. } | Action::DeleteEvent { .. } | Action::Recreate => {
                    panic!("{task} {event}")
                }
                Action::Merge(merged) => assert_eq!(merged.push, [], "{task} {event}"),
                Action::Keep
                | Action::Rebase
                | Action::Pull { .. }
                | Action::Unlink
                | Action::Forget
                | Action::Conflict { .. } => {}
            }
        }
    }
}
