//! Series and their exceptions.

use calsync::model::run::Outcome;
use calsync::sandbox::microsoft::{Kind, OccurrenceDeletion};
use serde_json::json;

use crate::support::microsoft::appointment::{appointment, moved_to};
use crate::support::microsoft::wire;
use crate::support::story::{ANA, World, expect};

/// A weekly review on Mondays at nine, one moved to Tuesday afternoon and one
/// cancelled, both synced.
async fn weekly_review() -> (World, String) {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.configure("sync.future_days", "36");
    let work = world.folder("Work");
    let review = appointment("review").at("2026-03-02T09:00", "Europe/Berlin");
    let review = work.put(review.weekly());
    let (start, end) = ("2026-03-10T14:00:00", "2026-03-10T15:00:00");
    work.move_occurrence(&review, "2026-03-09", start, end);
    work.cancel_occurrence(&review, "2026-03-16");
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 1), ("events_created", 2)],
    );
    assert_eq!(
        world.timeline(ANA).await,
        [
            "2026-03-02 08:00Z 60m review",
            "2026-03-10 13:00Z 60m review",
            "2026-03-23 08:00Z 60m review",
            "2026-03-30 07:00Z 60m review",
            "2026-04-06 07:00Z 60m review",
        ]
    );
    world.minutes_later(10);
    (world, review)
}

fn event_ids(world: &World) -> Vec<String> {
    world.column("SELECT id FROM calendar_events ORDER BY id")
}

#[tokio::test]
async fn a_shifted_series_keeps_its_moved_and_cancelled_occurrences() {
    let (world, review) = weekly_review().await;
    let before = event_ids(&world);
    let later = moved_to("2026-03-02T10:00", 60, "Europe/Berlin");
    world.folder("Work").edit(&review, later);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 1), ("failed", 0), ("events_created", 0)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        [
            "2026-03-02 09:00Z 60m review",
            "2026-03-10 13:00Z 60m review",
            "2026-03-23 09:00Z 60m review",
            "2026-03-30 08:00Z 60m review",
            "2026-04-06 08:00Z 60m review",
        ]
    );
    assert_eq!(event_ids(&world), before, "no new ids");
}

#[tokio::test]
async fn a_shifted_series_that_starts_over_has_every_date_once() {
    let (world, review) = weekly_review().await;
    let before = event_ids(&world);
    world
        .microsoft()
        .behave(|how| how.series_change_resets = true);
    let later = moved_to("2026-03-02T10:00", 60, "Europe/Berlin");
    world.folder("Work").edit(&review, later);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 1)]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        [
            "2026-03-02 09:00Z 60m review",
            "2026-03-09 09:00Z 60m review",
            "2026-03-16 09:00Z 60m review",
            "2026-03-23 09:00Z 60m review",
            "2026-03-30 08:00Z 60m review",
            "2026-04-06 08:00Z 60m review",
        ]
    );
    assert_eq!(event_ids(&world), before, "no new ids");
    let live = "SELECT count(*) FROM calendar_events WHERE removed_at IS NULL";
    assert_eq!(world.column(live), ["1"], "the exception is gone");
}

#[tokio::test]
async fn a_moved_occurrence_keeps_its_id_and_can_be_moved_again() {
    let (world, review) = weekly_review().await;
    let ids = event_ids(&world);
    let (start, end) = ("2026-03-11T08:00:00", "2026-03-11T09:00:00");
    let work = world.folder("Work");
    work.move_occurrence(&review, "2026-03-09", start, end);
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(event_ids(&world), ids);
    let week = world.timeline_of(ANA, &["2026-03-09", "2026-03-1"]).await;
    assert_eq!(week, ["2026-03-11 07:00Z 60m review"]);
}

