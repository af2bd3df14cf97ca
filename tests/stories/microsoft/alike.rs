//! One and the same series at both providers, held against each other over
//! two years and every change of daylight saving in them.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Value, json};

use calsync::model::account::ProviderKind;
use calsync::model::time::Zone;

use crate::support::event::event;
use crate::support::microsoft::appointment::appointment;
use crate::support::story::{ANA, World};

/// A series as both providers describe it.
struct Series {
    /// When it begins, on the clocks of its zone.
    start: &'static str,
    minutes: i64,
    rule: &'static str,
    pattern: Value,
    /// An occurrence, and when it is held instead.
    moved: (&'static str, &'static str),
    /// The day of an occurrence that is not held.
    cancelled: &'static str,
    /// How many rows there are in the end.
    count: usize,
}

fn weekly() -> Series {
    Series {
        start: "2025-06-04T02:30",
        minutes: 45,
        rule: "FREQ=WEEKLY;BYDAY=WE,SU",
        pattern: json!({ "type": "weekly", "interval": 1, "daysOfWeek": ["wednesday", "sunday"],
            "firstDayOfWeek": "monday" }),
        moved: ("2026-03-25", "2026-03-26T17:00"),
        cancelled: "2026-10-28",
        count: 207,
    }
}

fn every_other_week() -> Series {
    Series {
        start: "2025-06-01T23:45",
        minutes: 90,
        rule: "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU",
        pattern: json!({ "type": "weekly", "interval": 2, "daysOfWeek": ["sunday", "monday"],
            "firstDayOfWeek": "sunday" }),
        moved: ("2026-03-09", "2026-03-10T08:00"),
        cancelled: "2026-11-01",
        count: 103,
    }
}

fn monthly_by_day() -> Series {
    Series {
        start: "2025-06-08T01:30",
        minutes: 60,
        rule: "FREQ=MONTHLY;BYMONTHDAY=8",
        pattern: json!({ "type": "absoluteMonthly", "interval": 1, "dayOfMonth": 8 }),
        moved: ("2026-04-08", "2026-04-09T01:30"),
        cancelled: "2026-11-08",
        count: 23,
    }
}

fn monthly_by_weekday() -> Series {
    Series {
        start: "2025-06-29T02:30",
        minutes: 30,
        rule: "FREQ=MONTHLY;BYDAY=-1SU",
        pattern: json!({ "type": "relativeMonthly", "interval": 1, "daysOfWeek": ["sunday"],
            "index": "last" }),
        moved: ("2026-04-26", "2026-04-27T09:00"),
        cancelled: "2026-11-29",
        count: 23,
    }
}

/// The first of June from which there are two years.
const NOW: &str = "2026-06-01T06:00:00Z";

/// What the timeline says of each row, without where it is from.
async fn rows(world: &World, provider: ProviderKind) -> Vec<String> {
    let mut rows = world.timeline_rows(ANA).await;
    rows.retain(|row| row.provider == provider);
    rows.iter()
        .map(|row| {
            format!(
                "{:?} {:?} {:?} {:?} {} {} {:?} {}",
                row.starts_at,
                row.ends_at,
                row.start_date,
                row.end_date,
                row.all_day,
                row.busy,
                row.title,
                row.status
            )
        })
        .collect()
}

/// Enters a series at both, changed before its first sync or after it.
async fn compare(series: &Series, zone: &str) {
    let world = World::start(NOW).await;
    world.mailbox(ANA, "ana@outlook.example", "Mail").await;
    world.configure("sync.past_days", "363");
    world.configure("sync.future_days", "365");
    let theirs = event("series").minutes(series.minutes);
    let theirs = theirs.at(series.start, zone).rule(series.rule);
    world.calendar("Work").put(theirs);
    let ours = appointment("series").minutes(series.minutes);
    let ours = ours.at(series.start, zone).repeats(series.pattern.clone());
    let ours = world.folder("Mail").put(ours);
    world.auto_sync().await;
    same(&world, zone).await;

    change(&world, series, zone, &ours);
    world.minutes_later(10);
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(same(&world, zone).await, series.count, "{}", series.rule);
    world.pull_full().await;
    assert_eq!(same(&world, zone).await, series.count, "{}", series.rule);
}

/// Compares; how many rows there are.
async fn same(world: &World, zone: &str) -> usize {
    let google = rows(world, ProviderKind::Google).await;
    let microsoft = rows(world, ProviderKind::Microsoft).await;
    assert_eq!(google, microsoft, "{zone}");
    google.len()
}

/// Moves one occurrence and cancels another, at both.
fn change(world: &World, series: &Series, zone: &str, ours: &str) {
    let clock = &series.start[10..];
    let at = |day: &str| instant(&format!("{day}{clock}"), zone).to_rfc3339();
    let (day, start) = series.moved;
    let begins = instant(start, zone);
    let ends = begins + chrono::TimeDelta::minutes(series.minutes);
    let (begins, ends) = (begins.to_rfc3339(), ends.to_rfc3339());
    let (work, mail) = (world.calendar("Work"), world.folder("Mail"));
    work.move_occurrence("series", &at(day), &begins, &ends);
    mail.move_occurrence(ours, day, &begins, &ends);
    work.cancel_occurrence("series", &at(series.cancelled));
    mail.cancel_occurrence(ours, series.cancelled);
}

fn instant(wall: &str, zone: &str) -> DateTime<Utc> {
    let wall: NaiveDateTime = format!("{wall}:00").parse().unwrap();
    Zone::parse(zone).unwrap().instant(wall)
}

#[tokio::test]
async fn a_weekly_series_is_the_same_at_both() {
    for zone in ["Europe/Berlin", "America/New_York"] {
        compare(&weekly(), zone).await;
        compare(&every_other_week(), zone).await;
    }
}

#[tokio::test]
async fn a_monthly_series_is_the_same_at_both() {
    for zone in ["Europe/Berlin", "America/New_York"] {
        compare(&monthly_by_day(), zone).await;
        compare(&monthly_by_weekday(), zone).await;
    }
}

#[tokio::test]
async fn a_yearly_series_of_days_is_the_same_at_both() {
    let world = World::start(NOW).await;
    world.mailbox(ANA, "ana@outlook.example", "Mail").await;
    world.configure("sync.past_days", "365");
    world.configure("sync.future_days", "365");
    let theirs = event("birthday").days("1990-03-29", "1990-03-30");
    let theirs = theirs.rule("FREQ=YEARLY");
    world.calendar("Work").put(theirs);
    let yearly = json!({ "type": "absoluteYearly", "interval": 1, "dayOfMonth": 29, "month": 3 });
    let ours = appointment("birthday").days("1990-03-29", "1990-03-30", "Europe/Berlin");
    world.folder("Mail").put(ours.repeats(yearly));
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(same(&world, "days").await, 2);
    let expected = [
        "2026-03-29..2026-03-30 birthday",
        "2027-03-29..2027-03-30 birthday",
    ];
    let lines = world.timeline(ANA).await;
    assert_eq!(lines, expected.map(|line| [line, line]).concat());
}
