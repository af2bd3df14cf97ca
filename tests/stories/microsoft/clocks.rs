//! Series whose clocks change: the wall time stays. Looked at in July, by a
//! cycle whose own clock is neither here nor there.

use crate::support::microsoft::appointment::{Appointment, appointment};
use crate::support::story::{ANA, World};

/// Syncs one series in July, whole and then touched; what it has on the given
/// days.
async fn nights(series: Appointment, days: &[&str]) -> Vec<String> {
    let world = World::outlook("2026-07-15T06:00:00Z").await;
    world.configure("sync.past_days", "200");
    world.configure("sync.future_days", "200");
    let work = world.folder("Work");
    let id = work.put(series);
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    let listed = world.timeline_of(ANA, days).await;
    work.edit(&id, serde_json::json!({ "location": "elsewhere" }));
    world.minutes_later(10);
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline_of(ANA, days).await, listed, "read again");
    listed
}

fn backup(start: &str, zone: &str) -> Appointment {
    appointment("backup").minutes(30).at(start, zone)
}

#[tokio::test]
async fn berlin_keeps_half_past_two_through_spring() {
    let days = ["2026-03-22", "2026-03-29", "2026-04-05"];
    // 29 March has no half past two: the offset before the gap counts.
    let expected = [
        "2026-03-22 01:30Z 30m backup",
        "2026-03-29 01:30Z 30m backup",
        "2026-04-05 00:30Z 30m backup",
    ];
    for start in ["2026-01-04T02:30", "2025-07-06T02:30"] {
        let found = nights(backup(start, "Europe/Berlin").weekly(), &days).await;
        assert_eq!(found, expected, "begun {start}");
    }
}

#[tokio::test]
async fn berlin_keeps_half_past_two_through_autumn() {
    let days = ["2026-10-18", "2026-10-25", "2026-11-01"];
    // 25 October has half past two twice: the first counts, once.
    let expected = [
        "2026-10-18 00:30Z 30m backup",
        "2026-10-25 00:30Z 30m backup",
        "2026-11-01 01:30Z 30m backup",
    ];
    for start in ["2026-01-04T02:30", "2026-07-05T02:30"] {
        let found = nights(backup(start, "Europe/Berlin").weekly(), &days).await;
        assert_eq!(found, expected, "begun {start}");
    }
}

#[tokio::test]
async fn new_york_keeps_half_past_two_through_spring() {
    let days = ["2026-03-07", "2026-03-08", "2026-03-09"];
    let expected = [
        "2026-03-07 07:30Z 30m backup",
        "2026-03-08 07:30Z 30m backup",
        "2026-03-09 06:30Z 30m backup",
    ];
    for start in ["2026-01-04T02:30", "2025-07-06T02:30"] {
        let found = nights(backup(start, "Eastern Standard Time").daily(), &days).await;
        assert_eq!(found, expected, "begun {start}");
    }
}

#[tokio::test]
async fn new_york_keeps_half_past_one_through_autumn_once_a_day() {
    let days = ["2026-10-31", "2026-11-01", "2026-11-02"];
    let expected = [
        "2026-10-31 05:30Z 30m backup",
        "2026-11-01 05:30Z 30m backup",
        "2026-11-02 06:30Z 30m backup",
    ];
    for start in ["2026-01-04T01:30", "2026-07-05T01:30"] {
        let found = nights(backup(start, "America/New_York").daily(), &days).await;
        assert_eq!(found, expected, "begun {start}");
    }
}

#[tokio::test]
async fn the_last_date_stays_beyond_the_change_of_the_clocks() {
    let october = ["2026-10-25", "2026-11"];
    let series = backup("2026-07-05T02:30", "Europe/Berlin").weekly();
    let found = nights(series.clone().until("2026-11-01"), &october).await;
    let expected = [
        "2026-10-25 00:30Z 30m backup",
        "2026-11-01 01:30Z 30m backup",
    ];
    assert_eq!(found, expected);
    let found = nights(series.until("2026-10-31"), &october).await;
    assert_eq!(found, expected[..1]);
}

#[tokio::test]
async fn a_series_is_known_by_the_zone_it_was_entered_in() {
    let world = World::outlook("2026-07-15T06:00:00Z").await;
    let series = backup("2026-07-05T02:30", "W. Europe Standard Time");
    world.folder("Work").put(series.weekly());
    world.auto_sync().await;
    let kept = world.column("SELECT timezone || ' ' || recurrence FROM calendar_events");
    assert_eq!(kept.len(), 1);
    assert!(kept[0].starts_with("Europe/Berlin "), "{kept:?}");
    assert!(kept[0].contains("FREQ=WEEKLY"), "{kept:?}");
    world.a_second_cycle_does_nothing().await;
}
