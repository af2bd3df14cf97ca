use chrono::NaiveDate;

use super::*;
use crate::model::time::EventTime;

mod chance;
mod table;

/// A day of March.
fn day(day: u32) -> Option<EventTime> {
    let date = NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
    Some(EventTime::all_day(date, date))
}

fn content(title: &str, location: &str, time: Option<EventTime>) -> Content {
    Content {
        title: Some(title.to_owned()),
        location: Some(location.to_owned()),
        time,
        ..Content::default()
    }
}

/// A base whose title the provider has rewritten.
fn base() -> Base {
    Base {
        task: content("old", "room", day(2)),
        event: content("OLD", "room", day(2)),
        etag: Some("1".to_owned()),
    }
}

fn read<'a>(content: &'a Content, etag: &'a str) -> EventNow<'a> {
    let etag = Some(etag);
    EventNow::Read(Revision { content, etag })
}

fn push(fields: &[Field]) -> Action {
    let fields = fields.to_vec();
    Action::Push { fields }
}

fn pull(fields: &[Field]) -> Action {
    let fields = fields.to_vec();
    Action::Pull { fields }
}

fn conflict(kind: ConflictKind, fields: &[Field]) -> Action {
    let fields = fields.to_vec();
    Action::Conflict { kind, fields }
}

fn delete(pull: &[Field]) -> Action {
    Action::DeleteEvent {
        pull: pull.to_vec(),
        clashes: Vec::new(),
    }
}

#[test]
fn our_own_write_coming_back_only_renews_the_revision() {
    let base = base();
    let echo = read(&base.event, "2");
    let found = reconcile(&base, Some(&base.task), echo, Access::Ours, Winner::Task);
    assert_eq!(found.action, Action::Rebase);
    let renewed = found.base.unwrap();
    assert_eq!(renewed.etag.as_deref(), Some("2"));
    let again = reconcile(&renewed, Some(&base.task), echo, Access::Ours, Winner::Task);
    assert_eq!(again, Decision::plain(Action::Keep));
}

#[test]
fn an_event_of_the_same_revision_is_not_compared() {
    let base = base();
    let garbled = content("garbled", "", day(9));
    let event = read(&garbled, "1");
    let found = reconcile(&base, Some(&base.task), event, Access::Ours, Winner::Event);
    assert_eq!(found, Decision::plain(Action::Keep));
}

#[test]
fn the_same_edit_on_both_sides_is_written_nowhere() {
    let base = base();
    let same = content("new", "hall", day(3));
    let event = read(&same, "2");
    for access in [Access::Ours, Access::NotOurs] {
        let found = reconcile(&base, Some(&same), event, access, Winner::Task);
        assert_eq!(found.action, Action::Rebase);
        let renewed = found.base.unwrap();
        assert_eq!((&renewed.task, &renewed.event), (&same, &same));
    }
}

#[test]
fn a_task_edited_before_our_last_write_was_read_is_pushed() {
    let base = base();
    let task = content("old", "hall", day(2));
    let found = |base: &Base| {
        reconcile(
            base,
            Some(&task),
            EventNow::Unread,
            Access::Ours,
            Winner::Task,
        )
    };
    assert_eq!(
        found(&base),
        Decision::plain(Action::Push {
            fields: vec![Field::Location]
        })
    );
}

#[test]
fn an_open_conflict_is_never_overwritten_while_the_event_is_unread() {
    let base = base();
    let (task, event) = (content("new", "room", day(2)), base.event.clone());
    let theirs = content("NEW", "room", day(2));
    let cases = [
        (Some(&task), ConflictKind::Edit),
        (None, ConflictKind::EditDelete),
    ];
    for (task, kind) in cases {
        let decide =
            |base: &Base, event| reconcile(base, task, event, Access::Ours, Winner::Nobody);
        let found = decide(&base, read(&theirs, "2"));
        assert_eq!(found.action, conflict(kind, &[Field::Title]));
        let open = found.base.unwrap();
        assert_eq!((&open.event, &open.etag), (&event, &None));
        assert_eq!(
            decide(&open, EventNow::Unread),
            Decision::plain(Action::Keep)
        );
        // Read again, it is the same question, and nothing new is noted.
        let again = decide(&open, read(&theirs, "2"));
        assert_eq!(again.action, found.action);
        assert_eq!(again.base, None);
    }
}

#[test]
fn an_unscheduled_task_takes_over_what_its_event_said_before_it_goes() {
    let base = base();
    let task = content("old", "room", None);
    let decide = |task: &Content, event: &Content, winner| {
        reconcile(&base, Some(task), read(event, "2"), Access::Ours, winner).action
    };
    let renamed = content("NEW", "room", day(2));
    assert_eq!(
        decide(&task, &renamed, Winner::Task),
        delete(&[Field::Title])
    );
    // The event was given another time meanwhile: the strategy decides.
    let moved = content("OLD", "room", day(5));
    let clash = |winner| {
        let field = Field::Time;
        vec![Clash { field, winner }]
    };
    let deleted = Action::DeleteEvent {
        pull: Vec::new(),
        clashes: clash(Winner::Task),
    };
    assert_eq!(decide(&task, &moved, Winner::Task), deleted);
    let kept = Action::Merge(Merged {
        push: Vec::new(),
        pull: vec![Field::Time],
        clashes: clash(Winner::Event),
    });
    assert_eq!(decide(&task, &moved, Winner::Event), kept);
    let parked = conflict(ConflictKind::EditDelete, &[Field::Time]);
    assert_eq!(decide(&task, &moved, Winner::Nobody), parked);
}
