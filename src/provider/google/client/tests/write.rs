//! Writes: what is sent, and what answers mean.

use serde_json::json as object;

use super::*;
use crate::model::content::{Content, Field};
use crate::model::event::Event;
use crate::model::id::{CreationKey, TaskId};
use crate::model::time::EventTime;
use crate::provider::{Created, Creation, EventAt, Update};

const KEY: &str = "0f8fad5bd9cb469fa16570867728950e";

fn content() -> Content {
    let day = |text: &str| text.parse().unwrap();
    Content {
        title: Some("report".to_owned()),
        time: Some(EventTime::all_day(day("2026-03-02"), day("2026-03-03"))),
        ..Content::default()
    }
}

fn creation() -> Creation {
    Creation {
        calendar: ExternalId::new("ana@example.com"),
        timezone: None,
        task: TaskId::new("t-118"),
        key: CreationKey::new(KEY),
        content: content(),
    }
}

fn at() -> EventAt {
    EventAt {
        calendar: ExternalId::new("ana@example.com"),
        timezone: None,
        event: ExternalId::new("e"),
    }
}

async fn create(server: &Server) -> Result<Created> {
    let (providers, session) = google(server);
    let google = providers.of(ProviderKind::Google);
    google.create_event(&session, &creation()).await
}

async fn find(server: &Server) -> Result<Option<Event>> {
    let (providers, session) = google(server);
    let google = providers.of(ProviderKind::Google);
    google.created_event(&session, &creation()).await
}

/// Changes fields of the event at revision 1.
async fn update(server: &Server, fields: &[Field]) -> Result<Event> {
    let (providers, session) = google(server);
    let google = providers.of(ProviderKind::Google);
    let update = Update {
        etag: "\"1\"".to_owned(),
        fields: fields.to_vec(),
        content: content(),
    };
    google.update_event(&session, &at(), &update).await
}

async fn delete(server: &Server) -> Result<()> {
    let (providers, session) = google(server);
    let google = providers.of(ProviderKind::Google);
    google.delete_event(&session, &at(), "\"1\"").await
}

