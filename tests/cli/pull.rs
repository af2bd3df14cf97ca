//! `calsync pull`.

use calsync::context::read_clock;
use calsync::sandbox::google::CalendarSpec;
use chrono::Timelike;
use serde_json::json;

use super::auto_sync::check_shape;
use crate::support::program::{ANA, Program, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_second_pull_asks_for_changes_and_changes_nothing() {
    let world = World::unvisited().await;
    let first = world.program.json("pull");
    check_shape(&first);
    assert_eq!(
        (&first["job"], &first["outcome"]),
        (&json!("pull"), &json!("ok"))
    );
    assert_eq!(first["counts"]["events_created"], 1);
    world.sandbox.google.clear_requests();
    let second = world.program.json("pull");
    assert_eq!(second["counts"]["synced"], 1);
    for count in ["events_created", "events_updated", "events_removed"] {
        assert_eq!(second["counts"][count], 0, "{count}");
    }
    let requests = world.sandbox.google.requests();
    assert_eq!(requests.len(), 1);
    assert!(requests[0].param("syncToken").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn full_lists_the_whole_calendar() {
    let world = World::new().await;
    world.program.text("pull");
    world.sandbox.google.clear_requests();
    let full = world.program.json("pull --full");
    assert_eq!(full["counts"]["events_created"], 0);
    assert_eq!(world.sandbox.google.requests()[0].param("syncToken"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_named_calendar_is_pulled() {
    let world = World::new().await;
    let calendar = world.calendar();
    let other = CalendarSpec::named("Other", "UTC");
    world.sandbox.google.add_calendar(ANA, other);
    world.import_account("");
    let run = world.program.json(&format!("pull --calendar {calendar}"));
    assert_eq!(run["counts"]["scheduled"], 1);
    assert_eq!(world.program.json("pull")["counts"]["scheduled"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_calendar_is_not_pulled_by_its_name() {
    let world = World::new().await;
    let calendar = world.calendar();
    world.program.text(&format!("calendars disable {calendar}"));
    let ran = world.program.run(&format!("-q pull --calendar {calendar}"));
    ran.exits(2)
        .says(&["is disabled", "calsync calendars enable"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_working_hours_nothing_is_pulled_unless_asked_for() {
    let world = World::new().await;
    let hour = read_clock().hour();
    let hours = json!({ "start": (hour + 4) % 24, "end": (hour + 5) % 24 });
    let user = json!({ "id": "ana", "timezone": "UTC", "working_hours": hours });
    world.program.file("users.jsonl", &user.to_string());
    world.program.text("users import users.jsonl");
    let counts = |arguments: &str| world.program.json(arguments)["counts"]["scheduled"].clone();
    assert_eq!(counts("pull"), 0);
    assert_eq!(world.sandbox.google.requests().len(), 0);
    assert_eq!(counts("pull --all-hours"), 1);
}

#[test]
fn what_does_not_exist_is_a_wrong_argument() {
    let program = Program::new();
    program.text("migrate");
    let ran = program.run("-q pull --calendar cal-x").exits(2);
    ran.says(&["calendar cal-x does not exist", "calsync calendars list"]);
    let ran = program.run("-q pull --user nobody").exits(2);
    ran.says(&["user nobody does not exist"]);
    let ran = program.run("-q pull --user a/b").exits(2);
    ran.says(&["1 to 40 characters"]);
}
