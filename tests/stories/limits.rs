//! Limits of the provider: waits are honoured for the account they are meant
//! for, and for nobody else.

use std::time::Duration;

use calsync::model::run::Outcome;
use calsync::sandbox::google::{ApiError, Effect, Fault, Kind};

use crate::support::event::event;
use crate::support::story::{ANA, World, email, expect};

/// Ana with three calendars and Bo with one, an event to come in each.
async fn ana_and_bo() -> World {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.one_at_a_time();
    world.add_calendar("Choir", "Europe/Berlin");
    world.add_calendar("Garden", "Europe/Berlin");
    world.person("u-2", "Europe/Berlin", "Bo").await;
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 4)]);
    for (name, hour) in [("Choir", 20), ("Garden", 16), ("Work", 9), ("Bo", 9)] {
        let at = format!("2026-03-03T{hour:02}:00");
        world
            .calendar(name)
            .put(event(name).at(&at, "Europe/Berlin"));
    }
    world.minutes_later(10);
    world.google().clear_requests();
    world
}

fn limited(status: u16) -> Fault {
    let refusal = ApiError::rate_limited(status, "rateLimitExceeded");
    Fault::refuse(&refusal)
        .on(Kind::EventsList)
        .account(&email(ANA))
}

fn asked_of_ana(world: &World) -> usize {
    let requests = world.google().requests();
    requests
        .iter()
        .filter(|request| request.account == Some(email(ANA)))
        .count()
}

const ANAS: [&str; 3] = [
    "2026-03-03 08:00Z 60m Work",
    "2026-03-03 15:00Z 60m Garden",
    "2026-03-03 19:00Z 60m Choir",
];

#[tokio::test]
async fn a_short_wait_is_waited_within_the_request() {
    let world = ana_and_bo().await;
    world.inject(limited(429).retry_after("0"));
    world.inject(limited(403).retry_after("0").nth(2));
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 4), ("requests", 6)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ANAS);
}

#[tokio::test]
async fn a_long_wait_defers_the_account_and_nobody_else() {
    let world = ana_and_bo().await;
    world.inject(limited(429).retry_after("3600"));
    let run = world.auto_sync().await;
    let counts = [
        ("scheduled", 4),
        ("synced", 1),
        ("failed", 1),
        ("deferred", 2),
    ];
    expect(&run, Outcome::Partial, &counts);
    assert_eq!(run.failures.len(), 1, "{run:?}");
    assert_eq!(run.failures[0].kind, "rate_limited");
    assert_eq!(asked_of_ana(&world), 1, "not asked again in this cycle");
    assert_eq!(world.timeline("u-2").await, ["2026-03-03 08:00Z 60m Bo"]);

    for _ in 0..5 {
        world.minutes_later(10);
        let run = world.auto_sync().await;
        expect(
            &run,
            Outcome::Ok,
            &[("synced", 1), ("skipped", 3), ("failed", 0)],
        );
    }
    assert_eq!(asked_of_ana(&world), 1, "not asked within the hour");
    world.minutes_later(11);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 4), ("events_created", 3)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ANAS);
}

#[tokio::test]
async fn a_calendar_that_is_unavailable_for_long_rests_alone() {
    let world = ana_and_bo().await;
    let id = world.calendar("Garden").id;
    let down = Fault::refuse(&ApiError::backend_error(503)).retry_after("7200");
    world.inject(down.on(Kind::EventsList).calendar(&id));
    let counts = [
        ("synced", 3),
        ("failed", 1),
        ("deferred", 0),
        ("requests", 4),
    ];
    expect(&world.auto_sync().await, Outcome::Partial, &counts);
    let rest = world.known("Garden").await.backoff.next_attempt_at.unwrap() - world.now();
    assert_eq!(rest.num_minutes(), 120);
    world.minutes_later(10);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 3), ("skipped", 1)],
    );
    world.minutes_later(111);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 4), ("events_created", 1)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ANAS);
}

