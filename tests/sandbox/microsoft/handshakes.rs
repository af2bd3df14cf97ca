//! The handshake before a subscription is answered.

use std::sync::{Arc, Mutex};

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use reqwest::Method;
use serde_json::{Value, json};

use super::support::code;
use super::watchers::{received, send, subscribe, subscribed, wanted};
use crate::sandbox::receiver::Arrived;

/// The token as it stands in the query.
fn raw(arrived: &Arrived) -> String {
    let (_, token) = arrived.path.split_once("validationToken=").unwrap();
    token.to_owned()
}

fn decoded(text: &str) -> String {
    let text = format!("t={text}");
    let mut pairs = url::form_urlencoded::parse(text.as_bytes());
    pairs.next().unwrap().1.into_owned()
}

fn plain(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

#[tokio::test]
async fn both_addresses_are_asked_with_an_awkward_token() {
    let (world, receiver) = received().await;
    assert_eq!(subscribe(&world, &wanted(&world)).await.0, 201);
    let asked = receiver.take();
    let paths: Vec<&str> = asked
        .iter()
        .map(|one| one.path.split_once("validationToken=").unwrap().0)
        .collect();
    assert_eq!(paths, ["/graph/notify?tenant=a&", "/graph/lifecycle?"]);
    for one in &asked {
        assert_eq!((one.method.as_str(), one.body.as_str()), ("POST", ""));
        assert_eq!(one.header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(one.header("content-length"), "0");
        let raw = raw(one);
        for awkward in ["%20", "+", "%2B", "%25"] {
            assert!(raw.contains(awkward), "{awkward} in {raw}");
        }
        let token = decoded(&raw);
        assert!(token.contains(' ') && token.contains('+') && token.contains("%2B%20"));
        assert_ne!(decoded(&token), token);
    }
}

#[tokio::test]
async fn it_ends_before_the_answer() {
    let (world, receiver) = received().await;
    let microsoft = world.sandbox.microsoft.clone();
    let calendar = world.calendar.clone();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let seen_too = seen.clone();
    receiver.answer_by(move |_| {
        let answered = microsoft.requests().pop().unwrap().status;
        let known = microsoft.subscriptions(&calendar).len();
        seen_too.lock().unwrap().push((answered, known));
        None
    });
    assert_eq!(subscribe(&world, &wanted(&world)).await.0, 201);
    assert_eq!(*seen.lock().unwrap(), [(None, 0); 2]);
}

/// An answer to a handshake that is wrong.
type Wrong = fn(String) -> Response;

#[tokio::test]
async fn any_other_answer_fails() {
    let wrong: [(&str, Wrong); 7] = [
        ("still encoded", plain),
        ("decoded twice", |raw| plain(decoded(&decoded(&raw)))),
        ("with a line break", |raw| plain(decoded(&raw) + "\n")),
        ("as JSON", |raw| axum::Json(decoded(&raw)).into_response()),
        ("as HTML", |raw| {
            axum::response::Html(decoded(&raw)).into_response()
        }),
        ("with 202", |raw| {
            (StatusCode::ACCEPTED, plain(decoded(&raw))).into_response()
        }),
        ("not at all", |_| StatusCode::NOT_FOUND.into_response()),
    ];
    let (world, receiver) = received().await;
    for (how, wrong) in wrong {
        for url in ["notify", "lifecycle"] {
            receiver.answer_by(move |one| one.path.contains(url).then(|| wrong(raw(one))));
            let (status, body) = subscribe(&world, &wanted(&world)).await;
            let got = (status.as_u16(), code(&body));
            assert_eq!(got, (400, "ValidationError"), "{url} {how}");
        }
    }
    let microsoft = &world.sandbox.microsoft;
    assert!(microsoft.subscriptions(&world.calendar).is_empty());
    assert_eq!(microsoft.redeliver().await, 0);
}

#[tokio::test]
async fn who_was_slower_is_told_that_there_is_one() {
    let (world, receiver) = received().await;
    let microsoft = &world.sandbox.microsoft;
    let body = wanted(&world);
    let both = tokio::join!(subscribe(&world, &body), subscribe(&world, &body));
    let mut statuses = [both.0.0.as_u16(), both.1.0.as_u16()];
    statuses.sort();
    assert_eq!(statuses, [201, 409]);
    assert_eq!(microsoft.subscriptions(&world.calendar).len(), 1);
    assert!(receiver.take().len() >= 2);
}

#[tokio::test]
async fn a_new_address_is_asked_too_or_not_as_one_likes() {
    let (world, receiver, subscription) = subscribed().await;
    let microsoft = &world.sandbox.microsoft;
    let moved =
        |name: &str| json!({ "notificationUrl": format!("https://calsync.example/{name}") });
    let below = format!("/{}", subscription.id);
    let patch = |body: Value| {
        let (world, below) = (&world, &below);
        async move { send(world, Method::PATCH, below, &body).await.0 }
    };
    receiver.answer(204);
    assert_eq!(patch(moved("a")).await, 400);
    receiver.answer_by(|_| None);
    assert_eq!(patch(moved("b")).await, 200);
    assert_eq!(receiver.take().len(), 2);
    microsoft.behave(|how| how.handshake_on_patch = false);
    receiver.answer(204);
    assert_eq!(patch(moved("c")).await, 200);
    assert!(receiver.take().is_empty());
    let now = microsoft.subscriptions(&world.calendar).remove(0);
    assert_eq!(now.notification_url, "https://calsync.example/c");
}
