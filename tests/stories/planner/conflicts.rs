//! The same field edited on both sides.

use calsync::jobs::ResolveConflicts;
use calsync::model::conflict::{ConflictKind, ResolutionStatus};
use calsync::model::content::{Field, Value};
use calsync::model::preferences::ConflictStrategy;
use calsync::model::run::Outcome;
use calsync::sync::{Keep, Resolved};

use crate::support::planner::{Edit, Planner, at_both};
use crate::support::story::expect;

at_both! {
    the_later_edit_wins_and_the_other_is_on_record,
    clocks_that_differ_only_choose_the_winner,
    a_strategy_names_the_winner,
    without_a_strategy_both_sides_keep_theirs,
    an_open_question_does_not_keep_other_fields_from_merging,
    sides_that_come_to_agree_settle_the_question,
    a_person_keeps_the_task,
    a_person_keeps_the_event,
    an_edited_task_that_is_kept_gets_a_new_event,
    a_deletion_that_is_kept_unschedules_the_task,
    an_edited_event_that_is_kept_stays_without_its_task,
    a_deletion_of_the_task_that_is_kept_deletes_the_event,
    a_strategy_that_is_chosen_later_settles_what_is_parked,
    nobody_knows_whether_a_deleted_event_is_newer,
    a_question_about_nothing_is_dropped,
}

async fn linked(planner: &Planner) {
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.sync().await;
}

fn text(text: &str) -> Option<Value> {
    Some(Value::Text(text.to_owned()))
}

async fn the_later_edit_wins_and_the_other_is_on_record(planner: Planner) {
    linked(&planner).await;
    planner.world.minutes_later(1);
    planner.edit("report", Edit::Title("theirs"));
    planner.world.minutes_later(1);
    planner.plan("t-1", "title = 'ours'");
    let run = planner.sync().await;
    expect(&run, Outcome::Ok, &[("pushed", 1), ("conflicts", 1)]);
    planner.both_hold(&["2026-03-03T09:00Z ours"]).await;
    let store = planner.world.store().await;
    let all = store.conflict_list(false).await.unwrap();
    assert_eq!(all.len(), 1);
    let conflict = &all[0];
    assert_eq!(conflict.kind, ConflictKind::Edit);
    assert_eq!(conflict.resolution_status, ResolutionStatus::Resolved);
    assert_eq!(conflict.strategy.as_deref(), Some("prefer_newest"));
    let sides = [&conflict.base, &conflict.ours, &conflict.theirs];
    let titles = sides.map(|side| side.as_ref().unwrap()[&Field::Title].clone());
    assert_eq!(titles, [text("report"), text("ours"), text("theirs")]);
}

async fn clocks_that_differ_only_choose_the_winner(planner: Planner) {
    linked(&planner).await;
    planner.world.minutes_later(6);
    planner.edit("report", Edit::Title("theirs"));
    // The application's clock is five minutes behind; other fields still merge.
    planner.application(
        "UPDATE tasks SET title = 'ours', location = 'hall',
             updated_at = '2026-03-02T06:21:00Z'",
    );
    planner.sync().await;
    planner.both_hold(&["2026-03-03T09:00Z theirs @hall"]).await;
}

async fn a_strategy_names_the_winner(planner: Planner) {
    linked(&planner).await;
    planner.strategy(ConflictStrategy::PreferTask).await;
    planner.plan("t-1", "title = 'ours'");
    planner.world.minutes_later(1);
    planner.edit("report", Edit::Title("theirs"));
    planner.sync().await;
    planner.both_hold(&["2026-03-03T09:00Z ours"]).await;
    planner.strategy(ConflictStrategy::PreferCalendar).await;
    planner.edit("ours", Edit::Title("theirs again"));
    planner.world.minutes_later(1);
    planner.plan("t-1", "title = 'ours again'");
    planner.sync().await;
    planner.both_hold(&["2026-03-03T09:00Z theirs again"]).await;
}

/// Both sides were edited, and a person is to decide.
async fn parked(planner: &Planner) {
    linked(planner).await;
    planner.strategy(ConflictStrategy::Manual).await;
    planner.plan("t-1", "title = 'ours'");
    planner.edit("report", Edit::Title("theirs"));
    let run = planner.sync().await;
    expect(&run, Outcome::Ok, &[("pushed", 0), ("conflicts", 1)]);
}

async fn without_a_strategy_both_sides_keep_theirs(planner: Planner) {
    parked(&planner).await;
    for _ in 0..2 {
        planner.world.a_second_cycle_does_nothing().await;
        assert_eq!(planner.tasks().await[0].title, "ours");
        assert_eq!(planner.events()[0].title, "theirs");
    }
    let open = planner.world.conflicts().await;
    assert_eq!(open.len(), 1);
    // A further edit is the same question.
    planner.plan("t-1", "title = 'ours again'");
    planner.sync().await;
    let again = planner.world.conflicts().await;
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].id, open[0].id);
    assert_eq!(
        again[0].ours.as_ref().unwrap()[&Field::Title],
        text("ours again")
    );
    assert_eq!(planner.events()[0].title, "theirs");
}

async fn an_open_question_does_not_keep_other_fields_from_merging(planner: Planner) {
    parked(&planner).await;
    planner.plan("t-1", "location = 'hall'");
    planner.sync().await;
    assert_eq!(planner.events()[0].line(), "2026-03-03T09:00Z theirs @hall");
    planner.edit("theirs", Edit::Move("2026-03-04T09:00"));
    planner.sync().await;
    assert_eq!(
        planner.tasks().await[0].line(),
        "2026-03-04T09:00Z ours @hall"
    );
    assert_eq!(planner.world.conflicts().await.len(), 1);
    planner.world.a_second_cycle_does_nothing().await;
}

