//! Events that are changed and deleted, and those that are not.

use serde_json::{Value, json as object};

use super::*;
use crate::model::content::{Content, Field};
use crate::model::event::Event;
use crate::provider::{EventAt, Update};

const ETAG: &str = "W/\"1\"";
const EVENT: &str = "/v1.0/me/calendars/AAMk%2Fa+b=_-/events/e%2F1";

fn at() -> EventAt {
    EventAt {
        calendar: ExternalId::new("AAMk/a+b=_-"),
        timezone: None,
        event: ExternalId::new("e/1"),
    }
}

async fn update(server: &Server, fields: &[Field]) -> Result<Event> {
    let update = Update {
        etag: ETAG.to_owned(),
        fields: fields.to_vec(),
        content: Content {
            title: Some("ours".to_owned()),
            ..Content::default()
        },
    };
    microsoft(server)
        .update_event(&session(), &at(), &update)
        .await
}

async fn rename(server: &Server) -> Result<Event> {
    update(server, &[Field::Title]).await
}

async fn delete(server: &Server) -> Result<()> {
    microsoft(server)
        .delete_event(&session(), &at(), ETAG)
        .await
}

/// The event of the revision that is meant, and what else it says.
fn standing(more: Value) -> Vec<u8> {
    let mut event = object!({ "id": "e/1", "type": "singleInstance", "@odata.etag": ETAG,
        "start": { "dateTime": "2026-03-02T09:00:00", "timeZone": "UTC" } });
    let Value::Object(more) = more else { panic!() };
    event.as_object_mut().unwrap().extend(more);
    json(200, &event.to_string())
}

fn refusal(status: u16, code: &str) -> Vec<u8> {
    json(status, &format!(r#"{{"error":{{"code":"{code}"}}}}"#))
}

fn spoken<T: std::fmt::Debug>(result: Result<T>) -> String {
    format!("{:?}", result.unwrap_err())
}

#[tokio::test]
async fn an_event_is_changed_on_condition_of_its_revision() {
    let changed = object!({ "@odata.etag": "W/\"2\"", "subject": "ours" });
    let server = Server::start([standing(object!({})), standing(changed)]);
    let event = rename(&server).await.unwrap();
    assert_eq!(event.etag.as_deref(), Some("W/\"2\""));
    assert_eq!(event.title.as_deref(), Some("ours"));
    let requests = server.requests();
    assert!(requests[0].starts_with(&format!("GET {EVENT} HTTP")));
    assert!(requests[1].starts_with(&format!("PATCH {EVENT} HTTP")));
    assert!(requests[1].contains("if-match: W/\"1\"\r\n"));
    assert!(requests[1].contains("IdType=\"ImmutableId\"\r\n"));
    assert!(requests[1].ends_with("\r\n\r\n{\"subject\":\"ours\"}"));
}

#[tokio::test]
async fn an_event_that_must_not_be_changed_is_not() {
    let cases = [
        (object!({ "@odata.etag": "W/\"2\"" }), "PreconditionFailed"),
        (object!({ "@odata.etag": null }), "PreconditionFailed"),
        (object!({ "isCancelled": true }), "Gone"),
        (
            object!({ "isOrganizer": false }),
            "Forbidden { reason: \"somebody else organises it\" }",
        ),
    ];
    for (more, expected) in cases {
        let server = Server::start([standing(more)]);
        assert_eq!(spoken(rename(&server).await), expected);
        assert_eq!(server.requests().len(), 1);
    }
    for (answer, expected) in [(missing(), "NotFound"), (json(410, ""), "Gone")] {
        let server = Server::start([answer]);
        assert_eq!(spoken(rename(&server).await), expected);
    }
}

#[tokio::test]
async fn the_description_of_an_online_meeting_is_not_written() {
    for more in [
        object!({ "isOnlineMeeting": true }),
        object!({ "onlineMeeting": { "joinUrl": "https://join.example" } }),
        object!({ "onlineMeetingUrl": "https://join.example" }),
    ] {
        let server = Server::start([standing(more.clone())]);
        let fields = [Field::Title, Field::Description];
        let expected =
            "Invalid { reason: \"the description of an online meeting is Microsoft's\" }";
        assert_eq!(spoken(update(&server, &fields).await), expected);
        assert_eq!(server.requests().len(), 1);
        let server = Server::start([standing(more.clone()), standing(more)]);
        assert!(rename(&server).await.is_ok());
    }
}

#[tokio::test]
async fn where_no_field_changes_nothing_is_written() {
    let server = Server::start([standing(object!({}))]);
    assert!(update(&server, &[]).await.is_ok());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn somebody_elses_change_in_between_is_a_failed_condition() {
    for refused in [
        refusal(412, "ErrorIrresolvableConflict"),
        refusal(409, "ErrorIrresolvableConflict"),
        refusal(400, "resourceModified"),
        json(409, ""),
        json(412, ""),
    ] {
        let server = Server::start([standing(object!({})), refused.clone()]);
        assert_eq!(spoken(rename(&server).await), "PreconditionFailed");
        let server = Server::start([standing(object!({})), refused]);
        assert_eq!(spoken(delete(&server).await), "PreconditionFailed");
    }
    for (refused, expected) in [(missing(), "NotFound"), (json(410, ""), "Gone")] {
        let server = Server::start([standing(object!({})), refused]);
        assert_eq!(spoken(rename(&server).await), expected);
    }
}

#[tokio::test]
async fn a_change_is_repeated_only_where_a_condition_guards_it() {
    let server = Server::start([standing(object!({})), json(503, ""), standing(object!({}))]);
    assert!(rename(&server).await.is_ok());
    let unnamed = object!({ "@odata.etag": null, "changeKey": ETAG });
    let server = Server::start([standing(unnamed), json(503, "")]);
    assert!(spoken(rename(&server).await).starts_with("Unavailable"));
    assert!(!server.requests()[1].contains("if-match"));
}

#[tokio::test]
async fn an_event_is_deleted_on_condition_of_its_revision() {
    let server = Server::start([standing(object!({})), answer(204, "", "")]);
    delete(&server).await.unwrap();
    let request = &server.requests()[1];
    assert!(request.starts_with(&format!("DELETE {EVENT} HTTP")));
    assert!(request.contains("if-match: W/\"1\"\r\n"));
    let server = Server::start([standing(object!({ "@odata.etag": "W/\"2\"" }))]);
    assert_eq!(spoken(delete(&server).await), "PreconditionFailed");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_event_that_is_no_more_counts_as_deleted() {
    for gone in [missing(), json(410, "")] {
        let server = Server::start([gone.clone()]);
        delete(&server).await.unwrap();
        let server = Server::start([standing(object!({})), gone]);
        delete(&server).await.unwrap();
    }
    // Not Graph says so.
    let server = Server::start([json(404, "<html>")]);
    assert!(spoken(delete(&server).await).starts_with("Protocol"));
}

#[tokio::test]
async fn a_refused_deletion_is_one_where_the_event_still_takes_place() {
    let refused = || refusal(403, "ErrorAccessDenied");
    for over in [
        missing(),
        json(410, ""),
        standing(object!({ "isCancelled": true })),
    ] {
        let server = Server::start([standing(object!({})), refused(), over]);
        delete(&server).await.unwrap();
    }
    let server = Server::start([standing(object!({})), refused(), standing(object!({}))]);
    let expected = "Forbidden { reason: \"ErrorAccessDenied\" }";
    assert_eq!(spoken(delete(&server).await), expected);
}
