//! Events of tasks: how they are found, created and found after all.

use serde_json::{Value, json as object};

use super::*;
use crate::model::content::Content;
use crate::model::event::Event;
use crate::model::id::{CreationKey, TaskId};
use crate::model::time::EventTime;
use crate::provider::{Created, Creation};

const PROPERTY: &str = "String {5d1b1f3e-8f0a-4a43-9d0b-2f6f6c1e7a11} Name CalsyncTaskId";
const TRANSACTION: &str = "6f0f0d2c-1c55-4b1e-9d0a-7c1f1a2b3c4d";
const EVENTS: &str = "/v1.0/me/calendars/AAMk%2Fa+b=_-/events";
const EXPAND: &str = "?$expand=singleValueExtendedProperties%28%24filter%3Did%20eq%20%27String\
                      %20%7B5d1b1f3e-8f0a-4a43-9d0b-2f6f6c1e7a11%7D%20Name%20CalsyncTaskId%27%29";

fn creation() -> Creation {
    let day = |text: &str| text.parse().unwrap();
    Creation {
        calendar: ExternalId::new("AAMk/a+b=_-"),
        timezone: None,
        task: TaskId::new("it's +1"),
        key: CreationKey::new(TRANSACTION.replace('-', "")),
        content: Content {
            time: Some(EventTime::all_day(day("2026-03-02"), day("2026-03-03"))),
            ..Content::default()
        },
    }
}

async fn create(server: &Server) -> Result<Created> {
    let asked = creation();
    microsoft(server).create_event(&session(), &asked).await
}

async fn created(server: &Server) -> Result<Option<Event>> {
    let asked = creation();
    microsoft(server).created_event(&session(), &asked).await
}

/// An event with a mark.
fn marked(id: &str, mark: &str) -> Value {
    object!({ "id": id, "type": "singleInstance", "@odata.etag": "W/\"1\"",
        "start": { "dateTime": "2026-03-02T09:00:00", "timeZone": "UTC" },
        "singleValueExtendedProperties": [{ "id": PROPERTY, "value": mark }] })
}

fn with(mut event: Value, name: &str, value: Value) -> Value {
    event[name] = value;
    event
}

fn told(status: u16, event: &Value) -> Vec<u8> {
    json(status, &event.to_string())
}

fn own(id: &str) -> Vec<u8> {
    told(200, &marked(id, "it's +1"))
}

/// A page of ids.
fn hits(ids: &[&str]) -> Vec<u8> {
    let items: Vec<_> = ids.iter().map(|id| object!({ "id": id })).collect();
    json(200, &object!({ "value": items }).to_string())
}

/// The refusal of a key that was used before.
fn used(status: u16, existing: Option<&str>) -> Vec<u8> {
    let mut error = object!({ "code": "ErrorDuplicateTransactionId", "message": "used" });
    if let Some(id) = existing {
        error["@event.existingEventId"] = object!(id);
    }
    json(status, &object!({ "error": error }).to_string())
}

fn methods(server: &Server) -> Vec<String> {
    let method = |request: &String| request.split(' ').next().unwrap().to_owned();
    server.requests().iter().map(method).collect()
}

#[tokio::test]
async fn an_event_is_looked_for_in_the_mailbox_and_confirmed_under_the_calendar() {
    let server = Server::start([hits(&["e/1"]), own("e/1")]);
    let event = created(&server).await.unwrap().unwrap();
    assert_eq!(event.external_id, ExternalId::new("e/1"));
    let filter = "singleValueExtendedProperties%2FAny%28ep%3A%20ep%2Fid%20eq%20%27String%20\
                  %7B5d1b1f3e-8f0a-4a43-9d0b-2f6f6c1e7a11%7D%20Name%20CalsyncTaskId%27%20and%20\
                  ep%2Fvalue%20eq%20%27it%27%27s%20%2B1%27%29";
    let expected = [
        format!("/v1.0/me/events?$filter={filter}"),
        format!("{EVENTS}/e%2F1{EXPAND}"),
    ];
    assert_eq!(asked(&server), expected);
    for request in server.requests() {
        assert!(request.contains("prefer: odata.maxpagesize=200, outlook.timezone=\"UTC\""));
    }
}

