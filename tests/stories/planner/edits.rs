//! Edits on both sides.

use calsync::model::run::Outcome;
use serde_json::json;

use crate::support::planner::{At, Edit, Planner, at_both};
use crate::support::story::{ANA, expect};

at_both! {
    an_edit_of_either_side_reaches_the_other,
    different_fields_edited_on_both_sides_merge,
    our_own_write_coming_back_is_no_change,
    an_edit_between_read_and_write_is_not_overwritten,
    somebody_elses_event_is_never_written,
    an_event_without_a_title_takes_it_away_from_its_task,
    an_answer_to_an_invitation_is_no_edit,
    an_event_that_is_moved_to_another_calendar_keeps_its_task,
    an_event_that_is_deleted_is_not_looked_for_for_ever,
}

async fn linked(planner: &Planner) {
    planner.task("t-1", "report", "2026-03-03T09:00:00Z");
    planner.sync().await;
}

async fn an_edit_of_either_side_reaches_the_other(planner: Planner) {
    linked(&planner).await;
    planner.plan("t-1", "title = 'draft'");
    expect(&planner.sync().await, Outcome::Ok, &[("pushed", 1)]);
    planner.both_hold(&["2026-03-03T09:00Z draft"]).await;
    planner.edit("draft", Edit::Move("2026-03-04T10:00"));
    expect(&planner.sync().await, Outcome::Ok, &[("pushed", 0)]);
    planner.both_hold(&["2026-03-04T10:00Z draft"]).await;
}

async fn different_fields_edited_on_both_sides_merge(planner: Planner) {
    linked(&planner).await;
    planner.plan("t-1", "title = 'draft'");
    planner.edit("report", Edit::Place("hall"));
    let run = planner.sync().await;
    expect(&run, Outcome::Ok, &[("pushed", 1), ("conflicts", 0)]);
    planner.both_hold(&["2026-03-03T09:00Z draft @hall"]).await;
}

async fn our_own_write_coming_back_is_no_change(planner: Planner) {
    linked(&planner).await;
    let before = planner.world.column("SELECT updated_at FROM tasks");
    let run = planner.sync().await;
    expect(&run, Outcome::Ok, &[("pushed", 0), ("events_updated", 0)]);
    assert_eq!(planner.world.column("SELECT updated_at FROM tasks"), before);
    planner.both_hold(&["2026-03-03T09:00Z report"]).await;
}

async fn an_edit_between_read_and_write_is_not_overwritten(planner: Planner) {
    linked(&planner).await;
    planner.plan("t-1", "title = 'draft'");
    // Somebody names a place just before our change arrives.
    planner.just_before_an_update("report", Edit::Place("hall"));
    let run = planner.sync().await;
    expect(&run, Outcome::Ok, &[("pushed", 1), ("conflicts", 0)]);
    planner.both_hold(&["2026-03-03T09:00Z draft @hall"]).await;
}

async fn somebody_elses_event_is_never_written(planner: Planner) {
    linked(&planner).await;
    // Who organises it changes: it is no longer ours.
    let id = planner.id("report");
    match planner.at {
        At::Google => planner.world.calendar("Work").edit(
            &id,
            json!({ "organizer": { "email": "bo@partner.example", "self": false },
                "attendees": [{ "email": "u-1@example.com", "self": true,
                    "responseStatus": "accepted" }] }),
        ),
        At::Microsoft => planner.world.folder("Work").edit(
            &id,
            json!({ "isOrganizer": false,
                "organizer": { "emailAddress": { "address": "bo@partner.example" } } }),
        ),
    }
    planner.sync().await;
    planner.world.google().clear_requests();
    planner.world.microsoft().clear_requests();
    planner.plan("t-1", "title = 'draft'");
    let run = planner.sync().await;
    expect(&run, Outcome::Ok, &[("pushed", 0), ("conflicts", 1)]);
    assert_eq!(planner.pushed(), 0);
    let open = planner.world.conflicts().await;
    assert_eq!(open.len(), 1);
    // What its organiser changes reaches the task all the same.
    planner.edit("report", Edit::Place("hall"));
    planner.sync().await;
    let task = &planner.tasks().await[0];
    assert_eq!(task.line(), "2026-03-03T09:00Z draft @hall");
    planner.application("DELETE FROM tasks");
    planner.sync().await;
    assert_eq!(planner.pushed(), 0);
    assert_eq!(planner.events().len(), 1);
    assert_eq!(planner.world.conflicts().await, []);
    planner.world.a_second_cycle_does_nothing().await;
}

