//! Which path leads where. Wrong paths and methods are answered without a
//! word.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::{ALLOW, CONTENT_TYPE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use tokio::time::timeout;

use super::metrics::Text;
use super::webhook::unavailable;
use super::{Receiver, api, consent};
use crate::model::account::ProviderKind::{self, Google, Microsoft};
use crate::provider::{lifecycle_path, path};

/// Every route. What providers post takes a short cut past the router, which
/// would cost as much as all that is done with it.
pub(super) struct Routes {
    pub(super) receiver: Arc<Receiver>,
    router: TowerToHyperService<Router>,
}

impl Routes {
    pub(super) fn new(receiver: Arc<Receiver>) -> Self {
        Self {
            router: TowerToHyperService::new(router(receiver.clone())),
            receiver,
        }
    }

    /// Answers a request, in time: what providers post has limits of its own.
    pub(super) async fn answer(&self, request: Request<Incoming>) -> Response {
        match poster(request.uri().path()) {
            Some(provider) if request.method() == Method::POST => {
                self.receiver.take(provider, request).await
            }
            Some(_) => {
                let allowed = [(ALLOW, HeaderValue::from_static("POST"))];
                (StatusCode::METHOD_NOT_ALLOWED, allowed).into_response()
            }
            None => self.route(request).await,
        }
    }

    async fn route(&self, request: Request<Incoming>) -> Response {
        let time = self.receiver.limits.request_time;
        match timeout(time, self.router.call(request)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(never)) => match never {},
            Err(_) => unavailable(),
        }
    }
}

/// The provider that posts to a path.
fn poster(at: &str) -> Option<ProviderKind> {
    let posts = |provider: &ProviderKind| {
        at == path(*provider) || at == lifecycle_path(*provider) || at == under(*provider)
    };
    ProviderKind::ALL.into_iter().find(posts)
}

/// Where it may post as well, beside what the application asks for.
fn under(provider: ProviderKind) -> &'static str {
    match provider {
        Google => "/integrations/calendar/webhooks/google",
        Microsoft => "/integrations/calendar/webhooks/microsoft",
    }
}

fn router(receiver: Arc<Receiver>) -> Router {
    ProviderKind::ALL
        .into_iter()
        .fold(Router::new(), |router, provider| {
            let start = move |receiver, request| consent::start(receiver, provider, request);
            let callback = move |receiver, request| consent::callback(receiver, provider, request);
            router
                .route(&consent::start_path(provider), get(start))
                .route(&consent::callback_path(provider), get(callback))
        })
        .route("/integrations/calendar/sync/schedule", post(api::schedule))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(receiver)
}

/// Whether queue and store answer; if not, which of them.
async fn ready(receiver: State<Arc<Receiver>>) -> Response {
    let health = receiver.health().await;
    match health.missing()[..] {
        [] => "ok\n".into_response(),
        ref missing => {
            let text = format!("not available: {}\n", missing.join(", "));
            (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
        }
    }
}

async fn metrics(receiver: State<Arc<Receiver>>) -> Response {
    let health = receiver.health().await;
    let text = receiver.metrics.text(&health, (receiver.now)());
    let kind = [(CONTENT_TYPE, HeaderValue::from_static(Text::TYPE))];
    (kind, text).into_response()
}
