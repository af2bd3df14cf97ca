//! A cycle that is asked to end, as `systemctl stop` does.

use std::process::{Child, Command};
use std::sync::mpsc;
use std::time::Duration;

use calsync::sandbox::google::{Effect, Fault, Kind};

use super::auto_sync::check_shape;
use crate::support::program::{Ran, World};

/// A cycle whose first request of this kind got no answer yet.
fn hanging(world: &World, kind: Kind) -> Child {
    hanging_in(world, "--json auto-sync", kind)
}

/// A command whose first request of this kind got no answer yet.
fn hanging_in(world: &World, arguments: &str, kind: Kind) -> Child {
    let (arrived, waiting) = mpsc::channel();
    let google = &world.sandbox.google;
    google.inject(Fault::meanwhile(move |_| arrived.send(()).unwrap()).on(kind));
    google.inject(Fault::new(Effect::Hang).on(kind));
    let child = world.program.command(arguments).spawn().unwrap();
    waiting.recv_timeout(Duration::from_secs(30)).unwrap();
    child
}

fn stop(child: Child, signal: &str) -> Ran {
    let kill = format!("kill -{signal} {}", child.id());
    let sent = Command::new("/bin/sh").args(["-c", &kill]).status();
    assert!(sent.unwrap().success());
    Ran::of(child.wait_with_output().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cycle_that_is_stopped_reports_and_lets_the_next_one_work_at_once() {
    let world = World::new().await;
    for signal in ["TERM", "INT"] {
        let child = hanging(&world, Kind::EventsList);
        let ran = stop(child, signal).exits(3);
        let run = ran.json();
        check_shape(&run);
        assert_eq!(run["outcome"], "partial");
        assert_eq!(run["counts"]["deferred"], 1);
        assert_eq!(run["failures"][0]["kind"], "interrupted");
    }
    let next = world.program.json("auto-sync");
    assert_eq!(
        (&next["outcome"], &next["counts"]["synced"]),
        (&"ok".into(), &1.into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discovery_that_is_stopped_is_not_waited_for() {
    let world = World::without_account().await;
    world.import_account("--no-discover");
    let child = hanging(&world, Kind::CalendarListList);
    stop(child, "TERM").exits(3);
    let next = world.program.json("auto-sync");
    assert_eq!(
        (&next["outcome"], &next["counts"]["synced"]),
        (&"ok".into(), &1.into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_stopped_keeps_the_account_and_asks_no_longer() {
    let world = World::without_account().await;
    world.import_account("--no-discover");
    let again = "--json accounts import accounts.jsonl";
    let child = hanging_in(&world, again, Kind::CalendarListList);
    let rows = stop(child, "TERM").exits(3).json();
    assert_eq!(rows[0]["error"], "stopped before its calendars were known");
    let next = world.program.json("auto-sync");
    assert_eq!(next["counts"]["synced"], 1);
}