async fn an_event_without_a_title_takes_it_away_from_its_task(planner: Planner) {
    linked(&planner).await;
    planner.edit("report", Edit::Title(""));
    planner.sync().await;
    planner.both_hold(&["2026-03-03T09:00Z "]).await;
    let lines = planner.world.timeline(ANA).await;
    assert_eq!(lines, ["2026-03-03 09:00Z 60m -"]);
}

async fn an_answer_to_an_invitation_is_no_edit(planner: Planner) {
    linked(&planner).await;
    for answer in ["needsAction", "accepted"] {
        let id = planner.id("report");
        match planner.at {
            At::Google => planner.world.calendar("Work").edit(
                &id,
                json!({ "attendees": [{ "email": "bo@partner.example", "responseStatus": answer }] }),
            ),
            At::Microsoft => planner.world.folder("Work").edit(
                &id,
                json!({ "attendees": [{ "type": "required",
                    "status": { "response": answer },
                    "emailAddress": { "address": "bo@partner.example" } }] }),
            ),
        }
        let run = planner.sync().await;
        expect(&run, Outcome::Ok, &[("pushed", 0), ("conflicts", 0)]);
        planner.both_hold(&["2026-03-03T09:00Z report"]).await;
    }
    // With guests, Microsoft would mail them: it is only read from now on.
    planner.plan("t-1", "title = 'draft'");
    let run = planner.sync().await;
    match planner.at {
        At::Google => expect(&run, Outcome::Ok, &[("pushed", 1), ("conflicts", 0)]),
        At::Microsoft => expect(&run, Outcome::Ok, &[("pushed", 0), ("conflicts", 1)]),
    }
}

/// Whether Graph looks at conditions is not certain.
#[tokio::test]
async fn an_edit_that_no_condition_protects_is_seen_and_kept() {
    let planner = Planner::start(At::Microsoft).await;
    linked(&planner).await;
    let graph = planner.world.microsoft();
    graph.behave(|how| how.enforce_if_match = false);
    planner.plan("t-1", "title = 'draft'");
    planner.just_before_an_update("report", Edit::Text("theirs"));
    planner.sync().await;
    planner
        .both_hold(&["2026-03-03T09:00Z draft (theirs)"])
        .await;
}

async fn an_event_that_is_moved_to_another_calendar_keeps_its_task(planner: Planner) {
    let home = planner.other_calendar("Home").await;
    linked(&planner).await;
    planner.moves("report", "Home");
    for _ in 0..3 {
        planner.sync().await;
    }
    let homes = planner
        .world
        .column("SELECT calendar_id FROM calendar_links WHERE state = 'open'");
    assert_eq!(homes, [home.to_string()]);
    let tasks = planner.tasks().await;
    assert_eq!(tasks[0].line(), "2026-03-03T09:00Z report");
    // It is written where it is now.
    planner.plan("t-1", "title = 'draft'");
    planner.sync().await;
    let lines = planner.world.timeline(ANA).await;
    assert_eq!(lines, ["2026-03-03 09:00Z 60m draft"]);
    assert_eq!(planner.events(), []);
    planner.world.a_second_cycle_does_nothing().await;
}

async fn an_event_that_is_deleted_is_not_looked_for_for_ever(planner: Planner) {
    planner.other_calendar("Home").await;
    linked(&planner).await;
    planner.delete("report");
    planner.sync().await;
    planner.sync().await;
    planner.both_hold(&[]).await;
    let links = planner.world.column("SELECT state FROM calendar_links");
    assert_eq!(links, ["closed"]);
}
