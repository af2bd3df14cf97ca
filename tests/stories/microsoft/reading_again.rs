//! Series whose occurrences are read again: every page of them, from answers
//! that can be believed.

use calsync::model::run::Outcome;
use calsync::sandbox::microsoft::{ApiError, Effect, Fault, Kind, OccurrenceDeletion};
use serde_json::json;

use crate::support::microsoft::appointment::appointment;
use crate::support::microsoft::wire;
use crate::support::story::{ANA, World, expect};

/// A daily standup of a year, synced and then renamed.
async fn a_renamed_standup() -> World {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.configure("sync.past_days", "1");
    world.configure("sync.future_days", "365");
    let work = world.folder("Work");
    let standup = appointment("standup").at("2026-03-02T09:00", "Europe/Berlin");
    let standup = work.put(standup.daily());
    world.auto_sync().await;
    assert_eq!(world.timeline(ANA).await.len(), 365);
    work.edit(&standup, json!({ "subject": "daily" }));
    world.minutes_later(10);
    world.microsoft().clear_requests();
    world
}

/// The cycle fails and changes nothing; the next one is well again.
async fn nothing_under(world: &World, fault: Fault, kind: &str) {
    let before = (
        world.timeline(ANA).await,
        world.known("Work").await.sync_token,
    );
    world.upset(fault);
    let run = world.auto_sync().await;
    assert_eq!(run.failures[0].kind, kind, "{run:?}");
    let after = (
        world.timeline(ANA).await,
        world.known("Work").await.sync_token,
    );
    assert_eq!(after, before);
    world.microsoft().clear_faults();
    world.minutes_later(10);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 1)]);
    world.a_second_cycle_does_nothing().await;
    let timeline = world.timeline(ANA).await;
    assert_eq!(timeline.len(), 365);
    assert!(timeline.iter().all(|line| line.ends_with(" daily")));
}

#[tokio::test]
async fn every_page_of_its_occurrences_is_read() {
    let world = a_renamed_standup().await;
    expect(&world.auto_sync().await, Outcome::Ok, &[("failed", 0)]);
    let pages = wire::requests(world.microsoft(), Kind::EventsInstances);
    assert!(pages.len() > 1, "{}", pages.len());
    world.a_second_cycle_does_nothing().await;
    let timeline = world.timeline(ANA).await;
    assert_eq!(timeline.len(), 365);
    assert!(timeline.iter().all(|line| line.ends_with(" daily")));
}

#[tokio::test]
async fn a_page_of_occurrences_that_is_cut_off_or_repeats_is_not_believed() {
    for effect in [Effect::TruncatedBody, Effect::Html, Effect::RepeatPage] {
        let world = a_renamed_standup().await;
        let fault = Fault::new(effect).on(Kind::EventsInstances).always();
        nothing_under(&world, fault, "protocol").await;
    }
}

#[tokio::test]
async fn occurrences_on_another_host_are_not_read() {
    let elsewhere = World::outlook("2026-03-02T06:00:00Z").await;
    let world = a_renamed_standup().await;
    let links = Effect::ForeignLinks(elsewhere.microsoft().identity_url());
    let fault = Fault::new(links).on(Kind::EventsInstances);
    nothing_under(&world, fault, "protocol").await;
    assert_eq!(elsewhere.microsoft().requests().len(), 0);
}

#[tokio::test]
async fn a_limit_reached_on_the_way_rests_the_mailbox() {
    let world = a_renamed_standup().await;
    let refusal = ApiError::throttled("Too many.", Some(300));
    let fault = Fault::refuse(&refusal).on(Kind::EventsInstances);
    nothing_under(&world, fault, "rate_limited").await;
}

#[tokio::test]
async fn a_series_that_goes_while_it_is_read_is_gone() {
    let world = a_renamed_standup().await;
    let standup = world.microsoft().events(&world.folder("Work").id);
    let id = standup[0]["id"].as_str().unwrap().to_owned();
    let delete = Fault::meanwhile(move |microsoft| {
        microsoft.delete_event(&id);
    });
    world.upset(delete.on(Kind::EventsInstances));
    expect(&world.auto_sync().await, Outcome::Ok, &[("failed", 0)]);
    world.minutes_later(10);
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, [""; 0]);
}

#[tokio::test]
async fn a_deleted_exception_of_which_nothing_tells_goes_with_the_next_full_round() {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.configure("sync.future_days", "15");
    let work = world.folder("Work");
    let review = appointment("review").at("2026-03-02T09:00", "Europe/Berlin");
    let review = work.put(review.weekly());
    let (start, end) = ("2026-03-10T14:00:00", "2026-03-10T15:00:00");
    work.move_occurrence(&review, "2026-03-09", start, end);
    world.auto_sync().await;
    let silent = OccurrenceDeletion::Silent;
    world
        .microsoft()
        .behave(|how| how.occurrence_deletion = silent);
    work.cancel_occurrence(&review, "2026-03-09");
    world.minutes_later(10);
    expect(
        &world.pull_full().await,
        Outcome::Ok,
        &[("events_removed", 1)],
    );
    world.a_second_cycle_does_nothing().await;
    let mondays = [
        "2026-03-02 08:00Z 60m review",
        "2026-03-16 08:00Z 60m review",
    ];
    assert_eq!(world.timeline(ANA).await, mondays);
}

#[tokio::test]
async fn an_occurrence_of_an_ended_series_that_is_moved_into_the_window_is_seen() {
    for alone in [false, true] {
        let world = World::outlook("2026-03-02T06:00:00Z").await;
        world
            .microsoft()
            .behave(|how| how.exceptions_come_alone = alone);
        let work = world.folder("Work");
        let review = appointment("review").at("2024-03-04T09:00", "Europe/Berlin");
        let review = work.put(review.weekly().until("2024-12-30"));
        world.auto_sync().await;
        assert_eq!(world.timeline(ANA).await, [""; 0]);
        let (start, end) = ("2026-03-10T14:00:00", "2026-03-10T15:00:00");
        work.move_occurrence(&review, "2024-12-30", start, end);
        world.minutes_later(10);
        world.auto_sync().await;
        world.a_second_cycle_does_nothing().await;
        let seen = ["2026-03-10 13:00Z 60m review"];
        assert_eq!(world.timeline(ANA).await, seen);
        world.pull_full().await;
        world.a_second_cycle_does_nothing().await;
        assert_eq!(world.timeline(ANA).await, seen);
    }
}

#[tokio::test]
async fn a_watch_of_24_hours_is_no_day() {
    for seed in [None, Some(1), Some(4)] {
        let world = World::outlook("2026-03-02T06:00:00Z").await;
        world.configure("sync.future_days", "15");
        world.microsoft().behave(|how| how.shuffle = seed);
        let work = world.folder("Work");
        let watch = appointment("watch").minutes(24 * 60);
        let watch = work.put(watch.at("2026-03-03T00:00", "UTC").weekly());
        world.auto_sync().await;
        world.a_second_cycle_does_nothing().await;
        let expected = [
            "2026-03-03 00:00Z 1440m watch",
            "2026-03-10 00:00Z 1440m watch",
        ];
        assert_eq!(world.timeline(ANA).await[..2], expected);
        work.edit(&watch, json!({ "location": "bridge" }));
        world.minutes_later(10);
        world.auto_sync().await;
        world.a_second_cycle_does_nothing().await;
        assert_eq!(world.timeline(ANA).await[..2], expected);
    }
}
