//! `events.watch`: what is refused, what is agreed on.

use calsync::sandbox::google::{AccessRole, CalendarSpec};
use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::channels::{ADDRESS, opened, post, wanted, watch, watched};
use super::support::{ANA, now, reason};

fn with(name: &str, value: Value) -> Value {
    let mut channel = wanted("c-1");
    channel[name] = value;
    channel
}

/// The moment at which the channel of an answer ends.
fn lifetime(channel: &Value) -> TimeDelta {
    let millis: i64 = channel["expiration"].as_str().unwrap().parse().unwrap();
    TimeDelta::milliseconds(millis - now().timestamp_millis())
}

#[tokio::test]
async fn a_channel_is_confirmed_with_what_it_watches() {
    let world = watched().await;
    let channel = opened(&world, "c-1").await;
    let uri = format!(
        "{}calendars/ana%40example.com/events?alt=json",
        world.sandbox.google.api_url()
    );
    let expires = (now() + TimeDelta::days(7)).timestamp_millis().to_string();
    assert_eq!(
        channel,
        json!({ "kind": "api#channel", "id": "c-1", "token": "secret", "resourceUri": uri,
            "resourceId": channel["resourceId"], "expiration": expires })
    );
    assert!(!channel["resourceId"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn channels_of_a_calendar_share_its_resource_id() {
    let world = watched().await;
    let google = &world.sandbox.google;
    let work = google.add_calendar(ANA, CalendarSpec::named("Work", "UTC"));
    let first = opened(&world, "c-1").await["resourceId"].clone();
    assert_eq!(opened(&world, "c-2").await["resourceId"], first);
    let path = format!("calendars/{work}/events/watch");
    let (_, other) = post(&world, &path, &wanted("c-3")).await;
    assert_ne!(other["resourceId"], first);
    let open = google.channels(ANA);
    let ids: Vec<&str> = open.iter().map(|channel| channel.id.as_str()).collect();
    assert_eq!(ids, ["c-1", "c-2"]);
    assert_eq!(open[0].resource_id, first);
}

#[tokio::test]
async fn a_channel_that_breaks_a_rule_is_refused() {
    let world = watched().await;
    let past = now().timestamp_millis() - 1;
    let cases = [
        (with("id", Value::Null), "required"),
        (with("id", json!("")), "required"),
        (with("id", json!("x".repeat(65))), "invalid"),
        (with("id", json!("c 1")), "invalid"),
        (with("id", json!("user:1")), "invalid"),
        (with("id", json!("é")), "invalid"),
        (with("id", json!(1)), "invalid"),
        (with("type", Value::Null), "required"),
        (with("type", json!("web-hook")), "invalid"),
        (with("address", Value::Null), "required"),
        (with("address", json!("not a URL")), "invalid"),
        (
            with("address", json!("http://calsync.example/google")),
            "push.webhookUrlNotHttps",
        ),
        (with("token", json!("x".repeat(257))), "invalid"),
        (with("token", json!("a\nb")), "invalid"),
        (with("token", json!(5)), "invalid"),
        (with("expiration", json!("soon")), "invalid"),
        (with("expiration", json!("2026-03-08T12:00:00Z")), "invalid"),
        (with("expiration", json!(past)), "invalid"),
        (with("params", json!({ "ttl": 3600 })), "invalid"),
        (with("params", json!({ "ttl": "0" })), "invalid"),
        (with("params", json!({ "ttl": "7d" })), "invalid"),
        (with("adress", json!(ADDRESS)), "invalid"),
    ];
    for (channel, expected) in cases {
        let (status, body) = watch(&world, &channel).await;
        assert_eq!(
            (status.as_u16(), reason(&body)),
            (400, expected),
            "{channel}"
        );
    }
    assert!(world.sandbox.google.channels(ANA).is_empty());
    assert!(world.sandbox.google.sent().is_empty());
}

#[tokio::test]
async fn every_character_that_is_allowed_in_an_id_is_taken() {
    let world = watched().await;
    let all = format!("{}-_+/=", "aZ9".repeat(19));
    assert_eq!(all.len(), 62);
    opened(&world, &all).await;
    let (status, _) = watch(&world, &with("type", json!("webhook"))).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_channel_lives_as_long_as_the_stricter_wish_and_no_longer_than_the_cap() {
    let world = watched().await;
    let at = |days: i64| (now() + TimeDelta::days(days)).timestamp_millis();
    let day = 86_400;
    let cases = [
        (json!({}), 7),
        (json!({ "expiration": at(9) }), 9),
        (json!({ "expiration": at(9).to_string() }), 9),
        (json!({ "params": { "ttl": (3 * day).to_string() } }), 3),
        (
            json!({ "expiration": at(9), "params": { "ttl": (3 * day).to_string() } }),
            3,
        ),
        (
            json!({ "expiration": at(2), "params": { "ttl": (3 * day).to_string() } }),
            2,
        ),
        (json!({ "expiration": at(90) }), 30),
        (json!({ "params": { "ttl": (90 * day).to_string() } }), 30),
    ];
    for (number, (wish, days)) in cases.into_iter().enumerate() {
        let mut channel = wanted(&format!("c-{number}"));
        for (name, value) in wish.as_object().unwrap() {
            channel[name] = value.clone();
        }
        let (_, channel) = watch(&world, &channel).await;
        assert_eq!(lifetime(&channel), TimeDelta::days(days), "{wish}");
    }
    let google = &world.sandbox.google;
    google.behave(|how| how.longest_channel_days = 7);
    let mut channel = with("expiration", json!(at(90)));
    channel["id"] = json!("c-capped");
    let (_, channel) = watch(&world, &channel).await;
    assert_eq!(lifetime(&channel), TimeDelta::days(7));
}

#[tokio::test]
async fn only_the_filter_by_type_may_narrow_a_channel() {
    let world = watched().await;
    let path = |query: &str| format!("calendars/primary/events/watch?{query}");
    for query in [
        "singleEvents=true",
        "timeMin=2026-03-01T00:00:00Z",
        "syncToken=x",
        "q=x",
        "eventTypes=meeting",
    ] {
        let (status, body) = post(&world, &path(query), &wanted("c-1")).await;
        assert_eq!(
            (status.as_u16(), reason(&body)),
            (400, "invalid"),
            "{query}"
        );
    }
    let query = path("eventTypes=default&eventTypes=focusTime&fields=id&prettyPrint=false");
    let (status, channel) = post(&world, &query, &wanted("c-1")).await;
    assert_eq!((status, channel), (StatusCode::OK, json!({ "id": "c-1" })));
}

#[tokio::test]
async fn a_calendar_that_cannot_be_watched_or_seen_says_so() {
    let world = watched().await;
    let google = &world.sandbox.google;
    let spec = CalendarSpec::named("Holidays", "UTC").role(AccessRole::Reader);
    let holidays = google.add_calendar(ANA, spec);
    google.set_watchable(&holidays, false);
    let path = format!("calendars/{holidays}/events/watch");
    let (status, body) = post(&world, &path, &wanted("c-1")).await;
    assert_eq!(
        (status.as_u16(), reason(&body)),
        (400, "pushNotSupportedForRequestedResource")
    );
    assert_eq!(body["error"]["errors"][0]["domain"], "calendar");
    google.unshare(ANA, &holidays);
    let (status, body) = post(&world, &path, &wanted("c-1")).await;
    assert_eq!((status.as_u16(), reason(&body)), (404, "notFound"));
}

#[tokio::test]
async fn an_address_can_be_refused() {
    let world = watched().await;
    for refused in [401, 400] {
        let google = &world.sandbox.google;
        google.behave(|how| how.refuse_addresses = Some(refused));
        let (status, body) = watch(&world, &wanted("c-1")).await;
        let expected = (refused, "push.webhookUrlUnauthorized");
        assert_eq!((status.as_u16(), reason(&body)), expected);
    }
}
