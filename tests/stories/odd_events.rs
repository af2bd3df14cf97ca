//! Events that are legal and odd, and events that nobody can read: none of
//! them stops the others.

use calsync::model::run::Outcome;
use serde_json::{Value, json};

use crate::support::event::event;
use crate::support::story::{ANA, World, expect};

/// Syncs these events beside a usual one.
async fn synced(events: impl IntoIterator<Item = Value>) -> (World, calsync::model::run::JobRun) {
    let world = World::start("2026-03-02T06:00:00Z").await;
    let work = world.calendar("Work");
    work.put(event("usual").at("2026-03-05T12:00", "Europe/Berlin"));
    for event in events {
        work.put(event);
    }
    let run = world.auto_sync().await;
    (world, run)
}

const USUAL: &str = "2026-03-05 11:00Z 60m usual";

#[tokio::test]
async fn an_event_of_no_length_is_an_event() {
    let moment = event("launch")
        .minutes(0)
        .at("2026-03-03T09:00", "Europe/Berlin");
    let (world, run) = synced([moment.into()]).await;
    expect(&run, Outcome::Ok, &[("events_created", 2)]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        ["2026-03-03 08:00Z 0m launch", USUAL]
    );
}

#[tokio::test]
async fn an_event_without_a_title_is_an_event() {
    let at = |title: &str| event(title).at("2026-03-03T09:00", "Europe/Berlin");
    let mut missing = Value::from(at("missing"));
    missing.as_object_mut().unwrap().remove("summary");
    let null = at("null").with("summary", Value::Null);
    let empty = at("empty").with("summary", json!(""));
    let (world, run) = synced([missing, null.into(), empty.into()]).await;
    expect(&run, Outcome::Ok, &[("events_created", 4)]);
    world.a_second_cycle_does_nothing().await;
    let untitled = "2026-03-03 08:00Z 60m -";
    assert_eq!(
        world.timeline(ANA).await,
        [untitled, untitled, untitled, USUAL]
    );
}

#[tokio::test]
async fn an_event_without_a_start_is_named_and_stops_no_other() {
    let (world, run) = synced([event("nowhere").into()]).await;
    expect(&run, Outcome::Ok, &[("events_created", 1), ("synced", 1)]);
    assert_eq!(run.failures.len(), 1);
    assert_eq!(run.failures[0].kind, "unreadable_event");
    assert!(run.failures[0].message.contains("nowhere"), "{run:?}");
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, [USUAL]);
}

#[tokio::test]
async fn a_known_event_that_becomes_unreadable_stays_as_it_was() {
    let readable = event("review").at("2026-03-03T09:00", "Europe/Berlin");
    let (world, _) = synced([readable.into()]).await;
    let work = world.calendar("Work");
    work.edit(
        "review",
        json!({ "start": null, "end": null, "summary": "odd" }),
    );
    world.minutes_later(10);
    let run = world.auto_sync().await;
    expect(
        &run,
        Outcome::Ok,
        &[("events_updated", 0), ("events_removed", 0)],
    );
    assert_eq!(run.failures[0].kind, "unreadable_event");
    // A full listing mentions it, so that it is not gone either.
    world.minutes_later(10);
    expect(
        &world.pull_full().await,
        Outcome::Ok,
        &[("events_removed", 0)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        ["2026-03-03 08:00Z 60m review", USUAL]
    );
}

#[tokio::test]
async fn a_rule_that_cannot_be_read_leaves_the_first_occurrence_and_is_named() {
    let odd = event("odd")
        .at("2026-03-03T09:00", "Europe/Berlin")
        .rule("FREQ=SOMETIMES");
    let (world, run) = synced([odd.into()]).await;
    expect(&run, Outcome::Ok, &[("events_created", 2), ("synced", 1)]);
    assert_eq!(run.failures.len(), 1);
    assert_eq!(run.failures[0].kind, "unreadable_rule");
    assert!(run.failures[0].message.contains("odd"), "{run:?}");
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        ["2026-03-03 08:00Z 60m odd", USUAL]
    );
}

