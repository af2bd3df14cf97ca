//! `calsync status`.

use serde_json::{Value, json};

use super::auto_sync::check_shape;
use crate::support::program::{Program, Ran, World, keys};

impl Program {
    fn change(&self, sql: &str) {
        let database = rusqlite::Connection::open(self.store()).unwrap();
        database.execute_batch(sql).unwrap();
    }
}

/// How things stand, with what speaks against health.
#[track_caller]
fn degraded(program: &Program, reasons: &[&str]) -> Value {
    let status = program.run("--json status").exits(3).json();
    assert_eq!(status["health"], "degraded");
    assert_eq!(status["reasons"], json!(reasons));
    status
}

fn job<'a>(status: &'a Value, name: &str) -> &'a Value {
    let jobs = status["jobs"].as_array().unwrap();
    jobs.iter().find(|job| job["job"] == name).unwrap()
}

#[test]
fn a_store_that_is_not_there_yet_is_healthy_and_is_not_made() {
    let program = Program::new();
    let status = program.json("status");
    assert_eq!(
        (&status["health"], &status["reasons"]),
        (&json!("healthy"), &json!([]))
    );
    assert_eq!(status["store"]["state"], "missing");
    assert_eq!(status["queue"]["state"], "missing");
    let ran = program.run("status").exits(0).silent();
    assert!(ran.stdout.starts_with("healthy\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("not there yet"), "{}", ran.stdout);
    assert!(!program.path("state").exists());
}

#[test]
fn a_new_store_has_nothing_to_tell() {
    let program = Program::new();
    program.text("migrate");
    let status = program.json("status");
    let all = [
        "accounts",
        "at",
        "attention",
        "calendars",
        "conflicts",
        "health",
        "jobs",
        "parked",
        "queue",
        "reasons",
        "store",
        "syncs",
        "users",
        "watches",
    ];
    assert_eq!(keys(&status), all);
    assert_eq!(status["store"]["state"], "ready");
    assert!(status["store"]["bytes"].as_u64() > Some(0));
    let nobody = json!({ "all": 0, "due": 0, "failing": 0, "needs_reauth": 0 });
    assert_eq!(status["users"], nobody);
    let none = json!({ "edit": 0, "edit_delete": 0, "duplicate": 0, "mass_delete": 0 });
    assert_eq!(status["conflicts"], none);
    assert_eq!(status["jobs"].as_array().unwrap().len(), 6);
    let never = json!({ "job": "pull", "cadence_s": 1200, "last": null, "next_due": null, "overdue": false });
    assert_eq!(job(&status, "pull"), &never);
    let ran = program.run("status").exits(0).silent();
    assert!(ran.stdout.starts_with("healthy\n"), "{}", ran.stdout);
    program.run("-q status").exits(0).silent().says(&[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cycle_that_could_not_work_is_remembered() {
    let mut world = World::new().await;
    world.program.text("auto-sync");
    world.program.unset("CALSYNC__GOOGLE__CLIENT_ID");
    world.program.unset("CALSYNC__MICROSOFT__CLIENT_ID");
    let ran = world.program.run("auto-sync --force").exits(78);
    assert!(ran.stderr.contains("google.client_id is not set"));
    degraded(&world.program, &["job auto-sync failed at its last run"]);
    let text = world.program.run("status").exits(3).silent().stdout;
    assert!(text.contains("! google.client_id is not set"), "{text}");
    let ran = world.program.run("-q status").exits(3);
    ran.says(&[
        "calsync: degraded: job auto-sync failed at its last run",
        "google.client_id is not set",
    ]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_cycle_of_each_job_is_kept_as_it_was_reported() {
    let world = World::new().await;
    let pull = world.program.json("pull");
    let sync = world.program.json("auto-sync --force");
    let status = world.program.json("status");
    assert_eq!(job(&status, "pull")["last"], pull);
    assert_eq!(job(&status, "auto-sync")["last"], sync);
    check_shape(&job(&status, "auto-sync")["last"]);
    let row = &status["syncs"][0];
    assert_eq!(
        keys(row),
        ["failures", "last_sync_at", "sync_status", "user_id"]
    );
    assert_eq!(row["sync_status"], "success");
    let users = json!({ "all": 1, "due": 0, "failing": 0, "needs_reauth": 0 });
    assert_eq!(status["users"], users);
    assert_eq!(
        status["calendars"]["staleness"][0],
        json!({ "pulled": "< 30 min", "calendars": 1 })
    );
    assert_eq!(status["watches"]["without"], 1);
    let text = world.program.text("status");
    assert!(text.starts_with("healthy\n"), "{text}");
    assert!(text.contains("Z  ok       "), "{text}");
    world.program.run("-q status").exits(0).silent().says(&[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_not_run_any_more_is_overdue() {
    let world = World::new().await;
    world.program.text("pull");
    let earlier = "UPDATE job_runs SET started_at =
        strftime('%Y-%m-%dT%H:%M:%fZ', started_at, '-61 minutes')";
    world.program.change(earlier);
    let status = degraded(&world.program, &["job pull is overdue"]);
    assert_eq!(job(&status, "pull")["overdue"], true);
    let text = world.program.run("status").exits(3).stdout;
    assert!(
        text.contains("(overdue)") && text.contains("`calsync doctor`"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_that_is_no_longer_listed_is_told_of_until_it_is_disabled() {
    let world = World::new().await;
    world.program.change("UPDATE calendars SET is_listed = 0");
    assert_eq!(world.program.json("status")["calendars"]["unlisted"], 1);
    let text = world.program.text("status");
    assert!(text.contains("no longer listed"), "{text}");
    let calendar = world.calendar();
    world.program.text(&format!("calendars disable {calendar}"));
    assert_eq!(world.program.json("status")["calendars"]["unlisted"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_needs_attention_is_told_with_the_command_that_mends_it() {
    let world = World::new().await;
    let refuse = "UPDATE accounts SET status = 'needs_reauth', status_reason = 'invalid_grant',
        status_at = '2026-03-02T09:00:00.000Z'";
    world.program.change(refuse);
    let id = world.program.json("accounts list")[0]["id"].clone();
    let command = "calsync connect google --user ana";
    let expected = json!([{
        "account_id": id, "user_id": "ana", "provider": "google", "status": "needs_reauth",
        "reason": "invalid_grant", "since": "2026-03-02T09:00:00Z", "command": command,
    }]);
    let status = degraded(&world.program, &["1 account in need of attention"]);
    assert_eq!(status["attention"], expected);
    assert_eq!(status["users"]["needs_reauth"], 1);
    let text = world.program.run("status").exits(3).stdout;
    assert!(
        text.contains(&format!("(invalid_grant): `{command}`")),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn failing_users_degrade_until_their_accounts_are_removed() {
    let world = World::new().await;
    world.program.text("auto-sync");
    let fail = "UPDATE calendar_sync_status SET sync_status = 'partial_failure'";
    world.program.change(fail);
    degraded(&world.program, &["1 user failing"]);
    let remove = "UPDATE accounts SET status = 'disabled', status_reason = 'removed',
        status_at = '2026-03-02T09:00:00.000Z'";
    world.program.change(remove);
    assert_eq!(world.program.json("status")["users"]["failing"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_plan_degrades_and_is_told_with_the_command_that_approves_it() {
    let world = World::new().await;
    let calendar = world.calendar();
    let park = format!(
        "INSERT INTO calendar_sync_conflicts (id, user_id, calendar_id, kind, summary, detected_at)
         VALUES ('c-1', 'ana', '{calendar}', 'mass_delete', 'lost 9 of 9', '2026-03-02T09:00:00Z')"
    );
    world.program.change(&park);
    let status = degraded(&world.program, &["1 plan parked until it is approved"]);
    assert_eq!(status["conflicts"]["mass_delete"], 1);
    let parked = json!([{ "conflict_id": "c-1", "user_id": "ana", "calendar_id": calendar,
        "since": "2026-03-02T09:00:00Z" }]);
    assert_eq!(status["parked"], parked);
    let text = world.program.run("status").exits(3).stdout;
    assert!(text.contains("`calsync conflicts approve c-1`"), "{text}");
}

#[test]
fn what_was_put_aside_degrades_and_what_waits_does_not() {
    let program = Program::new();
    program.text("migrate");
    program.text("queue status");
    let queue = rusqlite::Connection::open(program.path("state/calsync-queue.db")).unwrap();
    let waits = "INSERT INTO deliveries (provider, entry) VALUES ('google', '{}')";
    queue.execute_batch(waits).unwrap();
    let status = program.json("status");
    assert_eq!(status["queue"]["state"], "ready");
    assert_eq!(status["queue"]["lines"][0]["waiting"], 1);
    let aside = "INSERT INTO dead (id, provider, entry, reason, at)
        VALUES (9, 'google', '{}', 'unreadable', '2026-03-02T09:00:00.000Z')";
    queue.execute_batch(aside).unwrap();
    degraded(&program, &["1 notification put aside"]);
    let text = program.run("status").exits(3).stdout;
    assert!(text.contains("`calsync queue dead`"), "{text}");
}

#[test]
fn a_queue_that_cannot_be_used_is_broken_and_the_rest_is_shown_without_its_password() {
    let mut program = Program::new();
    program.text("migrate");
    program.set("CALSYNC__QUEUE__URL", "redis://calsync:hush@127.0.0.1:1");
    let ran = program.run("--json status").exits(1);
    let status = ran.json();
    assert_eq!(status["health"], "broken");
    assert_eq!(status["reasons"], json!(["the queue cannot be used"]));
    assert_eq!(status["queue"]["state"], "unusable");
    assert_eq!(status["users"]["all"], 0);
    let text = program.run("status").exits(1);
    assert!(text.stdout.contains("redis://127.0.0.1:1"), "{text:?}");
    for ran in [ran, text, program.run("-q status").exits(1)] {
        assert!(!format!("{ran:?}").contains("hush"), "{ran:?}");
    }
}

#[test]
fn a_store_that_cannot_be_used_is_broken_and_an_older_one_is_left_as_it_is() {
    let program = Program::new();
    program.text("migrate");
    program.change("DELETE FROM schema_migration WHERE version > 6");
    let before = std::fs::read(program.store()).unwrap();
    let status = degraded(&program, &["the store is of an older version"]);
    assert_eq!(status["users"], Value::Null);
    assert_eq!(std::fs::read(program.store()).unwrap(), before);
    std::fs::write(program.store(), "no database, but long enough to look at").unwrap();
    let status = program.run("--json status").exits(1).json();
    assert_eq!(status["reasons"], json!(["the store cannot be used"]));
    assert_eq!(status["queue"]["state"], "missing");
    let ran = program.run("-q status").exits(1);
    ran.says(&["broken: the store cannot be used", "calsync.db is damaged"]);
}

#[test]
fn the_store_is_only_read() {
    let program = Program::new();
    program.text("migrate");
    let database = rusqlite::Connection::open(program.store()).unwrap();
    let keep = rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
    database.set_db_config(keep, true).unwrap();
    let user = "INSERT INTO users (id, timezone) VALUES ('ana', 'UTC')";
    database.execute_batch(user).unwrap();
    drop(database);
    let files = ["state/calsync.db", "state/calsync.db-wal"];
    let read = || files.map(|file| std::fs::read(program.path(file)).unwrap());
    let before = read();
    for command in ["status", "--json status", "-q status", "status --html -"] {
        program.run(command).exits(0).silent();
        assert!(read() == before, "{command}");
    }
}

#[test]
fn watching_needs_a_terminal() {
    let program = Program::new();
    let ran = program.run("status --watch").exits(2);
    ran.says(&["--watch draws on a terminal", "do not redirect"]);
    program.run("status --watch 0").exits(2);
    program.run("status --watch --html page.html").exits(2);
}

/// On a terminal of its own.
fn on_a_terminal(program: &Program, environment: &str) -> Ran {
    let run = format!("script -qec '{environment} TERM=xterm \"$calsync\" status' /dev/null");
    program.shell(&run).exits(0)
}

#[test]
fn a_terminal_gets_colours_unless_nobody_wants_them() {
    let program = Program::new();
    let coloured = on_a_terminal(&program, "").stdout;
    assert!(coloured.starts_with("\x1b[32mhealthy\x1b[0m"), "{coloured}");
    let plain = on_a_terminal(&program, "NO_COLOR=1").stdout;
    assert!(plain.starts_with("healthy"), "{plain}");
    assert!(!plain.contains('\x1b'), "{plain}");
    assert!(!program.text("status").contains('\x1b'));
}
