//! Series and their exceptions.

use calsync::model::run::Outcome;
use serde_json::json;

use crate::support::event::{event, moved_to};
use crate::support::story::{ANA, World, expect};

/// A weekly review on Mondays at nine, one moved to Tuesday afternoon and one
/// cancelled, both synced.
async fn weekly_review(rebase: bool) -> World {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.google().behave(|how| how.rebase_exceptions = rebase);
    world.configure("sync.future_days", "36");
    let work = world.calendar("Work");
    work.put(
        event("review")
            .at("2026-03-02T09:00", "Europe/Berlin")
            .weekly(),
    );
    let (start, end) = ("2026-03-10T14:00:00+01:00", "2026-03-10T15:00:00+01:00");
    work.move_occurrence("review", "2026-03-09T09:00:00+01:00", start, end);
    work.cancel_occurrence("review", "2026-03-16T09:00:00+01:00");
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
    world
}

/// What holds after the whole series was shifted by an hour.
async fn shifted_review(world: &World) {
    let later = moved_to("2026-03-02T10:00", 60, "Europe/Berlin");
    world.calendar("Work").edit("review", later);
    world.minutes_later(10);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 1), ("failed", 0)],
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
}

fn event_ids(world: &World) -> Vec<String> {
    world.column("SELECT id FROM calendar_events ORDER BY id")
}

#[tokio::test]
async fn a_shifted_series_keeps_its_moved_and_cancelled_occurrences() {
    let world = weekly_review(false).await;
    let before = event_ids(&world);
    shifted_review(&world).await;
    assert_eq!(event_ids(&world), before, "no new ids");
}

#[tokio::test]
async fn a_shifted_series_whose_exceptions_are_rebased_doubles_and_revives_nothing() {
    let world = weekly_review(true).await;
    shifted_review(&world).await;
}

#[tokio::test]
async fn a_moved_occurrence_keeps_its_id_and_can_be_moved_again() {
    let world = weekly_review(false).await;
    let ids = event_ids(&world);
    let (start, end) = ("2026-03-11T08:00:00+01:00", "2026-03-11T09:00:00+01:00");
    let work = world.calendar("Work");
    work.move_occurrence("review", "2026-03-09T09:00:00+01:00", start, end);
    world.minutes_later(10);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("events_updated", 1), ("events_created", 0)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(event_ids(&world), ids);
    let week = world.timeline_of(ANA, &["2026-03-09", "2026-03-1"]).await;
    assert_eq!(week, ["2026-03-11 07:00Z 60m review"]);
}

#[tokio::test]
async fn a_cancelled_occurrence_takes_away_its_date_and_nothing_else() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.configure("sync.future_days", "22");
    let work = world.calendar("Work");
    work.put(
        event("review")
            .at("2026-03-02T09:00", "Europe/Berlin")
            .weekly(),
    );
    work.put(event("lunch").at("2026-03-09T12:00", "Europe/Berlin"));
    world.auto_sync().await;
    work.cancel_occurrence("review", "2026-03-09T09:00:00+01:00");
    world.minutes_later(10);
    let run = world.auto_sync().await;
    expect(
        &run,
        Outcome::Ok,
        &[("events_updated", 1), ("events_removed", 0)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        [
            "2026-03-02 08:00Z 60m review",
            "2026-03-09 11:00Z 60m lunch",
            "2026-03-16 08:00Z 60m review",
            "2026-03-23 08:00Z 60m review",
        ]
    );
    let live = "SELECT external_id FROM calendar_events WHERE removed_at IS NULL
                AND status <> 'cancelled' ORDER BY external_id";
    assert_eq!(world.column(live), ["lunch", "review"]);
}

#[tokio::test]
async fn a_deleted_series_goes_with_its_exceptions() {
    let world = weekly_review(false).await;
    world.calendar("Work").delete("review");
    world.minutes_later(10);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 1), ("events_removed", 2)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, Vec::<String>::new());
}

#[tokio::test]
async fn an_exception_that_arrives_before_its_series_finds_it() {
    let world = weekly_review(false).await;
    let work = world.calendar("Work");
    // The exception changes first, the series after it.
    let (start, end) = ("2026-03-24T18:00:00+01:00", "2026-03-24T19:00:00+01:00");
    work.move_occurrence("review", "2026-03-23T09:00:00+01:00", start, end);
    work.edit("review", json!({ "summary": "retro" }));
    world.minutes_later(10);
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    let week = world
        .timeline_of(ANA, &["2026-03-23", "2026-03-24", "2026-03-30"])
        .await;
    assert_eq!(
        week,
        [
            "2026-03-24 17:00Z 60m review",
            "2026-03-30 07:00Z 60m retro"
        ]
    );
}

#[tokio::test]
async fn a_full_listing_of_what_is_known_writes_nothing() {
    let world = weekly_review(false).await;
    let before = world.timeline(ANA).await;
    let writes = world.watch_writes();
    let run = world.pull_full().await;
    let counts = [
        ("events_created", 0),
        ("events_updated", 0),
        ("events_removed", 0),
    ];
    expect(&run, Outcome::Ok, &counts);
    assert_eq!(writes.writes(), [""; 0]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, before);
}

#[tokio::test]
async fn an_occurrence_to_which_one_is_invited_alone_is_shown_without_its_series() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    let slot = json!({ "dateTime": "2026-03-09T09:00:00+01:00", "timeZone": "Europe/Berlin" });
    let alone = event("guest").at("2026-03-09T10:00", "Europe/Berlin");
    let alone = alone
        .with("recurringEventId", json!("elsewhere"))
        .with("originalStartTime", slot);
    world.calendar("Work").put(alone);
    world.auto_sync().await;
    world.pull_full().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ["2026-03-09 09:00Z 60m guest"]);
}

#[tokio::test]
async fn a_series_that_is_split_in_two_has_every_date_once() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.configure("sync.future_days", "22");
    let work = world.calendar("Work");
    work.put(
        event("review")
            .at("2026-03-02T09:00", "Europe/Berlin")
            .weekly(),
    );
    world.auto_sync().await;
    // "This and all following", as Google does it.
    let until = json!({ "recurrence": ["RRULE:FREQ=WEEKLY;UNTIL=20260315T225959Z"] });
    work.edit("review", until);
    work.put(
        event("review 2")
            .at("2026-03-16T11:00", "Europe/Berlin")
            .weekly(),
    );
    world.minutes_later(10);
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        [
            "2026-03-02 08:00Z 60m review",
            "2026-03-09 08:00Z 60m review",
            "2026-03-16 10:00Z 60m review 2",
            "2026-03-23 10:00Z 60m review 2",
        ]
    );
}