#[tokio::test]
async fn an_event_that_ends_before_it_begins_is_a_moment() {
    let backwards = event("backwards")
        .minutes(-30)
        .at("2026-03-03T09:00", "Europe/Berlin");
    let (world, run) = synced([backwards.into()]).await;
    expect(&run, Outcome::Ok, &[("events_created", 2)]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        ["2026-03-03 08:00Z 0m backwards", USUAL]
    );
}

#[tokio::test]
async fn places_of_work_and_birthdays_are_no_appointments() {
    let at = |title: &str| event(title).at("2026-03-03T09:00", "Europe/Berlin");
    let office = at("office").with("eventType", json!("workingLocation"));
    let party = at("party").with("eventType", json!("birthday"));
    let away = at("away").with("eventType", json!("outOfOffice"));
    let (world, run) = synced([office.into(), party.into(), away.into()]).await;
    expect(&run, Outcome::Ok, &[("events_created", 2)]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        ["2026-03-03 08:00Z 60m away", USUAL]
    );
}

#[tokio::test]
async fn a_single_event_that_becomes_a_series_and_back_keeps_its_id() {
    let review = event("review").at("2026-03-03T09:00", "Europe/Berlin");
    let (world, _) = synced([review.into()]).await;
    let ids = world.column("SELECT id FROM calendar_events ORDER BY id");
    let work = world.calendar("Work");
    work.edit(
        "review",
        json!({ "recurrence": ["RRULE:FREQ=DAILY;COUNT=2"] }),
    );
    world.minutes_later(10);
    world.auto_sync().await;
    let twice = [
        "2026-03-03 08:00Z 60m review",
        "2026-03-04 08:00Z 60m review",
        USUAL,
    ];
    assert_eq!(world.timeline(ANA).await, twice);
    work.edit("review", json!({ "recurrence": null }));
    world.minutes_later(10);
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        ["2026-03-03 08:00Z 60m review", USUAL]
    );
    assert_eq!(
        world.column("SELECT id FROM calendar_events ORDER BY id"),
        ids
    );
}

#[tokio::test]
async fn events_at_the_ends_of_time_stop_nobody() {
    let time = |text: &str| json!({ "dateTime": text, "timeZone": "America/New_York" });
    let end = event("end").with("start", time("9999-12-31T23:00:00-05:00"));
    let end = end.with("end", time("9999-12-31T23:30:00-05:00"));
    let dawn = event("dawn").with("start", time("0001-01-01T00:00:00+14:00"));
    let dawn = dawn.with("end", time("0001-01-01T01:00:00+14:00")).daily();
    let day = event("last day").days("9999-12-31", "9999-12-31");
    let (world, run) = synced([end.into(), dawn.into(), day.into()]).await;
    expect(&run, Outcome::Ok, &[("synced", 1), ("failed", 0)]);
    world.minutes_later(10);
    expect(
        &world.pull_full().await,
        Outcome::Ok,
        &[("synced", 1), ("events_removed", 0)],
    );
    world.a_second_cycle_does_nothing().await;
    assert!(world.timeline(ANA).await.contains(&USUAL.to_owned()));
}

#[tokio::test]
async fn a_zone_that_nobody_knows_is_read_by_its_offset() {
    let time = |text: &str| json!({ "dateTime": text, "timeZone": "Mars/Olympus" });
    let far = event("far").with("start", time("2026-03-03T09:00:00+01:00"));
    let far = far.with("end", time("2026-03-03T10:00:00+01:00"));
    let (world, run) = synced([far.into()]).await;
    expect(&run, Outcome::Ok, &[("synced", 1), ("events_created", 2)]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        ["2026-03-03 08:00Z 60m far", USUAL]
    );
}
