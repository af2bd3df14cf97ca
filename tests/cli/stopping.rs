//! A cycle that is asked to end, as `systemctl stop` does.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use calsync::sandbox::google::{Effect, Fault, Kind};

use super::auto_sync::check_shape;
use crate::support::program::{Program, Ran, World};

/// A cycle whose first request of this kind got no answer yet.
fn hanging(world: &World, kind: Kind) -> Child {
    hanging_in(world, kind, "--json auto-sync")
}

fn hanging_in(world: &World, kind: Kind, arguments: &str) -> Child {
    let (arrived, waiting) = mpsc::channel();
    let google = &world.sandbox.google;
    google.inject(Fault::meanwhile(move |_| arrived.send(()).unwrap()).on(kind));
    google.inject(Fault::new(Effect::Hang).on(kind));
    let child = world.program.command(arguments).spawn().unwrap();
    waiting.recv_timeout(Duration::from_secs(30)).unwrap();
    child
}

pub(crate) fn send(child: &Child, signal: &str) {
    let kill = format!("kill -{signal} {}", child.id());
    let sent = Command::new("/bin/sh").args(["-c", &kill]).status();
    assert!(sent.unwrap().success());
}

fn stop(child: Child, signal: &str) -> Ran {
    send(&child, signal);
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
    let world = World::unvisited().await;
    let child = hanging(&world, Kind::CalendarListList);
    stop(child, "TERM").exits(3);
    let next = world.program.json("auto-sync");
    assert_eq!(
        (&next["outcome"], &next["counts"]["synced"]),
        (&"ok".into(), &1.into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_at_once_what_the_first_one_waits_for() {
    let world = World::unvisited().await;
    // A refresh is waited for: its answer may hold the only token that is valid.
    let mut child = hanging(&world, Kind::Token);
    send(&child, "TERM");
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(log.any(|line| line.unwrap().contains("asked to stop")));
    stop(child, "TERM").exits(130);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_stopped_keeps_its_accounts_and_leaves_their_calendars_for_later() {
    let world = World::new().await;
    let import = "--json accounts import accounts.jsonl";
    let child = hanging_in(&world, Kind::CalendarListList, import);
    let rows = stop(child, "INT").exits(3).json();
    assert_eq!(rows[0]["error"], "asked to stop");
    assert_eq!(world.program.json("pull")["counts"]["synced"], 1);
}

#[test]
fn a_command_that_waits_for_its_input_ends_at_the_first_signal() {
    let program = Program::new();
    let mut command = program.command("users import -");
    let child = command.stdin(Stdio::piped()).spawn().unwrap();
    send(&child, "TERM");
    assert_eq!(child.wait_with_output().unwrap().status.code(), None);
}
