//! All-day events: dates, whatever zone anybody is in.

use calsync::sandbox::google::CalendarSpec;
use serde_json::json;

use crate::support::event::event;
use crate::support::story::{ANA, World};

const EVENTS: [&str; 2] = ["2026-03-09..2026-03-10 fair", "2026-03-10..2026-03-13 trip"];

/// One and three days on a calendar of this zone.
async fn dates_stay_dates(zone: &str) {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.add(ANA, CalendarSpec::named("Far", zone));
    let far = world.calendar("Far");
    far.put(event("fair").days("2026-03-09", "2026-03-10"));
    far.put(event("trip").days("2026-03-10", "2026-03-13"));
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, EVENTS);
    // Their end is excluded, and none of them became an instant.
    let times = world.column("SELECT \"start\" || ' ' || \"end\" FROM calendar_events ORDER BY 1");
    assert_eq!(times, ["2026-03-09 2026-03-10", "2026-03-10 2026-03-13"]);
    far.edit("trip", json!({ "summary": "journey" }));
    world.minutes_later(10);
    world.auto_sync().await;
    assert_eq!(
        world.timeline(ANA).await[1],
        "2026-03-10..2026-03-13 journey"
    );
}

#[tokio::test]
async fn days_stay_days_six_hours_behind_utc() {
    dates_stay_dates("America/Costa_Rica").await;
}

#[tokio::test]
async fn days_stay_days_thirteen_hours_ahead_of_utc() {
    dates_stay_dates("Pacific/Fakaofo").await;
}

#[tokio::test]
async fn days_at_the_edges_of_the_window_are_in_it() {
    let world = World::start("2026-03-02T23:30:00Z").await;
    world.configure("sync.past_days", "1");
    world.configure("sync.future_days", "2");
    let work = world.calendar("Work");
    work.put(event("before").days("2026-02-27", "2026-03-01"));
    work.put(event("first").days("2026-02-27", "2026-03-02"));
    work.put(event("last").days("2026-03-03", "2026-03-09"));
    work.put(event("after").days("2026-03-04", "2026-03-05"));
    world.auto_sync().await;
    assert_eq!(
        world.timeline(ANA).await,
        [
            "2026-02-27..2026-03-02 first",
            "2026-03-03..2026-03-09 last"
        ]
    );
}

#[tokio::test]
async fn a_birthday_like_series_of_days_skips_its_cancelled_day() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.configure("sync.future_days", "28");
    let work = world.calendar("Work");
    work.put(event("duty").days("2026-03-02", "2026-03-03").weekly());
    work.cancel_occurrence("duty", "2026-03-09");
    work.move_occurrence("duty", "2026-03-16", "2026-03-17", "2026-03-19");
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        [
            "2026-03-02..2026-03-03 duty",
            "2026-03-17..2026-03-19 duty",
            "2026-03-23..2026-03-24 duty",
        ]
    );
}
