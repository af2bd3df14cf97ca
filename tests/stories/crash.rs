//! A process that dies at any point loses nothing and doubles nothing: the
//! next one completes the work.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use calsync::jobs::{Job, Pull, run_cycle};
use calsync::model::run::Outcome;
use calsync::sandbox::google::{Effect, Fault, Kind};
use serde_json::json;
use tokio::sync::Notify;

use crate::support::event::event;
use crate::support::story::{ANA, World, expect, pull};

const NONE: [&str; 0] = [];

/// Runs a cycle until it was woken so many times, then kills it; whether it
/// was done by then.
async fn killed_after<J: Job>(world: &World, job: &J, steps: usize) -> bool {
    let cx = world.context();
    let mut cycle = pin!(run_cycle(job, &cx));
    let mut left = steps;
    poll_fn(|waker| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        cycle.as_mut().poll(waker).map(|run| run.is_ok())
    })
    .await
}

/// Runs a cycle and kills it while it waits for this listing's answer.
async fn killed_at<J: Job>(world: &World, job: &J, listing: u32) {
    let asked = Arc::new(Notify::new());
    let tell = asked.clone();
    let hear = Fault::meanwhile(move |_| tell.notify_one());
    for fault in [hear, Fault::new(Effect::Hang)] {
        world.inject(fault.on(Kind::EventsList).nth(listing));
    }
    let cx = world.context();
    tokio::select! {
        run = run_cycle(job, &cx) => panic!("it was not killed: {run:?}"),
        () = asked.notified() => {}
    }
}

/// Kills cycles ever later, with something to create, change and remove in
/// each; the cycle behind each of them completes the work.
async fn dies_everywhere(job: &Pull) {
    let world = World::start("2026-03-02T06:00:00Z").await;
    let work = world.calendar("Work");
    work.put(event("kept").at("2026-03-03T09:00", "Europe/Berlin"));
    work.put(event("new 0").at("2026-03-04T09:00", "Europe/Berlin"));
    world.pull().await;
    let mut steps = 0;
    loop {
        steps += 1;
        work.edit("kept", json!({ "summary": format!("kept {steps}") }));
        work.delete(&format!("new{}", steps - 1));
        work.put(event(&format!("new {steps}")).at("2026-03-04T09:00", "Europe/Berlin"));
        let done = killed_after(&world, job, steps).await;
        world.minutes_later(3);
        let run = world.pull().await;
        expect(
            &run,
            Outcome::Ok,
            &[("synced", 1), ("failed", 0), ("deferred", 0)],
        );
        let kept = format!("2026-03-03 08:00Z 60m kept {steps}");
        let new = format!("2026-03-04 08:00Z 60m new {steps}");
        assert_eq!(
            world.timeline(ANA).await,
            [kept, new],
            "killed after {steps} steps"
        );
        if done {
            break;
        }
    }
    assert!(steps > 5, "it was killed {steps} times only");
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.column("SELECT name FROM leases"), NONE);
}

#[tokio::test]
async fn a_cycle_killed_anywhere_is_completed_by_the_next() {
    dies_everywhere(&pull()).await;
}

#[tokio::test]
async fn a_full_listing_killed_anywhere_is_completed_by_the_next() {
    let full = true;
    dies_everywhere(&Pull { full, ..pull() }).await;
}

#[tokio::test]
async fn the_first_cycle_killed_anywhere_is_completed_by_the_next() {
    for steps in (1..).step_by(6) {
        let world = World::start("2026-03-02T06:00:00Z").await;
        let lunch = event("lunch").at("2026-03-03T12:00", "Europe/Berlin");
        world.calendar("Work").put(lunch);
        let done = killed_after(&world, &pull(), steps).await;
        world.minutes_later(3);
        expect(&world.pull().await, Outcome::Ok, &[("synced", 1)]);
        world.a_second_cycle_does_nothing().await;
        assert_eq!(world.timeline(ANA).await, ["2026-03-03 11:00Z 60m lunch"]);
        if done {
            break;
        }
    }
}

#[tokio::test]
async fn a_listing_killed_between_its_pages_leaves_no_trace() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    let work = world.calendar("Work");
    work.put(event("lunch").at("2026-03-03T12:00", "Europe/Berlin"));
    world.pull().await;
    let token = world.known("Work").await.sync_token;
    work.put(event("dinner").at("2026-03-03T19:00", "Europe/Berlin"));
    work.delete("lunch");
    // The first page holds everything and names another.
    world.inject(Fault::new(Effect::RepeatPage).on(Kind::EventsList));
    let writes = world.watch_writes();
    killed_at(&world, &pull(), 2).await;
    assert_eq!(writes.writes(), NONE);
    assert_eq!(world.known("Work").await.sync_token, token);
    assert_eq!(world.timeline(ANA).await, ["2026-03-03 11:00Z 60m lunch"]);

    world.minutes_later(3);
    let counts = [("synced", 1), ("events_created", 1), ("events_removed", 1)];
    expect(&world.pull().await, Outcome::Ok, &counts);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ["2026-03-03 18:00Z 60m dinner"]);
}

#[tokio::test]
async fn a_process_that_died_is_not_waited_for_longer_than_its_lease() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    killed_at(&world, &pull(), 1).await;
    expect(&world.pull().await, Outcome::Skipped, &[("synced", 0)]);
    // Another job finds the job's lease no obstacle, the calendar's it does.
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("deferred", 1), ("synced", 0)],
    );
    world.minutes_later(2);
    expect(&world.pull().await, Outcome::Ok, &[("synced", 1)]);
    world.a_second_cycle_does_nothing().await;
}
