use super::*;

fn titled(title: &str) -> Content {
    Content {
        title: Some(title.to_owned()),
        ..Content::default()
    }
}

/// A base whose event the provider has rewritten.
fn base() -> Base {
    Base {
        task: titled("old"),
        event: titled("OLD"),
        etag: Some("1".to_owned()),
    }
}

fn clash(winner: Winner) -> Vec<Clash> {
    let field = Field::Title;
    vec![Clash { field, winner }]
}

#[test]
fn a_field_follows_the_side_that_changed_it() {
    // Task, event, winner; push, pull, clashes.
    let cases = [
        ("old", "OLD", Winner::Task, 0, 0, vec![]),
        ("new", "OLD", Winner::Event, 1, 0, vec![]),
        ("old", "NEW", Winner::Task, 0, 1, vec![]),
        ("new", "new", Winner::Task, 0, 0, vec![]),
        ("OLD", "OLD", Winner::Task, 0, 0, vec![]),
        ("old", "old", Winner::Task, 0, 0, vec![]),
        ("new", "NEW", Winner::Task, 1, 0, clash(Winner::Task)),
        ("new", "NEW", Winner::Event, 0, 1, clash(Winner::Event)),
        ("new", "NEW", Winner::Nobody, 0, 0, clash(Winner::Nobody)),
    ];
    for (task, event, winner, push, pull, clashes) in cases {
        let merged = merge(&base(), &titled(task), &titled(event), winner);
        let counts = (merged.push.len(), merged.pull.len());
        assert_eq!(counts, (push, pull), "{task} {event} {winner:?}");
        assert_eq!(merged.clashes, clashes, "{task} {event} {winner:?}");
    }
}

#[test]
fn different_fields_merge_beside_one_that_is_left_open() {
    let mut task = titled("new");
    let mut event = titled("NEW");
    task.location = Some("hall".to_owned());
    event.description = Some("notes".to_owned());
    let merged = merge(&base(), &task, &event, Winner::Nobody);
    assert_eq!(merged.push, [Field::Location]);
    assert_eq!(merged.pull, [Field::Description]);
    assert_eq!(merged.open(), [Field::Title]);
    let content = &event;
    let etag = Some("2");
    let planned = merged.base(&base(), &task, Revision { content, etag });
    assert_eq!(planned.task.title.as_deref(), Some("old"));
    assert_eq!(planned.event.title.as_deref(), Some("OLD"));
    assert_eq!(planned.task.location, None);
    assert_eq!(planned.task.description.as_deref(), Some("notes"));
    assert_eq!(planned.event.description.as_deref(), Some("notes"));
    assert_eq!(planned.etag, None);
}

#[test]
fn what_must_not_be_pushed_is_left_open_even_if_the_task_would_win() {
    let mut task = titled("new");
    task.location = Some("hall".to_owned());
    let merged = merge(&base(), &task, &titled("NEW"), Winner::Task).without_push();
    assert!(merged.writes_nothing());
    assert_eq!(merged.open(), [Field::Title, Field::Location]);
    assert_eq!(merged.clashes.len(), 2);
}

#[test]
fn a_plan_that_is_never_sent_is_decided_again_in_the_same_way() {
    let (task, event) = (titled("new"), titled("NEW"));
    let merged = merge(&base(), &task, &event, Winner::Task);
    let content = &event;
    let etag = Some("2");
    let planned = merged.base(&base(), &task, Revision { content, etag });
    let again = merge(&planned, &task, &event, Winner::Event);
    assert_eq!(again.push, [Field::Title]);
    assert_eq!(again.clashes, []);
}