#[tokio::test]
async fn what_only_resembles_the_mark_is_of_another_task() {
    let unmarked = r#"{"id":"u","start":{"dateTime":"2026-03-02T09:00:00"}}"#;
    let cancelled = with(marked("c", "it's +1"), "isCancelled", object!(true));
    let cases = [
        told(200, &marked("e", "IT'S +1")),
        told(200, &marked("e", "it's +1 ")),
        json(200, unmarked),
        told(200, &cancelled),
        missing(),
        json(410, ""),
    ];
    for answer in cases {
        // Nor is there one of the key at its time.
        let server = Server::start([hits(&["e"]), answer, hits(&[])]);
        assert_eq!(created(&server).await.unwrap(), None);
    }
}

#[tokio::test]
async fn every_page_is_looked_through() {
    let server = Server::linked(|base| {
        let first = object!({ "value": [], "@odata.nextLink": format!("{base}/v1.0/more?a=%20") });
        vec![json(200, &first.to_string()), hits(&["a", "a"]), own("a")]
    });
    let event = created(&server).await.unwrap().unwrap();
    assert_eq!(event.external_id.as_str(), "a");
    assert_eq!(asked(&server)[1], "/v1.0/more?a=%20");
    assert_eq!(asked(&server).len(), 3);
}

#[tokio::test]
async fn of_several_events_the_one_of_the_key_counts_and_else_the_first_by_id() {
    let keyed = with(
        marked("b", "it's +1"),
        "transactionId",
        object!(TRANSACTION.to_uppercase()),
    );
    for (second, expected) in [(told(200, &keyed), "b"), (own("b"), "a")] {
        let server = Server::start([hits(&["b", "a"]), own("a"), second]);
        let event = created(&server).await.unwrap().unwrap();
        assert_eq!(event.external_id.as_str(), expected);
    }
}

#[tokio::test]
async fn an_event_that_is_found_is_not_created_again() {
    let server = Server::start([hits(&["e"]), own("e")]);
    assert!(create(&server).await.unwrap().is_found);
    assert_eq!(methods(&server), ["GET", "GET"]);
}

#[tokio::test]
async fn an_event_is_created_under_its_key_and_with_its_mark() {
    let server = Server::start([hits(&[]), told(201, &marked("e", ""))]);
    let made = create(&server).await.unwrap();
    assert!(!made.is_found);
    assert_eq!(made.event.etag.as_deref(), Some("W/\"1\""));
    let request = &server.requests()[1];
    assert!(request.starts_with(&format!("POST {EVENTS} HTTP")));
    assert!(request.contains("IdType=\"ImmutableId\"\r\n"));
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["transactionId"], TRANSACTION);
    let mark = object!([{ "id": PROPERTY, "value": "it's +1" }]);
    assert_eq!(body["singleValueExtendedProperties"], mark);
    assert!(body.get("attendees").is_none());
}

