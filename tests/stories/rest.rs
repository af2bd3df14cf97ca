//! A calendar that fails rests, longer each time, and recovers.

use calsync::model::run::{Outcome, SyncState};
use calsync::sandbox::google::{ApiError, Fault, Kind};

use crate::support::event::event;
use crate::support::story::{ANA, World, expect, force};

/// Ana's "Choir" is refused from now on, her "Work" is not.
async fn refused_choir() -> World {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.add_calendar("Choir", "Europe/Berlin");
    world.auto_sync().await;
    let choir = world.calendar("Choir");
    choir.put(event("concert").at("2026-03-03T20:00", "Europe/Berlin"));
    let refusal = Fault::refuse(&ApiError::forbidden()).on(Kind::EventsList);
    world.inject(refusal.calendar(&choir.id).always());
    world
}

/// Failures so far, and the minutes of rest that follow.
async fn backoff(world: &World) -> (u32, i64) {
    let backoff = world.known("Choir").await.backoff;
    let rest = backoff.next_attempt_at.unwrap() - world.now();
    (backoff.failures, rest.num_minutes())
}

#[tokio::test]
async fn a_calendar_that_fails_rests_ever_longer_and_recovers_at_once() {
    let world = refused_choir().await;
    for (failures, minutes) in [(1, 1), (2, 2), (3, 4), (4, 8)] {
        let run = world.pull().await;
        expect(&run, Outcome::Partial, &[("synced", 1), ("failed", 1)]);
        assert_eq!(backoff(&world).await, (failures, minutes));
        // One that rests is not asked for, and no failure.
        expect(
            &world.pull().await,
            Outcome::Ok,
            &[("synced", 1), ("skipped", 1)],
        );
        world.minutes_later(minutes + 1);
    }
    world.google().clear_faults();
    expect(
        &world.pull().await,
        Outcome::Ok,
        &[("synced", 2), ("events_created", 1)],
    );
    let backoff = world.known("Choir").await.backoff;
    assert_eq!((backoff.failures, backoff.next_attempt_at), (0, None));
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ["2026-03-03 19:00Z 60m concert"]);
}

#[tokio::test]
async fn force_tries_a_calendar_that_rests() {
    let world = refused_choir().await;
    world.pull().await;
    world.google().clear_faults();
    expect(
        &world.run(&force()).await,
        Outcome::Ok,
        &[("synced", 2), ("skipped", 0)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ["2026-03-03 19:00Z 60m concert"]);
}

#[tokio::test]
async fn a_partial_failure_stands_in_the_status_of_its_user() {
    let world = refused_choir().await;
    world.minutes_later(10);
    world.auto_sync().await;
    let status = world.status(ANA).await.unwrap();
    assert_eq!(status.state, SyncState::PartialFailure);
    assert_eq!(status.last_sync_at, Some(world.now()));
    assert_eq!(status.failures.len(), 1);
    world.google().clear_faults();
    world.minutes_later(10);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 2)]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.status(ANA).await.unwrap().state, SyncState::Success);
}

#[tokio::test]
async fn a_user_with_a_calendar_at_rest_is_not_called_wholly_synced() {
    let world = refused_choir().await;
    world.pull().await;
    world.pull().await;
    let status = world.status(ANA).await.unwrap();
    assert_eq!(status.state, SyncState::PartialFailure);
}

#[tokio::test]
async fn a_calendar_at_rest_does_not_hold_up_a_new_cycle() {
    let world = refused_choir().await;
    let work = world.calendar("Work");
    work.put(event("standup").at("2026-03-03T09:00", "Europe/Berlin"));
    world.pull().await;
    world.google().clear_requests();
    expect(
        &world.pull().await,
        Outcome::Ok,
        &[("requests", 1), ("skipped", 1)],
    );
    world.google().clear_faults();
    world.minutes_later(10);
    world.pull().await;
    world.a_second_cycle_does_nothing().await;
    let both = [
        "2026-03-03 08:00Z 60m standup",
        "2026-03-03 19:00Z 60m concert",
    ];
    assert_eq!(world.timeline(ANA).await, both);
}

#[tokio::test]
async fn the_reason_for_a_rest_stands_in_the_status_until_it_ends() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.auto_sync().await;
    world.inject(
        Fault::refuse(&ApiError::forbidden())
            .on(Kind::EventsList)
            .always(),
    );
    world.pull().await;
    let failed = world.status(ANA).await.unwrap();
    assert_eq!(
        (failed.state, failed.failures.len()),
        (SyncState::Failure, 1)
    );
    expect(&world.pull().await, Outcome::Ok, &[("skipped", 1)]);
    assert_eq!(world.status(ANA).await.unwrap(), failed);
    world.google().clear_faults();
    world.minutes_later(2);
    expect(&world.pull().await, Outcome::Ok, &[("synced", 1)]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.status(ANA).await.unwrap().state, SyncState::Success);
}

#[tokio::test]
async fn a_clock_that_was_ahead_makes_nothing_rest_for_years() {
    let world = World::start("2030-03-02T06:00:00Z").await;
    let down = Fault::answer(503, "").retry_after("0").on(Kind::EventsList);
    world.inject(down.times(3));
    world.auto_sync().await;
    world.at("2026-03-02T06:00:00Z");
    world.add_calendar("Choir", "Europe/Berlin");
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 2)]);
    world.a_second_cycle_does_nothing().await;
}
