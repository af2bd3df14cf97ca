//! What befalls notifications on their way, and what subscriptions say of
//! themselves.

use calsync::sandbox::microsoft::{Lifecycle, Subscription};
use calsync::sandbox::push::Mishap;
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{World, meeting};
use super::watchers::{LIFECYCLE, NOTIFY, kinds, send, subscribed, told, wanted};
use crate::sandbox::receiver::Receiver;
use crate::sandbox::support::answer;

/// Bob, whose default calendar goes to the same address.
async fn bob(world: &World, receiver: &Receiver) -> (String, Subscription) {
    let microsoft = &world.sandbox.microsoft;
    let bob = microsoft.add_account("bob@contoso.example");
    let url = format!("{}/subscriptions", microsoft.api_url());
    let mut body = wanted(world);
    body["resource"] = json!("me/events");
    body["clientState"] = json!("other");
    let request = world
        .http
        .post(url)
        .bearer_auth(microsoft.access_token(&bob.email));
    assert_eq!(answer(request.json(&body)).await.0, 201);
    told(world, receiver).await;
    let calendar = microsoft.default_calendar(&bob.email);
    let own = microsoft.subscriptions(&calendar).remove(0);
    (calendar, own)
}

#[tokio::test]
async fn what_is_released_together_travels_together_whosever_it_is() {
    let (world, receiver, ada) = subscribed().await;
    let (calendar, bob) = bob(&world, &receiver).await;
    let microsoft = &world.sandbox.microsoft;
    microsoft.mishap(Mishap::Delayed, u32::MAX);
    world.put(meeting("x", 2));
    microsoft.put_event(&calendar, meeting("y", 2));
    world.put(meeting("z", 2));
    assert!(told(&world, &receiver).await.is_empty());
    microsoft.clear_mishaps();
    microsoft.release();
    microsoft.settle().await;
    assert_eq!(microsoft.sent().len(), 1);
    let entries = told(&world, &receiver).await;
    let to: Vec<&Value> = entries
        .iter()
        .map(|entry| &entry["subscriptionId"])
        .collect();
    assert_eq!(to, [&ada.id, &bob.id, &ada.id]);
    assert_ne!(entries[0]["tenantId"], entries[1]["tenantId"]);
    assert_eq!(entries[1]["clientState"], "other");
}

#[tokio::test]
async fn a_storm_comes_in_batches_and_not_all_at_once() {
    let (world, receiver, subscription) = subscribed().await;
    let microsoft = &world.sandbox.microsoft;
    for (batch, posts) in [(10, 50), (1, 500)] {
        microsoft.behave(|how| how.batch = batch);
        assert!(microsoft.storm(&subscription.id, 500));
        microsoft.settle().await;
        assert_eq!(microsoft.sent().len(), posts);
        assert_eq!(told(&world, &receiver).await.len(), 500);
    }
    assert!(receiver.most_at_once() <= 8);
}

#[tokio::test]
async fn notifications_are_repeated_lost_and_forged_on_request() {
    let (world, receiver, _) = subscribed().await;
    let microsoft = &world.sandbox.microsoft;
    microsoft.mishap(Mishap::Duplicated, 1);
    microsoft.mishap(Mishap::Lost, 1);
    microsoft.mishap(Mishap::Forged, 1);
    for day in 2..6 {
        world.put(meeting("x", day));
    }
    let all = told(&world, &receiver).await;
    assert_eq!(all.len(), 4);
    assert_eq!(all[0], all[1]);
    let states: Vec<&Value> = all.iter().map(|entry| &entry["clientState"]).collect();
    assert_eq!(states, ["secret", "secret", "Aecret", "secret"]);
}

#[tokio::test]
async fn what_was_not_taken_is_sent_again_for_four_hours() {
    let (world, receiver, _) = subscribed().await;
    let microsoft = &world.sandbox.microsoft;
    for (status, again) in [
        (200, 0),
        (202, 0),
        (204, 0),
        (302, 1),
        (404, 1),
        (429, 1),
        (503, 1),
    ] {
        receiver.answer(status);
        world.put(meeting("x", 2));
        let first = told(&world, &receiver).await;
        receiver.answer(202);
        assert_eq!(microsoft.redeliver().await, again, "{status}");
        assert_eq!(told(&world, &receiver).await, first[..again], "{status}");
    }
    world.sandbox.unroute(NOTIFY);
    world.put(meeting("x", 2));
    microsoft.settle().await;
    world.sandbox.clock.advance(TimeDelta::hours(4));
    assert_eq!(world.sandbox.redeliver().await, 1);
    world.sandbox.clock.advance(TimeDelta::seconds(1));
    assert_eq!(world.sandbox.redeliver().await, 0);
    assert_eq!(microsoft.sent().last().unwrap().status, None);
}

#[tokio::test]
async fn a_subscription_tells_what_becomes_of_it() {
    let (world, receiver, subscription) = subscribed().await;
    let microsoft = &world.sandbox.microsoft;
    for (event, name) in [
        (Lifecycle::Missed, "missed"),
        (
            Lifecycle::ReauthorizationRequired,
            "reauthorizationRequired",
        ),
        (Lifecycle::SubscriptionRemoved, "subscriptionRemoved"),
    ] {
        assert!(microsoft.lifecycle(&subscription.id, event));
        microsoft.settle().await;
        assert_eq!(microsoft.sent()[0].url, LIFECYCLE);
        let entries = told(&world, &receiver).await;
        assert_eq!(kinds(&entries), [name]);
        assert_eq!(entries[0]["subscriptionId"], subscription.id);
        assert_eq!(entries[0]["clientState"], "secret");
        assert_eq!(entries[0]["tenantId"], world.ada.tenant);
        for name in ["changeType", "resource", "resourceData"] {
            assert!(entries[0].get(name).is_none(), "{name}");
        }
    }
    assert!(microsoft.subscriptions(&world.calendar).is_empty());
    assert!(!microsoft.lifecycle(&subscription.id, Lifecycle::Missed));
    let below = format!("/{}", subscription.id);
    assert_eq!(send(&world, Method::GET, &below, &Value::Null).await.0, 404);
}

#[tokio::test]
async fn a_subscription_pauses_unless_it_is_reauthorized_in_time() {
    let (world, receiver, subscription) = subscribed().await;
    let microsoft = &world.sandbox.microsoft;
    microsoft.behave(|how| how.reauthorization_minutes = 10);
    let reauthorize = format!("/{}/reauthorize", subscription.id);
    let renew = format!("/{}", subscription.id);
    let later = json!({ "expirationDateTime": "2026-03-05T00:00:00Z" });
    for (method, below, body) in [
        (Method::POST, &reauthorize, &Value::Null),
        (Method::PATCH, &renew, &later),
    ] {
        microsoft.lifecycle(&subscription.id, Lifecycle::ReauthorizationRequired);
        world.put(meeting("x", 2));
        let all = told(&world, &receiver).await;
        assert_eq!(all.len(), 2, "it goes on for a while");
        world.sandbox.clock.advance(TimeDelta::minutes(10));
        world.put(meeting("y", 2));
        assert!(told(&world, &receiver).await.is_empty());
        send(&world, method, below, body).await;
        world.put(meeting("z", 2));
        assert_eq!(kinds(&told(&world, &receiver).await), ["created"]);
    }
}
