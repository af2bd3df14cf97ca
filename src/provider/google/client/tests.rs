//! The calls to Google against a scripted server.

mod reread;
mod watch;
mod write;

use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;
use serde_json::Value;

use crate::model::account::ProviderKind;
use crate::model::calendar::{AccessRole, DiscoveredCalendar};
use crate::model::change::Change;
use crate::model::id::{AccountId, ExternalId, SyncToken};
use crate::model::time::Window;
use crate::provider::http::scripted::{Server, json, settings};
use crate::provider::{
    ChangesPage, ChangesRequest, Credentials, GoogleEndpoints, MicrosoftEndpoints, Next, PageToken,
    ProviderError, ProviderSettings, Result, Session, open,
};

struct Token;

#[async_trait]
impl Credentials for Token {
    async fn access(&self) -> Result<SecretString> {
        Ok("token".into())
    }

    async fn replace(&self, _refused: &SecretString) -> Result<SecretString> {
        Ok("token".into())
    }
}

/// Asks for what follows a sync token and a page token.
fn request(since: Option<&str>, page: Option<&str>) -> ChangesRequest {
    let now = "2026-03-02T08:00:00Z".parse().unwrap();
    ChangesRequest {
        calendar: ExternalId::new("de.german#holiday@group.v.calendar.google.com"),
        timezone: Some("Europe/Berlin".to_owned()),
        since: since.map(SyncToken::new),
        page: page.map(|token| PageToken(token.to_owned())),
        window: Window::around(now, 30, 90),
        only: None,
    }
}

/// The adapter in front of a server, and a session.
fn google(server: &Server) -> (crate::provider::Providers, Session) {
    let google = GoogleEndpoints {
        api_url: server.url("/calendar/v3/"),
        auth_url: server.url("/auth"),
        revoke_url: server.url("/revoke"),
        token_url: server.url("/token"),
        client_id: Some("client".to_owned()),
        client_secret: Some("s3cret".into()),
    };
    let transport = settings();
    let session = Session::new(AccountId::new("a-1"), Arc::new(Token));
    let microsoft = MicrosoftEndpoints {
        api_url: google.api_url.clone(),
        auth_url: google.auth_url.clone(),
        device_url: google.auth_url.clone(),
        token_url: google.token_url.clone(),
        client_id: None,
        client_secret: None,
    };
    let settings = ProviderSettings {
        google,
        microsoft,
        transport,
    };
    (open(settings), session)
}

async fn changes(server: &Server, request: &ChangesRequest) -> Result<ChangesPage> {
    let (providers, session) = google(server);
    providers
        .of(ProviderKind::Google)
        .changes(&session, request)
        .await
}

async fn calendars(server: &Server) -> Result<Vec<DiscoveredCalendar>> {
    let (providers, session) = google(server);
    providers.of(ProviderKind::Google).calendars(&session).await
}

/// The path and the query of a request, decoded.
fn asked(request: &str) -> (String, Vec<(String, String)>) {
    let target = request.split(' ').nth(1).unwrap();
    let url = url::Url::parse(&format!("http://x{target}")).unwrap();
    (
        url.path().to_owned(),
        url.query_pairs().into_owned().collect(),
    )
}

/// The JSON document of a request.
fn document(request: &str) -> Value {
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}

fn refusal(status: u16, reason: &str) -> Vec<u8> {
    json(
        status,
        &format!(r#"{{"error":{{"errors":[{{"reason":"{reason}"}}]}}}}"#),
    )
}

#[tokio::test]
async fn every_page_is_asked_for_with_the_same_parameters() {
    let page = r#"{"kind":"calendar#events","nextPageToken":"p2"}"#;
    let last = r#"{"kind":"calendar#events","nextSyncToken":"s2"}"#;
    let server = Server::start([json(200, page), json(200, page), json(200, last)]);
    changes(&server, &request(None, None)).await.unwrap();
    changes(&server, &request(Some("s1="), None)).await.unwrap();
    changes(&server, &request(Some("s1="), Some("p2")))
        .await
        .unwrap();
    let [full, first, second] = <[String; 3]>::try_from(server.requests()).unwrap();
    let (path, base) = asked(&full);
    let encoded = "/calendar/v3/calendars/de.german%23holiday@group.v.calendar.google.com/events";
    assert_eq!(path, encoded);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    for expected in [
        pair("singleEvents", "false"),
        pair("maxResults", "2500"),
        pair("eventTypes", "default"),
        pair("eventTypes", "outOfOffice"),
        pair("eventTypes", "focusTime"),
        pair("eventTypes", "fromGmail"),
        pair("prettyPrint", "false"),
    ] {
        assert!(base.contains(&expected), "{expected:?}");
    }
    let names: Vec<&str> = base.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names.len(), 8, "{names:?}");
    let with_token = [base.clone(), vec![pair("syncToken", "s1=")]].concat();
    assert_eq!(asked(&first).1, with_token);
    let with_page = [with_token, vec![pair("pageToken", "p2")]].concat();
    assert_eq!(asked(&second).1, with_page);
}