#[tokio::test]
async fn an_event_without_a_time_is_not_asked_for() {
    let server = Server::start([]);
    let mut asked = creation();
    asked.content.time = None;
    let error = microsoft(&server).create_event(&session(), &asked).await;
    assert!(matches!(error, Err(ProviderError::Invalid { .. })));
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_is_sent_again() {
    let server = Server::start([hits(&[]), Vec::new(), used(400, Some("e")), own("e")]);
    let made = create(&server).await.unwrap();
    assert!(made.is_found);
    assert_eq!(methods(&server), ["GET", "POST", "POST", "GET"]);
}

#[tokio::test]
async fn the_event_of_a_used_key_is_the_one_that_is_named() {
    for status in [400, 409] {
        let server = Server::start([hits(&[]), used(status, Some("e/1")), own("i")]);
        let made = create(&server).await.unwrap();
        assert!(made.is_found);
        assert_eq!(made.event.external_id.as_str(), "i");
        assert_eq!(asked(&server)[2], format!("{EVENTS}/e%2F1{EXPAND}"));
    }
}

#[tokio::test]
async fn where_none_is_named_the_event_of_a_used_key_is_looked_for_again() {
    for status in [400, 409] {
        for existing in [None, Some("")] {
            let answers = [hits(&[]), used(status, existing), hits(&["e"]), own("e")];
            let server = Server::start(answers);
            assert!(create(&server).await.unwrap().is_found);
        }
    }
    // What is named is not it, or cannot be named like that.
    let malformed = json(400, r#"{"error":{"code":"ErrorInvalidIdMalformed"}}"#);
    for named in [missing(), told(200, &marked("x", "other")), malformed] {
        let used = used(400, Some("x"));
        let server = Server::start([hits(&[]), used, named, hits(&["e"]), own("e")]);
        let made = create(&server).await.unwrap();
        assert_eq!(made.event.external_id.as_str(), "e");
    }
}

#[tokio::test]
async fn a_used_key_without_a_living_event_is_used_up() {
    let cancelled = with(marked("x", "it's +1"), "isCancelled", object!(true));
    for named in [missing(), json(410, ""), told(200, &cancelled)] {
        let server = Server::start([hits(&[]), used(409, Some("x")), named, hits(&[])]);
        let error = create(&server).await.unwrap_err();
        assert!(matches!(error, ProviderError::Gone), "{error}");
    }
    let server = Server::start([hits(&[]), used(400, None), hits(&[]), hits(&[])]);
    let error = create(&server).await.unwrap_err();
    assert!(matches!(error, ProviderError::Gone), "{error}");
}

#[tokio::test]
async fn the_event_of_a_used_key_that_no_search_knows_is_found_at_its_time() {
    let item = with(
        object!({ "id": "e" }),
        "transactionId",
        object!(TRANSACTION),
    );
    let listed = json(
        200,
        &object!({ "value": [{ "id": "a" }, item] }).to_string(),
    );
    let answers = [hits(&[]), used(400, None), hits(&[]), listed, own("e")];
    let server = Server::start(answers);
    let made = create(&server).await.unwrap();
    assert_eq!(made.event.external_id.as_str(), "e");
    assert!(asked(&server)[3].contains(
        "/calendarView?startDateTime=2026-03-01T00%3A00%3A00Z&endDateTime=2026-03-04T00"
    ));
}

#[tokio::test]
async fn a_key_that_another_task_used_is_a_conflict() {
    let foreign = told(200, &marked("x", "other"));
    let server = Server::start([hits(&[]), used(400, Some("x")), foreign, hits(&[])]);
    let error = create(&server).await.unwrap_err();
    assert!(matches!(error, ProviderError::Conflict { .. }), "{error}");
}

#[tokio::test]
async fn a_failed_search_creates_nothing_and_uses_up_no_key() {
    let cases = [
        (json(410, ""), "NotFound"),
        (json(404, ""), "Protocol"),
        (page("{}"), "Protocol"),
        (
            json(403, r#"{"error":{"code":"ErrorAccessDenied"}}"#),
            "Forbidden",
        ),
    ];
    for (answer, expected) in cases {
        let server = Server::start([answer]);
        let error = format!("{:?}", create(&server).await.unwrap_err());
        assert!(error.starts_with(expected), "{error}");
    }
    let server = Server::start([hits(&["e"]), json(200, r#"{"id":"e"}"#)]);
    let error = create(&server).await.unwrap_err();
    assert!(matches!(error, ProviderError::Protocol { reason } if reason == "no start"));
}
