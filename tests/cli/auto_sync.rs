//! `calsync auto-sync`.

use std::sync::mpsc;
use std::time::Duration;

use calsync::sandbox::google::{Effect, Fault, Kind};
use serde_json::{Value, json};

use crate::support::program::{Program, Ran, World, keys};

/// What every sync counts.
pub(super) const COUNTS: [&str; 11] = [
    "conflicts",
    "deferred",
    "events_created",
    "events_removed",
    "events_updated",
    "failed",
    "pushed",
    "requests",
    "scheduled",
    "skipped",
    "synced",
];

/// A result has every key that programs rely on.
#[track_caller]
pub(super) fn check_shape(run: &Value) {
    let expected = [
        "counts",
        "duration_ms",
        "failures",
        "job",
        "outcome",
        "started_at",
    ];
    assert_eq!(keys(run), expected);
    assert_eq!(keys(&run["counts"]), COUNTS);
    assert!(run["duration_ms"].is_u64() && run["started_at"].is_string());
    for failure in run["failures"].as_array().unwrap() {
        let expected = ["account_id", "calendar_id", "kind", "message", "user_id"];
        assert_eq!(keys(failure), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_cycle_finds_nobody_due_and_opens_no_connection() {
    let mut world = World::unvisited().await;
    let first = world.program.json("auto-sync");
    check_shape(&first);
    assert_eq!(
        (&first["job"], &first["outcome"]),
        (&json!("auto-sync"), &json!("ok"))
    );
    let counts = &first["counts"];
    assert_eq!(
        (&counts["synced"], &counts["events_created"]),
        (&json!(1), &json!(1))
    );
    world.sandbox.google.clear_requests();
    world.program.unset("CALSYNC__GOOGLE__CLIENT_ID");
    let second = world.program.json("auto-sync");
    check_shape(&second);
    assert_eq!(second["counts"]["scheduled"], 0);
    assert_eq!(world.sandbox.google.requests().len(), 0);
    let text = world.program.text("auto-sync");
    assert!(text.ends_with(": nothing to do\n"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn force_syncs_also_who_is_not_due() {
    let world = World::new().await;
    world.program.text("auto-sync");
    let forced = world.program.json("auto-sync --force");
    assert_eq!(forced["counts"]["synced"], 1);
    assert_eq!(forced["counts"]["events_created"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_lists_who_is_due_and_asks_nobody() {
    let world = World::new().await;
    let due = world.program.json("auto-sync --dry-run");
    let expected = json!([{ "user_id": "ana", "last_sync_at": null, "sync_frequency_minutes": 10, "plan": [] }]);
    assert_eq!(due, expected);
    let table = "USER  LAST SYNC  EVERY\nana   -          10 min\n";
    assert_eq!(world.program.text("auto-sync --dry-run"), table);
    assert_eq!(world.sandbox.google.requests().len(), 0);
    world
        .program
        .text("prefs set --user ana --auto-sync-enabled false");
    assert_eq!(world.program.json("auto-sync --dry-run"), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_tells_what_would_be_written_and_writes_nothing() {
    let world = World::new().await;
    let program = &world.program;
    program.text("prefs set --user ana --write-enabled true");
    program.text("auto-sync");
    world.plan_a_report();
    world.sandbox.google.clear_requests();
    for _ in 0..2 {
        let due = program.json("auto-sync --dry-run --force");
        let plan = &due[0]["plan"][0];
        assert_eq!(plan["does"], "create_event", "{due}");
        assert_eq!(plan["task_id"], "t-1");
        assert_eq!(plan["why"], "the task is planned");
    }
    let text = program.text("auto-sync --dry-run --force");
    assert!(text.contains("create event  the task is planned"), "{text}");
    assert_eq!(world.sandbox.google.requests().len(), 0);
    program.text("auto-sync --force");
    let due = program.json("auto-sync --dry-run --force");
    assert_eq!(due[0]["plan"], json!([]));
}

#[test]
fn a_user_who_does_not_exist_is_a_wrong_argument() {
    let ran = Program::new().run("-q auto-sync --user nobody").exits(2);
    ran.says(&["user nobody does not exist", "calsync users list"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_away_defers_the_cycle() {
    let world = World::new().await;
    let away = "http://127.0.0.1:1/calendar/v3/";
    let mut program = world.program;
    program.set("CALSYNC__GOOGLE__API_URL", away);
    let ran = program.run("--json auto-sync").exits(75);
    let run = ran.json();
    check_shape(&run);
    assert_eq!(run["outcome"], "deferred");
    assert_eq!(run["failures"][0]["kind"], "unreachable");
    let status = program.run("--json status").exits(3).json();
    assert_eq!(status["accounts"], json!({ "active": 1 }));
    let message = run["failures"][0]["message"].as_str().unwrap();
    assert!(message.contains("Connection refused"), "{message}");
    assert_eq!(status["calendars"]["resting"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_client_is_the_operators_fault_and_no_users() {
    let mut world = World::without_account().await;
    world.import_account("--no-discover");
    world.program.set("CALSYNC__GOOGLE__CLIENT_SECRET", "wrong");
    let ran = world.program.run("--json auto-sync").exits(1);
    let run = ran.json();
    check_shape(&run);
    assert_eq!(run["outcome"], "failed");
    assert_eq!(run["failures"][0]["kind"], "operator");
    let message = run["failures"][0]["message"].as_str().unwrap();
    assert!(
        message.contains("correct the client registration"),
        "{message}"
    );
    assert_eq!(world.program.json("accounts list")[0]["status"], "active");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_account_is_told_even_when_quiet_and_named_in_the_status() {
    let world = World::new().await;
    world.sandbox.google.revoke(crate::support::program::ANA);
    let ran = world.program.run("-q auto-sync").exits(1);
    ran.says(&[
        "calsync: auto-sync: failed",
        "has to be connected again",
        "connect again",
    ]);
    let accounts = world.program.json("accounts list");
    assert_eq!(accounts[0]["status"], "needs_reauth");
    assert!(accounts[0]["status_reason"].is_string() && accounts[0]["status_at"].is_string());
    let text = world.program.run("status").exits(3).stdout;
    assert!(text.contains("1 needs_reauth") && text.contains("calsync connect google --user ana"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_cycles_at_once_are_one() {
    let world = World::new().await;
    let (arrived, waiting) = mpsc::channel();
    let google = &world.sandbox.google;
    google.inject(Fault::meanwhile(move |_| arrived.send(()).unwrap()).on(Kind::EventsList));
    google.inject(Fault::new(Effect::Hang).on(Kind::EventsList));
    let mut first = world.program.command("--json auto-sync").spawn().unwrap();
    waiting.recv_timeout(Duration::from_secs(30)).unwrap();
    let second = world.program.json("auto-sync");
    check_shape(&second);
    assert_eq!(second["outcome"], "skipped");
    let text = world.program.text("auto-sync");
    assert!(text.contains("another instance is running"), "{text}");
    first.kill().unwrap();
    let first = Ran::of(first.wait_with_output().unwrap());
    assert_eq!(first.code, None);
}
