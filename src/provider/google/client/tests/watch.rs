//! Channels: what is asked for, what an answer grants, and how they end.

use chrono::{DateTime, Utc};
use serde_json::json as object;

use super::*;
use crate::model::id::WatchId;
use crate::model::watch::WatchGrant;
use crate::provider::WatchRequest;
use crate::provider::http::scripted::answer;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn asking() -> WatchRequest {
    WatchRequest {
        calendar: ExternalId::new("de.german#holiday@group.v.calendar.google.com"),
        watch: WatchId::new("user_u-7_0123456789abcdef01"),
        signature: "s1gnature".into(),
        address: "https://hooks.example/webhooks/google/calendar"
            .parse()
            .unwrap(),
        lifecycle_address: "https://hooks.example/unused".parse().unwrap(),
        now: at("2026-03-02T08:00:00Z"),
        until: at("2026-03-09T07:00:00Z"),
    }
}

fn granted() -> WatchGrant {
    WatchGrant {
        external_id: "user_u-7_0123456789abcdef01".to_owned(),
        resource_id: Some("o3hgv1538example".to_owned()),
        until: at("2026-03-09T07:00:00Z"),
    }
}

async fn watch(server: &Server) -> Result<WatchGrant> {
    let (providers, session) = google(server);
    let google = providers.of(ProviderKind::Google);
    google.watch(&session, &asking()).await
}

async fn stop(server: &Server) -> Result<()> {
    let (providers, session) = google(server);
    let google = providers.of(ProviderKind::Google);
    google.stop_watch(&session, &granted()).await
}

#[tokio::test]
async fn a_watch_is_asked_for_with_the_kinds_of_events_that_are_listed() {
    let body = r#"{"kind":"api#channel","id":"user_u-7_0123456789abcdef01",
        "resourceId":"o3hgv1538example","resourceUri":"https://x","token":"s1gnature",
        "expiration":"1773039600000"}"#;
    let page = r#"{"kind":"calendar#events","nextSyncToken":"s"}"#;
    let server = Server::start([json(200, body), json(200, page)]);
    assert_eq!(watch(&server).await.unwrap(), granted());
    changes(&server, &request(None, None)).await.unwrap();
    let [watched, listed] = <[String; 2]>::try_from(server.requests()).unwrap();
    let (path, query) = asked(&watched);
    assert!(watched.starts_with("POST "));
    let encoded = "/calendar/v3/calendars/de.german%23holiday@group.v.calendar.google.com/events";
    assert_eq!(path, format!("{encoded}/watch"));
    let mut kinds = asked(&listed).1;
    kinds.retain(|(name, _)| name == "eventTypes");
    assert_eq!(query, kinds);
    let expected = object!({
        "id": "user_u-7_0123456789abcdef01",
        "type": "web_hook",
        "address": "https://hooks.example/webhooks/google/calendar",
        "token": "s1gnature",
        "expiration": "1773039600000",
    });
    assert_eq!(document(&watched), expected);
}

#[tokio::test]
async fn the_end_is_the_answers_if_it_says_one() {
    for (expiration, until) in [
        (r#""1772524800000""#, "2026-03-03T08:00:00Z"),
        ("1772524800000", "2026-03-03T08:00:00Z"),
        ("null", "2026-03-09T07:00:00Z"),
        (r#""soon""#, "2026-03-09T07:00:00Z"),
        ("9223372036854775807", "2026-03-09T07:00:00Z"),
    ] {
        let body = format!(r#"{{"resourceId":"r","expiration":{expiration}}}"#);
        let server = Server::start([json(200, &body)]);
        assert_eq!(watch(&server).await.unwrap().until, at(until), "{body}");
    }
}

#[tokio::test]
async fn a_watch_is_asked_for_once() {
    for failure in [json(503, ""), refusal(429, "rateLimitExceeded"), Vec::new()] {
        let server = Server::start([failure, json(200, "{}")]);
        let error = watch(&server).await.unwrap_err();
        let passes = matches!(
            error,
            ProviderError::Unavailable { .. } | ProviderError::RateLimited { .. }
        );
        assert!(passes, "{error:?}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_refused_address_is_no_refused_token() {
    for status in [400, 401] {
        let server = Server::start([refusal(status, "push.webhookUrlUnauthorized")]);
        let error = watch(&server).await.unwrap_err();
        assert!(matches!(error, ProviderError::AddressRefused { .. }));
        assert_eq!(server.requests().len(), 1);
    }
    let granted = json(200, r#"{"resourceId":"r"}"#);
    let server = Server::start([refusal(401, "authError"), granted]);
    watch(&server).await.unwrap();
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_watch_that_is_refused_says_why() {
    for (status, reason, expected) in [
        (400, "pushNotSupportedForRequestedResource", "Unwatchable"),
        (400, "push.webhookUrlNotHttps", "AddressRefused"),
        (400, "channelIdNotUnique", "Conflict"),
        (403, "forbidden", "Forbidden"),
        (404, "notFound", "NotFound"),
    ] {
        let server = Server::start([refusal(status, reason)]);
        let error = format!("{:?}", watch(&server).await.unwrap_err());
        assert!(error.starts_with(expected), "{reason}: {error}");
    }
}

#[tokio::test]
async fn an_answer_that_is_no_channel_is_not_understood() {
    for body in ["", "<html>", "[]", "{}", r#"{"resourceId":7}"#] {
        let server = Server::start([json(200, body)]);
        let error = watch(&server).await.unwrap_err();
        assert!(matches!(error, ProviderError::Protocol { .. }), "{body}");
    }
}

#[tokio::test]
async fn a_watch_is_stopped_by_both_its_ids() {
    for stopped in [
        json(200, "{}"),
        answer(204, "", ""),
        refusal(404, "notFound"),
    ] {
        let server = Server::start([json(503, ""), stopped]);
        stop(&server).await.unwrap();
        let requests = server.requests();
        assert!(requests[1].starts_with("POST /calendar/v3/channels/stop HTTP"));
        let expected =
            object!({ "id": "user_u-7_0123456789abcdef01", "resourceId": "o3hgv1538example" });
        assert_eq!(document(&requests[1]), expected);
    }
    let server = Server::start([refusal(403, "forbidden")]);
    let error = stop(&server).await.unwrap_err();
    assert!(matches!(error, ProviderError::Forbidden { .. }));
}

#[tokio::test]
async fn a_watch_is_replaced_rather_than_extended_and_none_is_listed() {
    let server = Server::start([]);
    let (providers, session) = google(&server);
    let google = providers.of(ProviderKind::Google);
    let (now, until) = (at("2026-03-08T08:00:00Z"), at("2026-03-15T07:00:00Z"));
    let extended = google.extend_watch(&session, &granted(), now, until).await;
    assert_eq!(extended.unwrap(), None);
    assert_eq!(google.watches(&session).await.unwrap(), []);
    assert_eq!(session.requests(), 0);
}
