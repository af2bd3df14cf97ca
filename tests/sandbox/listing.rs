//! `events.list`: pages, filters, partial answers.

use axum::http::header;
use calsync::sandbox::google::{AccessRole, CalendarSpec};
use reqwest::Method;
use serde_json::json;

use super::support::{ANA, items, meeting, reason, weekly, world};

#[tokio::test]
async fn only_the_last_page_has_a_sync_token() {
    let world = world().await;
    world.put_many(5);
    let first = world.page("maxResults=2").await;
    let second = world
        .page(&format!(
            "maxResults=2&pageToken={}",
            first["nextPageToken"].as_str().unwrap()
        ))
        .await;
    let third = world
        .page(&format!(
            "maxResults=2&pageToken={}",
            second["nextPageToken"].as_str().unwrap()
        ))
        .await;
    assert_eq!(
        [
            items(&first).len(),
            items(&second).len(),
            items(&third).len()
        ],
        [2, 2, 1]
    );
    assert!(first.get("nextSyncToken").is_none() && second.get("nextSyncToken").is_none());
    assert!(third.get("nextPageToken").is_none() && third["nextSyncToken"].is_string());
}

#[tokio::test]
async fn a_page_token_with_other_parameters_is_refused() {
    let world = world().await;
    world.put_many(3);
    let first = world.page("maxResults=2").await;
    let token = first["nextPageToken"].as_str().unwrap();
    let (status, body) = world.list(&format!("maxResults=1&pageToken={token}")).await;
    assert_eq!((status.as_u16(), reason(&body)), (400, "invalid"));
}

#[tokio::test]
async fn an_empty_page_may_have_a_successor() {
    let world = world().await;
    world.put_many(3);
    world.sandbox.google.behave(|how| how.empty_every = Some(2));
    let first = world.page("maxResults=2").await;
    let second = world
        .page(&format!(
            "maxResults=2&pageToken={}",
            first["nextPageToken"].as_str().unwrap()
        ))
        .await;
    assert!(items(&second).is_empty());
    let third = world
        .page(&format!(
            "maxResults=2&pageToken={}",
            second["nextPageToken"].as_str().unwrap()
        ))
        .await;
    assert_eq!(items(&third).len(), 1);
}

#[tokio::test]
async fn deleted_events_are_listed_only_when_asked_for() {
    let world = world().await;
    let ids = world.put_many(2);
    world.sandbox.google.delete_event(ANA, &ids[0]);
    assert_eq!(items(&world.page("").await).len(), 1);
    assert_eq!(items(&world.page("showDeleted=true").await).len(), 2);
}

#[tokio::test]
async fn a_cancelled_occurrence_is_listed_sparsely() {
    let world = world().await;
    let series = world.sandbox.google.put_event(ANA, weekly("review"));
    let id = world
        .sandbox
        .google
        .cancel_occurrence(ANA, &series, "2026-03-09T09:00:00")
        .unwrap();
    let page = world.page("").await;
    let cancelled = items(&page).iter().find(|item| item["id"] == *id).unwrap();
    let names: Vec<_> = cancelled.as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        names,
        [
            "etag",
            "id",
            "kind",
            "originalStartTime",
            "recurringEventId",
            "status"
        ]
    );
    assert_eq!(
        cancelled["originalStartTime"]["dateTime"],
        "2026-03-09T09:00:00+01:00"
    );
}

#[tokio::test]
async fn fields_cut_everything_else_away_even_the_sync_token() {
    let world = world().await;
    world.put_many(1);
    let page = world.page("fields=items(id,start/dateTime)").await;
    assert_eq!(page.as_object().unwrap().len(), 1);
    assert_eq!(
        items(&page)[0]["start"],
        json!({ "dateTime": "2026-03-02T09:00:00+01:00" })
    );
    assert!(world.page("fields=nextSyncToken").await["nextSyncToken"].is_string());
    assert_eq!(world.list("fields=nextSyncTokens").await.0, 400);
}

#[tokio::test]
async fn an_event_without_a_value_has_no_member_for_it() {
    let world = world().await;
    let mut event = meeting("x");
    event["summary"] = json!(null);
    event["location"] = json!("");
    event["transparency"] = json!("opaque");
    world.sandbox.google.put_event(ANA, event);
    let page = world.page("").await;
    for name in ["summary", "location", "transparency", "attendees"] {
        assert!(items(&page)[0].get(name).is_none(), "{name}");
    }
}

