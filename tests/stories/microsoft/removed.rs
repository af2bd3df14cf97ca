//! `@removed` in its meanings: deleted, moved out of the window, never known.

use calsync::model::run::Outcome;
use calsync::sandbox::microsoft::{Fault, Kind};
use serde_json::json;

use crate::support::microsoft::appointment::{appointment, moved_to};
use crate::support::microsoft::wire;
use crate::support::story::{ANA, World, expect};

const NONE: [&str; 0] = [];

/// Ana's review and lunch in March, synced.
async fn review_and_lunch() -> (World, String, String) {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    let work = world.folder("Work");
    let review = work.put(appointment("review").at("2026-03-09T09:00", "Europe/Berlin"));
    let lunch = work.put(appointment("lunch").at("2026-03-09T12:00", "Europe/Berlin"));
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("events_created", 2)],
    );
    world.minutes_later(10);
    world.microsoft().clear_requests();
    (world, review, lunch)
}

/// What was asked for beside the deltas.
fn read_again(world: &World) -> usize {
    let count = |kind| wire::requests(world.microsoft(), kind).len();
    count(Kind::EventsGet) + count(Kind::EventsInstances)
}

const LUNCH: &str = "2026-03-09 11:00Z 60m lunch";

#[tokio::test]
async fn an_event_that_leaves_the_window_and_returns_is_the_same_event() {
    let (world, review, _) = review_and_lunch().await;
    let work = world.folder("Work");
    let id = world.timeline_rows(ANA).await[0].event_id.clone();
    work.edit(&review, moved_to("2027-03-09T09:00", 60, "Europe/Berlin"));
    let run = world.auto_sync().await;
    expect(
        &run,
        Outcome::Ok,
        &[
            ("events_updated", 1),
            ("events_removed", 0),
            ("requests", 2),
        ],
    );
    assert_eq!(read_again(&world), 1, "what is known is fetched once");
    assert_eq!(world.timeline(ANA).await, [LUNCH]);
    let kept = "SELECT count(*) FROM calendar_events WHERE removed_at IS NULL";
    assert_eq!(world.column(kept), ["2"]);
    world.a_second_cycle_does_nothing().await;

    work.edit(&review, moved_to("2026-03-10T09:00", 60, "Europe/Berlin"));
    world.minutes_later(10);
    let run = world.auto_sync().await;
    expect(
        &run,
        Outcome::Ok,
        &[("events_updated", 1), ("events_created", 0)],
    );
    world.a_second_cycle_does_nothing().await;
    let back = [
        "2026-03-09 11:00Z 60m lunch",
        "2026-03-10 08:00Z 60m review",
    ];
    assert_eq!(world.timeline(ANA).await, back);
    assert_eq!(world.timeline_rows(ANA).await[1].event_id, id);
}

#[tokio::test]
async fn what_is_outside_of_the_window_and_unknown_costs_nothing() {
    let (world, ..) = review_and_lunch().await;
    let work = world.folder("Work");
    let far = work.put(appointment("far").at("2028-03-09T09:00", "Europe/Berlin"));
    let series = appointment("farther").at("2029-03-09T09:00", "Europe/Berlin");
    work.put(series.weekly());
    let gone = work.put(appointment("gone").at("2026-03-09T09:00", "Europe/Berlin"));
    work.delete(&gone);
    expect(&world.auto_sync().await, Outcome::Ok, &[("requests", 1)]);
    work.edit(&far, json!({ "subject": "far away" }));
    world.minutes_later(10);
    world.microsoft().clear_requests();
    let counts = [
        ("requests", 1),
        ("events_created", 0),
        ("events_removed", 0),
    ];
    expect(&world.auto_sync().await, Outcome::Ok, &counts);
    assert_eq!(read_again(&world), 0);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await.len(), 2);
}

#[tokio::test]
async fn the_three_meanings_in_one_round_are_told_apart() {
    let (world, review, lunch) = review_and_lunch().await;
    let work = world.folder("Work");
    work.delete(&review);
    work.edit(&lunch, moved_to("2027-03-09T12:00", 60, "Europe/Berlin"));
    work.put(appointment("far").at("2028-03-09T09:00", "Europe/Berlin"));
    let counts = [
        ("events_created", 0),
        ("events_updated", 1),
        ("events_removed", 1),
        ("requests", 3),
    ];
    expect(&world.auto_sync().await, Outcome::Ok, &counts);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, NONE);
    let live = "SELECT title FROM calendar_events WHERE removed_at IS NULL";
    assert_eq!(world.column(live), ["lunch"], "it went elsewhere");
}

#[tokio::test]
async fn what_waits_outside_is_removed_when_it_is_deleted_there() {
    let (world, review, _) = review_and_lunch().await;
    let work = world.folder("Work");
    work.edit(&review, moved_to("2027-03-09T09:00", 60, "Europe/Berlin"));
    world.auto_sync().await;
    work.delete(&review);
    world.minutes_later(10);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("events_removed", 1)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, [LUNCH]);
}

#[tokio::test]
async fn an_occurrence_that_leaves_the_window_goes_alone_and_returns() {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.configure("sync.future_days", "15");
    let work = world.folder("Work");
    let review = appointment("review").at("2026-03-02T09:00", "Europe/Berlin");
    let review = work.put(review.weekly());
    world.auto_sync().await;
    let mondays = world.timeline(ANA).await;
    assert_eq!(mondays.len(), 3);
    for (to, expected) in [("2026-04-21", 2), ("2026-03-15", 3), ("2026-04-22", 2)] {
        let (start, end) = (format!("{to}T09:00:00"), format!("{to}T10:00:00"));
        work.move_occurrence(&review, "2026-03-16", &start, &end);
        world.minutes_later(10);
        expect(&world.auto_sync().await, Outcome::Ok, &[("failed", 0)]);
        world.a_second_cycle_does_nothing().await;
        assert_eq!(world.timeline(ANA).await.len(), expected, "{to}");
    }
    assert_eq!(world.timeline(ANA).await, mondays[..2]);
}

#[tokio::test]
async fn a_series_whose_end_moves_before_the_window_leaves_it_whole() {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.configure("sync.future_days", "15");
    let work = world.folder("Work");
    let review = appointment("review").at("2025-03-03T09:00", "Europe/Berlin");
    let id = work.put(review.clone().weekly());
    world.auto_sync().await;
    assert_ne!(world.timeline(ANA).await, NONE);
    let ended = serde_json::Value::from(review.weekly().until("2025-12-31"));
    work.edit(&id, json!({ "recurrence": ended["recurrence"] }));
    world.minutes_later(10);
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, NONE);
}

#[tokio::test]
async fn what_cannot_be_fetched_now_leaves_all_as_it_was() {
    let (world, review, _) = review_and_lunch().await;
    world.folder("Work").delete(&review);
    let down = Fault::answer(503, "").retry_after("0");
    world.upset(down.on(Kind::EventsGet).always());
    let link = world.known("Work").await.sync_token;
    expect(
        &world.auto_sync().await,
        Outcome::Deferred,
        &[("failed", 1), ("events_removed", 0)],
    );
    assert_eq!(world.timeline(ANA).await.len(), 2);
    assert_eq!(world.known("Work").await.sync_token, link);
    world.microsoft().clear_faults();
    world.minutes_later(10);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("events_removed", 1)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, [LUNCH]);
}
