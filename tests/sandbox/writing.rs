//! Insert, patch, update, delete.

use axum::http::header;
use calsync::sandbox::google::{AccessRole, CalendarSpec};
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{ANA, World, answer, items, meeting, reason, world};

const ID: &str = "cs0f8fad5bd9cb469fa1";

fn with(mut event: Value, name: &str, value: Value) -> Value {
    event[name] = value;
    event
}

async fn inserted(world: &World) -> Value {
    let (status, event) = world.insert(with(meeting("report"), "id", json!(ID))).await;
    assert_eq!(status, 200, "{event}");
    event
}

#[tokio::test]
async fn an_id_stays_taken_after_its_event_was_deleted() {
    let world = world().await;
    inserted(&world).await;
    for _ in 0..2 {
        let (status, body) = world.insert(with(meeting("again"), "id", json!(ID))).await;
        assert_eq!((status.as_u16(), reason(&body)), (409, "duplicate"));
        world.sandbox.google.delete_event(ANA, ID);
    }
}

#[tokio::test]
async fn an_id_with_other_characters_is_refused() {
    let world = world().await;
    for id in ["abcd", "with-hyphen", "UPPER0", "wxyz0", "under_score"] {
        assert_eq!(
            world.insert(with(meeting("x"), "id", json!(id))).await.0,
            400,
            "{id}"
        );
    }
}

#[tokio::test]
async fn google_fills_in_what_it_knows() {
    let world = world().await;
    let event = inserted(&world).await;
    assert_eq!(event["iCalUID"], json!(format!("{ID}@google.com")));
    assert_eq!(event["organizer"], json!({ "email": ANA, "self": true }));
    assert_eq!(event["updated"], "2026-03-01T12:00:00.000Z");
    assert!(event["etag"].as_str().unwrap().starts_with('"'));
}

#[tokio::test]
async fn senseless_times_are_refused() {
    let world = world().await;
    let date = json!({ "date": "2026-03-02" });
    let zoneless = json!({ "dateTime": "2026-03-02T09:00:00+01:00" });
    let mars = json!({ "dateTime": "2026-03-02T09:00:00", "timeZone": "Mars/Olympus" });
    let mut recurring = with(meeting("x"), "start", zoneless);
    recurring["recurrence"] = json!(["RRULE:FREQ=DAILY"]);
    let cases = [
        (with(meeting("x"), "start", json!(null)), "required"),
        (with(meeting("x"), "start", date.clone()), "invalid"),
        (
            with(with(meeting("x"), "start", date.clone()), "end", date),
            "timeRangeEmpty",
        ),
        (
            with(meeting("x"), "end", meeting("x")["start"].clone()),
            "timeRangeEmpty",
        ),
        (with(meeting("x"), "start", mars), "invalid"),
        (recurring, "required"),
        (
            with(meeting("x"), "recurrence", json!(["FREQ=DAILY"])),
            "invalid",
        ),
        (
            with(
                meeting("x"),
                "recurrence",
                json!(["RRULE:FREQ=DAILY;COUNT=3;UNTIL=20270101"]),
            ),
            "invalid",
        ),
    ];
    for (event, expected) in cases {
        let (status, body) = world.insert(event.clone()).await;
        assert_eq!((status.as_u16(), reason(&body)), (400, expected), "{event}");
    }
}

#[tokio::test]
async fn a_write_with_an_old_etag_is_refused() {
    let world = world().await;
    let first = inserted(&world).await["etag"].as_str().unwrap().to_owned();
    let patch = |etag: &str| {
        world
            .on_event(Method::PATCH, ID)
            .header(header::IF_MATCH, etag)
            .json(&json!({ "summary": "new" }))
    };
    let (status, changed) = answer(patch(&first)).await;
    assert_eq!(status, 200);
    assert_ne!(changed["etag"], json!(first));
    let (status, body) = answer(patch(&first)).await;
    assert_eq!((status.as_u16(), reason(&body)), (412, "conditionNotMet"));
    let delete = world
        .on_event(Method::DELETE, ID)
        .header(header::IF_MATCH, first);
    assert_eq!(answer(delete).await.0, 412);
}

#[tokio::test]
async fn a_second_delete_says_that_it_is_gone() {
    let world = world().await;
    inserted(&world).await;
    assert_eq!(answer(world.on_event(Method::DELETE, ID)).await.0, 204);
    let (status, body) = answer(world.on_event(Method::DELETE, ID)).await;
    assert_eq!((status.as_u16(), reason(&body)), (410, "deleted"));
    let (_, event) = answer(world.on_event(Method::GET, ID)).await;
    assert_eq!(event["status"], "cancelled");
    let (status, body) = answer(world.on_event(Method::DELETE, "neverexisted")).await;
    assert_eq!((status.as_u16(), reason(&body)), (404, "notFound"));
}

