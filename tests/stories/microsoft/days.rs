//! All-day events: dates, whatever zone anybody is in.

use calsync::sandbox::microsoft::OccurrenceDeletion;
use serde_json::json;

use crate::support::microsoft::appointment::appointment;
use crate::support::story::{ANA, World};

const EVENTS: [&str; 2] = ["2026-03-09..2026-03-10 fair", "2026-03-10..2026-03-13 trip"];

/// One and three days that somebody entered in this zone.
async fn dates_stay_dates(zone: &str) {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    let work = world.folder("Work");
    work.put(appointment("fair").days("2026-03-09", "2026-03-10", zone));
    let trip = work.put(appointment("trip").days("2026-03-10", "2026-03-13", zone));
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, EVENTS);
    // Their end is excluded, and none of them became an instant.
    let times = world.column("SELECT \"start\" || ' ' || \"end\" FROM calendar_events ORDER BY 1");
    assert_eq!(times, ["2026-03-09 2026-03-10", "2026-03-10 2026-03-13"]);
    work.edit(&trip, json!({ "subject": "journey" }));
    world.minutes_later(10);
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await[1],
        "2026-03-10..2026-03-13 journey"
    );
}

#[tokio::test]
async fn days_stay_days_six_hours_behind_utc() {
    dates_stay_dates("Central America Standard Time").await;
}

#[tokio::test]
async fn days_stay_days_thirteen_hours_ahead_of_utc() {
    dates_stay_dates("Tonga Standard Time").await;
}

#[tokio::test]
async fn days_stay_days_where_nobody_knows_the_zone() {
    dates_stay_dates("UTC").await;
}

/// A weekly day, entered far from UTC: one cancelled, one made longer.
async fn a_series_of_days(zone: &str, how: OccurrenceDeletion) {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.microsoft().behave(|is| is.occurrence_deletion = how);
    world.configure("sync.future_days", "27");
    let work = world.folder("Work");
    let duty = appointment("duty").days("2026-03-02", "2026-03-03", zone);
    let duty = work.put(duty.weekly());
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await.len(), 4, "{zone}");
    work.cancel_occurrence(&duty, "2026-03-09");
    let (start, end) = ("2026-03-17T00:00:00", "2026-03-19T00:00:00");
    work.move_occurrence(&duty, "2026-03-16", start, end);
    world.minutes_later(10);
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    let expected = [
        "2026-03-02..2026-03-03 duty",
        "2026-03-17..2026-03-19 duty",
        "2026-03-23..2026-03-24 duty",
    ];
    assert_eq!(world.timeline(ANA).await, expected, "{zone}");
    world.pull_full().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, expected, "{zone}");
}

#[tokio::test]
async fn a_series_of_days_skips_its_cancelled_day_in_any_zone() {
    let zones = [
        "UTC",
        "Central America Standard Time",
        "Tonga Standard Time",
    ];
    for zone in zones {
        a_series_of_days(zone, OccurrenceDeletion::TouchesMaster).await;
        a_series_of_days(zone, OccurrenceDeletion::Tombstone).await;
    }
}

#[tokio::test]
async fn days_whose_series_comes_after_them_are_days() {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.configure("sync.future_days", "20");
    world.microsoft().behave(|how| how.shuffle = Some(3));
    let work = world.folder("Work");
    let duty = appointment("duty").days("2026-03-02", "2026-03-03", "UTC");
    work.put(duty.weekly());
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        [
            "2026-03-02..2026-03-03 duty",
            "2026-03-09..2026-03-10 duty",
            "2026-03-16..2026-03-17 duty",
        ]
    );
}

#[tokio::test]
async fn an_event_that_becomes_a_day_and_back_changes_in_place() {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    let work = world.folder("Work");
    let fair = work.put(appointment("fair").at("2026-03-09T09:00", "Europe/Berlin"));
    world.auto_sync().await;
    let day = appointment("fair").days("2026-03-09", "2026-03-10", "Europe/Berlin");
    work.edit(&fair, day.into());
    world.minutes_later(10);
    world.auto_sync().await;
    assert_eq!(world.timeline(ANA).await, EVENTS[..1]);
    let hour = appointment("fair").at("2026-03-09T09:00", "Europe/Berlin");
    work.edit(&fair, hour.with("isAllDay", json!(false)).into());
    world.minutes_later(10);
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ["2026-03-09 08:00Z 60m fair"]);
    assert_eq!(world.column("SELECT count(*) FROM calendar_events"), ["1"]);
}
