//! The hook that is told of accounts that need attention.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::program::{ANA, Ran, World, keys};

const HOOK: &str = "CALSYNC__HOOKS__ACCOUNT_ATTENTION";

/// The hook appends what it reads to a file.
const KEEP: &str = "cat >>told";

/// A world with a hook, written in shell, that runs in its directory.
async fn world(script: &str) -> World {
    let mut world = World::new().await;
    write(&world, script);
    let path = world.program.path("hook").display().to_string();
    world.program.set(HOOK, &path);
    world
}

fn write(world: &World, script: &str) {
    let dir = world.program.path("").display().to_string();
    world
        .program
        .file("hook", &format!("#!/bin/sh\ncd '{dir}'\n{script}\n"));
    let mode = PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(world.program.path("hook"), mode).unwrap();
}

/// What the hook was told, in order.
fn told(world: &World) -> Vec<Value> {
    let text = std::fs::read_to_string(world.program.path("told")).unwrap_or_default();
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Ana takes her permission back, and a cycle finds out.
fn refuse(world: &World) -> Ran {
    world.sandbox.google.revoke(ANA);
    let ran = world.program.run("--json pull").exits(1);
    let account = &world.program.json("accounts list")[0];
    assert_eq!(account["status"], "needs_reauth");
    ran
}

/// A pipe with a name in the directory.
fn fifo(world: &World, name: &str) -> PathBuf {
    let path = world.program.path(name);
    let made = Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_stops_being_usable_is_told_of_once() {
    let world = world(KEEP).await;
    world.program.text("pull");
    assert_eq!(told(&world), Vec::<Value>::new());
    refuse(&world);
    let account = &world.program.json("accounts list")[0];
    let expected = json!([{
        "event": "account_needs_attention", "account_id": account["id"], "user_id": "ana",
        "provider": "google", "email": ANA, "status": "needs_reauth",
        "reason": account["status_reason"], "at": account["status_at"],
        "command": "calsync connect google --user ana",
    }]);
    assert_eq!(json!(told(&world)), expected);
    for job in ["cleanup", "resolve-conflicts", "renew-watches"] {
        world.program.run(job);
    }
    assert_eq!(told(&world).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_revived_and_fails_later_is_told_of_again() {
    let world = world(KEEP).await;
    refuse(&world);
    world.import_account("").exits(0);
    world.program.text("pull");
    assert_eq!(told(&world).len(), 1);
    refuse(&world);
    let told = told(&world);
    assert_eq!(told.len(), 2);
    assert_ne!(told[0]["at"], told[1]["at"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_fails_fails_no_cycle_and_is_tried_again() {
    let world =
        world("cat >>tried; echo \"no mail for $(cat tried)\" >&2; echo more >&2; exit 7").await;
    refuse(&world);
    rested(&world);
    let ran = world.program.run("--json cleanup").exits(0);
    assert_eq!(ran.json()["outcome"], "ok");
    for words in [
        "hooks.account_attention failed (exit status: 7)",
        "no mail for",
    ] {
        assert!(ran.stderr.contains(words), "{ran:?}");
    }
    assert!(
        !ran.stderr.contains(ANA) && !ran.stderr.contains("more"),
        "{ran:?}"
    );
    let tried = std::fs::read_to_string(world.program.path("tried")).unwrap();
    assert_eq!(tried.lines().count(), 2);
    world.program.run("-q cleanup").exits(0).silent();
    rested(&world);
    std::fs::remove_file(world.program.path("hook")).unwrap();
    let ran = world.program.run("cleanup").exits(0);
    assert!(
        ran.stderr.contains("cannot be run: No such file"),
        "{ran:?}"
    );
    write(&world, KEEP);
    rested(&world);
    world.program.text("cleanup");
    world.program.text("cleanup");
    assert_eq!(told(&world).len(), 1);
}

/// The minutes have passed in which nobody tells after a failure.
fn rested(world: &World) {
    let store = rusqlite::Connection::open(world.program.store()).unwrap();
    store.execute_batch("DELETE FROM leases").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_need_not_read_what_it_is_given() {
    let world = world("exec 0<&-; echo '{}' >>told; echo done; exit 0").await;
    let ran = refuse(&world);
    assert!(
        !ran.stdout.contains("done") && !ran.stderr.contains("tries again"),
        "{ran:?}"
    );
    world.program.text("cleanup");
    assert_eq!(told(&world).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_hook_nothing_is_run_and_one_that_is_added_is_told_of_the_past() {
    let mut world = world(KEEP).await;
    world.program.unset(HOOK);
    refuse(&world);
    world.program.text("cleanup");
    assert_eq!(told(&world), Vec::<Value>::new());
    let config = "[hooks]\naccount_attention = [\"./tell\", \"a  b\", \"$HOME\"]\n";
    world.program.file("config.toml", config);
    let script = "cat >/dev/null; printf '[\"%s\",\"%s\",%s]\\n' \"$1\" \"$2\" $# >>told";
    write(&world, script);
    let hook = world.program.path("hook");
    std::fs::rename(hook, world.program.path("tell")).unwrap();
    world.program.text("--config config.toml cleanup");
    assert_eq!(told(&world), [json!(["a  b", "$HOME", 2])]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_sees_no_variable_that_may_hold_a_secret() {
    let mut world = world("/usr/bin/env >seen").await;
    for name in ["HOME", "LANG", "TZ", "PATH"] {
        world.program.set(name, "/usr/bin:/bin");
    }
    refuse(&world);
    let seen = std::fs::read_to_string(world.program.path("seen")).unwrap();
    let names = seen.lines().filter_map(|line| line.split_once('='));
    let mut names: Vec<_> = names.map(|(name, _)| name).collect();
    // Those of the shell itself.
    names.retain(|name| !["PWD", "OLDPWD", "SHLVL", "_"].contains(name));
    names.sort_unstable();
    assert_eq!(names, ["HOME", "LANG", "PATH", "TZ"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_cycles_one_tells() {
    let world = world("").await;
    write(&world, &format!("{KEEP}; echo up >up; cat <go"));
    let (up, go) = (fifo(&world, "up"), fifo(&world, "go"));
    world.sandbox.google.revoke(ANA);
    let first = world.program.command("pull").spawn().unwrap();
    assert_eq!(std::fs::read_to_string(&up).unwrap(), "up\n");
    world.program.text("cleanup");
    std::fs::write(go, "").unwrap();
    Ran::of(first.wait_with_output().unwrap()).exits(1);
    world.program.text("cleanup");
    assert_eq!(told(&world).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cycle_that_is_asked_to_stop_waits_for_no_hook() {
    let world = world("echo up >up; exec sleep 3600").await;
    let up = fifo(&world, "up");
    world.sandbox.google.revoke(ANA);
    let child = world.program.command("pull").spawn().unwrap();
    assert_eq!(std::fs::read_to_string(&up).unwrap(), "up\n");
    super::stopping::send(&child, "TERM");
    let ran = Ran::of(child.wait_with_output().unwrap()).exits(1);
    assert!(!ran.stderr.contains("was killed"), "{ran:?}");
    write(&world, KEEP);
    world.program.text("cleanup");
    assert_eq!(keys(&told(&world)[0]).len(), 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_looks_whether_the_hook_can_be_run() {
    let mut world = world(KEEP).await;
    let check = |world: &World| {
        let found = world.program.run("--json doctor").json();
        world.sandbox.microsoft.clear_requests();
        let checks = found["checks"].as_array().unwrap().clone();
        let mut checks = checks.into_iter();
        checks.find(|check| check["check"] == "hook account_attention")
    };
    assert_eq!(check(&world).unwrap()["verdict"], "ok");
    let mode = PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(world.program.path("hook"), mode).unwrap();
    let found = check(&world).unwrap();
    assert_eq!(found["verdict"], "fail");
    assert!(found["advice"].as_str().unwrap().contains("chmod +x"));
    world.program.unset(HOOK);
    assert_eq!(check(&world), None);
}
