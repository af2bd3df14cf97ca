//! `pull` asks for calendars while their user works.

use calsync::jobs::Pull;
use calsync::model::run::Outcome;
use calsync::model::time::Zone;
use calsync::model::user::{User, WorkingHours};

use crate::support::event::event;
use crate::support::story::{ANA, World, expect, pull};

/// Ana works these hours by the clocks of this zone.
async fn works(zone: &str, start: u8, end: u8) -> World {
    let world = World::start("2026-03-01T12:00:00Z").await;
    world.auto_sync().await;
    let ana = User {
        id: ANA.parse().unwrap(),
        email: None,
        timezone: Zone::parse(zone).unwrap(),
        working_hours: Some(WorkingHours::new(start, end).unwrap()),
    };
    world.store().await.user_upsert(vec![ana]).await.unwrap();
    world
}

/// Whether a pull at these times asks for Ana's calendar.
async fn pulled_at(world: &World, times: &[(&str, u64)]) {
    for (at, synced) in times {
        world.at(at);
        world.google().clear_requests();
        let run = world.run(&Pull::default()).await;
        expect(
            &run,
            Outcome::Ok,
            &[("scheduled", *synced), ("synced", *synced)],
        );
        assert_eq!(world.google().requests().is_empty(), *synced == 0, "{at}");
    }
}

#[tokio::test]
async fn hours_across_midnight_are_one_night() {
    let world = works("Europe/Berlin", 22, 6).await;
    let times = [
        ("2026-03-02T20:59:59Z", 0),
        ("2026-03-02T21:00:00Z", 1),
        ("2026-03-02T23:30:00Z", 1),
        ("2026-03-03T04:59:59Z", 1),
        ("2026-03-03T05:00:00Z", 0),
    ];
    pulled_at(&world, &times).await;
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn hours_follow_the_clocks_when_they_change() {
    let world = works("America/New_York", 9, 17).await;
    let times = [
        ("2026-03-06T13:30:00Z", 0),
        ("2026-03-06T14:00:00Z", 1),
        ("2026-03-09T13:00:00Z", 1),
        ("2026-03-09T12:59:59Z", 0),
        ("2026-03-09T21:00:00Z", 0),
    ];
    pulled_at(&world, &times).await;
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn all_hours_are_asked_for_by_name() {
    let world = works("Europe/Berlin", 9, 17).await;
    world
        .calendar("Work")
        .put(event("party").at("2026-03-02T22:00", "Europe/Berlin"));
    world.at("2026-03-01T22:00:00Z");
    expect(
        &world.run(&Pull::default()).await,
        Outcome::Ok,
        &[("scheduled", 0)],
    );
    expect(
        &world.pull().await,
        Outcome::Ok,
        &[("synced", 1), ("events_created", 1)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ["2026-03-02 21:00Z 60m party"]);
}

#[tokio::test]
async fn a_named_calendar_is_pulled_alone_and_does_not_count_as_a_sync_of_its_user() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.add_calendar("Choir", "Europe/Berlin");
    world.auto_sync().await;
    let before = world.status(ANA).await.unwrap().last_sync_at;
    world.minutes_later(10);
    let only = Pull {
        calendars: vec![world.known("Choir").await.id],
        ..pull()
    };
    expect(
        &world.run(&only).await,
        Outcome::Ok,
        &[("scheduled", 1), ("synced", 1)],
    );
    assert_eq!(world.status(ANA).await.unwrap().last_sync_at, before);
    expect(&world.auto_sync().await, Outcome::Ok, &[("scheduled", 2)]);
    world.a_second_cycle_does_nothing().await;
}
