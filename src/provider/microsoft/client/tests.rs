//! The calls to Graph against a scripted server.

mod account;
mod changing;
mod creating;
mod reread;
mod watch;

use std::sync::Arc;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};

use super::super::{MicrosoftEndpoints, limited};
use super::*;
use crate::model::calendar::AccessRole;
use crate::model::change::Change;
use crate::model::id::{AccountId, ExternalId};
use crate::provider::http::TransportSettings;
use crate::provider::http::scripted::{Server, answer, json, settings};
use crate::provider::{Credentials, Provider, Scope};

struct Token;

#[async_trait]
impl Credentials for Token {
    async fn access(&self) -> Result<SecretString> {
        Ok("token".into())
    }

    async fn replace(&self, _refused: &SecretString) -> Result<SecretString> {
        Ok("other".into())
    }
}

const FULL: &str = "https://x/v1.0/me/calendars/AAMk%2Fa+b=_-/calendarView/delta\
                    ?startDateTime=2026-01-31T00%3A00%3A00Z&endDateTime=2026-05-31T00%3A00%3A00Z";

/// Asks for what follows a delta link and a next link.
fn request(since: Option<&str>, page: Option<&str>) -> ChangesRequest {
    let now = "2026-03-02T08:00:00Z".parse().unwrap();
    ChangesRequest {
        calendar: ExternalId::new("AAMk/a+b=_-"),
        timezone: None,
        since: since.map(SyncToken::new),
        page: page.map(|link| PageToken(link.to_owned())),
        window: Window::around(now, 30, 90),
        only: None,
    }
}

/// The adapter in front of a server, one request after the other.
fn microsoft(server: &Server) -> Microsoft {
    let endpoints = MicrosoftEndpoints {
        api_url: server.url("/v1.0/"),
        auth_url: server.url("/authorize"),
        device_url: server.url("/devicecode"),
        token_url: server.url("/token"),
        client_id: Some("client".to_owned()),
        client_secret: None,
    };
    let in_turn = TransportSettings {
        per_account_concurrency: 1,
        ..settings()
    };
    Microsoft::new(endpoints, in_turn)
}

fn session() -> Session {
    Session::new(AccountId::new("a-1"), Arc::new(Token))
}

async fn changes(server: &Server, request: &ChangesRequest) -> Result<ChangesPage> {
    microsoft(server).changes(&session(), request).await
}

async fn calendars(server: &Server) -> Result<Vec<DiscoveredCalendar>> {
    microsoft(server).calendars(&session()).await
}

async fn reread(server: &Server, events: &[&str]) -> Result<Vec<Change>> {
    let events: Vec<_> = events.iter().map(|id| ExternalId::new(*id)).collect();
    let request = request(None, None);
    microsoft(server)
        .reread(&session(), &request, &events)
        .await
}

/// The targets of the requests so far.
fn asked(server: &Server) -> Vec<String> {
    let target = |request: &String| request.split(' ').nth(1).unwrap().to_owned();
    server.requests().iter().map(target).collect()
}

/// The address of a path at the server.
fn link(server: &Server, target: &str) -> String {
    server.url(target).to_string()
}

fn single(id: &str) -> String {
    format!(
        r#"{{"id":"{id}","type":"singleInstance","start":{{"dateTime":"2026-03-02T09:00:00"}}}}"#
    )
}