async fn sides_that_come_to_agree_settle_the_question(planner: Planner) {
    parked(&planner).await;
    planner.plan("t-1", "title = 'theirs'");
    planner.sync().await;
    assert_eq!(planner.world.conflicts().await, []);
    planner.both_hold(&["2026-03-03T09:00Z theirs"]).await;
}

/// Settles the one open question as a person does.
async fn keep(planner: &Planner, side: Keep) -> Resolved {
    let open = planner.world.conflicts().await;
    assert_eq!(open.len(), 1, "{open:?}");
    let cx = planner.world.context();
    let sync = cx.sync("a person").await.unwrap();
    sync.resolve(&open[0], Some(side)).await.unwrap()
}

async fn a_person_keeps_the_task(planner: Planner) {
    parked(&planner).await;
    assert_eq!(keep(&planner, Keep::Task).await, Resolved::Settled);
    assert_eq!(planner.world.conflicts().await, []);
    planner.sync().await;
    planner.both_hold(&["2026-03-03T09:00Z ours"]).await;
    // It is one conflict, which was asked and is answered.
    let store = planner.world.store().await;
    let all = store.conflict_list(false).await.unwrap();
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(all[0].strategy.as_deref(), Some("keep_task"));
}

async fn a_person_keeps_the_event(planner: Planner) {
    parked(&planner).await;
    assert_eq!(keep(&planner, Keep::Event).await, Resolved::Settled);
    planner.both_hold(&["2026-03-03T09:00Z theirs"]).await;
}

/// The event was deleted, its task edited.
async fn event_deleted(planner: &Planner) {
    linked(planner).await;
    planner.plan("t-1", "title = 'ours'");
    planner.delete("report");
    planner.sync().await;
}

async fn an_edited_task_that_is_kept_gets_a_new_event(planner: Planner) {
    event_deleted(&planner).await;
    assert_eq!(keep(&planner, Keep::Task).await, Resolved::Settled);
    planner.sync().await;
    planner.both_hold(&["2026-03-03T09:00Z ours"]).await;
}

async fn a_deletion_that_is_kept_unschedules_the_task(planner: Planner) {
    event_deleted(&planner).await;
    assert_eq!(keep(&planner, Keep::Event).await, Resolved::Settled);
    planner.sync().await;
    planner.both_hold(&[]).await;
    let tasks = planner
        .world
        .column("SELECT title FROM tasks WHERE start_date IS NULL");
    assert_eq!(tasks, ["ours"]);
}

/// The task was deleted, its event edited.
async fn task_deleted(planner: &Planner) {
    linked(planner).await;
    planner.application("DELETE FROM tasks");
    planner.edit("report", Edit::Title("theirs"));
    planner.sync().await;
}

async fn an_edited_event_that_is_kept_stays_without_its_task(planner: Planner) {
    task_deleted(&planner).await;
    assert_eq!(keep(&planner, Keep::Event).await, Resolved::Settled);
    planner.sync().await;
    assert_eq!(planner.events()[0].title, "theirs");
    assert_eq!(
        planner.world.column("SELECT count(*) FROM calendar_links"),
        ["0"]
    );
    planner.world.a_second_cycle_does_nothing().await;
}

async fn a_deletion_of_the_task_that_is_kept_deletes_the_event(planner: Planner) {
    task_deleted(&planner).await;
    assert_eq!(keep(&planner, Keep::Task).await, Resolved::Settled);
    planner.sync().await;
    planner.both_hold(&[]).await;
}

async fn a_strategy_that_is_chosen_later_settles_what_is_parked(planner: Planner) {
    parked(&planner).await;
    let run = planner.world.run(&ResolveConflicts::default()).await;
    expect(
        &run,
        Outcome::Ok,
        &[("open", 1), ("resolved", 0), ("parked", 1)],
    );
    planner.strategy(ConflictStrategy::PreferTask).await;
    let run = planner.world.run(&ResolveConflicts::default()).await;
    expect(
        &run,
        Outcome::Ok,
        &[("open", 1), ("resolved", 1), ("parked", 0)],
    );
    planner.sync().await;
    planner.both_hold(&["2026-03-03T09:00Z ours"]).await;
    let run = planner.world.run(&ResolveConflicts::default()).await;
    expect(
        &run,
        Outcome::Ok,
        &[("open", 0), ("resolved", 0), ("parked", 0)],
    );
}

async fn nobody_knows_whether_a_deleted_event_is_newer(planner: Planner) {
    event_deleted(&planner).await;
    let run = planner.world.run(&ResolveConflicts::default()).await;
    expect(
        &run,
        Outcome::Ok,
        &[("open", 1), ("resolved", 0), ("parked", 1)],
    );
}

async fn a_question_about_nothing_is_dropped(planner: Planner) {
    parked(&planner).await;
    planner.application("UPDATE calendar_links SET state = 'closed'");
    let run = planner.world.run(&ResolveConflicts::default()).await;
    expect(
        &run,
        Outcome::Ok,
        &[("open", 1), ("resolved", 1), ("parked", 0)],
    );
    assert_eq!(planner.world.conflicts().await, []);
}
