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
        "calendar_id",
        "detected_at",
        "id",
        "kind",
        "resolution_status",
        "resolved_at",
        "summary",
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
            .text("status")
            .contains("`calsync conflicts list`")
    );
}

#[test]
fn a_conflict_that_does_not_exist_is_a_wrong_argument() {
    let program = Program::new();
    program.text("migrate");
    for action in ["show", "approve"] {
        let ran = program.run(&format!("conflicts {action} c-1")).exits(2);
        ran.says(&["conflict c-1 does not exist", "calsync conflicts list"]);
    }
}
