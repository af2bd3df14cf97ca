//! The transport against a scripted server.

use std::sync::Arc;
use std::sync::Mutex;

use async_trait::async_trait;

use super::scripted::{Server, answer, json, settings};
use super::*;
use crate::provider::Credentials;

/// Hands out `first`, then `second` when `first` is refused.
#[derive(Default)]
struct Tokens {
    refused: Mutex<Vec<String>>,
}

#[async_trait]
impl Credentials for Tokens {
    async fn access(&self) -> Result<SecretString> {
        Ok("first".into())
    }

    async fn replace(&self, refused: &SecretString) -> Result<SecretString> {
        let refused = refused.expose_secret().to_owned();
        self.refused.lock().unwrap().push(refused);
        Ok("second".into())
    }
}

/// A server, a session and how to ask.
struct Scene {
    server: Server,
    tokens: Arc<Tokens>,
    session: Session,
    settings: TransportSettings,
}

/// A scene in which the server gives the answers in turn.
fn scene(answers: impl IntoIterator<Item = Vec<u8>>) -> Scene {
    let tokens = Arc::new(Tokens::default());
    Scene {
        server: Server::start(answers),
        session: Session::new(AccountId::new("a-1"), Arc::clone(&tokens) as _),
        tokens,
        settings: settings(),
    }
}

impl Scene {
    fn get(&self) -> Request {
        Request::get(self.server.url("/calendars/x?syncToken=s"), "calendars/{c}")
    }

    async fn ask(&self, request: &Request) -> Result<Answer> {
        let service = Service::at(&self.server.url("/api/"));
        let transport = Transport::new(self.settings.clone());
        transport
            .send(&service, &self.session, request, classify)
            .await
    }

    fn bearers(&self) -> Vec<String> {
        let requests = self.server.requests();
        let lines = requests.iter().flat_map(|text| text.lines());
        lines
            .filter_map(|line| line.strip_prefix("authorization: Bearer "))
            .map(str::to_owned)
            .collect()
    }
}

/// A provider with three kinds of failure.
fn classify(answer: &Answer) -> ProviderError {
    let reason = "code".to_owned();
    let retry_after = answer.retry_after();
    match answer.status.as_u16() {
        401 => ProviderError::Unauthorized { reason },
        404 => ProviderError::NotFound,
        _ => ProviderError::Unavailable {
            reason,
            retry_after,
        },
    }
}