#[tokio::test]
async fn put_clears_what_it_leaves_out_and_patch_does_not() {
    let world = world().await;
    inserted(&world).await;
    let notes = json!({ "description": "notes", "extendedProperties": { "private": { "a": "1", "b": "2" } } });
    answer(world.on_event(Method::PATCH, ID).json(&notes)).await;
    let remove = json!({ "extendedProperties": { "private": { "a": null } } });
    let (_, patched) = answer(world.on_event(Method::PATCH, ID).json(&remove)).await;
    assert_eq!(
        (
            &patched["description"],
            &patched["extendedProperties"]["private"]
        ),
        (&json!("notes"), &json!({ "b": "2" }))
    );
    let (_, put) = answer(world.on_event(Method::PUT, ID).json(&meeting("bare"))).await;
    assert!(put.get("description").is_none() && put.get("extendedProperties").is_none());
    assert_eq!(put["iCalUID"], patched["iCalUID"]);
}

#[tokio::test]
async fn extended_properties_are_cut_without_a_word() {
    let world = world().await;
    let properties = json!({ "private": { "k".repeat(45): "x", "long": "v".repeat(2000) } });
    let (status, event) = world
        .insert(with(meeting("x"), "extendedProperties", properties))
        .await;
    assert_eq!(status, 200);
    let kept = event["extendedProperties"]["private"].as_object().unwrap();
    assert_eq!(
        (kept.len(), kept["long"].as_str().unwrap().len()),
        (1, 1024)
    );
}

#[tokio::test]
async fn reminders_beyond_the_rules_are_refused() {
    let world = world().await;
    let one = |minutes: u32| json!({ "method": "popup", "minutes": minutes });
    for reminders in [
        json!({ "useDefault": false, "overrides": vec![one(1); 6] }),
        json!({ "useDefault": false, "overrides": [one(40321)] }),
        json!({ "useDefault": true, "overrides": [one(5)] }),
    ] {
        assert_eq!(
            world
                .insert(with(meeting("x"), "reminders", reminders))
                .await
                .0,
            400
        );
    }
}

#[tokio::test]
async fn a_calendar_that_is_only_readable_refuses_writes() {
    let world = world().await;
    let spec = CalendarSpec::named("Holidays", "UTC").role(AccessRole::Reader);
    let id = world.sandbox.google.add_calendar(ANA, spec);
    let (status, body) = answer(
        world
            .request(Method::POST, &format!("calendars/{id}/events"))
            .json(&meeting("x")),
    )
    .await;
    assert_eq!(
        (status.as_u16(), reason(&body)),
        (403, "requiredAccessLevel")
    );
}

#[tokio::test]
async fn a_guest_may_not_change_what_is_shared() {
    let world = world().await;
    let invitation = with(
        meeting("theirs"),
        "organizer",
        json!({ "email": "host@example.org" }),
    );
    let id = world.sandbox.google.put_event(ANA, invitation);
    let (status, body) = answer(world.on_event(Method::PUT, &id).json(&meeting("mine"))).await;
    assert_eq!(
        (status.as_u16(), reason(&body)),
        (403, "forbiddenForNonOrganizer")
    );
    let colour = answer(
        world
            .on_event(Method::PATCH, &id)
            .json(&json!({ "colorId": "3" })),
    )
    .await;
    assert_eq!(colour.0, 200);
}

#[tokio::test]
async fn mails_to_guests_are_noted_unless_none_was_asked() {
    let world = world().await;
    let guests = with(
        meeting("party"),
        "attendees",
        json!([{ "email": "bob@example.com" }]),
    );
    world.insert(guests.clone()).await;
    assert!(world.sandbox.google.mails().is_empty());
    answer(
        world
            .request(Method::POST, "calendars/primary/events")
            .json(&guests),
    )
    .await;
    assert_eq!(
        world.sandbox.google.mails()[0].recipients,
        ["bob@example.com"]
    );
}

#[tokio::test]
async fn an_own_write_comes_back_in_the_next_delta() {
    let world = world().await;
    let token = world.sync_token().await;
    let event = inserted(&world).await;
    let delta = world.page(&format!("syncToken={token}")).await;
    assert_eq!(items(&delta)[0]["etag"], event["etag"]);
}

#[tokio::test]
async fn a_refused_write_leaves_nothing_behind() {
    let world = world().await;
    for query in ["fields=nonsense", "prettyPrint=perhaps", "sendUpdates=some"] {
        let insert = world.request(Method::POST, &format!("calendars/primary/events?{query}"));
        assert_eq!(answer(insert.json(&meeting("x"))).await.0, 400, "{query}");
    }
    assert!(world.sandbox.google.events(ANA).is_empty());
}
