//! Answers that are lost, late, or refusals.

use calsync::model::conflict::ConflictKind;
use calsync::model::run::Outcome;

use crate::support::planner::{Edit, Mishap, Planner, Write, at_both};
use crate::support::story::{ANA, expect, force};

at_both! {
    a_creation_whose_answer_is_lost_is_found_again,
    a_creation_whose_answer_is_lost_does_not_undo_an_edit,
    what_was_added_before_the_answer_came_reaches_the_task,
    a_task_that_goes_before_the_answer_comes_leaves_no_event,
    an_edited_event_of_a_task_that_goes_before_the_answer_comes_is_a_question,
    an_edited_event_of_a_task_without_time_leaves_its_words_behind,
    an_update_whose_answer_is_lost_is_made_once,
    a_deletion_whose_answer_is_lost_is_done,
    a_wait_that_is_asked_for_is_kept,
    what_is_refused_rests_until_its_task_changes,
    what_is_refused_is_tried_again_by_force,
    one_refusal_stops_nothing_else,
    access_that_is_given_later_is_used_the_next_day,
    a_missing_permission_is_asked_for_once_a_day,
    somebody_elses_account_is_not_delayed,
    a_missing_permission_holds_every_task_back,
    a_provider_that_asks_for_time_is_given_it_for_reading_too,
}

async fn a_creation_whose_answer_is_lost_is_found_again(planner: Planner) {
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.mishap(Write::Create, Mishap::AnswerLost, 3);
    let run = planner.sync().await;
    expect(&run, Outcome::Partial, &[("pushed", 0)]);
    assert_eq!(planner.events().len(), 1);
    planner.sync().await;
    planner.both_hold(&["2026-03-03T09:00Z report"]).await;
}

async fn a_creation_whose_answer_is_lost_does_not_undo_an_edit(planner: Planner) {
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.mishap(Write::Create, Mishap::AnswerLost, 3);
    planner.sync().await;
    planner.edit("report", Edit::Title("theirs"));
    planner.plan("t-1", "location = 'hall'");
    planner.sync().await;
    planner.sync().await;
    let tasks = planner.tasks().await;
    assert_eq!(tasks, planner.events());
    assert_eq!(tasks[0].place, "hall");
    // Who wins is the strategy's; what lost is on record.
    let all = planner
        .world
        .store()
        .await
        .conflict_list(false)
        .await
        .unwrap();
    assert_eq!(all.len(), 1, "{all:?}");
}

async fn a_task_that_goes_before_the_answer_comes_leaves_no_event(planner: Planner) {
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.task("t-2", "review", "2026-03-03T09:00:00Z");
    planner.mishap(Write::Create, Mishap::AnswerLost, 3);
    planner.sync().await;
    assert_eq!(planner.events().len(), 1);
    planner.application("DELETE FROM tasks");
    planner.sync().await;
    planner.both_hold(&[]).await;
}

async fn what_was_added_before_the_answer_came_reaches_the_task(planner: Planner) {
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.mishap(Write::Create, Mishap::AnswerLost, 3);
    planner.sync().await;
    planner.edit("report", Edit::Place("hall"));
    let run = planner.sync().await;
    expect(&run, Outcome::Ok, &[("conflicts", 0)]);
    planner.both_hold(&["2026-03-03T09:00Z report @hall"]).await;
}

async fn an_edited_event_of_a_task_that_goes_before_the_answer_comes_is_a_question(
    planner: Planner,
) {
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.mishap(Write::Create, Mishap::AnswerLost, 3);
    planner.sync().await;
    planner.edit("report", Edit::Title("important"));
    planner.application("DELETE FROM tasks");
    let run = planner.sync().await;
    expect(&run, Outcome::Ok, &[("pushed", 0), ("conflicts", 1)]);
    let open = planner.world.conflicts().await;
    assert_eq!(open[0].kind, ConflictKind::EditDelete);
    assert_eq!(planner.events().len(), 1);
    planner.world.a_second_cycle_does_nothing().await;
}

async fn an_edited_event_of_a_task_without_time_leaves_its_words_behind(planner: Planner) {
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.mishap(Write::Create, Mishap::AnswerLost, 3);
    planner.sync().await;
    planner.edit("report", Edit::Place("hall"));
    planner.plan("t-1", "start_date = NULL, end_date = NULL");
    planner.sync().await;
    planner.both_hold(&[]).await;
    let places = planner.world.column("SELECT location FROM tasks");
    assert_eq!(places, ["hall"]);
}

async fn an_update_whose_answer_is_lost_is_made_once(planner: Planner) {
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.sync().await;
    planner.plan("t-1", "title = 'draft'");
    planner.mishap(Write::Update, Mishap::AnswerLost, 3);
    planner.sync().await;
    planner.sync().await;
    planner.both_hold(&["2026-03-03T09:00Z draft"]).await;
    let all = planner
        .world
        .store()
        .await
        .conflict_list(false)
        .await
        .unwrap();
    assert_eq!(all, []);
}

async fn a_deletion_whose_answer_is_lost_is_done(planner: Planner) {
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.sync().await;
    planner.application("DELETE FROM tasks");
    planner.mishap(Write::Delete, Mishap::AnswerLost, 3);
    planner.sync().await;
    assert_eq!(planner.events(), []);
    planner.sync().await;
    planner.both_hold(&[]).await;
}