fn member(id: &str, kind: &str) -> String {
    let start = r#"{"dateTime":"2026-03-02T09:00:00","timeZone":"UTC"}"#;
    format!(r#"{{"id":"{id}","type":"{kind}","seriesMasterId":"s","start":{start}}}"#)
}

fn page(items: &str) -> Vec<u8> {
    json(200, &format!(r#"{{"value":[{items}]}}"#))
}

fn missing() -> Vec<u8> {
    json(404, r#"{"error":{"code":"ErrorItemNotFound"}}"#)
}

#[tokio::test]
async fn every_request_prefers_the_same_in_one_header() {
    let master = member("s", "seriesMaster");
    let server = Server::start([
        page(""),
        page(""),
        page(""),
        page(""),
        json(200, &master),
        page(""),
    ]);
    calendars(&server).await.unwrap();
    let next = link(&server, "/v1.0/next");
    for asked in [
        request(None, None),
        request(None, Some(&next)),
        request(Some(&next), None),
    ] {
        changes(&server, &asked).await.unwrap();
    }
    reread(&server, &["s"]).await.unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 6);
    for request in requests {
        let header = |line: &&str| line.to_ascii_lowercase().starts_with("prefer:");
        let prefers: Vec<_> = request.lines().filter(header).collect();
        let expected = "prefer: odata.maxpagesize=200, outlook.timezone=\"UTC\", \
                        outlook.body-content-type=\"text\", IdType=\"ImmutableId\"";
        assert_eq!(prefers, [expected], "{request}");
    }
}

#[tokio::test]
async fn a_first_request_names_the_calendar_and_the_window() {
    let server = Server::start([page("")]);
    changes(&server, &request(None, None)).await.unwrap();
    let expected = FULL.strip_prefix("https://x").unwrap();
    assert_eq!(asked(&server), [expected]);
}

#[tokio::test]
async fn links_are_followed_as_they_are() {
    let server = Server::start([page(""), page(""), page("")]);
    let since = "/v1.0/me/calendarView/delta?$deltatoken=R0u%2Fs+m=='";
    let next = "/other/path?$skiptoken=a%20b&x=";
    for (since, page) in [
        (Some(since), None),
        (Some(since), Some(next)),
        (None, Some(next)),
    ] {
        let whole =
            |target: &str| format!("{}{target}", server.url("").as_str().trim_end_matches('/'));
        let (since, page) = (since.map(whole), page.map(whole));
        changes(&server, &request(since.as_deref(), page.as_deref()))
            .await
            .unwrap();
    }
    // An apostrophe cannot stand in a URL's query.
    assert_eq!(
        asked(&server),
        [since.replace('\'', "%27").as_str(), next, next]
    );
}

#[tokio::test]
async fn a_link_to_elsewhere_is_not_followed() {
    let elsewhere = "https://evil.example/v1.0/me/calendarView/delta?$deltatoken=x";
    let server = Server::start([]);
    let own = link(&server, "/");
    let tls = own.replace("http://", "https://");
    let port = "http://127.0.0.1:1/v1.0/";
    for other in [elsewhere, tls.as_str(), port, "/v1.0/relative", "no link"] {
        let asked = request(Some(&own), Some(other));
        let error = changes(&server, &asked).await.unwrap_err();
        assert!(matches!(error, ProviderError::Protocol { .. }), "{other}");
    }
    // The configured address has changed: the listing begins anew.
    for other in [elsewhere, tls.as_str(), port] {
        let asked = request(Some(other), None);
        let error = changes(&server, &asked).await.unwrap_err();
        assert!(matches!(error, ProviderError::SyncTokenExpired), "{other}");
    }
    let body = format!(r#"{{"value":[],"@odata.nextLink":"{elsewhere}"}}"#);
    let server = Server::start([
        json(200, &body),
        json(200, &member("s", "seriesMaster")),
        json(200, &body),
    ]);
    assert!(matches!(
        calendars(&server).await,
        Err(ProviderError::Protocol { .. })
    ));
    assert!(matches!(
        reread(&server, &["s"]).await,
        Err(ProviderError::Protocol { .. })
    ));
}

#[tokio::test]
async fn a_page_goes_on_with_a_link_or_ends_with_one() {
    let cases = [
        (
            r#"{"value":[],"@odata.nextLink":"https://n"}"#,
            Next::Page(PageToken("https://n".into())),
        ),
        (
            r#"{"value":[],"@odata.nextLink":"https://n","@odata.deltaLink":"https://d"}"#,
            Next::Page(PageToken("https://n".into())),
        ),
        (
            r#"{"@odata.context":"x","@odata.deltaLink":"https://d"}"#,
            Next::Done(Some(SyncToken::new("https://d"))),
        ),
        (r#"{"value":[]}"#, Next::Done(None)),
        (
            r#"{"value":[],"@odata.nextLink":"","@odata.deltaLink":""}"#,
            Next::Done(None),
        ),
        (r#"{"value":[],"@odata.nextLink":null}"#, Next::Done(None)),
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
        r#"{"error":{"code":"x"}}"#,
        r#"{"value":{}}"#,
        r#"{"value":[{"type":"singleInstance"}]}"#,
        r#"{"value":[null]}"#,
        r#"{"value":[{"id":"a"}"#,
        "[]",
    ] {
        let server = Server::start([json(200, body), json(200, body)]);
        let error = changes(&server, &request(None, None)).await.unwrap_err();
        assert!(matches!(error, ProviderError::Protocol { .. }), "{body}");
        let error = calendars(&server).await.unwrap_err();
        assert!(matches!(error, ProviderError::Protocol { .. }), "{body}");
    }
}

#[tokio::test]
async fn a_page_that_points_to_itself_is_refused() {
    let first = FULL.strip_prefix("https://x").unwrap();
    for (since, next, own) in [
        (None, None, first),
        (Some("/v1.0/since"), None, "/v1.0/since"),
        (Some("/v1.0/since"), Some("/v1.0/next"), "/v1.0/next"),
        (
            None,
            Some("/v1.0/next?$skiptoken=a%20b"),
            "/v1.0/next?$skiptoken=a%20b",
        ),
    ] {
        let server = Server::linked(|base| {
            let body = format!(r#"{{"value":[],"@odata.nextLink":"{base}{own}"}}"#);
            vec![json(200, &body)]
        });
        let [since, next] = [since, next].map(|target| target.map(|target| link(&server, target)));
        let asked = request(since.as_deref(), next.as_deref());
        let error = changes(&server, &asked).await.unwrap_err();
        assert!(matches!(error, ProviderError::Protocol { reason } if reason == "page repeats"));
    }
}

#[tokio::test]
async fn a_round_tells_what_changed_what_is_to_be_read_again_and_what_vanished() {
    let items = [
        single("e"),
        member("o", "occurrence"),
        r#"{"id":"g","@removed":{"reason":"deleted"}}"#.to_owned(),
    ]
    .join(",");
    let server = Server::start([page(&items), page(&items)]);
    let full = changes(&server, &request(None, None)).await.unwrap();
    assert_eq!(
        (full.changes.len(), full.touched.len(), full.vanished.len()),
        (2, 0, 1)
    );
    let since = link(&server, "/v1.0/since");
    let later = changes(&server, &request(Some(&since), None))
        .await
        .unwrap();
    assert_eq!((later.changes.len(), later.vanished.len()), (1, 1));
    assert_eq!(later.touched, [ExternalId::new("s")]);
}

#[tokio::test]
async fn a_lost_link_is_said_so_in_the_middle_of_paging_too() {
    let lost = r#"{"error":{"code":"SyncStateNotFound"}}"#;
    let server = Server::start([json(410, lost), json(410, ""), json(400, lost)]);
    let next = link(&server, "/v1.0/next");
    for since in [Some(next.as_str()), None, None] {
        let error = changes(&server, &request(since, Some(&next)))
            .await
            .unwrap_err();
        assert!(matches!(error, ProviderError::SyncTokenExpired), "{error}");
    }
}
