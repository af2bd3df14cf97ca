//! Subscriptions: what is asked for, what an answer grants, and how they end.

use serde_json::{Value, json as object};

use super::*;
use crate::model::id::WatchId;
use crate::model::watch::WatchGrant;
use crate::provider::{ListedWatch, WatchRequest};

const NOW: &str = "2026-03-02T08:00:00Z";
const LONG: &str = "2026-03-09T07:00:00Z";
/// 4,230 minutes after now, less an hour.
const SHORT: &str = "2026-03-05T05:30:00Z";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn asking() -> WatchRequest {
    WatchRequest {
        calendar: ExternalId::new("AAMk/a+b=_-"),
        watch: WatchId::new("user_u-7_0123456789abcdef01"),
        signature: "s1gnature".into(),
        address: "https://hooks.example/graph/notify".parse().unwrap(),
        lifecycle_address: "https://hooks.example/graph/lifecycle".parse().unwrap(),
        now: at(NOW),
        until: at(LONG),
    }
}

fn granted(until: &str) -> WatchGrant {
    WatchGrant {
        external_id: "7f105c7d/2dc5".to_owned(),
        resource_id: None,
        until: at(until),
    }
}

async fn watch(server: &Server) -> Result<WatchGrant> {
    microsoft(server).watch(&session(), &asking()).await
}

async fn extend(server: &Server, until: &str) -> Result<Option<WatchGrant>> {
    let (now, until, watch) = (at(NOW), at(until), granted(NOW));
    microsoft(server)
        .extend_watch(&session(), &watch, now, until)
        .await
}

async fn stop(server: &Server) -> Result<()> {
    microsoft(server)
        .stop_watch(&session(), &granted(LONG))
        .await
}

/// The JSON document of a request.
fn document(request: &str) -> Value {
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}

fn subscription(status: u16, until: &str) -> Vec<u8> {
    let body = object!({ "id": "7f105c7d/2dc5", "applicationId": null, "clientState": null,
        "resource": "me/calendars/AAMk%2Fa+b=_-/events", "expirationDateTime": until });
    json(status, &body.to_string())
}

fn refusal(status: u16, code: &str, message: &str) -> Vec<u8> {
    let body = object!({ "error": { "code": code, "message": message } });
    json(status, &body.to_string())
}

#[tokio::test]
async fn a_subscription_is_asked_for_whole_and_its_end_is_the_answers() {
    let server = Server::start([subscription(201, "2026-03-08T00:00:00.0000000Z")]);
    let grant = watch(&server).await.unwrap();
    assert_eq!(grant, granted("2026-03-08T00:00:00Z"));
    let request = &server.requests()[0];
    assert!(request.starts_with("POST /v1.0/subscriptions HTTP"));
    assert!(request.contains("prefer: IdType=\"ImmutableId\"\r\n"));
    let expected = object!({
        "changeType": "created,updated,deleted",
        "notificationUrl": "https://hooks.example/graph/notify",
        "lifecycleNotificationUrl": "https://hooks.example/graph/lifecycle",
        "resource": "me/calendars/AAMk%2Fa+b=_-/events",
        "expirationDateTime": LONG,
        "clientState": "user_u-7_0123456789abcdef01.s1gnature",
        "latestSupportedTlsVersion": "v1_2",
    });
    assert_eq!(document(request), expected);
}

