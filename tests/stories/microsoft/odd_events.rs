//! Events that are legal and odd, and events that nobody can read: none of
//! them stops the others.

use calsync::model::run::{JobRun, Outcome};
use calsync::sandbox::microsoft::{Fault, Kind};
use serde_json::{Value, json};

use crate::support::microsoft::appointment::appointment;
use crate::support::story::{ANA, World, expect};

const USUAL: &str = "2026-03-05 11:00Z 60m usual";

/// Syncs these events beside a usual one.
async fn synced(events: impl IntoIterator<Item = Value>) -> (World, JobRun) {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.configure("sync.future_days", "10");
    let work = world.folder("Work");
    work.put(appointment("usual").at("2026-03-05T12:00", "Europe/Berlin"));
    for event in events {
        work.put(event);
    }
    let run = world.auto_sync().await;
    (world, run)
}

#[tokio::test]
async fn an_event_of_no_length_is_an_event() {
    let moment = appointment("launch").minutes(0);
    let moment = moment.at("2026-03-03T09:00", "Europe/Berlin");
    let (world, run) = synced([moment.into()]).await;
    expect(&run, Outcome::Ok, &[("events_created", 2)]);
    world.a_second_cycle_does_nothing().await;
    let expected = ["2026-03-03 08:00Z 0m launch", USUAL];
    assert_eq!(world.timeline(ANA).await, expected);
}

#[tokio::test]
async fn an_event_without_a_subject_or_a_uid_is_an_event() {
    let at = |title: &str| appointment(title).at("2026-03-03T09:00", "Europe/Berlin");
    let null = at("null").with("subject", Value::Null);
    let empty = at("empty").with("subject", json!(""));
    let nameless = at("-").with("iCalUId", Value::Null);
    let (world, run) = synced([null.into(), empty.into(), nameless.into()]).await;
    expect(&run, Outcome::Ok, &[("events_created", 4), ("failed", 0)]);
    world.a_second_cycle_does_nothing().await;
    let untitled = "2026-03-03 08:00Z 60m -";
    let expected = [untitled, untitled, untitled, USUAL];
    assert_eq!(world.timeline(ANA).await, expected);
}

#[tokio::test]
async fn a_zone_without_a_name_costs_an_event_nothing() {
    let custom = |title: &str| {
        let event = appointment(title).at("2026-03-03T09:00", "Europe/Berlin");
        event
            .with("originalStartTimeZone", json!("tzone://Microsoft/Custom"))
            .with("originalEndTimeZone", json!("tzone://Microsoft/Custom"))
    };
    let unknown = custom("moon").with("originalStartTimeZone", json!("Moon Standard Time"));
    let events = [custom("once"), custom("weekly").weekly(), unknown];
    let (world, run) = synced(events.map(Value::from)).await;
    expect(&run, Outcome::Ok, &[("events_created", 4), ("failed", 0)]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        [
            "2026-03-03 08:00Z 60m moon",
            "2026-03-03 08:00Z 60m once",
            "2026-03-03 08:00Z 60m weekly",
            USUAL,
            "2026-03-10 08:00Z 60m weekly",
        ]
    );
}

#[tokio::test]
async fn members_and_values_that_nobody_knows_are_passed_over() {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.configure("sync.future_days", "10");
    world.microsoft().behave(|how| how.unknown_members = true);
    let work = world.folder("Work");
    let usual = work.put(appointment("usual").at("2026-03-05T12:00", "Europe/Berlin"));
    let review = appointment("review").at("2026-03-02T09:00", "Europe/Berlin");
    work.put(review.weekly());
    world.auto_sync().await;
    work.edit(&usual, json!({ "location": "Room 2" }));
    world.minutes_later(10);
    let counts = [("events_updated", 1), ("failed", 0)];
    expect(&world.auto_sync().await, Outcome::Ok, &counts);
    world.a_second_cycle_does_nothing().await;
    let expected = [
        "2026-03-02 08:00Z 60m review",
        USUAL,
        "2026-03-09 08:00Z 60m review",
    ];
    assert_eq!(world.timeline(ANA).await, expected);
}

