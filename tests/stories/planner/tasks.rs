//! Tasks become events of the calendar for new ones.

use calsync::model::preferences::PreferencesChange;
use calsync::model::run::Outcome;

use crate::support::planner::{Edit, Mishap, Planner, Write, at_both};
use crate::support::story::{ANA, expect};

at_both! {
    a_task_becomes_an_event,
    everything_that_a_task_says_reaches_the_event_and_comes_back,
    a_task_of_whole_days_is_an_event_of_whole_days,
    nothing_is_written_where_the_user_does_not_allow_it,
    nothing_is_written_to_a_calendar_without_access,
    a_lost_store_finds_the_events_of_its_tasks,
    a_link_stays_on_its_calendar_when_another_becomes_the_one_for_new_tasks,
    a_task_that_is_scheduled_anew_gets_another_event,
    every_write_is_on_record,
    a_task_that_changes_its_user_changes_its_calendar,
    what_one_calendar_refuses_is_planned_in_another,
    another_zone_of_the_user_is_no_edit,
}

async fn a_task_becomes_an_event(planner: Planner) {
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.task("t-2", "review", "2026-03-04T09:00:00Z");
    let run = planner.sync().await;
    expect(&run, Outcome::Ok, &[("pushed", 2), ("conflicts", 0)]);
    // It is in the timeline at once, not after the next pull.
    let lines = planner.world.timeline(ANA).await;
    assert_eq!(
        lines,
        [
            "2026-03-03 09:00Z 60m report",
            "2026-03-04 09:00Z 60m review"
        ]
    );
    planner
        .both_hold(&["2026-03-03T09:00Z report", "2026-03-04T09:00Z review"])
        .await;
}

async fn everything_that_a_task_says_reaches_the_event_and_comes_back(planner: Planner) {
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.plan(
        "t-1",
        "description = 'first draft', location = 'hall', reminder_minutes = 20,
         timezone = 'Europe/Berlin'",
    );
    planner.sync().await;
    planner
        .both_hold(&["2026-03-03T09:00Z report @hall (first draft)"])
        .await;
    planner.edit("report", Edit::Text("second draft"));
    planner.edit("report", Edit::Place("room 5"));
    planner.edit("report", Edit::Move("2026-03-05T13:00"));
    planner.sync().await;
    planner
        .both_hold(&["2026-03-05T13:00Z report @room 5 (second draft)"])
        .await;
    let reminder = planner.world.column("SELECT reminder_minutes FROM tasks");
    assert_eq!(reminder, ["20"]);
}

async fn a_task_of_whole_days_is_an_event_of_whole_days(planner: Planner) {
    planner.task("t-1", "offsite", "2026-03-03T09:00:00Z");
    planner.plan(
        "t-1",
        "start_date = '2026-03-03', end_date = '2026-03-03', all_day = 1",
    );
    planner.sync().await;
    planner.both_hold(&["2026-03-03 offsite"]).await;
    // An hour of it after all.
    planner.plan(
        "t-1",
        "start_date = '2026-03-03T09:00:00Z', end_date = '2026-03-03T10:00:00Z', all_day = 0",
    );
    planner.sync().await;
    planner.both_hold(&["2026-03-03T09:00Z offsite"]).await;
}

async fn nothing_is_written_where_the_user_does_not_allow_it(planner: Planner) {
    let write_enabled = |on| PreferencesChange {
        write_enabled: Some(on),
        ..PreferencesChange::default()
    };
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.sync().await;
    planner.prefer(write_enabled(false)).await;
    planner.world.google().clear_requests();
    planner.world.microsoft().clear_requests();
    planner.task("t-2", "review", "2026-03-04T09:00:00Z");
    planner.plan("t-1", "title = 'draft'");
    let run = planner.sync().await;
    expect(&run, Outcome::Ok, &[("pushed", 0), ("conflicts", 0)]);
    assert_eq!(planner.pushed(), 0);
    // What the calendar says still reaches the task.
    planner.edit("report", Edit::Place("hall"));
    planner.sync().await;
    assert_eq!(planner.pushed(), 0);
    let places = planner
        .world
        .column("SELECT location FROM tasks WHERE id = 't-1'");
    assert_eq!(places, ["hall"]);
    planner.prefer(write_enabled(true)).await;
    planner.sync().await;
    planner
        .both_hold(&["2026-03-03T09:00Z draft @hall", "2026-03-04T09:00Z review"])
        .await;
}

async fn nothing_is_written_to_a_calendar_without_access(planner: Planner) {
    planner.application("UPDATE calendars SET access_role = 'reader'");
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    let run = planner.sync().await;
    expect(&run, Outcome::Ok, &[("pushed", 0), ("conflicts", 0)]);
    assert_eq!(planner.events(), []);
}