#[tokio::test]
async fn where_the_longest_life_is_refused_a_shorter_one_is_asked_for_once() {
    let long = "Subscription expiration can only be 4230 minutes in the future.";
    for code in ["ExtensionError", "InvalidRequest", "ValidationError", ""] {
        let refused = refusal(400, code, long);
        let server = Server::start([refused.clone(), subscription(201, SHORT)]);
        assert_eq!(watch(&server).await.unwrap(), granted(SHORT));
        let lives: Vec<_> = server.requests().iter().map(|r| document(r)).collect();
        assert_eq!(lives[0]["expirationDateTime"], LONG);
        assert_eq!(lives[1]["expirationDateTime"], SHORT);
        let server = Server::start([refused, subscription(200, SHORT)]);
        let extended = extend(&server, LONG).await.unwrap();
        assert_eq!(extended, Some(granted(SHORT)));
    }
    let server = Server::start([refusal(400, "InvalidRequest", long)]);
    let error = extend(&server, SHORT).await.unwrap_err();
    assert!(matches!(error, ProviderError::Invalid { .. }));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_calendar_that_is_refused_at_any_length_cannot_be_watched() {
    let refused = || refusal(400, "BadRequest", "Resource is not supported.");
    let server = Server::start([refused(), refused()]);
    let error = watch(&server).await.unwrap_err();
    assert!(matches!(error, ProviderError::Unwatchable { reason } if reason == "BadRequest"));
    for code in ["ExtensionError", "Authorization_RequestDenied"] {
        let server = Server::start([refusal(403, code, "")]);
        let error = watch(&server).await.unwrap_err();
        assert!(matches!(error, ProviderError::Unwatchable { .. }));
    }
}

#[tokio::test]
async fn a_failed_handshake_is_the_addresss_fault() {
    let failed = "Subscription validation request failed.";
    let server = Server::start([refusal(400, "InvalidRequest", failed)]);
    let error = watch(&server).await.unwrap_err();
    assert!(matches!(error, ProviderError::AddressRefused { .. }));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_subscription_that_is_there_already_is_a_conflict() {
    let exists = "Subscription Id x already exists for the requested combination";
    let server = Server::start([refusal(409, "ExtensionError", exists)]);
    let error = watch(&server).await.unwrap_err();
    assert!(matches!(error, ProviderError::Conflict { .. }));
}

#[tokio::test]
async fn a_subscription_is_asked_for_once() {
    let throttled = refusal(429, "ApplicationThrottled", "");
    for failure in [json(503, ""), throttled, Vec::new()] {
        let server = Server::start([failure, subscription(201, LONG)]);
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
async fn an_answer_without_an_id_is_not_understood() {
    for body in ["", "{}", r#"{"id":""}"#, r#"{"value":[]}"#] {
        let server = Server::start([json(201, body)]);
        let error = watch(&server).await.unwrap_err();
        assert!(matches!(error, ProviderError::Protocol { .. }), "{body}");
    }
}

#[tokio::test]
async fn a_subscription_is_extended_in_its_place() {
    let server = Server::start([json(503, ""), subscription(200, LONG)]);
    assert_eq!(extend(&server, LONG).await.unwrap(), Some(granted(LONG)));
    let request = &server.requests()[1];
    assert!(request.starts_with("PATCH /v1.0/subscriptions/7f105c7d%2F2dc5 HTTP"));
    assert_eq!(document(request), object!({ "expirationDateTime": LONG }));
}

#[tokio::test]
async fn a_subscription_that_is_gone_is_not_found_on_extension() {
    for code in ["ResourceNotFound", "ExtensionError"] {
        let server = Server::start([refusal(404, code, "")]);
        let error = extend(&server, LONG).await.unwrap_err();
        assert!(matches!(error, ProviderError::NotFound), "{error:?}");
    }
}

#[tokio::test]
async fn a_subscription_is_ended_once_and_for_all() {
    let gone = refusal(404, "ResourceNotFound", "");
    for ended in [answer(204, "", ""), gone, json(410, "")] {
        let server = Server::start([json(503, ""), ended]);
        stop(&server).await.unwrap();
        let request = &server.requests()[1];
        assert!(request.starts_with("DELETE /v1.0/subscriptions/7f105c7d%2F2dc5 HTTP"));
    }
    let server = Server::start([json(404, "<html>")]);
    assert!(stop(&server).await.is_err());
}

#[tokio::test]
async fn all_subscriptions_are_listed_with_calendar_and_address() {
    let server = Server::linked(|base| {
        let first = object!({
            "value": [
                { "id": "a", "resource": "me/calendars/AAMk%2Fa+b=_-/events",
                  "notificationUrl": "https://hooks.example/n", "expirationDateTime": LONG },
                { "resource": "me/events" }, null, { "id": "" },
            ],
            "@odata.nextLink": format!("{base}/v1.0/subscriptions?$skiptoken=1"),
        });
        let last = object!({ "value": [{ "id": "b", "resource": "me/events",
            "notificationUrl": null, "expirationDateTime": null }] });
        vec![json(200, &first.to_string()), json(200, &last.to_string())]
    });
    let watches = microsoft(&server).watches(&session()).await.unwrap();
    let listed = |id: &str, calendar: Option<&str>, address: &str, until| ListedWatch {
        grant: WatchGrant {
            external_id: id.to_owned(),
            ..granted(until)
        },
        calendar: calendar.map(ExternalId::new),
        address: address.to_owned(),
    };
    let expected = [
        listed("a", Some("AAMk/a+b=_-"), "https://hooks.example/n", LONG),
        listed("b", None, "", "1970-01-01T00:00:00Z"),
    ];
    assert_eq!(watches, expected);
    let paths = ["/v1.0/subscriptions", "/v1.0/subscriptions?$skiptoken=1"];
    assert_eq!(asked(&server), paths);
}
