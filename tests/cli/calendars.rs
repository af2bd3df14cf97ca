//! `calsync calendars`.

use calsync::sandbox::google::{AccessRole, CalendarSpec};
use serde_json::{Value, json};

use crate::support::program::{ANA, Program, World, keys};

#[tokio::test(flavor = "multi_thread")]
async fn a_listed_calendar_says_what_programs_rely_on() {
    let world = World::new().await;
    let calendars = world.program.json("calendars list");
    let calendar = &calendars[0];
    let expected = [
        "access_role",
        "account_id",
        "failures",
        "id",
        "is_active",
        "is_listed",
        "is_primary_write",
        "last_pulled_at",
        "name",
        "next_attempt_at",
        "provider",
        "reason",
        "timezone",
        "unwatchable",
        "user_id",
        "watched_until",
    ];
    assert_eq!(keys(calendar), expected);
    let text = world.program.text("calendars list");
    assert!(text.starts_with("ID "), "{text}");
    assert_eq!(text.lines().count(), 2);
    assert_eq!(world.program.json("calendars list --user ben"), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_calendar_is_hidden_and_comes_back() {
    let world = World::new().await;
    world.program.text("pull");
    let id = world.calendar();
    let change = world.program.json(&format!("calendars disable {id}"));
    assert_eq!(change, json!({ "id": id, "change": "disabled" }));
    assert_eq!(world.program.json("events list --user ana"), json!([]));
    assert_eq!(world.program.json("pull")["counts"]["scheduled"], 0);
    let text = world.program.text(&format!("calendars enable {id}"));
    assert_eq!(text, format!("calendar {id} enabled\n"));
    world.program.text("pull");
    assert_ne!(world.program.json("events list --user ana"), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_calendar_that_can_be_written_becomes_primary() {
    let world = World::without_account().await;
    let google = &world.sandbox.google;
    google.add_calendar(ANA, CalendarSpec::named("Work", "UTC"));
    let holidays = CalendarSpec::named("Holidays", "UTC").role(AccessRole::Reader);
    google.add_calendar(ANA, holidays);
    world.import_account("");
    let find = |name: &str| -> Value {
        let calendars = world.program.json("calendars list");
        let calendars = calendars.as_array().unwrap();
        let found = calendars.iter().find(|calendar| calendar["name"] == name);
        found.unwrap().clone()
    };
    let id = |name: &str| find(name)["id"].as_str().unwrap().to_owned();
    world
        .program
        .text(&format!("calendars primary {}", id("Work")));
    assert_eq!(find("Work")["is_primary_write"], true);
    assert_eq!(find(ANA)["is_primary_write"], false);
    let ran = world
        .program
        .run(&format!("calendars primary {}", id("Holidays")));
    ran.exits(2)
        .says(&["cannot be written", "reader", "owner or writer"]);
    assert_eq!(find("Work")["is_primary_write"], true);
}

#[test]
fn a_calendar_that_does_not_exist_is_a_wrong_argument() {
    let program = Program::new();
    program.text("migrate");
    for action in ["enable", "disable", "primary"] {
        let ran = program.run(&format!("calendars {action} cal-x")).exits(2);
        ran.says(&["calendar cal-x does not exist", "calsync calendars list"]);
    }
}