async fn a_lost_store_finds_the_events_of_its_tasks(planner: Planner) {
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.sync().await;
    // Everything that is calsync's own is gone, and is set up again.
    planner.application(
        "PRAGMA foreign_keys = ON;
         DELETE FROM calendars",
    );
    planner.application("UPDATE accounts SET discovered_at = NULL");
    planner.sync().await;
    planner.both_hold(&["2026-03-03T09:00Z report"]).await;
    let links = planner.world.column("SELECT state FROM calendar_links");
    assert_eq!(links, ["open"]);
    planner.plan("t-1", "title = 'draft'");
    planner.sync().await;
    planner.both_hold(&["2026-03-03T09:00Z draft"]).await;
}

async fn a_link_stays_on_its_calendar_when_another_becomes_the_one_for_new_tasks(planner: Planner) {
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.sync().await;
    let other = planner.other_calendar("Home").await;
    let store = planner.world.store().await;
    assert!(store.calendar_set_primary_write(&other).await.unwrap());
    planner.plan("t-1", "title = 'draft'");
    planner.task("t-2", "review", "2026-03-04T09:00:00Z");
    planner.sync().await;
    let lines: Vec<_> = planner.events().iter().map(|seen| seen.line()).collect();
    assert_eq!(lines, ["2026-03-03T09:00Z draft"]);
    let homes = planner
        .world
        .column("SELECT calendar_id FROM calendar_links WHERE task_id = 't-2'");
    assert_eq!(homes, [other.to_string()]);
    planner.world.a_second_cycle_does_nothing().await;
}

async fn a_task_that_is_scheduled_anew_gets_another_event(planner: Planner) {
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.sync().await;
    let first = planner.id("report");
    planner.plan("t-1", "start_date = NULL, end_date = NULL");
    let run = planner.sync().await;
    expect(&run, Outcome::Ok, &[("pushed", 1)]);
    assert_eq!(planner.events(), []);
    planner.plan(
        "t-1",
        "start_date = '2026-03-05T09:00:00Z', end_date = '2026-03-05T10:00:00Z'",
    );
    planner.sync().await;
    planner.both_hold(&["2026-03-05T09:00Z report"]).await;
    assert_ne!(planner.id("report"), first);
}

async fn every_write_is_on_record(planner: Planner) {
    planner.task("t-1", "secret", "2026-03-03T09:00:00Z");
    planner.sync().await;
    planner.plan("t-1", "title = 'secret too'");
    planner.sync().await;
    planner.application("DELETE FROM tasks");
    planner.sync().await;
    let records = planner.world.column(
        "SELECT json_array(action, outcome, why, etag_before IS NOT NULL, etag_after IS NOT NULL)
         FROM calendar_writes ORDER BY id",
    );
    assert_eq!(
        records,
        [
            r#"["create","done","the task is planned",0,1]"#,
            r#"["update","done","the task changed: title",1,1]"#,
            r#"["delete","done","the task was deleted",1,0]"#,
        ]
    );
    let written = planner
        .world
        .column("SELECT json_group_array(json_array(why, reason)) FROM calendar_writes");
    assert!(!written[0].contains("secret"));
    assert_eq!(planner.events(), []);
}

async fn a_task_that_changes_its_user_changes_its_calendar(planner: Planner) {
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.sync().await;
    planner.another_person("u-2").await;
    planner.plan("t-1", "user_id = 'u-2', title = 'draft'");
    planner.sync().await;
    planner.sync().await;
    // Ana sees nothing of it any more, and never what it says now.
    assert_eq!(planner.events(), []);
    let owners = planner
        .world
        .column("SELECT user_id FROM calendar_links WHERE state = 'open'");
    assert_eq!(owners, ["u-2"]);
    let lines = planner.world.timeline("u-2").await;
    assert_eq!(lines, ["2026-03-03 09:00Z 60m draft"]);
    planner.world.a_second_cycle_does_nothing().await;
}

async fn what_one_calendar_refuses_is_planned_in_another(planner: Planner) {
    let other = planner.other_calendar("Home").await;
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.mishap(Write::Create, Mishap::Refused, 1);
    planner.sync().await;
    let store = planner.world.store().await;
    assert!(store.calendar_set_primary_write(&other).await.unwrap());
    planner.plan("t-1", "title = 'draft'");
    planner.sync().await;
    planner.sync().await;
    let homes = planner
        .world
        .column("SELECT calendar_id FROM calendar_links WHERE state = 'open'");
    assert_eq!(homes, [other.to_string()]);
    assert_eq!(planner.events(), []);
}

async fn another_zone_of_the_user_is_no_edit(planner: Planner) {
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.sync().await;
    planner.application("UPDATE users SET timezone = 'Asia/Tokyo'");
    let run = planner.sync().await;
    expect(&run, Outcome::Ok, &[("pushed", 0), ("conflicts", 0)]);
    planner.delete("report");
    let run = planner.sync().await;
    expect(&run, Outcome::Ok, &[("conflicts", 0)]);
    planner.both_hold(&[]).await;
}
