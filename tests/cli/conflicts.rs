//! `calsync conflicts`.

use serde_json::json;

use crate::support::program::{ANA, Program, World, keys};

/// A world whose calendar lost every event since it was pulled.
async fn world_with_a_loss() -> World {
    let world = World::new().await;
    world.program.text("pull");
    world.sandbox.google.forget_everything(ANA);
    let run = world.program.run("--json pull --full").exits(3).json();
    assert_eq!(run["counts"]["conflicts"], 1);
    assert_eq!(run["failures"][0]["kind"], "mass_delete");
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loss_waits_for_approval() {
    let world = world_with_a_loss().await;
    let program = &world.program;
    assert_ne!(program.json("events list --user ana"), json!([]));
    let open = program.json("conflicts list");
    let id = open[0]["id"].as_str().unwrap();
    let shown = program.json(&format!("conflicts show {id}"));
    assert_eq!(shown, open[0]);
    let expected = [
        "at_provider",
        "base",
        "calendar_id",
        "detected_at",
        "event_id",
        "external_id",
        "id",
        "kind",
        "other_event_id",
        "ours",
        "resolution_status",
        "resolved_at",
        "strategy",
        "summary",
        "task_id",
        "theirs",
        "user_id",
    ];
    assert_eq!(keys(&shown), expected);
    program.text(&format!("conflicts approve {id} --dry-run"));
    assert_eq!(program.json("conflicts list"), open);
    let approved = program.json(&format!("conflicts approve {id}"));
    assert_eq!(approved, json!({ "id": id, "events_removed": 1 }));
    assert_eq!(program.json("events list --user ana"), json!([]));
    assert_eq!(program.json("conflicts list"), json!([]));
    assert_eq!(
        program
            .json("conflicts list --all")
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let ran = program.run(&format!("conflicts approve {id}")).exits(2);
    ran.says(&["is not open"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loss_is_shown_to_people() {
    let world = world_with_a_loss().await;
    let table = world.program.text("conflicts list");
    assert!(table.contains("mass_delete  open"), "{table}");
    assert!(table.contains("1 of 1 events would be removed"), "{table}");
    assert!(
        world
            .program
            .run("status")
            .exits(3)
            .stdout
            .contains("`calsync conflicts list`")
    );
}

#[test]
fn a_conflict_that_does_not_exist_is_a_wrong_argument() {
    let program = Program::new();
    program.text("migrate");
    for action in ["show c-1", "approve c-1", "resolve c-1 --keep task"] {
        let ran = program.run(&format!("conflicts {action}")).exits(2);
        ran.says(&["conflict c-1 does not exist", "calsync conflicts list"]);
    }
}

/// A world in which a task and its event were given different titles, which a
/// person is to decide about; the question's id.
async fn world_with_a_question() -> (World, String) {
    let world = World::new().await;
    let program = &world.program;
    program.text("prefs set --user ana --write-enabled true --conflict-strategy manual");
    world.plan_a_report();
    let run = program.json("auto-sync --force");
    assert_eq!(run["counts"]["pushed"], 1, "{run}");
    let store = rusqlite::Connection::open(program.store()).unwrap();
    store
        .execute_batch("UPDATE tasks SET title = 'ours'")
        .unwrap();
    let events = world.sandbox.google.events(ANA);
    let event = events.iter().find(|event| event["summary"] == "report");
    let event = event.unwrap()["id"].as_str().unwrap();
    let theirs = json!({ "summary": "theirs" });
    assert!(world.sandbox.google.edit_event(ANA, event, theirs));
    let run = program.json("auto-sync --force");
    assert_eq!(run["counts"]["conflicts"], 1, "{run}");
    assert_eq!(run["failures"][0]["kind"], "conflict");
    let open = program.json("conflicts list");
    let id = open[0]["id"].as_str().unwrap().to_owned();
    (world, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_on_both_sides_is_shown_by_field_and_settled() {
    let (world, id) = world_with_a_question().await;
    let program = &world.program;
    let shown = program.json(&format!("conflicts show {id}"));
    assert_eq!(shown["base"], json!({ "title": "report" }));
    assert_eq!(shown["ours"], json!({ "title": "ours" }));
    assert_eq!(shown["theirs"], json!({ "title": "theirs" }));
    let text = program.text(&format!("conflicts show {id}"));
    for line in [
        "agreed  \"report\"",
        "task    \"ours\"",
        "event   \"theirs\"",
    ] {
        assert!(text.contains(line), "{text}");
    }
    let ran = program.run(&format!("conflicts approve {id}")).exits(2);
    ran.says(&["is no mass removal", "conflicts resolve"]);
    let settled = program.json(&format!("conflicts resolve {id} --keep task"));
    assert_eq!(settled["resolution_status"], "resolved");
    assert_eq!(settled["strategy"], "keep_task");
    assert_eq!(program.json("auto-sync --force")["counts"]["pushed"], 1);
    let events = world.sandbox.google.events(ANA);
    assert!(events.iter().any(|event| event["summary"] == "ours"));
    let again = program.run(&format!("conflicts resolve {id} --keep task"));
    again.exits(2).says(&["is not open"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mass_removal_is_approved_and_not_resolved() {
    let world = world_with_a_loss().await;
    let open = world.program.json("conflicts list");
    let id = open[0]["id"].as_str().unwrap();
    let ran = world
        .program
        .run(&format!("conflicts resolve {id} --keep event"));
    ran.exits(2)
        .says(&["is a mass removal", "conflicts approve"]);
}
