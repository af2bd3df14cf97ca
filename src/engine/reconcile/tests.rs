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

#[test]
fn an_edit_and_a_deletion_are_settled_as_the_winner_wants() {
    let base = base();
    let edited_task = content("new", "room", day(2));
    let edited_event = content("NEW", "room", day(2));
    let parked = |fields: &[Field]| conflict(ConflictKind::EditDelete, fields);
    let title = &[Field::Title];
    let cases = [
        (
            Some(&edited_task),
            EventNow::Gone,
            Winner::Task,
            Action::Recreate,
        ),
        (
            Some(&edited_task),
            EventNow::Gone,
            Winner::Event,
            Action::Unlink,
        ),
        (
            Some(&edited_task),
            EventNow::Gone,
            Winner::Nobody,
            parked(title),
        ),
        (None, read(&edited_event, "2"), Winner::Task, delete(&[])),
        (
            None,
            read(&edited_event, "2"),
            Winner::Event,
            Action::Forget,
        ),
        (
            None,
            read(&edited_event, "2"),
            Winner::Nobody,
            parked(title),
        ),
    ];
    for (task, event, winner, expected) in cases {
        let found = settle(&base, task, event, Access::Ours, winner);
        assert_eq!(found.action, expected, "{task:?} {winner:?}");
    }
    // What is not ours is not made again.
    let found = settle(
        &base,
        Some(&edited_task),
        EventNow::Gone,
        Access::NotOurs,
        Winner::Task,
    );
    assert_eq!(found.action, parked(title));
}

#[test]
fn a_deletion_that_was_settled_stands_when_it_is_decided_on_again() {
    let base = base();
    let edited_event = content("NEW", "room", day(2));
    let given_up = settle(
        &base,
        None,
        read(&edited_event, "2"),
        Access::Ours,
        Winner::Task,
    );
    let base_now = given_up.base.unwrap();
    let again = reconcile(
        &base_now,
        None,
        EventNow::Unread,
        Access::Ours,
        Winner::Nobody,
    );
    assert_eq!(again.action, delete(&[]));
}

#[test]
fn an_event_that_is_kept_gives_its_time_back_to_the_task() {
    let base = base();
    let unscheduled = content("new", "room", None);
    let event = content("NEW", "room", day(2));
    let decide = |winner| {
        let now = read(&event, "2");
        settle(&base, Some(&unscheduled), now, Access::Ours, winner).action
    };
    assert_eq!(decide(Winner::Event), pull(&[Field::Title, Field::Time]));
    assert!(matches!(decide(Winner::Task), Action::DeleteEvent { .. }));
    let parked = conflict(ConflictKind::EditDelete, &[Field::Title]);
    assert_eq!(decide(Winner::Nobody), parked);
}

#[test]
fn another_zone_for_the_same_moment_is_no_difference() {
    use crate::model::time::Zone;
    let time = |zone: &str| {
        let at = |text: &str| text.parse().unwrap();
        let (start, end) = (at("2026-03-02T08:00:00Z"), at("2026-03-02T09:00:00Z"));
        Some(EventTime::timed(start, end, Zone::parse(zone).unwrap()))
    };
    let base = base();
    let task = content("old", "room", time("Europe/Berlin"));
    let event = content("OLD", "room", time("UTC"));
    let decision = reconcile(
        &base,
        Some(&task),
        read(&event, "2"),
        Access::Ours,
        Winner::Nobody,
    );
    assert_eq!(decision.action, Action::Rebase);
}
