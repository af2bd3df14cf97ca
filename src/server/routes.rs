//! Which path leads where. Wrong paths and methods are answered without a
//! word.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::metrics::Text;
use super::{Receiver, api, webhook};
use crate::model::account::ProviderKind;
use crate::provider::{lifecycle_path, path};

/// Every route.
pub(super) fn router(receiver: Arc<Receiver>) -> Router {
    let (google, microsoft) = (post(webhook::google), post(webhook::microsoft));
    Router::new()
        .route(path(ProviderKind::Google), google.clone())
        .route("/integrations/calendar/webhooks/google", google)
        .route(path(ProviderKind::Microsoft), microsoft.clone())
        .route(lifecycle_path(ProviderKind::Microsoft), microsoft.clone())
        .route("/integrations/calendar/webhooks/microsoft", microsoft)
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