#[tokio::test]
async fn a_confined_listing_has_bounds_and_brings_no_token() {
    let page = r#"{"kind":"calendar#events","nextPageToken":"p2"}"#;
    let last = r#"{"kind":"calendar#events","nextSyncToken":"s2"}"#;
    let server = Server::start([json(200, page), json(200, last)]);
    let now = "2026-03-02T08:00:00Z".parse().unwrap();
    let confined = |request: ChangesRequest| ChangesRequest {
        only: Some(Window::around(now, 0, 7)),
        ..request
    };
    let first = confined(request(None, None));
    let first = changes(&server, &first).await.unwrap();
    assert_eq!(first.next, Next::Page(PageToken("p2".to_owned())));
    let second = confined(request(None, Some("p2")));
    let second = changes(&server, &second).await.unwrap();
    assert_eq!(second.next, Next::Done(None));
    for request in server.requests() {
        let (_, query) = asked(&request);
        let value = |name: &str| {
            let mut found = query.iter().filter(|(given, _)| given == name);
            found.next().map(|(_, value)| value.as_str())
        };
        assert_eq!(value("timeMin"), Some("2026-03-02T00:00:00Z"));
        assert_eq!(value("timeMax"), Some("2026-03-09T00:00:00Z"));
        assert_eq!(value("singleEvents"), Some("false"));
    }
}

#[tokio::test]
async fn changes_since_a_token_are_never_confined() {
    let last = r#"{"kind":"calendar#events","nextSyncToken":"s2"}"#;
    let server = Server::start([json(200, last)]);
    let request = request(Some("s1"), None);
    let confined = ChangesRequest {
        only: Some(request.window),
        ..request
    };
    let page = changes(&server, &confined).await.unwrap();
    assert_eq!(page.next, Next::Done(Some(SyncToken::new("s2"))));
    assert!(!server.requests()[0].contains("timeM"));
}

