//! Tasks and events that go.

use calsync::model::conflict::ConflictKind;
use calsync::model::run::Outcome;

use crate::support::planner::{Edit, Mishap, Planner, Write, at_both};
use crate::support::story::expect;

at_both! {
    a_deleted_task_takes_its_event_along,
    a_task_without_its_event_lives_on_unscheduled,
    an_event_that_goes_after_the_process_that_created_it_died_is_a_removal,
    an_event_that_was_deleted_while_its_task_was_edited_is_a_question,
    a_task_that_was_deleted_while_its_event_was_edited_is_a_question,
    what_both_sides_deleted_is_forgotten,
    an_update_of_an_event_that_is_gone_is_a_removal,
    a_series_that_an_event_became_is_deleted_with_its_task,
    a_deleted_task_that_is_planned_again_gets_a_live_event,
    a_lost_store_plans_a_deleted_task_again,
    a_deletion_that_has_to_wait_is_made_at_the_revision_that_was_read,
    an_event_that_cannot_be_written_goes_once_it_can,
}

async fn linked(planner: &Planner) {
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.sync().await;
}

async fn a_deleted_task_takes_its_event_along(planner: Planner) {
    linked(&planner).await;
    planner.task("t-2", "review", "2026-03-04T09:00:00Z");
    planner.sync().await;
    planner.application("DELETE FROM tasks WHERE id = 't-1'");
    planner.plan("t-2", "deleted_at = '2026-03-02'");
    let run = planner.sync().await;
    expect(&run, Outcome::Ok, &[("pushed", 2), ("conflicts", 0)]);
    planner.both_hold(&[]).await;
}

