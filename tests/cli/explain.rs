//! `calsync explain`.

use serde_json::json;

use crate::support::program::{ANA, Program, World};

/// A world with one task, whose user may be written.
async fn planned() -> World {
    let world = World::new().await;
    let program = &world.program;
    program.text("prefs set --user ana --write-enabled true");
    world.plan_a_report();
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_told_from_plan_to_event() {
    let world = planned().await;
    let program = &world.program;
    let before = program.json("explain task t-1");
    assert_eq!(before["link"], "none");
    assert_eq!(before["why_no_event"], json!(null));
    assert_eq!(before["next"][0]["does"], "create_event");
    program.text("auto-sync");
    let after = program.json("explain task t-1");
    assert_eq!(
        (&after["link"], &after["event"]),
        (&json!("open"), &json!("there"))
    );
    assert_eq!(after["next"], json!([]));
    assert_eq!(after["writes"][0]["action"], "create");
    assert_eq!(after["agreed_etag"], after["event_etag"]);
    let text = program.text("explain task t-1");
    for line in [
        "link      open",
        "next      nothing to do",
        "create (the task is planned): done",
    ] {
        assert!(text.contains(line), "{text}");
    }
    let store = rusqlite::Connection::open(program.store()).unwrap();
    store
        .execute_batch("UPDATE tasks SET title = 'draft'")
        .unwrap();
    let edited = program.json("explain task t-1");
    assert_eq!(edited["task_changed"], json!(["title"]));
    assert_eq!(edited["next"][0]["does"], "update_event");
    program.text("prefs set --user ana --write-enabled false");
    let waits = program.json("explain task t-1");
    assert_eq!(waits["next"][0]["does"], "wait");
    let why = waits["next"][0]["why"].as_str().unwrap();
    assert!(why.contains("the user has not enabled writing"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_told_by_either_id() {
    let world = planned().await;
    let program = &world.program;
    program.text("auto-sync");
    let external = program.json("explain task t-1")["external_id"].clone();
    let external = external.as_str().unwrap();
    let event = program.json(&format!("explain event {external}"));
    assert_eq!(event["task_id"], "t-1");
    assert_eq!(event["occurrences_shown"], 1);
    assert_eq!(event["why"], "it is in the timeline");
    let daily = program.json("explain event daily");
    assert_eq!(daily["why"], "it is in the timeline");
    assert_ne!(daily["occurrences_shown"], 0);
    let ours = event["event_id"].as_str().unwrap();
    assert_eq!(program.json(&format!("explain event {ours}")), event);
    assert!(world.sandbox.google.delete_event(ANA, external));
    program.text("auto-sync --force");
    let text = program.text(&format!("explain event {ours}"));
    assert!(text.contains("the provider removed it"), "{text}");
    assert!(text.contains("stands for no task"), "{text}");
    let task = program.json("explain task t-1");
    assert_eq!(
        (&task["link"], &task["scheduled"]),
        (&json!("closed"), &json!(false))
    );
    assert_eq!(task["why_no_event"], "the task has no start");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_over_before_the_timeline_begins_is_left_in_the_past() {
    let world = planned().await;
    let program = &world.program;
    let store = rusqlite::Connection::open(program.store()).unwrap();
    let past = "UPDATE tasks SET start_date = '2020-03-03', end_date = NULL, all_day = 1";
    store.execute_batch(past).unwrap();
    assert_eq!(program.json("auto-sync")["counts"]["pushed"], 0);
    let task = program.json("explain task t-1");
    assert_eq!(
        task["why_no_event"],
        "the task was over before the timeline begins"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_a_wrong_argument() {
    let world = World::new().await;
    let program: &Program = &world.program;
    let ran = program.run("explain task t-9").exits(2);
    ran.says(&["task t-9 is not known", "calsync tasks list"]);
    program
        .run("explain event e-9")
        .exits(2)
        .says(&["event e-9 is not known"]);
}
