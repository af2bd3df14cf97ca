//! Many tasks that go at once are a question.

use calsync::model::conflict::ResolutionStatus;
use calsync::model::run::Outcome;

use crate::support::planner::{Planner, at_both};
use crate::support::story::expect;

at_both! {
    many_deleted_tasks_are_a_question,
    what_waits_for_approval_waits_on_when_an_event_changes,
    what_goes_while_others_wait_waits_too,
    a_task_that_comes_back_keeps_its_event,
    a_dry_run_says_what_waits,
}

/// So many tasks went at once.
async fn parked(planner: &Planner) {
    for number in 0..14 {
        let title = format!("task {number:02}");
        planner.task(&format!("t-{number:02}"), &title, "2026-03-03T09:00:00Z");
    }
    planner.sync().await;
    planner.application("DELETE FROM tasks WHERE id < 't-12'");
    let run = planner.sync().await;
    expect(&run, Outcome::Partial, &[("pushed", 0), ("conflicts", 1)]);
    assert_eq!(run.failures[0].kind, "mass_delete");
    assert_eq!(planner.events().len(), 14);
    let open = planner.world.conflicts().await;
    assert_eq!((open.len(), open[0].at_provider), (1, true));
}

/// A person approves the one open question.
async fn approve(planner: &Planner) -> Option<u64> {
    let open = planner.world.conflicts().await;
    assert_eq!(open.len(), 1, "{open:?}");
    let store = planner.world.store().await;
    let approved = store.conflict_approve(&open[0].id, planner.world.now());
    approved.await.unwrap()
}

async fn many_deleted_tasks_are_a_question(planner: Planner) {
    parked(&planner).await;
    planner.world.a_second_cycle_does_nothing().await;
    assert_eq!(planner.events().len(), 14);
    let question = planner.world.conflicts().await.remove(0);
    assert_eq!(approve(&planner).await, Some(12));
    let run = planner.sync().await;
    expect(&run, Outcome::Ok, &[("pushed", 12), ("conflicts", 0)]);
    planner
        .both_hold(&["2026-03-03T09:00Z task 12", "2026-03-03T09:00Z task 13"])
        .await;
    let store = planner.world.store().await;
    let settled = store.conflict_find(&question.id).await.unwrap().unwrap();
    assert_eq!(settled.resolution_status, ResolutionStatus::Resolved);
}

async fn what_waits_for_approval_waits_on_when_an_event_changes(planner: Planner) {
    parked(&planner).await;
    for title in ["task 00", "task 01"] {
        planner.touch(title);
        planner.sync().await;
        assert_eq!(planner.events().len(), 14);
    }
    assert_eq!(approve(&planner).await, Some(12));
    planner.sync().await;
    assert_eq!(planner.events().len(), 2);
    planner.world.a_second_cycle_does_nothing().await;
}

async fn what_goes_while_others_wait_waits_too(planner: Planner) {
    parked(&planner).await;
    planner.application("DELETE FROM tasks WHERE id = 't-12'");
    planner.sync().await;
    assert_eq!(planner.events().len(), 14);
    assert_eq!(approve(&planner).await, Some(13));
    planner.sync().await;
    planner.both_hold(&["2026-03-03T09:00Z task 13"]).await;
}

async fn a_task_that_comes_back_keeps_its_event(planner: Planner) {
    parked(&planner).await;
    planner.task("t-00", "task 00", "2026-03-03T09:00:00Z");
    planner.sync().await;
    assert_eq!(approve(&planner).await, Some(11));
    planner.sync().await;
    assert_eq!(planner.events().len(), 3);
    assert_eq!(planner.tasks().await, planner.events());
}

async fn a_dry_run_says_what_waits(planner: Planner) {
    parked(&planner).await;
    let intents = planner.intents().await;
    assert_eq!(intents.len(), 12);
    for intent in intents {
        assert_eq!(intent.does.as_str(), "wait");
        assert!(intent.why.contains("waits for approval"), "{intent:?}");
    }
}
