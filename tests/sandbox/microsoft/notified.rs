//! What subscriptions say of events.

use std::collections::BTreeSet;

use calsync::sandbox::microsoft::{CalendarSpec, OccurrenceDeletion};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{ADA, meeting, weekly};
use super::watchers::{NOTIFY, kinds, received, subscribe, subscribed, told, wanted, with};
use crate::sandbox::support::answer;

/// The ids of the events that notifications name.
fn ids(entries: &[Value]) -> Vec<&str> {
    let ids = entries.iter();
    ids.map(|entry| entry["resourceData"]["id"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_notification_says_what_the_contract_says() {
    let (world, receiver, subscription) = subscribed().await;
    let id = world.put(meeting("x", 2));
    world.sandbox.microsoft.settle().await;
    let arrived = receiver.take().remove(0);
    assert_eq!(arrived.path, "/graph/notify?tenant=a");
    assert_eq!(
        arrived.header("content-type"),
        "application/json; charset=utf-8"
    );
    let entry = &arrived.json()["value"][0];
    let event = world.sandbox.microsoft.event(&id).unwrap();
    let path = format!("Users/{}/Events/{id}", world.ada.id);
    let expected = json!({ "id": entry["id"], "subscriptionId": subscription.id,
        "subscriptionExpirationDateTime": "2026-03-08T11:00:00.0000000+00:00",
        "clientState": "secret", "changeType": "created", "resource": path,
        "resourceData": { "@odata.type": "#Microsoft.Graph.Event", "@odata.id": path,
            "@odata.etag": event["@odata.etag"], "id": id },
        "tenantId": world.ada.tenant });
    assert_eq!(entry, &expected);
}

#[tokio::test]
async fn notifications_are_spelled_in_more_than_one_way() {
    let (world, receiver, subscription) = subscribed().await;
    assert!(world.sandbox.microsoft.storm(&subscription.id, 6));
    let entries = told(&world, &receiver).await;
    let different = |pointer: &str| {
        let values = entries.iter().map(|entry| entry.pointer(pointer));
        values
            .map(|value| value.map(ToString::to_string))
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(different("/subscriptionExpirationDateTime").len(), 3);
    assert_eq!(different("/resource").len(), 2);
    assert_eq!(different("/resourceData/@odata.type").len(), 2);
    assert!(different("/id").contains(&None) && different("/id").len() > 2);
}

#[tokio::test]
async fn every_change_by_whomever_is_told() {
    let (world, receiver, _) = subscribed().await;
    let microsoft = &world.sandbox.microsoft;
    let id = world.put(meeting("x", 2));
    assert_eq!(kinds(&told(&world, &receiver).await), ["created"]);
    microsoft.edit_event(&id, json!({ "subject": "y" }));
    assert_eq!(kinds(&told(&world, &receiver).await), ["updated"]);
    microsoft.delete_event(&id);
    let gone = told(&world, &receiver).await;
    assert_eq!(
        (kinds(&gone), ids(&gone)),
        (vec!["deleted"], vec![id.as_str()])
    );
    let (_, made) = world.create(meeting("z", 3)).await;
    assert_eq!(kinds(&told(&world, &receiver).await), ["created"]);
    let id = made["id"].as_str().unwrap();
    world.patch(id, json!({ "subject": "a" })).await;
    assert_eq!(kinds(&told(&world, &receiver).await), ["updated"]);
    world.delete(id).await;
    assert_eq!(kinds(&told(&world, &receiver).await), ["deleted"]);
    world.delete(id).await;
    microsoft.edit_event(id, json!({}));
    assert!(told(&world, &receiver).await.is_empty());
}

#[tokio::test]
async fn a_changed_occurrence_is_named_and_a_deleted_one_told_as_deltas_tell_it() {
    let (world, receiver, _) = subscribed().await;
    let microsoft = &world.sandbox.microsoft;
    let series = world.put(weekly("review"));
    let edited = microsoft.edit_occurrence(&series, "2026-03-09", json!({ "subject": "x" }));
    let all = told(&world, &receiver).await;
    assert_eq!(kinds(&all), ["created", "updated"]);
    assert_eq!(ids(&all), [series.as_str(), &edited.unwrap()]);
    for (how, day, kind) in [
        (
            OccurrenceDeletion::TouchesMaster,
            "2026-03-16",
            Some("updated"),
        ),
        (OccurrenceDeletion::Tombstone, "2026-03-23", Some("deleted")),
        (OccurrenceDeletion::Silent, "2026-03-30", None),
    ] {
        microsoft.behave(|behaviour| behaviour.occurrence_deletion = how);
        let gone = microsoft.cancel_occurrence(&series, day).unwrap();
        let all = told(&world, &receiver).await;
        let named = if kind == Some("deleted") {
            gone
        } else {
            series.clone()
        };
        assert_eq!(kinds(&all), kind.into_iter().collect::<Vec<_>>());
        assert!(ids(&all).iter().all(|id| *id == named), "{all:?}");
    }
}

#[tokio::test]
async fn an_event_that_moves_leaves_one_calendar_and_enters_another() {
    let (world, receiver, first) = subscribed().await;
    let microsoft = &world.sandbox.microsoft;
    let team = microsoft.add_calendar(ADA, CalendarSpec::named("Team"));
    let other = with(
        &world,
        "resource",
        json!(format!("me/calendars/{team}/events")),
    );
    let (_, second) = subscribe(&world, &other).await;
    let id = world.put(meeting("x", 2));
    microsoft.move_event_to_calendar(&id, &team);
    let all = told(&world, &receiver).await;
    assert_eq!(kinds(&all), ["created", "deleted", "created"]);
    let to: Vec<&Value> = all.iter().map(|entry| &entry["subscriptionId"]).collect();
    assert_eq!(to, [&json!(first.id), &json!(first.id), &second["id"]]);
}

#[tokio::test]
async fn immutable_ids_come_only_when_they_were_asked_for() {
    let (world, receiver) = received().await;
    let request = world.bare(Method::POST, "subscriptions");
    answer(request.json(&wanted(&world))).await;
    let id = world.put(meeting("x", 2));
    let all = told(&world, &receiver).await;
    let default = world.sandbox.microsoft.default_id(&id).unwrap();
    assert_eq!(ids(&all), [default.as_str()]);
    assert_ne!(default, id);
}

#[tokio::test]
async fn only_what_was_asked_for_is_told() {
    let (world, receiver) = received().await;
    subscribe(&world, &with(&world, "changeType", json!("deleted"))).await;
    let id = world.put(meeting("x", 2));
    world
        .sandbox
        .microsoft
        .edit_event(&id, json!({ "subject": "y" }));
    world.sandbox.microsoft.delete_event(&id);
    assert_eq!(kinds(&told(&world, &receiver).await), ["deleted"]);
}

#[tokio::test]
async fn the_mailbox_as_a_whole_means_one_calendar_or_all() {
    let (world, receiver) = received().await;
    let microsoft = &world.sandbox.microsoft;
    let team = microsoft.add_calendar(ADA, CalendarSpec::named("Team"));
    let mut body = with(&world, "resource", json!("me/events"));
    for (all, expected) in [(false, 1), (true, 2)] {
        microsoft.behave(|how| how.mailbox_subscriptions_cover_all = all);
        body["changeType"] = json!(if all { "created" } else { "created,updated" });
        let (_, made) = subscribe(&world, &body).await;
        world.put(meeting("x", 2));
        microsoft.put_event(&team, meeting("y", 2));
        assert_eq!(told(&world, &receiver).await.len(), expected);
        microsoft.end_subscription(made["id"].as_str().unwrap());
    }
}

#[tokio::test]
async fn a_subscription_that_is_over_is_silent() {
    let (world, receiver, subscription) = subscribed().await;
    let microsoft = &world.sandbox.microsoft;
    world
        .sandbox
        .clock
        .set(subscription.expires - TimeDelta::seconds(1));
    world.put(meeting("x", 2));
    assert_eq!(told(&world, &receiver).await.len(), 1);
    world.sandbox.clock.set(subscription.expires);
    world.put(meeting("y", 2));
    assert!(told(&world, &receiver).await.is_empty());
    assert!(!microsoft.storm(&subscription.id, 1));
    assert!(microsoft.subscriptions(&world.calendar).is_empty());
}

#[tokio::test]
async fn a_subscription_without_a_client_state_sends_none() {
    let (world, receiver) = received().await;
    let bare = json!({ "changeType": "created", "notificationUrl": NOTIFY,
        "resource": "me/events", "expirationDateTime": "2026-03-02T12:00:00Z" });
    subscribe(&world, &bare).await;
    world.put(meeting("x", 2));
    assert_eq!(told(&world, &receiver).await[0]["clientState"], Value::Null);
}
