//! The window is part of the link: a full round moves it, before it runs
//! short; until that succeeds the old link serves.

use calsync::model::preferences::PreferencesChange;
use calsync::model::run::Outcome;
use calsync::sandbox::microsoft::{ApiError, Effect, Fault, Kind};

use crate::support::microsoft::appointment::appointment;
use crate::support::microsoft::wire;
use crate::support::story::{ANA, World, expect};

/// A standup on every day, of which a window of thirty days is synced.
async fn standups() -> World {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.configure("sync.past_days", "1");
    world.configure("sync.future_days", "30");
    let work = world.folder("Work");
    let standup = appointment("standup").at("2026-01-01T09:00", "Europe/Berlin");
    work.put(standup.daily());
    work.put(appointment("fair").at("2026-04-05T12:00", "Europe/Berlin"));
    world.auto_sync().await;
    world
}

/// How the rounds of one cycle went on.
async fn rounds(world: &World) -> Vec<&'static str> {
    world.microsoft().clear_requests();
    world.auto_sync().await;
    wire::rounds(world.microsoft())
}

const FAIR: &str = "2026-04-05 10:00Z 60m fair";

#[tokio::test]
async fn it_moves_by_a_full_round_when_two_thirds_of_its_future_are_left() {
    let world = standups().await;
    for day in 3..=11 {
        world.at(&format!("2026-03-{day:02}T06:00:00Z"));
        assert_eq!(rounds(&world).await, ["link"], "{day} March");
        world.a_second_cycle_does_nothing().await;
    }
    let before = world.timeline(ANA).await;
    assert!(!before.contains(&FAIR.to_owned()));
    world.at("2026-03-12T06:00:00Z");
    assert_eq!(rounds(&world).await, ["full"]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(wire::rounds(world.microsoft()), ["link"]);
    let timeline = world.timeline(ANA).await;
    assert!(timeline.contains(&FAIR.to_owned()));
    assert_eq!(timeline[0], "2026-03-11 08:00Z 60m standup");
}

#[tokio::test]
async fn the_old_link_serves_while_the_new_round_fails() {
    let world = standups().await;
    world.at("2026-03-12T06:00:00Z");
    let work = world.folder("Work");
    work.put(appointment("lunch").at("2026-03-13T12:00", "Europe/Berlin"));
    let refused = ApiError::new(400, "ErrorInvalidRequest", "Not now.");
    world.upset(Fault::refuse(&refused).on(Kind::Delta));
    assert_eq!(rounds(&world).await, ["full", "link"]);
    let lunch = "2026-03-13 11:00Z 60m lunch".to_owned();
    assert!(world.timeline(ANA).await.contains(&lunch));
    assert!(!world.timeline(ANA).await.contains(&FAIR.to_owned()));
    let known = world.known("Work").await;
    assert_eq!(known.backoff.failures, 0);
    // Nothing of the failed round was stored; the next one makes it good.
    world.minutes_later(10);
    assert_eq!(rounds(&world).await, ["full"]);
    world.a_second_cycle_does_nothing().await;
    let timeline = world.timeline(ANA).await;
    assert!(timeline.contains(&lunch) && timeline.contains(&FAIR.to_owned()));
}

#[tokio::test]
async fn a_new_round_that_fails_on_its_second_page_leaves_nothing_behind() {
    let world = standups().await;
    world.at("2026-03-12T06:00:00Z");
    world.upset(Fault::new(Effect::RepeatPage).on(Kind::Delta));
    world.upset(Fault::new(Effect::Html).on(Kind::Delta).nth(2));
    assert_eq!(rounds(&world).await, ["full", "page", "link"]);
    assert!(!world.timeline(ANA).await.contains(&FAIR.to_owned()));
    world.minutes_later(10);
    assert_eq!(rounds(&world).await, ["full"]);
    world.a_second_cycle_does_nothing().await;
    assert!(world.timeline(ANA).await.contains(&FAIR.to_owned()));
}

#[tokio::test]
async fn a_new_round_and_an_old_link_that_both_fail_rest_the_calendar() {
    let world = standups().await;
    let before = world.known("Work").await.sync_token;
    world.at("2026-03-12T06:00:00Z");
    let refused = ApiError::new(400, "ErrorInvalidRequest", "Not now.");
    world.upset(Fault::refuse(&refused).on(Kind::Delta).times(2));
    expect(&world.auto_sync().await, Outcome::Failed, &[("failed", 1)]);
    let known = world.known("Work").await;
    assert_eq!((known.backoff.failures, known.sync_token), (1, before));
    world.minutes_later(10);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 1)]);
    world.a_second_cycle_does_nothing().await;
    assert!(world.timeline(ANA).await.contains(&FAIR.to_owned()));
}

