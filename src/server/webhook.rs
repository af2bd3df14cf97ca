//! What providers post: looked at, queued, answered.
//!
//! An answer says nothing of what was found wrong. What is not signed by us
//! reaches neither queue nor store.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode, request};
use axum::response::{IntoResponse, Response};
use hyper::Request;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout};

use super::Receiver;
use super::body;
use super::metrics::Outcome;
use crate::model::account::ProviderKind;
use crate::model::notification::Notification;
use crate::provider::{Incoming as Posted, Post, receive};

/// Seconds after which it is worth trying again.
pub(super) const RETRY: HeaderValue = HeaderValue::from_static("10");

impl Receiver {
    /// Takes what a provider posted.
    pub(super) async fn take(
        &self,
        provider: ProviderKind,
        request: Request<Incoming>,
    ) -> Response {
        let (head, body) = request.into_parts();
        let body = match body::read(body, &self.limits, &self.room).await {
            Ok(body) => body,
            Err(StatusCode::SERVICE_UNAVAILABLE) => {
                self.metrics.count(provider, Outcome::Unavailable, 1);
                return unavailable();
            }
            Err(status) => {
                self.metrics.count(provider, Outcome::Malformed, 1);
                return status.into_response();
            }
        };
        let (outcome, answer) = match self.understand(provider, &head, &body.bytes) {
            Posted::Notifications { authentic, forged } => {
                self.note_forged(provider, forged);
                return self.queue(provider, authentic, forged).await;
            }
            Posted::Challenge(token) => (Outcome::Challenge, challenge(token)),
            Posted::Hello => (Outcome::Hello, accepted(provider)),
            Posted::Malformed => (Outcome::Malformed, StatusCode::BAD_REQUEST.into_response()),
        };
        self.metrics.count(provider, outcome, 1);
        answer
    }

    fn understand(&self, provider: ProviderKind, head: &request::Parts, body: &[u8]) -> Posted {
        let header = |name: &str| head.headers.get(name)?.to_str().ok();
        let post = Post {
            header: &header,
            query: head.uri.query(),
            body,
            at: (self.now)(),
        };
        receive(provider, &self.signer, &post)
    }

    fn note_forged(&self, provider: ProviderKind, forged: usize) {
        if forged == 0 {
            return;
        }
        self.metrics.count(provider, Outcome::Forged, forged);
        if let Some(forged) = self.forged.note(forged as u64) {
            tracing::warn!(forged, "notifications refused that no watch of ours sent");
        }
    }

    /// Has the queue take what is authentic before it is answered.
    async fn queue(
        &self,
        provider: ProviderKind,
        authentic: Vec<Notification>,
        forged: usize,
    ) -> Response {
        let number = authentic.len();
        if number == 0 {
            return nothing_authentic(provider, forged);
        }
        let pushed = self.push(authentic).await;
        self.pushes.note(pushed.is_ok());
        match pushed {
            Ok(()) => {
                self.metrics.count(provider, Outcome::Queued, number);
                accepted(provider)
            }
            Err(reason) => {
                self.metrics.count(provider, Outcome::Unavailable, number);
                if let Some(refused) = self.unavailable.note(number as u64) {
                    tracing::warn!(refused, reason, "notifications refused for now");
                }
                unavailable()
            }
        }
    }

    /// A push that was given up may still succeed: then it is queued twice,
    /// and looked after once.
    async fn push(&self, notifications: Vec<Notification>) -> Result<(), String> {
        let room = self.waiting.try_acquire();
        let _room = room.map_err(|_| "too many requests wait for the queue")?;
        let queue = self
            .backends
            .queue
            .get()
            .ok_or("the queue is not open yet")?;
        let begun = Instant::now();
        let pushed = timeout(self.limits.queue_time, queue.push(notifications)).await;
        let pushed = pushed.map_err(|_| "the queue does not answer in time")?;
        pushed.map_err(|error| error.to_string())?;
        self.metrics.pushed(begun.elapsed());
        Ok(())
    }
}

/// A forgery of Google's is refused; Graph is not told which of its
/// notifications were.
fn nothing_authentic(provider: ProviderKind, forged: usize) -> Response {
    match provider {
        ProviderKind::Google if forged > 0 => StatusCode::FORBIDDEN.into_response(),
        _ => accepted(provider),
    }
}

fn accepted(provider: ProviderKind) -> Response {
    let status = match provider {
        ProviderKind::Google => StatusCode::NO_CONTENT,
        ProviderKind::Microsoft => StatusCode::ACCEPTED,
    };
    status.into_response()
}

/// The text as it is, and as nothing but text.
fn challenge(token: String) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/plain")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, Body::from(token)).into_response()
}

/// The provider is to try again.
pub(super) fn unavailable() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, RETRY)]).into_response()
}