async fn a_task_without_its_event_lives_on_unscheduled(planner: Planner) {
    linked(&planner).await;
    planner.delete("report");
    let run = planner.sync().await;
    expect(&run, Outcome::Ok, &[("pushed", 0), ("events_removed", 1)]);
    let tasks = planner
        .world
        .column("SELECT json_array(title, start_date, end_date) FROM tasks");
    assert_eq!(tasks, [r#"["report",null,null]"#]);
    planner.both_hold(&[]).await;
    // Not before it is scheduled anew is there another event.
    planner.plan("t-1", "title = 'draft'");
    planner.sync().await;
    planner.both_hold(&[]).await;
    planner.plan("t-1", "start_date = '2026-03-05T09:00:00Z'");
    planner.sync().await;
    planner.both_hold(&["2026-03-05T09:00Z draft"]).await;
}

async fn an_event_that_goes_after_the_process_that_created_it_died_is_a_removal(planner: Planner) {
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.task("t-2", "review", "2026-03-04T09:00:00Z");
    planner.dies_at(Write::Create, 2);
    planner.sync().await;
    assert_eq!(planner.events().len(), 2);
    planner.delete("report");
    planner.sync().await;
    planner.both_hold(&["2026-03-04T09:00Z review"]).await;
}

async fn an_event_that_was_deleted_while_its_task_was_edited_is_a_question(planner: Planner) {
    linked(&planner).await;
    planner.plan("t-1", "title = 'draft'");
    planner.delete("report");
    let run = planner.sync().await;
    expect(&run, Outcome::Ok, &[("pushed", 0), ("conflicts", 1)]);
    let open = planner.world.conflicts().await;
    assert_eq!(open[0].kind, ConflictKind::EditDelete);
    assert_eq!(open[0].theirs, None);
    planner.world.a_second_cycle_does_nothing().await;
    assert_eq!(planner.tasks().await.len(), 1);
    // The task goes as well: nothing is left to ask about.
    planner.application("DELETE FROM tasks");
    planner.sync().await;
    assert_eq!(planner.world.conflicts().await, []);
    planner.both_hold(&[]).await;
}

async fn a_task_that_was_deleted_while_its_event_was_edited_is_a_question(planner: Planner) {
    linked(&planner).await;
    planner.application("DELETE FROM tasks");
    planner.edit("report", Edit::Title("important"));
    let run = planner.sync().await;
    expect(&run, Outcome::Ok, &[("pushed", 0), ("conflicts", 1)]);
    let open = planner.world.conflicts().await;
    assert_eq!(open[0].kind, ConflictKind::EditDelete);
    assert_eq!(open[0].ours, None);
    assert_eq!(planner.events().len(), 1);
    planner.world.a_second_cycle_does_nothing().await;
}

async fn what_both_sides_deleted_is_forgotten(planner: Planner) {
    linked(&planner).await;
    planner.application("DELETE FROM tasks");
    planner.delete("report");
    let run = planner.sync().await;
    expect(&run, Outcome::Ok, &[("pushed", 0), ("conflicts", 0)]);
    let links = planner.world.column("SELECT count(*) FROM calendar_links");
    assert_eq!(links, ["0"]);
    planner.both_hold(&[]).await;
}

async fn an_update_of_an_event_that_is_gone_is_a_removal(planner: Planner) {
    linked(&planner).await;
    planner.plan("t-1", "title = 'draft'");
    planner.deleted_just_before_an_update("report");
    let run = planner.sync().await;
    expect(&run, Outcome::Ok, &[("pushed", 0), ("conflicts", 1)]);
    let open = planner.world.conflicts().await;
    assert_eq!(open[0].kind, ConflictKind::EditDelete);
    assert_eq!(planner.events(), []);
    planner.world.a_second_cycle_does_nothing().await;
}

async fn a_series_that_an_event_became_is_deleted_with_its_task(planner: Planner) {
    linked(&planner).await;
    planner.repeats("report");
    planner.sync().await;
    let seen: Vec<_> = planner.world.timeline_of("u-1", &["2026-03-0"]).await;
    assert_eq!(seen.len(), 7, "{seen:?}");
    planner.plan("t-1", "title = 'draft'");
    planner.sync().await;
    let named = planner.world.timeline_of("u-1", &["2026-03-0"]).await;
    assert!(
        named.iter().all(|line| line.ends_with("draft")),
        "{named:?}"
    );
    planner.application("DELETE FROM tasks");
    planner.sync().await;
    assert_eq!(planner.events(), []);
    assert_eq!(planner.world.timeline("u-1").await, [""; 0]);
    planner.world.a_second_cycle_does_nothing().await;
}

async fn a_deleted_task_that_is_planned_again_gets_a_live_event(planner: Planner) {
    for _ in 0..3 {
        linked(&planner).await;
        planner.both_hold(&["2026-03-03T09:00Z report"]).await;
        planner.application("DELETE FROM tasks");
        planner.sync().await;
        planner.both_hold(&[]).await;
    }
}

async fn a_lost_store_plans_a_deleted_task_again(planner: Planner) {
    linked(&planner).await;
    planner.application("DELETE FROM tasks");
    planner.sync().await;
    planner.application("PRAGMA foreign_keys = ON; DELETE FROM calendars");
    planner.application("UPDATE accounts SET discovered_at = NULL");
    // Its id at the provider is used up, which nobody remembers.
    linked(&planner).await;
    planner.both_hold(&["2026-03-03T09:00Z report"]).await;
}

async fn a_deletion_that_has_to_wait_is_made_at_the_revision_that_was_read(planner: Planner) {
    linked(&planner).await;
    // Another revision that says the same.
    planner.touch("report");
    planner.application("DELETE FROM tasks");
    planner.mishap(Write::Delete, Mishap::Busy { seconds: 300 }, 1);
    planner.sync().await;
    assert_eq!(planner.events().len(), 1);
    planner.world.google().clear_requests();
    planner.world.microsoft().clear_requests();
    planner.sync().await;
    assert_eq!(planner.pushed(), 1);
    planner.both_hold(&[]).await;
}

async fn an_event_that_cannot_be_written_goes_once_it_can(planner: Planner) {
    linked(&planner).await;
    planner.application("UPDATE calendars SET access_role = 'reader'; DELETE FROM tasks");
    planner.sync().await;
    planner.world.a_second_cycle_does_nothing().await;
    assert_eq!(planner.events().len(), 1);
    planner.application("UPDATE calendars SET access_role = 'owner'");
    planner.sync().await;
    planner.both_hold(&[]).await;
}