#[tokio::test]
async fn a_used_up_quota_rests_the_account_for_an_hour() {
    let world = ana_and_bo().await;
    let used_up = Fault::refuse(&ApiError::quota_exceeded());
    world.inject(used_up.on(Kind::EventsList).account(&email(ANA)));
    let counts = [("synced", 1), ("failed", 1), ("deferred", 2)];
    expect(&world.auto_sync().await, Outcome::Partial, &counts);
    world.minutes_later(50);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 1), ("skipped", 3)],
    );
    world.minutes_later(11);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 4)]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ANAS);
}

#[tokio::test]
async fn a_provider_that_is_away_is_not_asked_by_everybody() {
    let world = World::empty("2026-03-02T06:00:00Z").await;
    for number in 1..=30 {
        let user = format!("u-{number}");
        world.person(&user, "Europe/Berlin", &user).await;
    }
    world.auto_sync().await;
    world.minutes_later(10);
    world.one_at_a_time();
    world.google().clear_requests();
    let away = Fault::answer(503, "").retry_after("0").on(Kind::EventsList);
    world.inject(away.always());
    let run = world.auto_sync().await;
    expect(
        &run,
        Outcome::Deferred,
        &[("failed", 8), ("deferred", 22), ("requests", 24)],
    );
    world.google().clear_faults();
    world.minutes_later(10);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 30)]);
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn many_calendars_of_an_account_are_asked_for_a_few_at_a_time() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    for number in 0..20 {
        world.add_calendar(&format!("Team {number}"), "Europe/Berlin");
    }
    let slow = Effect::Latency(Duration::from_millis(2));
    world.inject(Fault::new(slow).on(Kind::EventsList).always());
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 21)]);
    let most = world.google().max_concurrency(&email(ANA));
    assert!((2..=4).contains(&most), "{most} at once");
    world.configure("sync.per_account_concurrency", "2");
    world.a_second_cycle_does_nothing().await;
    assert!(world.google().max_concurrency(&email(ANA)) <= 2);
}

#[tokio::test]
async fn a_long_wait_holds_for_calendars_that_were_read_before_it_too() {
    let world = ana_and_bo().await;
    world.inject(limited(429).retry_after("3600").nth(3));
    let counts = [("synced", 3), ("failed", 1), ("deferred", 0)];
    expect(&world.auto_sync().await, Outcome::Partial, &counts);
    world.google().clear_requests();
    world.minutes_later(50);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 1), ("skipped", 3)],
    );
    assert_eq!(asked_of_ana(&world), 0);
    world.minutes_later(11);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 4), ("events_created", 1)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ANAS);
}

#[tokio::test]
async fn a_wait_of_years_is_one_of_a_day() {
    let world = ana_and_bo().await;
    world.inject(limited(429).retry_after("999999999"));
    expect(
        &world.auto_sync().await,
        Outcome::Partial,
        &[("failed", 1), ("deferred", 2)],
    );
    world.minutes_later(24 * 60 + 1);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 4), ("events_created", 3)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ANAS);
}

#[tokio::test]
async fn an_account_that_cannot_be_reached_holds_up_nobody_else() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    for number in 1..=11 {
        world.add_calendar(&format!("Choir {number}"), "Europe/Berlin");
    }
    world.auto_sync().await;
    world.person("u-2", "Europe/Berlin", "Bo").await;
    world.auto_sync().await;
    world.minutes_later(10);
    world.one_at_a_time();
    let down = Fault::answer(503, "").retry_after("0").on(Kind::EventsList);
    world.inject(down.account(&email(ANA)).always());
    let counts = [("synced", 1), ("failed", 8), ("deferred", 4)];
    expect(&world.auto_sync().await, Outcome::Partial, &counts);
    world.google().clear_faults();
    world.minutes_later(10);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 13)]);
    world.a_second_cycle_does_nothing().await;
}
