//! `calsync status`.

use serde_json::json;

use super::auto_sync::check_shape;
use crate::support::program::{Program, World, keys};

#[test]
fn a_new_store_has_nothing_to_tell() {
    let program = Program::new();
    program.text("migrate");
    let expected = json!({
        "users": 0, "accounts": { "active": 0 }, "attention": [], "calendars": 0, "calendars_active": 0,
        "calendars_resting": 0, "calendars_unlisted": 0, "open_conflicts": 0, "jobs": [], "syncs": [],
    });
    assert_eq!(program.json("status"), expected);
    let ran = program.run("status").exits(0).silent();
    assert!(ran.stdout.starts_with("users      0\n"), "{}", ran.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cycle_that_could_not_work_is_remembered() {
    let mut world = World::new().await;
    world.program.text("auto-sync");
    world.program.unset("CALSYNC__GOOGLE__CLIENT_ID");
    world.program.unset("CALSYNC__MICROSOFT__CLIENT_ID");
    let ran = world.program.run("auto-sync --force").exits(78);
    assert!(ran.stderr.contains("google.client_id is not set"));
    let text = world.program.text("status");
    assert!(text.contains("auto-sync  failed at "), "{text}");
    assert!(text.contains("! google.client_id is not set"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_cycle_of_each_job_is_kept_as_it_was_reported() {
    let world = World::new().await;
    let pull = world.program.json("pull");
    let sync = world.program.json("auto-sync --force");
    let status = world.program.json("status");
    assert_eq!(status["jobs"], json!([sync, pull]));
    check_shape(&status["jobs"][0]);
    let row = &status["syncs"][0];
    assert_eq!(
        keys(row),
        ["failures", "last_sync_at", "sync_status", "user_id"]
    );
    assert_eq!(row["sync_status"], "success");
    let text = world.program.text("status");
    assert!(text.contains("auto-sync  ok at "), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_that_is_no_longer_listed_is_told_of_until_it_is_disabled() {
    let world = World::new().await;
    let unlist = "UPDATE calendars SET is_listed = 0";
    let database = rusqlite::Connection::open(world.program.store()).unwrap();
    database.execute_batch(unlist).unwrap();
    assert_eq!(world.program.json("status")["calendars_unlisted"], 1);
    let text = world.program.text("status");
    assert!(text.contains("no longer listed"), "{text}");
    let calendar = world.calendar();
    world.program.text(&format!("calendars disable {calendar}"));
    assert_eq!(world.program.json("status")["calendars_unlisted"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_needs_attention_is_told_with_the_command_that_mends_it() {
    let world = World::new().await;
    let refuse = "UPDATE accounts SET status = 'needs_reauth', status_reason = 'invalid_grant',
        status_at = '2026-03-02T09:00:00.000Z'";
    let database = rusqlite::Connection::open(world.program.store()).unwrap();
    database.execute_batch(refuse).unwrap();
    let id = world.program.json("accounts list")[0]["id"].clone();
    let command = "calsync connect google --user ana";
    let expected = json!([{
        "account_id": id, "user_id": "ana", "provider": "google", "status": "needs_reauth",
        "reason": "invalid_grant", "since": "2026-03-02T09:00:00Z", "command": command,
    }]);
    assert_eq!(world.program.json("status")["attention"], expected);
    let text = world.program.text("status");
    assert!(
        text.contains(&format!("(invalid_grant): `{command}`")),
        "{text}"
    );
}