#[tokio::test]
async fn an_event_type_filter_keeps_only_those_types() {
    let world = world().await;
    let mut focus = meeting("focus");
    focus["eventType"] = json!("focusTime");
    world.sandbox.google.put_event(ANA, focus);
    world.put_many(1);
    assert_eq!(
        items(&world.page("eventTypes=default&eventTypes=birthday").await).len(),
        1
    );
    assert_eq!(
        items(&world.page("eventTypes=default&eventTypes=focusTime").await).len(),
        2
    );
}

#[tokio::test]
async fn single_events_are_expanded_without_their_series() {
    let world = world().await;
    let series = world.sandbox.google.put_event(ANA, weekly("review"));
    world
        .sandbox
        .google
        .cancel_occurrence(ANA, &series, "2026-03-09T09:00:00");
    let page = world.page("singleEvents=true&timeMin=2026-03-01T00:00:00Z&timeMax=2026-04-07T00:00:00Z&orderBy=startTime").await;
    let starts: Vec<_> = items(&page)
        .iter()
        .map(|item| item["start"]["dateTime"].as_str().unwrap()[..16].to_owned())
        .collect();
    assert_eq!(
        starts,
        [
            "2026-03-02T09:00",
            "2026-03-16T09:00",
            "2026-03-23T09:00",
            "2026-03-30T09:00",
            "2026-04-06T09:00"
        ]
    );
}

#[tokio::test]
async fn an_unchanged_list_or_event_is_not_sent_again() {
    let world = world().await;
    let id = world.put_many(1).remove(0);
    for path in [
        "calendars/primary/events".to_owned(),
        format!("calendars/primary/events/{id}"),
    ] {
        let etag = world.get(&path).await.1["etag"]
            .as_str()
            .unwrap()
            .to_owned();
        let again = world
            .request(Method::GET, &path)
            .header(header::IF_NONE_MATCH, etag)
            .send()
            .await
            .unwrap();
        assert_eq!(again.status(), 304, "{path}");
    }
}

#[tokio::test]
async fn gzip_needs_both_headers() {
    let world = world().await;
    world.put_many(20);
    for (agent, expected) in [("calsync/0.1 (gzip)", true), ("calsync/0.1", false)] {
        let request = world
            .request(Method::GET, "calendars/primary/events")
            .header(header::USER_AGENT, agent);
        let response = request
            .header(header::ACCEPT_ENCODING, "gzip")
            .send()
            .await
            .unwrap();
        assert_eq!(
            response.headers().contains_key(header::CONTENT_ENCODING),
            expected
        );
        assert_eq!(
            world.sandbox.google.requests().last().unwrap().gzip,
            expected
        );
    }
}

#[tokio::test]
async fn a_calendar_with_a_hash_in_its_id_is_found_percent_encoded() {
    let world = world().await;
    let spec = CalendarSpec::named("Holidays", "UTC")
        .role(AccessRole::Reader)
        .id("en.ch#holiday@group.v.calendar.google.com");
    world.sandbox.google.add_calendar(ANA, spec);
    let (status, page) = world
        .get("calendars/en.ch%23holiday%40group.v.calendar.google.com/events")
        .await;
    assert_eq!(
        (status.as_u16(), &page["accessRole"]),
        (200, &json!("reader"))
    );
}

#[tokio::test]
async fn a_calendar_list_forbids_a_role_with_a_token() {
    let world = world().await;
    let work = world
        .sandbox
        .google
        .add_calendar(ANA, CalendarSpec::named("Work", "Europe/Zurich"));
    let (_, list) = world.get("users/me/calendarList").await;
    assert_eq!(items(&list).len(), 2);
    let token = list["nextSyncToken"].as_str().unwrap();
    world.sandbox.google.unshare(ANA, &work);
    let (_, delta) = world
        .get(&format!("users/me/calendarList?syncToken={token}"))
        .await;
    assert_eq!(
        (items(&delta).len(), &items(&delta)[0]["deleted"]),
        (1, &json!(true))
    );
    let (status, _) = world
        .get(&format!(
            "users/me/calendarList?syncToken={token}&minAccessRole=owner"
        ))
        .await;
    assert_eq!(status, 400);
    assert_eq!(world.get(&format!("calendars/{work}/events")).await.0, 404);
}
