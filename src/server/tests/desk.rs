//! A receiver to post to, and what providers post.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::queue::MemoryQueue;
use crate::model::id::WatchId;
use crate::provider::Signer;
use crate::server::connection::{self, Shared};
use crate::server::routes::Routes;
use crate::server::{Backends, Callers, Limits, Parts, Receiver};

pub(super) const GOOGLE: &str = "/webhooks/google/calendar";
pub(super) const GRAPH: &str = "/webhooks/microsoft/calendar";

/// When everything is received.
pub(super) fn now() -> DateTime<Utc> {
    "2026-03-02T08:00:00Z".parse().unwrap()
}

/// A receiver with a queue in memory and no store.
pub(super) struct Desk {
    pub(super) queue: Arc<MemoryQueue>,
    pub(super) receiver: Arc<Receiver>,
    shared: Arc<Shared>,
    pub(super) stop: CancellationToken,
}

impl Desk {
    pub(super) fn new() -> Self {
        Self::limited(|_| {})
    }

    pub(super) fn limited(change: impl FnOnce(&mut Limits)) -> Self {
        let backends = Arc::new(Backends::default());
        let queue = Arc::new(MemoryQueue::new());
        backends.queue.bring(queue.clone());
        backends.store.note_away();
        let mut limits = Limits::with_body(4096);
        change(&mut limits);
        let receiver = Receiver::new(Parts {
            signer: signer(),
            callers: Callers::new(None, None),
            consents: None,
            limits: limits.clone(),
            now,
            backends,
        });
        Self::of(receiver, queue, limits)
    }

    pub(super) fn of(receiver: Arc<Receiver>, queue: Arc<MemoryQueue>, limits: Limits) -> Self {
        let shared = Arc::new(Shared {
            routes: Routes::new(receiver.clone()),
            limits,
            room: Arc::new(Notify::new()),
        });
        Self {
            queue,
            receiver,
            shared,
            stop: CancellationToken::new(),
        }
    }

    /// A new connection.
    pub(super) fn connect(&self) -> Client {
        let (ours, theirs) = duplex(1 << 20);
        let stop = self.stop.clone();
        tokio::spawn(connection::serve(theirs, self.shared.clone(), stop));
        Client(ours)
    }

    /// Sends a request over a connection of its own.
    pub(super) async fn ask(&self, request: &str) -> Answer {
        self.connect().ask(request).await
    }
}

/// The client's end of a connection.
pub(super) struct Client(DuplexStream);

impl Client {
    pub(super) async fn ask(&mut self, request: &str) -> Answer {
        self.send(request).await;
        self.answer().await.expect("an answer")
    }

    /// Sends bytes, if the other end still takes them.
    pub(super) async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.ok();
    }

    /// The next answer; none when the connection was closed without.
    pub(super) async fn answer(&mut self) -> Option<Answer> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).unwrap();
        let length = header(&head, "content-length").map_or(0, |text| text.parse().unwrap());
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.unwrap();
        Some(Answer {
            status: head[9..12].parse().unwrap(),
            head,
            body: String::from_utf8(body).unwrap(),
        })
    }
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let headers = head.lines().filter_map(|line| line.split_once(": "));
    let mut values = headers.filter(|(found, _)| *found == name);
    values.next().map(|(_, value)| value)
}

fn signer() -> Signer {
    Signer::new(&SecretString::from("a secret of this test"))
}

/// A request, as it travels.
pub(super) fn request(line: &str, headers: &[(&str, &str)], body: &str) -> String {
    let headers: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let length = body.len();
    format!("{line} HTTP/1.1\r\nhost: calsync\r\n{headers}content-length: {length}\r\n\r\n{body}")
}

/// What Google posts for a channel of a user.
pub(super) fn google(path: &str, state: &str, token: Option<&str>) -> String {
    let channel = WatchId::new("user_u-7_0123456789");
    let signature = signer().sign(&channel);
    let headers = [
        ("x-goog-channel-id", channel.as_str()),
        (
            "x-goog-channel-token",
            token.unwrap_or(signature.expose_secret()),
        ),
        ("x-goog-resource-id", "o3hgv1538example"),
        ("x-goog-resource-state", state),
        ("x-goog-message-number", "1"),
    ];
    request(&format!("POST {path}"), &headers, "")
}

/// A notification of Graph's; forged ones carry a state of somebody else.
pub(super) fn entry(what: &str, is_forged: bool) -> serde_json::Value {
    let watch = WatchId::new("user_u-8_0123456789");
    let signature = signer().sign(&watch);
    let state = match is_forged {
        true => format!("{watch}.{}", "A".repeat(43)),
        false => format!("{watch}.{}", signature.expose_secret()),
    };
    serde_json::json!({
        "subscriptionId": "7f105c7d-2dc5-4530-97cd-4e7ae6534c07",
        "clientState": state, "changeType": what, "resource": "Users/a/Events/b",
        "tenantId": "84bd8158-6d4d-4958-8b9f-9d6445542f95",
    })
}

/// What Graph posts.
pub(super) fn graph(path: &str, entries: &[serde_json::Value]) -> String {
    let body = serde_json::json!({ "value": entries }).to_string();
    let headers = [("content-type", "application/json")];
    request(&format!("POST {path}"), &headers, &body)
}
