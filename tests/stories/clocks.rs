//! Series whose clocks change: the wall time stays. Looked at in July, by a
//! cycle whose own clock is neither here nor there.

use crate::support::event::event;
use crate::support::story::{ANA, World};

/// Syncs one series at half past two in the night, in July; what it has on
/// the given days.
async fn nights(start: &str, zone: &str, rule: &str, days: &[&str]) -> Vec<String> {
    let world = World::start("2026-07-15T06:00:00Z").await;
    world.configure("sync.past_days", "200");
    world.configure("sync.future_days", "200");
    let series = event("backup").minutes(30).at(start, zone).rule(rule);
    world.calendar("Work").put(series);
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    world.timeline_of(ANA, days).await
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
    let winter = nights("2026-01-04T02:30", "Europe/Berlin", "FREQ=WEEKLY", &days).await;
    assert_eq!(winter, expected);
    let summer = nights("2025-07-06T02:30", "Europe/Berlin", "FREQ=WEEKLY", &days).await;
    assert_eq!(summer, expected, "begun in the other season");
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
    let winter = nights("2026-01-04T02:30", "Europe/Berlin", "FREQ=WEEKLY", &days).await;
    assert_eq!(winter, expected, "begun in the other season");
    let summer = nights("2026-07-05T02:30", "Europe/Berlin", "FREQ=WEEKLY", &days).await;
    assert_eq!(summer, expected);
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
        let found = nights(start, "America/New_York", "FREQ=DAILY", &days).await;
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
        let found = nights(start, "America/New_York", "FREQ=DAILY", &days).await;
        assert_eq!(found, expected, "begun {start}");
    }
}

#[tokio::test]
async fn until_keeps_its_last_date_beyond_the_change_of_the_clocks() {
    // Half past two in winter, which is what the last date has.
    let rule = "FREQ=WEEKLY;UNTIL=20261101T013000Z";
    let october = ["2026-10-25", "2026-11"];
    let found = nights("2026-07-05T02:30", "Europe/Berlin", rule, &october).await;
    assert_eq!(
        found,
        [
            "2026-10-25 00:30Z 30m backup",
            "2026-11-01 01:30Z 30m backup"
        ]
    );
    let rule = "FREQ=WEEKLY;UNTIL=20261101T072959Z";
    let found = nights("2026-07-05T02:30", "America/New_York", rule, &october).await;
    assert_eq!(found, ["2026-10-25 06:30Z 30m backup"]);
    let rule = "FREQ=WEEKLY;UNTIL=20260405";
    let april = ["2026-03-29", "2026-04"];
    let found = nights("2026-01-04T02:30", "Europe/Berlin", rule, &april).await;
    assert_eq!(
        found,
        [
            "2026-03-29 01:30Z 30m backup",
            "2026-04-05 00:30Z 30m backup"
        ]
    );
}