/// An event in an answer: its revision, and more members.
fn event(etag: u32, more: &str) -> Vec<u8> {
    let time = r#""start":{"date":"2026-03-02"},"end":{"date":"2026-03-03"}"#;
    json(
        200,
        &format!(r#"{{"id":"e","etag":"\"{etag}\"",{time}{more}}}"#),
    )
}

fn marked(task: &str) -> Vec<u8> {
    let private = format!(r#"{{"private":{{"calsyncTask":"{task}"}}}}"#);
    event(1, &format!(r#","extendedProperties":{private}"#))
}

fn cancelled() -> Vec<u8> {
    json(200, r#"{"id":"e","status":"cancelled"}"#)
}

/// Method and path of a request; whoever writes has nobody sent mail.
fn line(request: &str) -> String {
    let (path, query) = asked(request);
    let method = request.split(' ').next().unwrap();
    let quiet = ("sendUpdates".to_owned(), "none".to_owned());
    assert_eq!(query.contains(&quiet), method != "GET", "{request}");
    let path = path.strip_prefix("/calendar/v3/calendars/ana@example.com/");
    format!("{method} {}", path.unwrap())
}

fn lines(server: &Server) -> Vec<String> {
    server.requests().iter().map(|one| line(one)).collect()
}

/// The condition of a request.
fn condition(request: &str) -> Option<&str> {
    request
        .lines()
        .find_map(|line| line.strip_prefix("if-match: "))
}

#[tokio::test]
async fn an_event_is_created_under_the_key_of_its_creation() {
    let server = Server::start([event(1, "")]);
    let created = create(&server).await.unwrap();
    assert!(!created.is_found);
    assert_eq!(created.event.etag.as_deref(), Some("\"1\""));
    assert_eq!(lines(&server), ["POST events"]);
    let sent = document(&server.requests()[0]);
    assert_eq!(sent["id"], KEY);
    assert_eq!(sent["attendees"], object!(null));
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_is_repeated_and_found() {
    let server = Server::start([vec![], refusal(409, "duplicate"), marked("t-118")]);
    assert!(create(&server).await.unwrap().is_found);
    let found = format!("GET events/{KEY}");
    assert_eq!(lines(&server), ["POST events", "POST events", &found]);
}

#[tokio::test]
async fn a_creation_that_clashes_with_another_request_is_repeated() {
    let server = Server::start([refusal(409, "conflict"), event(1, "")]);
    assert!(!create(&server).await.unwrap().is_found);
    let server = Server::start(std::iter::repeat_n(refusal(409, "conflict"), 3));
    let error = create(&server).await.unwrap_err();
    assert!(matches!(error, ProviderError::Unavailable { .. }));
}

#[tokio::test]
async fn what_has_the_key_already_decides() {
    for (there, expected) in [
        (marked("t-118"), "found"),
        (event(1, ""), "found"),
        (marked("t-119"), r#"Conflict { reason: "duplicate" }"#),
        (cancelled(), "Gone"),
        (refusal(404, "notFound"), "Gone"),
        (refusal(410, "deleted"), "Gone"),
        (
            refusal(403, "forbidden"),
            r#"Forbidden { reason: "forbidden" }"#,
        ),
    ] {
        let server = Server::start([refusal(409, "duplicate"), there]);
        let told = match create(&server).await {
            Ok(created) if created.is_found => "found".to_owned(),
            Ok(_) => "created".to_owned(),
            Err(error) => format!("{error:?}"),
        };
        assert_eq!(told, expected);
    }
}

#[tokio::test]
async fn the_event_of_a_task_is_looked_for_under_its_key() {
    for (there, expected) in [
        (marked("t-118"), true),
        (marked("t-119"), false),
        (cancelled(), false),
        (refusal(404, "notFound"), false),
        (refusal(410, "deleted"), false),
    ] {
        let server = Server::start([there]);
        assert_eq!(find(&server).await.unwrap().is_some(), expected);
        assert_eq!(lines(&server), [format!("GET events/{KEY}")]);
    }
    let server = Server::start([refusal(403, "forbidden")]);
    find(&server).await.unwrap_err();
}

#[tokio::test]
async fn a_text_is_changed_by_one_request_at_one_revision() {
    let server = Server::start([event(2, "")]);
    let changed = update(&server, &[Field::Title]).await.unwrap();
    assert_eq!(changed.etag.as_deref(), Some("\"2\""));
    assert_eq!(lines(&server), ["PATCH events/e"]);
    let request = &server.requests()[0];
    assert_eq!(condition(request), Some("\"1\""));
    assert_eq!(document(request), object!({ "summary": "report" }));
}

#[tokio::test]
async fn what_depends_on_the_event_is_written_only_to_the_revision_that_was_read() {
    for field in [Field::Time, Field::Reminder] {
        let server = Server::start([event(1, ""), event(2, "")]);
        update(&server, &[field]).await.unwrap();
        assert_eq!(lines(&server), ["GET events/e", "PATCH events/e"]);
        assert_eq!(condition(&server.requests()[1]), Some("\"1\""));
        for (there, expected) in [
            (event(2, ""), "PreconditionFailed"),
            (cancelled(), "Gone"),
            (refusal(404, "notFound"), "NotFound"),
            (refusal(410, "deleted"), "Gone"),
        ] {
            let server = Server::start([there]);
            let error = update(&server, &[field]).await.unwrap_err();
            assert_eq!(format!("{error:?}"), expected);
            assert_eq!(lines(&server), ["GET events/e"]);
        }
    }
}

#[tokio::test]
async fn a_change_that_is_refused_says_what_became_of_the_event() {
    for (answer, expected) in [
        (refusal(412, "conditionNotMet"), "PreconditionFailed"),
        (refusal(404, "notFound"), "NotFound"),
        (refusal(410, "deleted"), "Gone"),
        (cancelled(), "Gone"),
    ] {
        let server = Server::start([answer]);
        let error = update(&server, &[Field::Title]).await.unwrap_err();
        assert_eq!(format!("{error:?}"), expected);
    }
}

#[tokio::test]
async fn an_event_is_deleted_at_one_revision() {
    for answer in [
        json(200, ""),
        refusal(404, "notFound"),
        refusal(410, "deleted"),
    ] {
        let server = Server::start([answer]);
        delete(&server).await.unwrap();
        assert_eq!(lines(&server), ["DELETE events/e"]);
        assert_eq!(condition(&server.requests()[0]), Some("\"1\""));
    }
    let server = Server::start([refusal(412, "conditionNotMet")]);
    let error = delete(&server).await.unwrap_err();
    assert!(matches!(error, ProviderError::PreconditionFailed));
}

#[tokio::test]
async fn a_revision_that_no_header_holds_is_never_sent() {
    let (providers, session) = google(&Server::start([]));
    let google = providers.of(ProviderKind::Google);
    let error = google.delete_event(&session, &at(), "1\n2").await;
    assert!(matches!(error, Err(ProviderError::Invalid { .. })));
    assert_eq!(session.requests(), 0);
}
