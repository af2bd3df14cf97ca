//! Limits of the provider: waits are honoured for the mailbox they are meant
//! for, and for nobody else.

use std::time::Duration;

use calsync::model::run::Outcome;
use calsync::sandbox::microsoft::{ApiError, Budget, Effect, Fault, Kind};

use crate::support::microsoft::appointment::appointment;
use crate::support::story::{ANA, World, email, expect};

/// Ana with three calendars and Bo with one, an event to come in each.
async fn ana_and_bo() -> World {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.one_at_a_time();
    world.add_folder("Choir");
    world.add_folder("Garden");
    world.colleague("u-2", "Europe/Berlin", "Bo").await;
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 4)]);
    for (name, hour) in [("Choir", 20), ("Garden", 16), ("Work", 9), ("Bo", 9)] {
        let at = format!("2026-03-03T{hour:02}:00");
        let event = appointment(name).at(&at, "Europe/Berlin");
        world.folder(name).put(event);
    }
    world.minutes_later(10);
    world.microsoft().clear_requests();
    world
}

fn throttled(retry_after: u64) -> Fault {
    let message = "Application is over its MailboxConcurrency limit.";
    Fault::refuse(&ApiError::throttled(message, Some(retry_after)))
        .on(Kind::Delta)
        .account(&email(ANA))
}

fn asked_of_ana(world: &World) -> usize {
    let mut requests = world.microsoft().requests();
    requests.retain(|request| request.account == Some(email(ANA)));
    requests.len()
}

const ANAS: [&str; 3] = [
    "2026-03-03 08:00Z 60m Work",
    "2026-03-03 15:00Z 60m Garden",
    "2026-03-03 19:00Z 60m Choir",
];

#[tokio::test]
async fn a_short_wait_is_waited_within_the_request() {
    let world = ana_and_bo().await;
    world.upset(throttled(0));
    world.upset(throttled(0).nth(2));
    let counts = [("synced", 4), ("requests", 6)];
    expect(&world.auto_sync().await, Outcome::Ok, &counts);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ANAS);
}

#[tokio::test]
async fn a_long_wait_defers_the_mailbox_and_nobody_else() {
    let world = ana_and_bo().await;
    world.upset(throttled(3600));
    let run = world.auto_sync().await;
    let counts = [("synced", 1), ("failed", 1), ("deferred", 2)];
    expect(&run, Outcome::Partial, &counts);
    assert_eq!(run.failures[0].kind, "rate_limited");
    assert_eq!(asked_of_ana(&world), 1, "not asked again in this cycle");
    assert_eq!(world.timeline("u-2").await, ["2026-03-03 08:00Z 60m Bo"]);
    for _ in 0..5 {
        world.minutes_later(10);
        let counts = [("synced", 1), ("skipped", 3), ("failed", 0)];
        expect(&world.auto_sync().await, Outcome::Ok, &counts);
    }
    assert_eq!(asked_of_ana(&world), 1, "not asked within the hour");
    world.minutes_later(11);
    let counts = [("synced", 4), ("events_created", 3)];
    expect(&world.auto_sync().await, Outcome::Ok, &counts);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ANAS);
}

#[tokio::test]
async fn a_calendar_that_is_unavailable_for_long_rests_alone() {
    let world = ana_and_bo().await;
    let down = Fault::refuse(&ApiError::unavailable(Some(7200))).on(Kind::Delta);
    world.upset(down.calendar(&world.folder("Garden").id));
    let counts = [("synced", 3), ("failed", 1), ("deferred", 0)];
    expect(&world.auto_sync().await, Outcome::Partial, &counts);
    let rest = world.known("Garden").await.backoff.next_attempt_at.unwrap() - world.now();
    assert_eq!(rest.num_minutes(), 120);
    world.minutes_later(121);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 4)]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ANAS);
}

#[tokio::test]
async fn a_mailbox_is_asked_four_things_at_once_whatever_is_configured() {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.configure("sync.per_account_concurrency", "16");
    for number in 0..20 {
        let team = world.add_folder(&format!("Team {number}"));
        let standup = appointment("standup").at("2026-03-02T09:00", "Europe/Berlin");
        team.put(standup.weekly());
    }
    let slow = || Fault::new(Effect::Latency(Duration::from_millis(2)));
    world.upset(slow().always());
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 21)]);
    let most = world.microsoft().max_concurrency(&email(ANA));
    assert!((2..=4).contains(&most), "{most} at once");
    // Series to be read again are no way around it.
    for number in 0..20 {
        let team = world.folder(&format!("Team {number}"));
        for event in world.microsoft().events(&team.id) {
            let id = event["id"].as_str().unwrap();
            team.edit(id, serde_json::json!({ "subject": "daily" }));
        }
    }
    world.minutes_later(10);
    world.microsoft().clear_requests();
    let counts = [("synced", 21), ("failed", 0), ("requests", 21 + 40)];
    expect(&world.auto_sync().await, Outcome::Ok, &counts);
    let most = world.microsoft().max_concurrency(&email(ANA));
    assert!((2..=4).contains(&most), "{most} at once");
    let answers = world.microsoft().requests();
    assert!(answers.iter().all(|answer| answer.status != Some(429)));
    world.a_second_cycle_does_nothing().await;
    let all = world.timeline(ANA).await;
    assert!(all.iter().all(|line| line.ends_with("daily")));
}

#[tokio::test]
async fn a_used_up_budget_rests_the_mailbox_and_what_was_read_stays() {
    let world = ana_and_bo().await;
    world.minutes_later(10);
    world.microsoft().budget(Some(Budget {
        per_ten_minutes: 2,
        retry_after: Some(600),
    }));
    let counts = [("synced", 3), ("failed", 1)];
    expect(&world.auto_sync().await, Outcome::Partial, &counts);
    world.microsoft().budget(None);
    world.minutes_later(11);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 4)]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ANAS);
}
