//! Immutable ids, asked for everywhere: an event keeps its row wherever it is
//! moved, and ids that look alike are two.

use calsync::model::run::Outcome;
use calsync::sandbox::microsoft::{CalendarSpec, Fault, Kind};
use serde_json::json;

use crate::support::microsoft::appointment::appointment;
use crate::support::microsoft::wire;
use crate::support::story::{ANA, World, email, expect};

const IDS: &str = "SELECT external_id FROM calendar_events WHERE removed_at IS NULL ORDER BY 1";

/// Ana's mailbox with a second calendar, a lunch and a series in the first.
async fn two_calendars() -> (World, Vec<String>) {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.configure("sync.future_days", "15");
    world.add_folder("Private");
    let work = world.folder("Work");
    let lunch = work.put(appointment("lunch").at("2026-03-03T12:00", "Europe/Berlin"));
    let review = appointment("review").at("2026-03-02T09:00", "Europe/Berlin");
    let review = work.put(review.weekly());
    let (start, end) = ("2026-03-10T14:00:00", "2026-03-10T15:00:00");
    work.move_occurrence(&review, "2026-03-09", start, end);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 2)]);
    world.minutes_later(10);
    (world, vec![lunch, review])
}

#[tokio::test]
async fn no_id_that_names_a_folder_is_ever_stored() {
    let (world, ids) = two_calendars().await;
    world
        .folder("Work")
        .edit(&ids[1], json!({ "location": "Room 2" }));
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    let stored = world.column(IDS);
    assert_eq!(stored.len(), 3);
    let occurrences = world.column(
        "SELECT json_extract(o.value, '$[0]') FROM calendar_events e, json_each(e.occurrences) o",
    );
    for id in stored.iter().chain(&occurrences) {
        let event = world.microsoft().event(id).expect("an id of an event");
        assert_eq!(event["id"], json!(id), "immutable");
        assert_ne!(world.microsoft().default_id(id).as_ref(), Some(id));
    }
    for id in ids {
        assert!(stored.contains(&id));
    }
}

#[tokio::test]
async fn an_event_that_moves_to_another_calendar_is_in_one_of_them() {
    let (world, ids) = two_calendars().await;
    let before = world.timeline(ANA).await;
    let private = world.folder("Private");
    for id in &ids {
        assert!(world.microsoft().move_event_to_calendar(id, &private.id));
    }
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 2)]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, before);
    let private = world.known("Private").await.id;
    let rows = world.timeline_rows(ANA).await;
    assert!(rows.iter().all(|row| row.calendar_id == private));
    assert_eq!(world.column(IDS).len(), 3, "one row an event");
}

#[tokio::test]
async fn an_event_that_moves_back_is_the_same_event() {
    let (world, ids) = two_calendars().await;
    let rows = world.timeline_rows(ANA).await;
    for name in ["Private", "Work"] {
        let folder = world.folder(name);
        for id in &ids {
            world.microsoft().move_event_to_calendar(id, &folder.id);
        }
        world.auto_sync().await;
        world.minutes_later(10);
    }
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline_rows(ANA).await, rows);
}

#[tokio::test]
async fn ids_that_differ_in_one_character_are_two_events() {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    let work = world.folder("Work");
    let event = |id: &str, title: &str| {
        json!({ "@odata.type": "#microsoft.graph.event", "id": id, "type": "singleInstance",
            "subject": title, "lastModifiedDateTime": "2026-03-02T06:00:00.0000000Z",
            "start": { "dateTime": "2026-03-03T11:00:00.0000000", "timeZone": "UTC" },
            "end": { "dateTime": "2026-03-03T12:00:00.0000000", "timeZone": "UTC" } })
    };
    let value = [
        event("AAMkAGI1_A=", "underscore"),
        event("AAMkAGI1-A=", "hyphen"),
        event("AAMkAGI1-a=", "small"),
    ];
    let link = format!(
        "{}/me/calendars/{}/calendarView/delta?$deltatoken=later",
        world.microsoft().api_url(),
        work.id
    );
    let page = json!({ "value": value, "@odata.deltaLink": link }).to_string();
    world.upset(Fault::answer(200, &page).on(Kind::Delta));
    let counts = [("events_created", 3)];
    expect(&world.auto_sync().await, Outcome::Ok, &counts);
    assert_eq!(world.column(IDS).len(), 3);
    let lines = world.timeline(ANA).await;
    let expected = ["hyphen", "small", "underscore"];
    assert_eq!(
        lines,
        expected.map(|title| format!("2026-03-03 11:00Z 60m {title}"))
    );
}

#[tokio::test]
async fn ids_are_sent_as_one_segment_and_with_every_preference() {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    let id = world
        .microsoft()
        .add_calendar(&email(ANA), CalendarSpec::named("A/B + C"));
    assert!(id.ends_with('='), "{id}");
    world.auto_sync().await;
    // `wire::check` has looked at each of them.
    let deltas = wire::deltas(world.microsoft());
    assert_eq!(deltas.len(), 2);
    assert!(deltas.iter().all(|delta| delta.status == Some(200)));
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.known("A/B + C").await.external_id.as_str(), id);
}