async fn a_wait_that_is_asked_for_is_kept(planner: Planner) {
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.mishap(Write::Create, Mishap::Busy { seconds: 1500 }, 1);
    let run = planner.sync().await;
    expect(&run, Outcome::Partial, &[("pushed", 0)]);
    planner.world.google().clear_requests();
    planner.world.microsoft().clear_requests();
    planner.sync().await;
    assert_eq!(planner.pushed(), 0);
    planner.world.minutes_later(10);
    planner.sync().await;
    planner.both_hold(&["2026-03-03T09:00Z report"]).await;
}

async fn what_is_refused_rests_until_its_task_changes(planner: Planner) {
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.mishap(Write::Create, Mishap::Refused, 1);
    let run = planner.sync().await;
    expect(&run, Outcome::Partial, &[("pushed", 0)]);
    assert_eq!(run.failures[0].kind, "forbidden");
    planner.world.a_second_cycle_does_nothing().await;
    assert_eq!(planner.events(), []);
    let reason = planner.world.column("SELECT reason FROM outbox");
    assert!(reason[0].starts_with("refused"), "{reason:?}");
    planner.plan("t-1", "title = 'draft'");
    planner.sync().await;
    planner.both_hold(&["2026-03-03T09:00Z draft"]).await;
}

async fn what_is_refused_is_tried_again_by_force(planner: Planner) {
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.mishap(Write::Create, Mishap::Refused, 1);
    planner.sync().await;
    planner.world.run(&force()).await;
    planner.both_hold(&["2026-03-03T09:00Z report"]).await;
}

async fn one_refusal_stops_nothing_else(planner: Planner) {
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.task("t-2", "review", "2026-03-04T09:00:00Z");
    planner.mishap(Write::Create, Mishap::Refused, 1);
    let run = planner.sync().await;
    expect(&run, Outcome::Partial, &[("pushed", 1)]);
    assert_eq!(planner.events().len(), 1);
}

async fn access_that_is_given_later_is_used_the_next_day(planner: Planner) {
    planner.task("t-1", "report", "2026-03-05T09:00:00Z");
    planner.mishap(Write::Create, Mishap::Refused, 1);
    planner.sync().await;
    planner.world.minutes_later(23 * 60);
    planner.sync().await;
    assert_eq!(planner.events(), []);
    planner.world.minutes_later(60);
    planner.sync().await;
    planner.both_hold(&["2026-03-05T09:00Z report"]).await;
}

async fn a_missing_permission_is_asked_for_once_a_day(planner: Planner) {
    planner.task("t-1", "report", "2026-03-05T09:00:00Z");
    planner.mishap(Write::Create, Mishap::NoScope, 1);
    let run = planner.sync().await;
    expect(&run, Outcome::Partial, &[("pushed", 0)]);
    assert_eq!(run.failures[0].kind, "scope_missing");
    // Reading goes on.
    assert_eq!(planner.world.users_to_reconnect().await, [""; 0]);
    planner.world.a_second_cycle_does_nothing().await;
    planner.world.minutes_later(24 * 60);
    planner.sync().await;
    planner.both_hold(&["2026-03-05T09:00Z report"]).await;
}

async fn somebody_elses_account_is_not_delayed(planner: Planner) {
    let other = "u-2";
    planner.another_person(other).await;
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.task_of(other, "t-2", "review", "2026-03-03T09:00:00Z");
    planner.mishap_of(ANA, Write::Create, Mishap::Busy { seconds: 3600 }, 1);
    let run = planner.sync().await;
    expect(&run, Outcome::Partial, &[("pushed", 1)]);
    let sent = planner
        .world
        .column("SELECT task_id FROM calendar_links WHERE state = 'open'");
    assert_eq!(sent, ["t-2"]);
}

async fn a_missing_permission_holds_every_task_back(planner: Planner) {
    for id in ["t-1", "t-2", "t-3"] {
        planner.task(id, id, "2026-03-05T09:00:00Z");
    }
    planner.mishap(Write::Create, Mishap::NoScope, 1);
    planner.sync().await;
    planner.world.google().clear_requests();
    planner.world.microsoft().clear_requests();
    planner.sync().await;
    assert_eq!(planner.pushed(), 0);
    planner.world.minutes_later(24 * 60);
    expect(&planner.sync().await, Outcome::Ok, &[("pushed", 3)]);
}

async fn a_provider_that_asks_for_time_is_given_it_for_reading_too(planner: Planner) {
    for id in ["t-1", "t-2"] {
        planner.task(id, id, "2026-03-03T09:00:00Z");
    }
    planner.mishap(Write::Create, Mishap::Away { seconds: 3600 }, 1);
    let run = planner.sync().await;
    expect(&run, Outcome::Partial, &[("pushed", 0)]);
    planner.world.google().clear_requests();
    planner.world.microsoft().clear_requests();
    let run = planner.sync().await;
    expect(&run, Outcome::Ok, &[("skipped", 1), ("requests", 0)]);
    planner.world.minutes_later(60);
    expect(&planner.sync().await, Outcome::Ok, &[("pushed", 2)]);
}
