//! Carrying out what was decided.

use calsync::model::calendar::AccessRole;
use calsync::model::content::{Content, Field};
use calsync::model::link::LinkState;
use calsync::store::{LinkChange, OutboxChange, Step, StoreError, TaskChange};

use super::bench::{Bench, lease, now};
use super::build::listed;
use super::linked::{base, content, create, is_closed, opening, put};

/// Has the task follow a content in some fields.
fn follow(content: &Content, fields: &[Field]) -> TaskChange {
    TaskChange::Write {
        content: content.clone(),
        fields: fields.to_vec(),
    }
}

pub(crate) async fn our_own_pull_is_no_edit(bench: Bench) {
    bench.linked().await;
    bench.pulls("x", "2").await;
    let agreed = base("x", "2");
    let step = Step {
        task: follow(&agreed.event, &[Field::Title]),
        link: LinkChange::Renew(Box::new(agreed.clone())),
        ..bench.one().await.step()
    };
    assert_eq!(bench.decide(vec![step]).await, (1, 0));
    assert_eq!(bench.moved().await, []);
    bench.application("UPDATE tasks SET description = 'd'");
    let pair = bench.one().await;
    let task = pair.task.unwrap();
    assert_eq!(task.content.title.as_deref(), Some("x"));
    assert_eq!(task.updated_at, now());
    match pair.link.unwrap().state {
        LinkState::Open { base, .. } => assert_eq!(*base, agreed),
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn a_pull_writes_only_the_fields_that_changed(bench: Bench) {
    bench.linked().await;
    let days = |start: &str, end: &str| {
        let day = |text: &str| text.parse().unwrap();
        calsync::model::time::EventTime::all_day(day(start), day(end))
    };
    let mut all = Content {
        description: Some("d".to_owned()),
        location: Some("l".to_owned()),
        reminder_minutes: Some(5),
        ..content("other")
    };
    all.time = Some(days("2026-03-12", "2026-03-14"));
    let mut expected = content("t");
    for (number, field) in Field::ALL.into_iter().enumerate() {
        bench.pulls("x", &format!("{}", number + 2)).await;
        let step = Step {
            task: follow(&all, &[field]),
            ..bench.one().await.step()
        };
        bench.decide(vec![step]).await;
        expected.take(field, &all);
        bench.application("UPDATE tasks SET status = status || '.'");
        let pair = bench.one().await;
        assert_eq!(pair.task.as_ref().unwrap().content, expected, "{field:?}");
        bench.decide(vec![pair.step()]).await;
    }
}

pub(crate) async fn a_task_without_its_event_lives_on_unscheduled(bench: Bench) {
    bench.linked().await;
    bench.changes(vec![super::build::gone("x")]).await;
    let step = Step {
        task: TaskChange::Unschedule,
        link: LinkChange::Close,
        ..bench.one().await.step()
    };
    bench.decide(vec![step]).await;
    let told = "SELECT json_array(title, start_date, end_date, updated_at) FROM tasks";
    assert_eq!(
        bench.asked(told),
        r#"["t",null,null,"2026-03-10T12:00:00.250Z"]"#
    );
    assert_eq!(bench.moved().await, []);
}

pub(crate) async fn a_plan_without_its_lease_writes_nothing(bench: Bench) {
    bench.write_here().await;
    bench.task("t");
    let pair = bench.one().await;
    let mut plan = bench.decided(vec![opening(&pair, 1)]);
    plan.lease = lease(&bench.calendar, "somebody else");
    let refused = bench.store.link_plan(plan).await;
    assert!(matches!(refused, Err(StoreError::LeaseLost(_))));
    assert_eq!(bench.one().await, pair);
    assert_eq!(bench.due().await, []);
}

pub(crate) async fn a_step_whose_task_moved_is_skipped_and_the_rest_done(bench: Bench) {
    bench.write_here().await;
    for id in ["a", "b", "c"] {
        bench.task(id);
    }
    let moved = bench.moved().await;
    let steps = moved.iter().map(|pair| opening(pair, 1)).collect();
    bench.application(
        "UPDATE tasks SET title = 'edited' WHERE id = 'a';
         DELETE FROM tasks WHERE id = 'b'",
    );
    assert_eq!(bench.decide(steps).await, (1, 2));
    let due = bench.due().await;
    let due: Vec<_> = due.iter().map(|entry| entry.task_id.as_str()).collect();
    assert_eq!(due, ["c"]);
    let task = bench.asked("SELECT title FROM tasks WHERE id = 'a'");
    assert_eq!(task, "edited");
}

pub(crate) async fn a_task_is_opened_once_and_again_in_the_next_generation(bench: Bench) {
    bench.write_here().await;
    bench.task("t");
    let pair = bench.one().await;
    assert_eq!(bench.decide(vec![opening(&pair, 1)]).await, (1, 0));
    assert_eq!(bench.decide(vec![opening(&pair, 2)]).await, (0, 1));
    let close = Step {
        link: LinkChange::Close,
        ..pair.step()
    };
    assert_eq!(bench.decide(vec![close.clone()]).await, (1, 0));
    assert_eq!(bench.decide(vec![close]).await, (0, 1));
    assert_eq!(bench.due().await, []);
    assert_eq!(bench.decide(vec![opening(&pair, 1)]).await, (0, 1));
    bench.application("UPDATE tasks SET title = 'other'");
    let pair = bench.one().await;
    assert!(is_closed(&pair));
    assert_eq!(bench.decide(vec![opening(&pair, 2)]).await, (1, 0));
    let link = bench.one().await.link.unwrap();
    assert_eq!((link.generation, link.state), (2, LinkState::Pending));
}

pub(crate) async fn what_may_not_be_written_any_more_is_not_opened(bench: Bench) {
    bench.write_here().await;
    bench.task("t");
    let pair = bench.one().await;
    bench.write_enabled(false).await;
    assert_eq!(bench.decide(vec![opening(&pair, 1)]).await, (0, 1));
    bench.write_enabled(true).await;
    assert_eq!(bench.one().await, pair);
}

pub(crate) async fn a_link_of_another_calendar_is_left_alone(bench: Bench) {
    bench.linked().await;
    bench.application("UPDATE tasks SET title = 'other'");
    let step = bench.one().await.step();
    let both = ["main", "more"].map(|id| listed(id, AccessRole::Owner));
    let calendars = bench.discover(both.to_vec()).await;
    let more = calendars.iter().find(|one| one.id != bench.calendar);
    let more = more.unwrap().id.clone();
    bench.hold(&more).await;
    let changes = [
        LinkChange::Keep,
        LinkChange::Renew(Box::new(base("t", "2"))),
        LinkChange::Open { generation: 2 },
        LinkChange::Close,
        LinkChange::Remove,
    ];
    let steps = changes.map(|link| Step {
        task: TaskChange::Unschedule,
        link,
        outbox: put(create(2)),
        ..step.clone()
    });
    let mut plan = bench.decided(steps.to_vec());
    plan.lease = lease(&more, "cycle");
    plan.calendar = more;
    let planned = bench.store.link_plan(plan).await.unwrap();
    assert_eq!((planned.done, planned.skipped), (0, 5));
    assert_eq!(bench.one().await.step().seen, step.seen);
}

pub(crate) async fn a_link_that_is_forgotten_sends_nothing_any_more(bench: Bench) {
    bench.pending().await;
    bench.application("DELETE FROM tasks");
    let step = Step {
        link: LinkChange::Remove,
        outbox: OutboxChange::Keep,
        ..bench.one().await.step()
    };
    assert_eq!(bench.decide(vec![step]).await, (1, 0));
    assert_eq!(bench.due().await, []);
    assert_eq!(bench.moved().await, []);
}
