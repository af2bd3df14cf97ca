//! How the tests of subscriptions make them, and read what they say.

use calsync::sandbox::microsoft::Subscription;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::support::{World, world};
use crate::sandbox::receiver::Receiver;
use crate::sandbox::support::answer;

/// Where notifications go; the host is nowhere until it is routed.
pub(super) const NOTIFY: &str = "https://calsync.example/graph/notify?tenant=a";
pub(super) const LIFECYCLE: &str = "https://calsync.example/graph/lifecycle";

/// Ada's world, and somebody at both addresses.
pub(super) async fn received() -> (World, Receiver) {
    let (world, receiver) = (world().await, Receiver::start().await);
    world.sandbox.route(NOTIFY, receiver.address);
    (world, receiver)
}

/// The same with a subscription to Ada's default calendar.
pub(super) async fn subscribed() -> (World, Receiver, Subscription) {
    let (world, receiver) = received().await;
    let (status, body) = subscribe(&world, &wanted(&world)).await;
    assert_eq!(status, 201, "{body}");
    assert!(told(&world, &receiver).await.is_empty());
    let subscription = world.sandbox.microsoft.subscriptions(&world.calendar);
    (world, receiver, subscription.into_iter().next().unwrap())
}

/// A subscription as clients ask for it.
pub(super) fn wanted(world: &World) -> Value {
    json!({ "changeType": "created,updated,deleted", "notificationUrl": NOTIFY,
        "lifecycleNotificationUrl": LIFECYCLE, "clientState": "secret",
        "resource": format!("me/calendars/{}/events", world.calendar),
        "expirationDateTime": "2026-03-08T11:00:00Z", "latestSupportedTlsVersion": "v1_2" })
}

/// The same with another member.
pub(super) fn with(world: &World, name: &str, value: Value) -> Value {
    let mut body = wanted(world);
    body[name] = value;
    body
}

pub(super) async fn subscribe(world: &World, body: &Value) -> (StatusCode, Value) {
    send(world, Method::POST, "", body).await
}

/// Any request below `/subscriptions`.
pub(super) async fn send(
    world: &World,
    method: Method,
    below: &str,
    body: &Value,
) -> (StatusCode, Value) {
    let request = world.request(method, &format!("subscriptions{below}"));
    answer(match body.is_null() {
        true => request,
        false => request.json(body),
    })
    .await
}

/// The notifications sent since the last time, once all have arrived: in the
/// order in which they were sent, as they may arrive in another.
pub(super) async fn told(world: &World, receiver: &Receiver) -> Vec<Value> {
    let microsoft = &world.sandbox.microsoft;
    microsoft.settle().await;
    let sent = microsoft.sent();
    microsoft.clear_sent();
    let answered = sent.iter().filter(|one| one.status.is_some());
    assert_eq!(answered.count(), receiver.take().len());
    sent.iter().flat_map(|one| entries(&one.json())).collect()
}

/// The notifications of a body; a handshake has none.
pub(super) fn entries(body: &Value) -> Vec<Value> {
    body["value"].as_array().cloned().unwrap_or_default()
}

/// What notifications say of events or of their subscription.
pub(super) fn kinds(entries: &[Value]) -> Vec<&str> {
    let kind = |entry: &'_ Value| match entry.get("changeType") {
        Some(_) => "changeType",
        None => "lifecycleEvent",
    };
    let kinds = entries.iter().map(|entry| entry[kind(entry)].as_str());
    kinds.map(Option::unwrap).collect()
}