/// Ana's review on four Mondays and a lunch, the second of which is deleted.
async fn a_deleted_monday(how: OccurrenceDeletion) -> World {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.microsoft().behave(|is| is.occurrence_deletion = how);
    world.configure("sync.future_days", "22");
    let work = world.folder("Work");
    let review = appointment("review").at("2026-03-02T09:00", "Europe/Berlin");
    let review = work.put(review.weekly());
    work.put(appointment("lunch").at("2026-03-09T12:00", "Europe/Berlin"));
    world.auto_sync().await;
    assert_eq!(world.timeline(ANA).await.len(), 5);
    work.cancel_occurrence(&review, "2026-03-09");
    world.minutes_later(10);
    let run = world.auto_sync().await;
    expect(&run, Outcome::Ok, &[("failed", 0), ("events_removed", 0)]);
    world
}

const WITHOUT: [&str; 4] = [
    "2026-03-02 08:00Z 60m review",
    "2026-03-09 11:00Z 60m lunch",
    "2026-03-16 08:00Z 60m review",
    "2026-03-23 08:00Z 60m review",
];

#[tokio::test]
async fn a_deleted_occurrence_of_which_the_series_tells_goes_alone() {
    let world = a_deleted_monday(OccurrenceDeletion::TouchesMaster).await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, WITHOUT);
}

#[tokio::test]
async fn a_deleted_occurrence_of_which_a_tombstone_tells_goes_alone() {
    let world = a_deleted_monday(OccurrenceDeletion::Tombstone).await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, WITHOUT);
    let live = "SELECT title FROM calendar_events WHERE removed_at IS NULL ORDER BY 1";
    assert_eq!(world.column(live), ["lunch", "review"]);
}

#[tokio::test]
async fn a_deleted_occurrence_of_which_nothing_tells_goes_with_the_next_full_round() {
    let world = a_deleted_monday(OccurrenceDeletion::Silent).await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await.len(), 5, "nobody said so yet");
    expect(
        &world.pull_full().await,
        Outcome::Ok,
        &[("events_removed", 0), ("conflicts", 0)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, WITHOUT);
}

#[tokio::test]
async fn a_deleted_exception_goes_and_its_date_stays_gone() {
    for how in [
        OccurrenceDeletion::TouchesMaster,
        OccurrenceDeletion::Tombstone,
    ] {
        let (world, review) = weekly_review().await;
        world.microsoft().behave(|is| is.occurrence_deletion = how);
        world
            .folder("Work")
            .cancel_occurrence(&review, "2026-03-09");
        expect(
            &world.auto_sync().await,
            Outcome::Ok,
            &[("events_removed", 1)],
        );
        world.a_second_cycle_does_nothing().await;
        let days = world.timeline_of(ANA, &["2026-03-0", "2026-03-1"]).await;
        assert_eq!(days, ["2026-03-02 08:00Z 60m review"], "{how:?}");
    }
}

#[tokio::test]
async fn a_deleted_series_goes_with_its_exceptions() {
    let (world, review) = weekly_review().await;
    world.folder("Work").delete(&review);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 1), ("events_removed", 2)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, [""; 0]);
}

#[tokio::test]
async fn a_series_that_becomes_a_single_event_and_back_is_one_row() {
    let (world, review) = weekly_review().await;
    let work = world.folder("Work");
    work.edit(&review, json!({ "recurrence": null }));
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ["2026-03-02 08:00Z 60m review"]);
    let daily = appointment("review").at("2026-03-02T09:00", "Europe/Berlin");
    let daily = serde_json::Value::from(daily.daily().until("2026-03-04"));
    work.edit(&review, json!({ "recurrence": daily["recurrence"] }));
    world.minutes_later(10);
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await.len(), 3);
    let live = "SELECT count(*) FROM calendar_events WHERE removed_at IS NULL";
    assert_eq!(world.column(live), ["1"]);
}

#[tokio::test]
async fn a_full_round_of_what_is_known_writes_nothing() {
    let (world, _) = weekly_review().await;
    let before = world.timeline(ANA).await;
    let writes = world.watch_writes();
    world.microsoft().clear_requests();
    let counts = [
        ("events_created", 0),
        ("events_updated", 0),
        ("events_removed", 0),
    ];
    expect(&world.pull_full().await, Outcome::Ok, &counts);
    assert_eq!(writes.writes(), [""; 0]);
    let read_again = wire::requests(world.microsoft(), Kind::EventsGet);
    assert_eq!(read_again.len(), 0, "a full round says it all");
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, before);
}
