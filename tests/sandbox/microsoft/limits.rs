//! Limits, injected faults, the log.

use calsync::sandbox::microsoft::{ApiError, Budget, Effect, Fault, Kind};
use chrono::TimeDelta;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use super::support::{ADA, ALL, WINDOW, code, meeting, values, world};

#[tokio::test]
async fn the_fifth_request_at_once_is_refused() {
    let world = world().await;
    let microsoft = &world.sandbox.microsoft;
    microsoft.inject(Fault::new(Effect::Hang).times(4));
    let hanging = join_all((0..4).map(|_| world.get("me/calendars")));
    let beside = async {
        while microsoft.requests().len() < 4 {
            tokio::task::yield_now().await;
        }
        world
            .request(Method::GET, "me/calendars")
            .send()
            .await
            .unwrap()
    };
    tokio::pin!(hanging);
    let refused = tokio::select! {
        _ = &mut hanging => panic!("they answered"),
        refused = beside => refused,
    };
    assert_eq!(
        (
            refused.status().as_u16(),
            refused.headers()["retry-after"].to_str().unwrap()
        ),
        (429, "1")
    );
    assert_eq!(code(&refused.json().await.unwrap()), "ApplicationThrottled");
    assert_eq!(microsoft.max_concurrency(ADA), 5);
}

#[tokio::test]
async fn a_spent_budget_comes_back_after_ten_minutes() {
    let world = world().await;
    world.sandbox.microsoft.budget(Some(Budget {
        per_ten_minutes: 2,
        retry_after: Some(60),
    }));
    for expected in [200, 200, 429] {
        assert_eq!(world.get("me").await.0, expected);
    }
    world.sandbox.clock.advance(TimeDelta::minutes(10));
    assert_eq!(world.get("me").await.0, 200);
}

#[tokio::test]
async fn outages_come_with_and_without_a_hint() {
    let world = world().await;
    let microsoft = &world.sandbox.microsoft;
    microsoft.inject(Fault::refuse(&ApiError::unavailable(Some(30))));
    let response = world.request(Method::GET, "me").send().await.unwrap();
    assert_eq!(
        (
            response.status().as_u16(),
            response.headers()["retry-after"].to_str().unwrap()
        ),
        (503, "30")
    );
    microsoft.inject(Fault::refuse(&ApiError::unavailable(None)));
    let response = world.request(Method::GET, "me").send().await.unwrap();
    assert!(response.headers().get("retry-after").is_none());
    microsoft.inject(Fault::bad_gateway());
    let response = world.request(Method::GET, "me").send().await.unwrap();
    assert_eq!(response.status(), 502);
    assert!(response.json::<serde_json::Value>().await.is_err());
}

#[tokio::test]
async fn a_fault_hits_the_page_it_names_once() {
    let world = world().await;
    for day in 1..=15 {
        world.put(meeting("x", day));
    }
    let lost = ApiError::new(410, "SyncStateNotFound", "gone");
    let fault = Fault::refuse(&lost)
        .on(Kind::Delta)
        .page(2)
        .calendar(&world.calendar);
    world.sandbox.microsoft.inject(fault);
    let first = world.good(&format!("me/calendarView/delta?{WINDOW}")).await;
    let link = first["@odata.nextLink"].as_str().unwrap();
    assert_eq!(world.get(link).await.0, 410);
    assert_eq!(world.get(link).await.0, 200);
}

#[tokio::test]
async fn links_can_lead_astray() {
    let world = world().await;
    world.put(meeting("x", 2));
    let microsoft = &world.sandbox.microsoft;
    let path = format!("me/calendarView/delta?{WINDOW}");
    microsoft.inject(Fault::new(Effect::EmptyList));
    let empty = world.good(&path).await;
    assert!(values(&empty).is_empty() && empty["@odata.deltaLink"].is_string());
    microsoft.inject(Fault::new(Effect::NoSyncToken));
    let bare = world.good(&path).await;
    assert!(bare.get("@odata.deltaLink").is_none() && bare.get("@odata.nextLink").is_none());
    microsoft.inject(Fault::new(Effect::ForeignLinks(
        "https://evil.example".to_owned(),
    )));
    let foreign = world.good(&path).await;
    assert!(
        foreign["@odata.deltaLink"]
            .as_str()
            .unwrap()
            .starts_with("https://evil.example/v1.0/me/")
    );
    microsoft.inject(Fault::new(Effect::RepeatPage).always());
    let page = world.good(&path).await;
    let link = page["@odata.nextLink"].as_str().unwrap();
    assert_eq!(world.good(link).await["@odata.nextLink"], link);
}

#[tokio::test]
async fn a_lost_answer_leaves_the_event_behind() {
    let world = world().await;
    for (effect, expected) in [(Effect::DropBefore, 0), (Effect::DropAfter, 1)] {
        world
            .sandbox
            .microsoft
            .inject(Fault::new(effect).on_writes());
        let create = world
            .request(Method::POST, "me/events")
            .json(&meeting("x", 2));
        assert!(create.send().await.is_err());
        assert_eq!(
            world.sandbox.microsoft.events(&world.calendar).len(),
            expected
        );
    }
}

#[tokio::test]
async fn somebody_may_edit_between_two_pages() {
    let world = world().await;
    for day in 1..=11 {
        world.put(meeting("x", day));
    }
    let calendar = world.calendar.clone();
    let fault = Fault::meanwhile(move |microsoft| {
        microsoft.put_event(&calendar, meeting("late", 20));
    });
    world
        .sandbox
        .microsoft
        .inject(fault.on(Kind::Delta).page(2));
    let round = world.first_round().await;
    assert_eq!(round.items.len(), 11);
    let next = world.round(&round.link).await;
    assert_eq!(next.items[0]["subject"], "late");
}

#[tokio::test]
async fn the_log_keeps_what_was_asked() {
    let world = world().await;
    let id = world.put(meeting("x", 2));
    let patch = world.request(Method::PATCH, &format!("me/events/{id}"));
    let patch = patch
        .header("if-match", "*")
        .json(&json!({ "subject": "y" }));
    patch.send().await.unwrap();
    let last = world.sandbox.microsoft.requests().pop().unwrap();
    assert_eq!(
        (last.kind, last.status, last.account.as_deref()),
        (Kind::EventsUpdate, Some(200), Some(ADA))
    );
    assert_eq!(
        (last.prefer.as_deref(), last.if_match.as_deref()),
        (Some(ALL), Some("*"))
    );
    assert!(last.prefers("IdType=\"ImmutableId\"") && last.path == format!("/v1.0/me/events/{id}"));
    assert_eq!(last.body, json!({ "subject": "y" }));
}

#[tokio::test]
async fn what_is_not_modelled_says_so() {
    let world = world().await;
    for path in ["$batch", "me/events/x/extensions"] {
        let (status, _) = crate::sandbox::support::answer(world.request(Method::POST, path)).await;
        assert_eq!(status, 501);
    }
}
