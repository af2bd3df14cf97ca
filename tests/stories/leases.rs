//! Who works on what alone.

use std::pin::pin;
use std::sync::Arc;

use calsync::jobs::AutoSync;
use calsync::model::lease::{Lease, LeaseName};
use calsync::model::run::Outcome;
use calsync::sandbox::google::{Fault, Kind};
use chrono::TimeDelta;
use tokio::sync::Notify;

use crate::support::event::event;
use crate::support::story::{ANA, World, expect, force, pull};

const NONE: [&str; 0] = [];
const LUNCH: [&str; 1] = ["2026-03-03 11:00Z 60m lunch"];

async fn lunch_to_come() -> World {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.add_calendar("Choir", "Europe/Berlin");
    world.auto_sync().await;
    let lunch = event("lunch").at("2026-03-03T12:00", "Europe/Berlin");
    world.calendar("Work").put(lunch);
    world.minutes_later(10);
    world.google().clear_requests();
    world
}

/// Somebody else takes a lease for two minutes.
async fn hold(world: &World, name: LeaseName) {
    let (owner, until) = ("another".to_owned(), world.now() + TimeDelta::minutes(2));
    let lease = Lease { name, owner, until };
    assert!(
        world
            .store()
            .await
            .lease_acquire(&lease, world.now())
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn a_second_instance_of_a_job_is_skipped() {
    let world = lunch_to_come().await;
    hold(&world, LeaseName::Job("auto-sync")).await;
    expect(
        &world.auto_sync().await,
        Outcome::Skipped,
        &[("scheduled", 0), ("requests", 0)],
    );
    assert_eq!(world.google().requests().len(), 0);
    // Another job is no second instance.
    expect(&world.pull().await, Outcome::Ok, &[("synced", 2)]);
    // Whoever died has its lease taken over when it ends.
    world.minutes_later(3);
    expect(&world.run(&force()).await, Outcome::Ok, &[("synced", 2)]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, LUNCH);
}

#[tokio::test]
async fn two_instances_at_once_are_one_cycle() {
    let world = lunch_to_come().await;
    let asked = Arc::new(Notify::new());
    let tell = asked.clone();
    let hear = Fault::meanwhile(move |_| tell.notify_one());
    world.inject(hear.on(Kind::EventsList));
    let (cx, job) = (world.context(), AutoSync::default());
    let mut first = pin!(world.run_in(&job, &cx));
    tokio::select! {
        run = &mut first => panic!("it asked for nothing: {run:?}"),
        () = asked.notified() => {}
    }
    expect(
        &world.auto_sync().await,
        Outcome::Skipped,
        &[("scheduled", 0)],
    );
    expect(
        &first.await,
        Outcome::Ok,
        &[("synced", 2), ("events_created", 1)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, LUNCH);
}

#[tokio::test]
async fn a_calendar_that_somebody_else_is_at_is_left_to_the_next_cycle() {
    let world = lunch_to_come().await;
    hold(&world, LeaseName::Calendar(world.known("Work").await.id)).await;
    let run = world.auto_sync().await;
    expect(
        &run,
        Outcome::Ok,
        &[("synced", 1), ("deferred", 1), ("requests", 1)],
    );
    assert_eq!(world.timeline(ANA).await, NONE);
    world.minutes_later(10);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 2), ("events_created", 1)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, LUNCH);
}

#[tokio::test]
async fn a_cycle_that_lost_its_lease_on_the_way_writes_nothing() {
    let world = lunch_to_come().await;
    let file = world.dir.path().join("calsync.db");
    let steal = Fault::meanwhile(move |_| {
        let sql = "UPDATE leases SET owner = 'another' WHERE name LIKE 'calendar:%'";
        rusqlite::Connection::open(&file)
            .unwrap()
            .execute(sql, [])
            .unwrap();
    });
    let id = world.calendar("Work").id;
    world.inject(steal.on(Kind::EventsList).calendar(&id));
    world.one_at_a_time();
    let writes = world.watch_writes();
    let run = world.auto_sync().await;
    expect(
        &run,
        Outcome::Ok,
        &[("synced", 1), ("deferred", 1), ("events_created", 0)],
    );
    assert_eq!(writes.writes(), NONE);
    world.minutes_later(10);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 2), ("events_created", 1)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, LUNCH);
}

#[tokio::test]
async fn two_jobs_at_once_apply_every_change_once() {
    let world = lunch_to_come().await;
    let (one, other) = (world.context(), world.context());
    let (job, pull) = (force(), pull());
    let (one, other) = tokio::join!(world.run_in(&job, &one), world.run_in(&pull, &other));
    for run in [&one, &other] {
        assert_eq!(run.counts["synced"] + run.counts["deferred"], 2, "{run:?}");
    }
    assert_eq!(
        one.counts["events_created"] + other.counts["events_created"],
        1
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, LUNCH);
    assert_eq!(world.column("SELECT name FROM leases"), NONE);
}