#[tokio::test]
async fn what_the_new_round_does_not_return_is_swept() {
    let world = standups().await;
    let work = world.folder("Work");
    let mut ids = Vec::new();
    for number in 0..8 {
        let event = appointment(&format!("event {number}"));
        ids.push(work.put(event.at("2026-03-20T15:00", "Europe/Berlin")));
    }
    world.minutes_later(10);
    world.auto_sync().await;
    work.delete(&ids[0]);
    world.upset(Fault::new(Effect::EmptyList).on(Kind::Delta));
    world.minutes_later(10);
    // The deletion is skipped over: only a full round finds it.
    world.auto_sync().await;
    assert_eq!(world.timeline_of(ANA, &["2026-03-20"]).await.len(), 9);
    world.at("2026-03-12T06:00:00Z");
    let counts = [("events_removed", 1), ("conflicts", 0)];
    expect(&world.auto_sync().await, Outcome::Ok, &counts);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline_of(ANA, &["2026-03-20"]).await.len(), 8);
}

#[tokio::test]
async fn a_new_round_that_reads_empty_is_a_question() {
    let world = standups().await;
    let before = world.timeline(ANA).await;
    world.at("2026-03-12T06:00:00Z");
    world.upset(Fault::new(Effect::EmptyList).on(Kind::Delta));
    let counts = [("events_removed", 0), ("conflicts", 1)];
    expect(&world.auto_sync().await, Outcome::Partial, &counts);
    world.a_second_cycle_does_nothing().await;
    let coming = world.timeline_of(ANA, &["2026-03-2"]).await;
    let were: Vec<_> = before
        .into_iter()
        .filter(|line| line.starts_with("2026-03-2"))
        .collect();
    assert_eq!(coming, were);
}

#[tokio::test]
async fn a_wider_window_in_the_preferences_is_read_at_once() {
    let world = standups().await;
    let first = world.timeline(ANA).await;
    let wider = PreferencesChange {
        past_days: Some(8),
        future_days: Some(50),
        ..PreferencesChange::default()
    };
    let (store, ana) = (world.store().await, ANA.parse().unwrap());
    store.preferences_change(&ana, wider).await.unwrap();
    world.minutes_later(10);
    assert_eq!(rounds(&world).await, ["full"]);
    world.a_second_cycle_does_nothing().await;
    let timeline = world.timeline(ANA).await;
    assert_eq!(timeline[0], "2026-02-22 08:00Z 60m standup");
    assert!(timeline.contains(&FAIR.to_owned()));
    assert!(timeline.len() > first.len() + 26, "{}", timeline.len());
}

#[tokio::test]
async fn a_clock_that_was_set_back_asks_for_the_past_it_lacks() {
    let world = standups().await;
    world.at("2026-02-20T06:00:00Z");
    world.microsoft().clear_requests();
    world.pull().await;
    assert_eq!(wire::rounds(world.microsoft()), ["full"]);
    world.a_second_cycle_does_nothing().await;
    let timeline = world.timeline(ANA).await;
    assert_eq!(timeline[0], "2026-02-19 08:00Z 60m standup");
}