/// A first round that holds these items.
fn page(world: &World, items: &[Value]) -> Fault {
    let base = world.microsoft().api_url();
    let calendar = world.folder("Work").id;
    let link = format!("{base}/me/calendars/{calendar}/calendarView/delta?$deltatoken=x");
    let body = json!({ "value": items, "@odata.deltaLink": link });
    Fault::answer(200, &body.to_string()).on(Kind::Delta)
}

fn item(id: &str, more: Value) -> Value {
    let at =
        |hour: u8| json!({ "dateTime": format!("2026-03-03T{hour:02}:00:00"), "timeZone": "UTC" });
    let mut item = json!({ "id": id, "type": "singleInstance", "subject": id,
        "start": at(9), "end": at(10) });
    let more = more.as_object().unwrap().clone();
    item.as_object_mut().unwrap().extend(more);
    item
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_stops_no_other() {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    let items = [
        item("good", json!({})),
        item("startless", json!({ "start": null })),
        item(
            "garbled",
            json!({ "start": { "dateTime": "soon", "timeZone": "UTC" } }),
        ),
        item("shapeless", json!({ "subject": { "is": "a thing" } })),
        item(
            "also good",
            json!({ "attendees": null, "location": null, "body": null }),
        ),
    ];
    world.upset(page(&world, &items));
    let run = world.auto_sync().await;
    expect(&run, Outcome::Ok, &[("events_created", 2), ("synced", 1)]);
    assert_eq!(run.failures.len(), 3, "{run:?}");
    for failure in &run.failures {
        assert_eq!(failure.kind, "unreadable_event");
    }
    let expected = [
        "2026-03-03 09:00Z 60m also good",
        "2026-03-03 09:00Z 60m good",
    ];
    assert_eq!(world.timeline(ANA).await, expected);
}

#[tokio::test]
async fn a_series_whose_pattern_nobody_knows_has_the_dates_it_is_listed_with() {
    let lunar = json!({ "pattern": { "type": "lunar", "interval": 1 },
        "range": { "type": "noEnd", "startDate": "2026-03-03" } });
    let at = |day: &str, hour: u8| json!({ "dateTime": format!("{day}T{hour:02}:00:00.0000000"), "timeZone": "UTC" });
    let on = |day: &str| {
        json!({ "id": day, "type": "occurrence", "seriesMasterId": "moon",
            "start": at(day, 9), "end": at(day, 10) })
    };
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    let master = json!({ "type": "seriesMaster", "recurrence": lunar, "isAllDay": false });
    let items = [item("moon", master), on("2026-03-03"), on("2026-04-01")];
    world.upset(page(&world, &items));
    let run = world.auto_sync().await;
    expect(&run, Outcome::Ok, &[("events_created", 1), ("failed", 0)]);
    let expected = ["2026-03-03 09:00Z 60m moon", "2026-04-01 09:00Z 60m moon"];
    assert_eq!(world.timeline(ANA).await, expected);
}

#[tokio::test]
async fn an_event_that_may_not_be_read_again_stays_and_stops_no_other() {
    let (world, _) = synced([]).await;
    let work = world.folder("Work");
    let review = appointment("review").at("2026-03-03T09:00", "Europe/Berlin");
    let review = work.put(review.weekly());
    world.minutes_later(10);
    world.auto_sync().await;
    work.edit(&review, json!({ "subject": "secret" }));
    work.put(appointment("lunch").at("2026-03-04T12:00", "Europe/Berlin"));
    let denied = r#"{"error":{"code":"ErrorAccessDenied","message":"No."}}"#;
    world.upset(Fault::answer(403, denied).on(Kind::EventsGet));
    world.minutes_later(10);
    let run = world.auto_sync().await;
    expect(&run, Outcome::Ok, &[("synced", 1), ("events_created", 1)]);
    assert_eq!(run.failures[0].kind, "unreadable_event", "{run:?}");
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        [
            "2026-03-03 08:00Z 60m review",
            "2026-03-04 11:00Z 60m lunch",
            USUAL,
            "2026-03-10 08:00Z 60m review",
        ]
    );
}
