//! How the tests of channels open and stop them, and read what they say.

use calsync::sandbox::google::CalendarSpec;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::receiver::{Arrived, Receiver};
use super::support::{ANA, World, answer, meeting, world};

/// Where notifications go; the host is nowhere until it is routed.
pub(super) const ADDRESS: &str = "https://calsync.example/google";

/// Ana's world, in which she has a second calendar.
pub(super) async fn watched() -> World {
    let world = world().await;
    let spec = CalendarSpec::named("Home", "Europe/Zurich").id("home");
    world.sandbox.google.add_calendar(ANA, spec);
    world
}

/// The same, and somebody at [`ADDRESS`].
pub(super) async fn received() -> (World, Receiver) {
    let (world, receiver) = (watched().await, Receiver::start().await);
    world.sandbox.route(ADDRESS, receiver.address);
    (world, receiver)
}

/// A channel as clients ask for it.
pub(super) fn wanted(id: &str) -> Value {
    json!({ "id": id, "type": "web_hook", "address": ADDRESS, "token": "secret" })
}

pub(super) async fn post(world: &World, path: &str, body: &Value) -> (StatusCode, Value) {
    answer(world.request(Method::POST, path).json(body)).await
}

/// Asks for a channel on the primary calendar.
pub(super) async fn watch(world: &World, body: &Value) -> (StatusCode, Value) {
    post(world, "calendars/primary/events/watch", body).await
}

/// A channel on the primary calendar.
pub(super) async fn opened(world: &World, id: &str) -> Value {
    let (status, channel) = watch(world, &wanted(id)).await;
    assert_eq!(status, 200, "{channel}");
    channel
}

pub(super) async fn stop(world: &World, id: &str, resource: &Value) -> (StatusCode, Value) {
    let body = json!({ "id": id, "resourceId": resource });
    post(world, "channels/stop", &body).await
}

/// A world with a channel that has said hello.
pub(super) async fn greeted() -> (World, Receiver) {
    let (world, receiver) = received().await;
    opened(&world, "c-1").await;
    assert_eq!(states(&receiver.take()), ["sync"]);
    (world, receiver)
}

/// Somebody adds an event.
pub(super) fn edit(world: &World) {
    world.sandbox.google.put_event(ANA, meeting("x"));
}

pub(super) fn numbers(arrived: &[Arrived]) -> Vec<u64> {
    let number = |one: &Arrived| one.header("x-goog-message-number").parse().unwrap();
    arrived.iter().map(number).collect()
}

pub(super) fn states(arrived: &[Arrived]) -> Vec<&str> {
    let states = arrived.iter();
    states
        .map(|one| one.header("x-goog-resource-state"))
        .collect()
}
