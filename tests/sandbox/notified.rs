//! What channels say, when and to whom.

use std::collections::BTreeSet;

use calsync::sandbox::google::{Effect, Fault, Kind};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;

use super::channels::{
    edit, greeted, numbers, opened, post, received, states, stop, wanted, watch,
};
use super::support::{ANA, answer, meeting};

#[tokio::test]
async fn a_notification_is_a_post_without_a_body() {
    let (world, receiver) = received().await;
    let channel = opened(&world, "c-1").await;
    let text = |name: &str| channel[name].as_str().unwrap().to_owned();
    edit(&world);
    world.sandbox.google.settle().await;
    for (arrived, state) in receiver.take().iter().zip(["sync", "exists"]) {
        assert_eq!(
            (
                arrived.method.as_str(),
                arrived.path.as_str(),
                arrived.body.as_str()
            ),
            ("POST", "/google", "")
        );
        let number = arrived.header("x-goog-message-number").to_owned();
        assert_eq!(number == "1", state == "sync");
        for (name, expected) in [
            ("host", "calsync.example"),
            ("content-length", "0"),
            ("x-goog-channel-id", "c-1"),
            ("x-goog-resource-id", &text("resourceId")),
            ("x-goog-resource-state", state),
            ("x-goog-resource-uri", &text("resourceUri")),
            ("x-goog-channel-expiration", "Sun, 08 Mar 2026 12:00:00 GMT"),
            ("x-goog-channel-token", "secret"),
        ] {
            assert_eq!(arrived.header(name), expected, "{name}");
        }
        assert!(arrived.header("user-agent").starts_with("APIs-Google"));
        assert!(arrived.headers.get("content-type").is_none());
    }
}

#[tokio::test]
async fn a_channel_without_a_token_sends_none() {
    let (world, receiver) = received().await;
    let mut channel = wanted("c-1");
    channel["token"] = json!(null);
    let (_, answered) = watch(&world, &channel).await;
    assert!(answered.get("token").is_none());
    let hello = receiver.take().remove(0);
    assert!(hello.headers.get("x-goog-channel-token").is_none());
}

#[tokio::test]
async fn the_hello_arrives_before_the_answer() {
    let (world, receiver) = received().await;
    let google = world.sandbox.google.clone();
    let opened = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = opened.clone();
    receiver.answer_by(move |_| {
        let answered = google.requests().pop().unwrap().status;
        seen.lock()
            .unwrap()
            .push((answered, google.channels(ANA).len()));
        None
    });
    watch(&world, &wanted("c-1")).await;
    assert_eq!(*opened.lock().unwrap(), [(None, 1)]);
    assert_eq!(
        world.sandbox.google.requests().pop().unwrap().status,
        Some(200)
    );
}

#[tokio::test]
async fn a_channel_lives_though_its_hello_or_the_answer_is_lost() {
    let (world, receiver) = received().await;
    let google = &world.sandbox.google;
    receiver.answer(500);
    opened(&world, "c-1").await;
    google.inject(Fault::new(Effect::DropAfter).on(Kind::EventsWatch));
    let path = "calendars/primary/events/watch";
    let lost = world.request(Method::POST, path).json(&wanted("c-2"));
    assert!(lost.send().await.is_err());
    google.inject(Fault::new(Effect::DropBefore).on(Kind::EventsWatch));
    let lost = world.request(Method::POST, path).json(&wanted("c-3"));
    assert!(lost.send().await.is_err());
    assert_eq!(google.channels(ANA).len(), 2);
    assert_eq!(states(&receiver.take()), ["sync", "sync"]);
}

#[tokio::test]
async fn every_change_by_whomever_is_told_to_every_channel_of_the_calendar() {
    let (world, receiver) = greeted().await;
    let google = &world.sandbox.google;
    opened(&world, "c-2").await;
    post(&world, "calendars/home/events/watch", &wanted("c-home")).await;
    receiver.take();
    let told = || async {
        google.settle().await;
        let arrived = receiver.take();
        let to = arrived
            .iter()
            .map(|one| one.header("x-goog-channel-id").to_owned());
        let to: BTreeSet<String> = to.collect();
        assert_eq!(states(&arrived), ["exists", "exists"]);
        assert_eq!(to, ["c-1", "c-2"].map(str::to_owned).into());
    };
    let id = google.put_event(ANA, meeting("x"));
    told().await;
    google.edit_event(ANA, &id, json!({ "summary": "y" }));
    told().await;
    google.delete_event(ANA, &id);
    told().await;
    let (_, event) = world.insert(meeting("z")).await;
    told().await;
    let id = event["id"].as_str().unwrap();
    let patch = world.on_event(Method::PATCH, id);
    answer(patch.json(&json!({ "summary": "a" }))).await;
    told().await;
    let reminders = json!({ "reminders": { "useDefault": false } });
    answer(world.on_event(Method::PATCH, id).json(&reminders)).await;
    told().await;
    answer(world.on_event(Method::DELETE, id)).await;
    told().await;
    answer(world.on_event(Method::DELETE, id)).await;
    google.edit_event(ANA, "nothing", json!({}));
    google.settle().await;
    assert!(receiver.take().is_empty());
}

#[tokio::test]
async fn a_channel_of_some_types_is_silent_about_others() {
    let (world, receiver) = received().await;
    let path = "calendars/primary/events/watch?eventTypes=default";
    post(&world, path, &wanted("c-1")).await;
    let mut focus = meeting("focus");
    focus["eventType"] = json!("focusTime");
    let google = &world.sandbox.google;
    google.put_event(ANA, focus);
    google.settle().await;
    assert_eq!(states(&receiver.take()), ["sync"]);
    edit(&world);
    google.settle().await;
    assert_eq!(states(&receiver.take()), ["exists"]);
}

#[tokio::test]
async fn message_numbers_grow_with_gaps() {
    let (world, receiver) = greeted().await;
    for _ in 0..20 {
        edit(&world);
        world.sandbox.google.settle().await;
    }
    let numbers = numbers(&receiver.take());
    assert!(numbers[0] > 1 && numbers.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(numbers[19] > numbers[0] + 19, "{numbers:?}");
}

#[tokio::test]
async fn a_channel_that_is_over_or_stopped_or_ended_is_silent() {
    let (world, receiver) = received().await;
    let google = &world.sandbox.google;
    let stopped = opened(&world, "c-1").await;
    stop(&world, "c-1", &stopped["resourceId"]).await;
    opened(&world, "c-2").await;
    google.end_channel("c-2");
    opened(&world, "c-3").await;
    world.sandbox.clock.advance(TimeDelta::days(7));
    receiver.take();
    edit(&world);
    google.settle().await;
    assert!(receiver.take().is_empty() && google.channels(ANA).is_empty());
    assert!(!google.storm("c-3", 1));
}
