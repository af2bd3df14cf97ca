//! Injected faults hit what they are meant for, and only that.

use std::time::Duration;

use calsync::sandbox::google::{ApiError, Effect, Fault, Kind};
use reqwest::Method;
use serde_json::json;

use super::support::{ANA, items, meeting, reason, world};

#[tokio::test]
async fn a_fault_hits_the_page_it_names_once() {
    let world = world().await;
    world.put_many(3);
    world.sandbox.google.inject(
        Fault::refuse(&ApiError::full_sync_required())
            .on(Kind::EventsList)
            .page(2),
    );
    let first = world.page("maxResults=2").await;
    let second = format!(
        "maxResults=2&pageToken={}",
        first["nextPageToken"].as_str().unwrap()
    );
    assert_eq!(world.list(&second).await.0, 410);
    assert_eq!(world.list(&second).await.0, 200);
}

#[tokio::test]
async fn a_lost_answer_leaves_the_event_behind() {
    let world = world().await;
    for (effect, expected) in [(Effect::DropBefore, 0), (Effect::DropAfter, 1)] {
        world
            .sandbox
            .google
            .inject(Fault::new(effect).on(Kind::EventsInsert));
        let insert = world
            .request(Method::POST, "calendars/primary/events")
            .json(&meeting("x"));
        assert!(insert.send().await.is_err());
        assert_eq!(world.sandbox.google.events(ANA).len(), expected);
    }
    assert_eq!(world.sandbox.google.requests().last().unwrap().status, None);
}

#[tokio::test]
async fn bodies_can_be_cut_or_wrong_or_slow() {
    let world = world().await;
    world.put_many(3);
    for (effect, good) in [
        (Effect::TruncatedBody, false),
        (Effect::Html, false),
        (Effect::SlowBody(Duration::ZERO), true),
    ] {
        world.sandbox.google.inject(Fault::new(effect));
        let response = world
            .request(Method::GET, "calendars/primary/events")
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.json::<serde_json::Value>().await.is_ok(), good);
    }
}

#[tokio::test]
async fn listings_can_be_empty_endless_or_without_token() {
    let world = world().await;
    world.put_many(1);
    let google = &world.sandbox.google;
    google.inject(Fault::new(Effect::EmptyList));
    let empty = world.page("").await;
    assert!(items(&empty).is_empty() && empty["nextSyncToken"].is_string());
    google.inject(Fault::new(Effect::NoSyncToken));
    assert!(world.page("").await.get("nextSyncToken").is_none());
    google.inject(Fault::new(Effect::RepeatPage).always());
    let page = world.page("").await;
    let token = page["nextPageToken"].as_str().unwrap();
    assert_eq!(
        world.page(&format!("pageToken={token}")).await["nextPageToken"],
        json!(token)
    );
}

#[tokio::test]
async fn a_rate_limit_says_when_to_come_back() {
    let world = world().await;
    let limited = ApiError::rate_limited(429, "rateLimitExceeded");
    world
        .sandbox
        .google
        .inject(Fault::refuse(&limited).retry_after("30").nth(2).times(1));
    assert_eq!(world.list("").await.0, 200);
    let refused = world
        .request(Method::GET, "calendars/primary/events")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (
            refused.status().as_u16(),
            refused.headers()["retry-after"].to_str().unwrap()
        ),
        (429, "30")
    );
    let body = refused.json().await.unwrap();
    assert_eq!(reason(&body), "rateLimitExceeded");
    assert_eq!(world.list("").await.0, 200);
}

#[tokio::test]
async fn a_request_that_hangs_is_counted_until_it_is_given_up() {
    let world = world().await;
    world
        .sandbox
        .google
        .inject(Fault::new(Effect::Hang).account(ANA));
    let hanging = world.list("");
    let beside = async {
        while world.sandbox.google.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        world.page("").await
    };
    tokio::pin!(hanging);
    tokio::select! {
        _ = &mut hanging => panic!("it answered"),
        _ = beside => {}
    }
    assert_eq!(world.sandbox.google.max_concurrency(ANA), 2);
}

#[tokio::test]
async fn a_redirect_names_the_other_host() {
    let world = world().await;
    world.sandbox.google.inject(Fault::new(Effect::Redirect(
        "http://127.0.0.1:9/elsewhere".to_owned(),
    )));
    let response = world
        .request(Method::GET, "calendars/primary/events")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (
            response.status().as_u16(),
            response.headers()["location"].to_str().unwrap()
        ),
        (302, "http://127.0.0.1:9/elsewhere")
    );
}

#[tokio::test]
async fn somebody_may_edit_between_two_pages() {
    let world = world().await;
    world.put_many(3);
    let fault = Fault::meanwhile(|google| {
        google.put_event(ANA, meeting("late"));
    });
    world
        .sandbox
        .google
        .inject(fault.on(Kind::EventsList).page(2));
    let first = world.page("maxResults=2").await;
    assert_eq!(world.sandbox.google.events(ANA).len(), 3);
    world
        .page(&format!(
            "maxResults=2&pageToken={}",
            first["nextPageToken"].as_str().unwrap()
        ))
        .await;
    assert_eq!(world.sandbox.google.events(ANA).len(), 4);
}
