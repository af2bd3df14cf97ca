//! The window of the timeline: what is outside of it is kept and not shown.

use calsync::model::preferences::PreferencesChange;
use calsync::model::run::Outcome;
use serde_json::json;

use crate::support::event::{event, moved_to};
use crate::support::story::{ANA, World, expect};
use crate::support::wire;

const NONE: [&str; 0] = [];

#[tokio::test]
async fn an_event_that_leaves_the_window_and_returns_is_the_same_event() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    let work = world.calendar("Work");
    work.put(event("review").at("2026-03-09T09:00", "Europe/Berlin"));
    world.auto_sync().await;
    let id = world.timeline_rows(ANA).await[0].event_id.clone();

    work.edit("review", moved_to("2027-03-09T09:00", 60, "Europe/Berlin"));
    world.minutes_later(10);
    let run = world.auto_sync().await;
    expect(
        &run,
        Outcome::Ok,
        &[("events_updated", 1), ("events_removed", 0)],
    );
    assert_eq!(world.timeline(ANA).await, NONE);
    let kept = world.column("SELECT id FROM calendar_events WHERE removed_at IS NULL");
    assert_eq!(kept, [id.as_str()]);
    world.a_second_cycle_does_nothing().await;

    work.edit("review", moved_to("2026-03-10T09:00", 60, "Europe/Berlin"));
    world.minutes_later(10);
    let run = world.auto_sync().await;
    expect(
        &run,
        Outcome::Ok,
        &[("events_updated", 1), ("events_created", 0)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ["2026-03-10 08:00Z 60m review"]);
    assert_eq!(world.timeline_rows(ANA).await[0].event_id, id);
}

#[tokio::test]
async fn a_deleted_event_that_is_restored_is_the_same_event() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    let work = world.calendar("Work");
    work.put(event("review").at("2026-03-09T09:00", "Europe/Berlin"));
    world.auto_sync().await;
    let id = world.timeline_rows(ANA).await[0].event_id.clone();
    work.delete("review");
    world.minutes_later(10);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("events_removed", 1)],
    );
    assert_eq!(world.timeline(ANA).await, NONE);
    work.edit("review", json!({ "status": "confirmed" }));
    world.minutes_later(10);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("events_created", 1)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline_rows(ANA).await[0].event_id, id);
}

#[tokio::test]
async fn the_window_rolls_by_a_day_without_any_further_request() {
    let world = World::start("2026-03-02T20:00:00Z").await;
    world.configure("sync.past_days", "2");
    world.configure("sync.future_days", "2");
    let work = world.calendar("Work");
    work.put(
        event("standup")
            .at("2026-01-01T09:00", "Europe/Berlin")
            .daily(),
    );
    work.put(event("past").at("2026-02-28T12:00", "Europe/Berlin"));
    work.put(event("coming").at("2026-03-04T12:00", "Europe/Berlin"));
    work.put(event("trip").days("2026-03-04", "2026-03-06"));
    world.auto_sync().await;
    let first = [
        "2026-02-28 08:00Z 60m standup",
        "2026-02-28 11:00Z 60m past",
        "2026-03-01 08:00Z 60m standup",
        "2026-03-02 08:00Z 60m standup",
        "2026-03-03 08:00Z 60m standup",
    ];
    assert_eq!(world.timeline(ANA).await, first);

    world.at("2026-03-03T06:00:00Z");
    world.google().clear_requests();
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("events_updated", 0), ("requests", 1)],
    );
    assert_eq!(wire::listings(world.google()).len(), 1);
    assert!(
        wire::listings(world.google())[0]
            .param("syncToken")
            .is_some()
    );
    world.a_second_cycle_does_nothing().await;
    let second = [
        "2026-03-01 08:00Z 60m standup",
        "2026-03-02 08:00Z 60m standup",
        "2026-03-03 08:00Z 60m standup",
        "2026-03-04..2026-03-06 trip",
        "2026-03-04 08:00Z 60m standup",
        "2026-03-04 11:00Z 60m coming",
    ];
    assert_eq!(world.timeline(ANA).await, second);
}

#[tokio::test]
async fn a_clock_that_was_set_back_brings_the_old_window_back() {
    let world = World::start("2026-03-03T20:00:00Z").await;
    world.configure("sync.past_days", "0");
    world.configure("sync.future_days", "1");
    let work = world.calendar("Work");
    work.put(
        event("standup")
            .at("2026-01-01T09:00", "Europe/Berlin")
            .daily(),
    );
    world.pull().await;
    world.at("2026-03-02T20:00:00Z");
    world.pull().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ["2026-03-02 08:00Z 60m standup"]);
}

#[tokio::test]
async fn a_wider_window_in_the_preferences_is_filled_from_what_is_known() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.configure("sync.past_days", "1");
    world.configure("sync.future_days", "7");
    let work = world.calendar("Work");
    work.put(
        event("review")
            .at("2026-02-09T09:00", "Europe/Berlin")
            .weekly(),
    );
    work.put(event("fair").days("2026-03-20", "2026-03-21"));
    world.auto_sync().await;
    assert_eq!(world.timeline(ANA).await, ["2026-03-02 08:00Z 60m review"]);

    let wider = PreferencesChange {
        past_days: Some(8),
        future_days: Some(20),
        ..PreferencesChange::default()
    };
    let (store, ana) = (world.store().await, ANA.parse().unwrap());
    store.preferences_change(&ana, wider).await.unwrap();
    world.minutes_later(10);
    world.google().clear_requests();
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("requests", 1), ("events_updated", 0)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        [
            "2026-02-23 08:00Z 60m review",
            "2026-03-02 08:00Z 60m review",
            "2026-03-09 08:00Z 60m review",
            "2026-03-16 08:00Z 60m review",
            "2026-03-20..2026-03-21 fair",
        ]
    );
}

#[tokio::test]
async fn an_old_endless_daily_series_fills_the_window_and_no_more() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    let work = world.calendar("Work");
    work.put(
        event("standup")
            .at("2009-05-04T09:00", "Europe/Berlin")
            .daily(),
    );
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("events_created", 1)],
    );
    assert_eq!(world.timeline(ANA).await.len(), 120);
    // Touched, it comes again as one event.
    work.edit("standup", json!({ "location": "Room 2" }));
    world.minutes_later(10);
    let run = world.auto_sync().await;
    expect(
        &run,
        Outcome::Ok,
        &[("events_updated", 1), ("events_created", 0)],
    );
    world.a_second_cycle_does_nothing().await;
    let timeline = world.timeline(ANA).await;
    assert_eq!(timeline.len(), 120);
    assert_eq!(timeline[0], "2026-01-31 08:00Z 60m standup");
    assert_eq!(timeline[119], "2026-05-30 07:00Z 60m standup");
}

#[tokio::test]
async fn a_window_beyond_all_measure_is_cut_to_ten_years() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.person("u-2", "Europe/Berlin", "Bo").await;
    let most = "INSERT INTO calendar_preferences (user_id, past_days, future_days)
                VALUES ('u-1', 4294967295, 4294967295)";
    world.database().execute_batch(most).unwrap();
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 2)]);
    world.a_second_cycle_does_nothing().await;
    let window = world.known("Work").await.window.unwrap();
    assert_eq!((window.end() - window.start()).num_days(), 2 * 3650);
}