#[tokio::test]
async fn the_fields_name_the_tokens_and_all_that_is_read() {
    let server = Server::start([json(200, r#"{"nextSyncToken":"s"}"#)]);
    changes(&server, &request(None, None)).await.unwrap();
    let (_, query) = asked(&server.requests()[0]);
    let sent = query.iter().find(|(name, _)| name == "fields");
    let fields = &sent.unwrap().1;
    assert!(!fields.contains(char::is_whitespace));
    for name in [
        "nextPageToken",
        "nextSyncToken",
        "timeZone",
        "items(id,etag,status",
        "iCalUID",
    ] {
        assert!(fields.contains(name), "{name}");
    }
}

#[tokio::test]
async fn a_page_goes_on_with_a_page_or_ends_with_a_token() {
    let cases = [
        (
            r#"{"items":[],"nextPageToken":"p"}"#,
            Next::Page(PageToken("p".into())),
        ),
        (
            r#"{"nextPageToken":"p","nextSyncToken":"s"}"#,
            Next::Page(PageToken("p".into())),
        ),
        (
            r#"{"nextSyncToken":"s"}"#,
            Next::Done(Some(SyncToken::new("s"))),
        ),
        (r#"{"kind":"calendar#events"}"#, Next::Done(None)),
        (
            r#"{"items":[],"nextSyncToken":"","nextPageToken":""}"#,
            Next::Done(None),
        ),
    ];
    for (body, next) in cases {
        let server = Server::start([json(200, body)]);
        let page = changes(&server, &request(None, None)).await.unwrap();
        assert_eq!(page.next, next, "{body}");
    }
}

#[tokio::test]
async fn an_answer_that_is_no_such_page_is_not_believed() {
    for body in [
        "",
        "<html>please log in</html>",
        "{}",
        r#"{"error":{"code":500}}"#,
        r#"{"kind":"calendar#calendarList","items":[]}"#,
        r#"{"kind":"calendar#events","items":[{"id":"a"},{"summary":"no id"}]}"#,
        r#"{"kind":"calendar#events","items":[null]}"#,
        r#"{"kind":"calendar#events","items":[{"id":"a"}"#,
        "[]",
    ] {
        let server = Server::start([json(200, body)]);
        let error = changes(&server, &request(None, None)).await.unwrap_err();
        assert!(
            matches!(error, ProviderError::Protocol { .. }),
            "{body}: {error}"
        );
    }
}

#[tokio::test]
async fn a_page_that_points_to_itself_is_refused() {
    let body = r#"{"kind":"calendar#events","nextPageToken":"p2"}"#;
    let server = Server::start([json(200, body)]);
    let error = changes(&server, &request(None, Some("p2")))
        .await
        .unwrap_err();
    assert!(matches!(error, ProviderError::Protocol { reason } if reason == "page repeats"));
}

#[tokio::test]
async fn a_bad_item_spoils_only_itself() {
    let body = r#"{"kind":"calendar#events","nextSyncToken":"s","items":[
        {"id":"a","start":{"date":"2026-03-02"}},{"id":"b","start":7},{"id":"c","summary":[]},
        {"id":"d","status":"cancelled"}]}"#;
    let server = Server::start([json(200, body)]);
    let page = changes(&server, &request(None, None)).await.unwrap();
    assert!(matches!(&page.changes[0], Change::Upsert(_)));
    assert!(matches!(&page.changes[1], Change::Unreadable { .. }));
    assert!(matches!(&page.changes[2], Change::Unreadable { .. }));
    assert_eq!(page.changes[3], Change::Removed(ExternalId::new("d")));
}

#[tokio::test]
async fn a_token_that_is_too_old_is_said_so_in_the_middle_of_paging_too() {
    let body = r#"{"error":{"errors":[{"reason":"fullSyncRequired"}],"code":410}}"#;
    let server = Server::start([json(410, body), json(410, "")]);
    for since in [Some("s"), None] {
        let error = changes(&server, &request(since, Some("p3")))
            .await
            .unwrap_err();
        assert!(matches!(error, ProviderError::SyncTokenExpired), "{error}");
    }
}

#[tokio::test]
async fn all_calendars_are_listed_hidden_ones_included() {
    let first = r#"{"kind":"calendar#calendarList","nextPageToken":"p2","items":[
        {"id":"ana@example.com","summary":"ana@example.com","timeZone":"Europe/Zurich",
         "accessRole":"owner","primary":true},
        {"id":"gone","deleted":true}]}"#;
    let second = r#"{"kind":"calendar#calendarList","nextSyncToken":"s","items":[
        {"id":"team","summary":"Team","summaryOverride":"Us","accessRole":"reader","hidden":true},
        {"id":"ana@example.com","summary":"again"}]}"#;
    let server = Server::start([json(200, first), json(200, second)]);
    let [ana, team] =
        <[DiscoveredCalendar; 2]>::try_from(calendars(&server).await.unwrap()).unwrap();
    assert_eq!(ana.name, "ana@example.com");
    assert_eq!(ana.timezone.as_deref(), Some("Europe/Zurich"));
    assert_eq!((ana.access_role, ana.is_primary), (AccessRole::Owner, true));
    assert_eq!((team.name.as_str(), team.is_primary), ("Us", false));
    let (path, query) = asked(&server.requests()[1]);
    assert_eq!(path, "/calendar/v3/users/me/calendarList");
    let query: Vec<String> = query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(
        query,
        [
            "maxResults=250",
            "showHidden=true",
            "prettyPrint=false",
            "pageToken=p2"
        ]
    );
}

#[tokio::test]
async fn a_calendar_list_with_an_entry_that_has_no_id_is_not_believed() {
    let body = r#"{"kind":"calendar#calendarList","items":[{"summary":"x"}]}"#;
    let server = Server::start([json(200, body)]);
    let error = calendars(&server).await.unwrap_err();
    assert!(matches!(error, ProviderError::Protocol { .. }));
}

#[test]
fn printing_the_endpoints_shows_no_secret() {
    let server = Server::start([]);
    let endpoints = GoogleEndpoints {
        api_url: server.url("/"),
        auth_url: server.url("/auth"),
        revoke_url: server.url("/revoke"),
        token_url: server.url("/token"),
        client_id: Some("client".to_owned()),
        client_secret: Some("s3cret".into()),
    };
    assert!(!format!("{endpoints:?}").contains("s3cret"));
}
