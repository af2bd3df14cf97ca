//! The model's answers, and the requests of these tests, fit the description
//! that Microsoft publishes.

use calsync::sandbox::microsoft::{Fault, Lifecycle};
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{WINDOW, World, meeting, weekly, world};
use super::watchers::{subscribed, wanted};
use crate::openapi::{OpenApi, Sent};
use crate::sandbox::support::answer;

/// Sends a request and says what of it and of its answer does not fit.
async fn complaints(
    world: &World,
    method: Method,
    path: &str,
    body: Value,
) -> (Vec<String>, Value) {
    let api = OpenApi::read();
    let mut request = world.request(method.clone(), path);
    if !body.is_null() {
        request = request.json(&body);
    }
    let (status, answered) = answer(request).await;
    let logged = world.sandbox.microsoft.requests().pop().unwrap();
    let path = logged.path.trim_start_matches("/v1.0");
    let sent = Sent {
        method: &logged.method,
        path,
        query: &logged.query,
        body: &logged.body,
    };
    let mut all = api.request_complaints(&sent);
    all.extend(api.answer_complaints(method.as_str(), path, status.as_u16(), &answered));
    (all, answered)
}

async fn fits(world: &World, method: Method, path: &str, body: Value) -> Value {
    let (complaints, answered) = complaints(world, method, path, body).await;
    assert!(complaints.is_empty(), "{path}: {complaints:#?}");
    answered
}

#[tokio::test]
async fn every_answer_to_a_reader_fits() {
    let world = world().await;
    let series = world.put(weekly("stand-up"));
    let microsoft = &world.sandbox.microsoft;
    microsoft
        .move_occurrence(
            &series,
            "2026-03-09",
            "2026-03-10T11:00:00",
            "2026-03-10T12:00:00",
        )
        .unwrap();
    let gone = world.put(json!({ "subject": null, "iCalUId": null }));
    let calendar = &world.calendar;
    for path in [
        "me".to_owned(),
        "me/calendar".to_owned(),
        "me/calendars".to_owned(),
        format!("me/calendars/{calendar}"),
        "me/events".to_owned(),
        format!("me/calendars/{calendar}/events"),
        format!("me/events/{series}?$select=cancelledOccurrences"),
        format!("me/events/{gone}"),
        format!("me/events/{series}/instances?{WINDOW}"),
        format!("me/calendarView?{WINDOW}"),
        format!("me/calendars/{calendar}/calendarView?{WINDOW}"),
        "me/outlook/supportedTimeZones()".to_owned(),
    ] {
        fits(&world, Method::GET, &path, Value::Null).await;
    }
    let path = format!("me/calendars/{calendar}/calendarView/delta?{WINDOW}");
    let page = fits(&world, Method::GET, &path, Value::Null).await;
    microsoft.delete_event(&gone);
    let link = page["@odata.deltaLink"].as_str().unwrap();
    let next = fits(&world, Method::GET, link, Value::Null).await;
    assert_eq!(next["value"][0]["@removed"]["reason"], "deleted");
}

#[tokio::test]
async fn every_answer_to_a_writer_fits() {
    let world = world().await;
    let mut event = weekly("x");
    event["attendees"] =
        json!([{ "type": "required", "emailAddress": { "address": "bo@contoso.example" } }]);
    event["location"] = json!({ "displayName": "Office" });
    let made = fits(&world, Method::POST, "me/events", event).await;
    let path = format!("me/events/{}", made["id"].as_str().unwrap());
    fits(&world, Method::PATCH, &path, json!({ "subject": "y" })).await;
    fits(&world, Method::DELETE, &path, Value::Null).await;
    let ids =
        json!({ "inputIds": [], "sourceIdType": "restId", "targetIdType": "restImmutableEntryId" });
    fits(&world, Method::POST, "me/translateExchangeIds", ids).await;
    let named = json!({ "name": "Tasks" });
    fits(&world, Method::POST, "me/calendars", named).await;
}

#[tokio::test]
async fn every_refusal_fits() {
    let world = world().await;
    fits(&world, Method::GET, "me/events/nonsense", Value::Null).await;
    fits(&world, Method::POST, "me/events", meeting("x", 40)).await;
    world
        .sandbox
        .microsoft
        .expire_access_tokens(super::support::ADA);
    fits(&world, Method::GET, "me", Value::Null).await;
    let refusal = calsync::sandbox::microsoft::ApiError::throttled("", Some(1));
    world.sandbox.microsoft.inject(Fault::refuse(&refusal));
    fits(&world, Method::GET, "me/calendars", Value::Null).await;
}

#[tokio::test]
async fn every_answer_about_subscriptions_fits_and_what_they_say_too() {
    let (world, receiver, subscription) = subscribed().await;
    let below = format!("subscriptions/{}", subscription.id);
    let mut other = wanted(&world);
    other["changeType"] = json!("updated");
    fits(&world, Method::POST, "subscriptions", other.clone()).await;
    fits(&world, Method::POST, "subscriptions", other).await;
    let microsoft = &world.sandbox.microsoft;
    microsoft.behave(|how| how.default_page_size = 1);
    let page = fits(&world, Method::GET, "subscriptions", Value::Null).await;
    let next = page["@odata.nextLink"].as_str().unwrap();
    fits(&world, Method::GET, next, Value::Null).await;
    let path = format!("{below}?$select=id");
    fits(&world, Method::GET, &path, Value::Null).await;
    let later = json!({ "expirationDateTime": "2026-03-08T11:30:00Z" });
    fits(&world, Method::PATCH, &below, later).await;
    let path = format!("{below}/reauthorize");
    fits(&world, Method::POST, &path, Value::Null).await;
    receiver.take();
    world.put(meeting("x", 2));
    microsoft.lifecycle(&subscription.id, Lifecycle::SubscriptionRemoved);
    microsoft.settle().await;
    let arrived = receiver.take();
    assert_eq!(arrived.len(), 2);
    for one in arrived {
        let complaints = OpenApi::read().notification_complaints(&one.json());
        assert_eq!(complaints, [""; 0]);
    }
    fits(&world, Method::DELETE, &below, Value::Null).await;
}