#[tokio::test]
async fn a_request_carries_the_bearer_and_says_that_it_reads_gzip() {
    let scene = scene([json(200, r#"{"a":1}"#)]);
    let answer = scene.ask(&scene.get()).await.unwrap();
    assert_eq!(answer.json::<serde_json::Value>().unwrap()["a"], 1);
    let request = &scene.server.requests()[0];
    assert!(request.contains("authorization: Bearer first\r\n"));
    assert!(request.contains("accept-encoding: gzip\r\n"));
    let agent = concat!(
        "user-agent: calsync/",
        env!("CARGO_PKG_VERSION"),
        " (gzip)\r\n"
    );
    assert!(request.contains(agent));
    assert_eq!(scene.session.requests(), 1);
}

#[tokio::test]
async fn the_bearer_goes_to_no_other_origin() {
    let scene = scene([]);
    for elsewhere in [
        "http://evil.example/x",
        "https://127.0.0.1/",
        "http://127.0.0.1:1/",
    ] {
        let request = Request::get(elsewhere.parse().unwrap(), "x");
        let error = scene.ask(&request).await.err().unwrap();
        let host = request.url.host_str().unwrap();
        assert!(matches!(error, ProviderError::Protocol { reason } if reason.contains(host)));
    }
    assert_eq!(scene.session.requests(), 0);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let scene = scene([answer(302, "location: /elsewhere\r\n", ""), json(200, "{}")]);
    let error = scene.ask(&scene.get()).await.err().unwrap();
    assert!(matches!(error, ProviderError::Protocol { .. }));
    assert_eq!(scene.session.requests(), 1);
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let scene = scene([json(401, ""), json(200, "{}")]);
    assert!(scene.ask(&scene.get()).await.is_ok());
    assert_eq!(scene.bearers(), ["first", "second"]);
    assert_eq!(*scene.tokens.refused.lock().unwrap(), ["first"]);
}

#[tokio::test]
async fn a_second_refusal_is_handed_on() {
    let scene = scene([json(401, ""), json(401, ""), json(200, "{}")]);
    let error = scene.ask(&scene.get()).await.err().unwrap();
    assert!(matches!(error, ProviderError::Unauthorized { .. }));
    assert_eq!(scene.session.requests(), 2);
}

#[tokio::test]
async fn passing_failures_are_repeated_and_counted() {
    let scene = scene([json(503, "<html>"), Vec::new(), json(200, "{}")]);
    assert!(scene.ask(&scene.get()).await.is_ok());
    assert_eq!(scene.session.requests(), 3);
}

#[tokio::test]
async fn a_request_fails_with_its_last_failure_when_the_attempts_are_used_up() {
    let scene = scene([json(503, ""), json(503, ""), json(503, ""), json(200, "{}")]);
    let error = scene.ask(&scene.get()).await.err().unwrap();
    assert!(matches!(error, ProviderError::Unavailable { .. }));
    assert_eq!(scene.session.requests(), 3);
}

#[tokio::test]
async fn lasting_failures_are_not_repeated() {
    let scene = scene([json(404, ""), json(200, "{}")]);
    let error = scene.ask(&scene.get()).await.err().unwrap();
    assert!(matches!(error, ProviderError::NotFound));
}

#[tokio::test]
async fn a_long_wait_is_handed_to_the_caller() {
    let scene = scene([answer(503, "retry-after: 21\r\n", ""), json(200, "{}")]);
    let error = scene.ask(&scene.get()).await.err().unwrap();
    let asked = Some(Duration::from_secs(21));
    assert!(
        matches!(error, ProviderError::Unavailable { retry_after, .. } if retry_after == asked)
    );
    assert_eq!(scene.session.requests(), 1);
}

#[tokio::test]
async fn a_write_that_may_have_happened_is_not_repeated() {
    let scene = scene([Vec::new(), json(200, "{}")]);
    let body = Body::json(&serde_json::json!({"a": 1}));
    let request = Request::post(scene.server.url("/x"), "x", body);
    let error = scene.ask(&request).await.err().unwrap();
    assert!(matches!(error, ProviderError::Unavailable { .. }));
    let sent = &scene.server.requests()[0];
    assert!(sent.contains("content-type: application/json\r\n"));
    assert!(sent.ends_with(r#"{"a":1}"#));
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let mut scene = scene([json(200, "[1,2,3]"), json(200, "[1,2,3]")]);
    scene.settings.body_limit = 6;
    let error = scene.ask(&scene.get()).await.err().unwrap();
    assert!(matches!(error, ProviderError::Protocol { .. }));
    scene.settings.body_limit = 7;
    assert!(scene.ask(&scene.get()).await.is_ok());
}

#[tokio::test]
async fn a_body_that_breaks_off_is_repeated() {
    let cut = b"HTTP/1.1 200 X\r\ncontent-length: 9\r\n\r\n{".to_vec();
    let scene = scene([cut, json(200, "{}")]);
    assert!(scene.ask(&scene.get()).await.is_ok());
    assert_eq!(scene.session.requests(), 2);
}

#[tokio::test]
async fn a_closed_port_is_unavailable_and_no_url_is_named() {
    let scene = scene([]);
    let error = scene.ask(&scene.get()).await.err().unwrap();
    let ProviderError::Unavailable { reason, .. } = error else {
        panic!("{error}")
    };
    assert!(reason.starts_with("no connection: "), "{reason}");
    assert!(!reason.contains("syncToken"));
}

/// `[1,2,3]` by gzip.
const PACKED: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x8b\x36\xd4\x31\xd2\x31\x8e\x05\x00\xe9\xb3\x6d\xfd\x07\x00\x00\x00";

#[tokio::test]
async fn a_body_is_unpacked_and_its_limit_counts_what_comes_out() {
    let packed = || answer(200, "content-encoding: gzip\r\n", PACKED);
    let mut scene = scene([packed(), packed()]);
    scene.settings.body_limit = 7;
    let numbers: Vec<u8> = scene.ask(&scene.get()).await.unwrap().json().unwrap();
    assert_eq!(numbers, [1, 2, 3]);
    scene.settings.body_limit = 6;
    let error = scene.ask(&scene.get()).await.err().unwrap();
    assert!(matches!(error, ProviderError::Protocol { .. }));
}

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_names_the_route_and_nothing_secret() {
    // With a single subscriber in the process, tracing remembers for good that
    // another test, which has none, did not want the event.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let scene = scene([
        json(503, "body-text"),
        json(200, r#"{"title":"body-text"}"#),
    ]);
    let url = scene
        .server
        .url("/calendars/ana@example.com/events?syncToken=opaque");
    let request = Request::get(url, "calendars/{calendarId}/events");
    scene.ask(&request).await.unwrap();
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let ours: Vec<&str> = text
        .lines()
        .filter(|line| line.contains(" calsync::"))
        .collect();
    assert_eq!(ours.len(), 2, "{text}");
    for part in [
        "http.status=503",
        "attempt=1",
        "account.id=\"a-1\"",
        "http.method=GET",
    ] {
        assert!(ours[0].contains(part), "{part}: {}", ours[0]);
    }
    assert!(
        ours[1].contains("http.path=\"calendars/{calendarId}/events\""),
        "{}",
        ours[1]
    );
    for secret in ["first", "ana@", "opaque", "body-text"] {
        assert!(!ours.concat().contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_refusal_that_is_expected_is_an_answer() {
    let scene = scene([json(409, r#"{"taken":"e"}"#), json(404, "")]);
    let request = || {
        scene
            .get()
            .expecting(|answer| answer.status.as_u16() == 409)
    };
    let answer = scene.ask(&request()).await.unwrap();
    assert_eq!(answer.status.as_u16(), 409);
    assert_eq!(answer.json::<serde_json::Value>().unwrap()["taken"], "e");
    let refused = scene.ask(&request()).await;
    assert!(matches!(refused, Err(ProviderError::NotFound)));
}

#[tokio::test]
async fn a_request_that_is_sent_once_is_not_repeated() {
    let scene = scene([json(503, ""), json(200, "{}")]);
    let refused = scene.ask(&scene.get().once()).await;
    assert!(matches!(refused, Err(ProviderError::Unavailable { .. })));
    assert_eq!(scene.server.requests().len(), 1);
}
