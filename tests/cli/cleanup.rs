//! `calsync cleanup`.

use serde_json::{Value, json};

use crate::support::program::{Program, World};

/// A program that has been used for long: a removed event, a settled conflict,
/// a status and two cycles, all of them from years ago, and a dead delivery.
async fn used() -> World {
    let world = World::new().await;
    world.program.text("pull");
    world.program.text("queue status");
    world
        .program
        .text("prefs set --user ana --auto-sync-enabled false");
    let store = rusqlite::Connection::open(world.program.store()).unwrap();
    let age = "
        INSERT INTO calendar_events
            (id, calendar_id, external_id, all_day, status, transparency, organizer_self, busy,
             removed_at)
        SELECT 'e-old', id, 'old', 0, 'confirmed', 'opaque', 1, 1, '2020-01-01T00:00:00.000Z'
        FROM calendars;
        INSERT INTO calendar_sync_conflicts
            (id, user_id, calendar_id, kind, summary, resolution_status, detected_at, resolved_at)
        SELECT 'c-old', user_id, id, 'mass_delete', 'old', 'resolved',
               '2020-01-01T00:00:00.000Z', '2020-01-01T00:00:00.000Z'
        FROM calendars;
        UPDATE calendar_sync_status SET updated_at = '2020-01-01T00:00:00.000Z';
        INSERT INTO job_runs (job, outcome, started_at, duration_ms)
        VALUES ('pull', 'ok', '2020-01-01T00:00:00.000Z', 1),
               ('drain-webhooks', 'ok', '2020-01-01T00:00:00.000Z', 1);";
    store.execute_batch(age).unwrap();
    let queue = world.program.path("state/calsync-queue.db");
    let queue = rusqlite::Connection::open(queue).unwrap();
    let dead = "INSERT INTO dead (id, provider, entry, reason, at)
                VALUES (1, 'google', 'x', 'not JSON', '2020-01-01T00:00:00.000Z')";
    queue.execute_batch(dead).unwrap();
    world
}

fn forgotten() -> Value {
    json!({ "events": 1, "conflicts": 1, "status_rows": 1, "deliveries": 1, "runs": 1 })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_old_is_forgotten_once() {
    let world = used().await;
    let run = world.program.json("cleanup");
    assert_eq!(run["outcome"], "ok");
    assert_eq!(run["counts"], forgotten());
    assert_eq!(world.program.json("queue dead"), json!([]));
    let again = world.program.run("cleanup").exits(0);
    assert!(again.stdout.starts_with("cleanup: ok in "), "{again:?}");
    assert!(again.stdout.ends_with(": nothing to do\n"), "{again:?}");
    let jobs = world.program.json("status")["jobs"].clone();
    let names: Vec<_> = jobs
        .as_array()
        .unwrap()
        .iter()
        .filter(|job| !job["last"].is_null())
        .map(|job| &job["job"])
        .collect();
    assert_eq!(names, ["pull", "drain-webhooks", "cleanup"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_tells_and_forgets_nothing() {
    let world = used().await;
    let expected = json!({ "job": "cleanup", "dry_run": true, "counts": forgotten() });
    for _ in 0..2 {
        assert_eq!(world.program.json("cleanup --dry-run"), expected);
    }
    let text = world.program.run("cleanup --dry-run").exits(0).silent();
    let words = "cleanup would remove: 1 event, 1 conflict, 1 status row, 1 delivery, 1 run\n";
    assert_eq!(text.stdout, words);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_provider_is_asked_and_no_event_in_use_is_lost() {
    let world = World::new().await;
    world.program.text("pull");
    let before = world.program.json("events list --user ana");
    world.sandbox.google.clear_requests();
    let store = rusqlite::Connection::open(world.program.store()).unwrap();
    // As if the last pull had been long ago.
    let age = "UPDATE calendars SET window_start = '2020-01-01T00:00:00Z',
                                    window_end = '2020-02-01T00:00:00Z';
               DELETE FROM calendar_occurrences;";
    store.execute_batch(age).unwrap();
    world.program.text("cleanup");
    assert_eq!(world.sandbox.google.requests().len(), 0);
    assert_eq!(world.program.json("events list --user ana"), before);
}

#[test]
fn a_program_that_was_never_used_has_nothing_to_forget() {
    let program = Program::new();
    let ran = program.run("cleanup --dry-run").exits(0);
    assert_eq!(ran.stdout, "cleanup: nothing to do\n");
    assert_eq!(program.json("cleanup")["outcome"], "ok");
}
