//! `calsync events`.

use calsync::context::read_clock;
use chrono::Days;
use serde_json::json;

use crate::support::program::{Program, World, keys};

#[tokio::test(flavor = "multi_thread")]
async fn the_timeline_of_a_day_holds_what_happens_on_it() {
    let world = World::new().await;
    world.program.text("pull");
    let day = read_clock().date_naive() + Days::new(3);
    let next = day + Days::new(1);
    let list = format!("events list --user ana --from {day} --to {next}");
    let rows = world.program.json(&list);
    let expected = [
        "all_day",
        "busy",
        "calendar_id",
        "end_date",
        "ends_at",
        "event_id",
        "location",
        "provider",
        "start_date",
        "starts_at",
        "status",
        "title",
        "user_id",
    ];
    assert_eq!(keys(&rows[0]), expected);
    assert_eq!(rows.as_array().unwrap().len(), 1);
    assert_eq!(rows[0]["starts_at"], json!(format!("{day}T09:00:00Z")));
    let table = world.program.text(&list);
    let header = "BEGINS (UTC)          ENDS                  TITLE    LOCATION  BUSY  STATUS     \
                  PROVIDER";
    assert_eq!(table.lines().next(), Some(header));
    let row = format!(
        "{day} 09:00  {} {day} 09:15  Standup  Room 1",
        day.format("%a")
    );
    assert!(table.contains(&row), "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn times_are_wall_clock_times_of_the_user_or_instants() {
    let world = World::new().await;
    world.program.text("pull");
    let day = read_clock().date_naive() + Days::new(3);
    for (from, to, found) in [
        ("T09:10", "T10:00", 1),
        ("T09:15", "T10:00", 0),
        ("T09:00:00Z", "T11:10:00+02:00", 1),
    ] {
        let list = format!("events list --user ana --from {day}{from} --to {day}{to}");
        let rows = world.program.json(&list);
        assert_eq!(rows.as_array().unwrap().len(), found, "{list}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_cannot_steer_the_terminal() {
    let world = World::new().await;
    let google = &world.sandbox.google;
    let title = json!({ "summary": "Stand\u{1b}[2Jup\nnow" });
    google.edit_event(crate::support::program::ANA, "daily", title);
    world.program.text("pull");
    let table = world.program.text("events list --user ana");
    assert!(table.contains("Stand [2Jup now"), "{table}");
}

#[test]
fn wrong_times_and_users_are_refused() {
    let program = Program::new();
    program.file("users.jsonl", r#"{"id":"ana"}"#);
    program.text("users import users.jsonl");
    for (arguments, reason) in [
        ("--user ana --from tomorrow", "2026-03-02T09:00:00Z"),
        ("--user ana --to 2026-02-30", "expected a time"),
        (
            "--user ana --from 2026-03-03 --to 2026-03-02",
            "is later than --to",
        ),
        ("--user ben", "user ben does not exist"),
        ("", "--user <ID>"),
    ] {
        let ran = program.run(&format!("events list {arguments}")).exits(2);
        ran.says(&[reason]);
    }
    assert_eq!(program.text("events list --user ana"), "none\n");
}
