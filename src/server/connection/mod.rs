//! One connection: its requests, one after the other.

mod patience;

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use self::patience::{Patient, Phase, Stage};
use super::limits::Limits;
use super::routes::Routes;

/// The most of a request that is buffered at once.
const BUFFER: usize = 64 << 10;

/// How long a connection may still begin to say something when it is time to
/// stop. What it sent may lie there already, where hyper does not look any more
/// once it is told to stop.
const FIRST: Duration = Duration::from_secs(1);

/// What all connections have in common.
pub(super) struct Shared {
    pub(super) routes: Routes,
    pub(super) limits: Limits,
    /// Told when the connection that rests longest is to make room.
    pub(super) room: Arc<Notify>,
}

/// Answers the requests of a connection until it ends, or until it is time to
/// stop: then after the one that is being answered.
pub(super) async fn serve<S>(stream: S, shared: Arc<Shared>, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let phase = Arc::new(Phase::default());
    let may_stop = may_stop(stop, phase.clone());
    let stream = Patient::new(stream, phase.clone(), &shared);
    let mut http = http1::Builder::new();
    http.max_header_size(shared.limits.head)
        .max_buf_size(BUFFER)
        // The stream has patience of its own.
        .header_read_timeout(None::<Duration>);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let request_in_flight = shared.routes.receiver.activity.enter();
        phase.enter(Stage::Busy);
        let (shared, phase) = (shared.clone(), phase.clone());
        async move {
            let answer = guarded(shared.routes.answer(request)).await;
            phase.enter(Stage::Idle);
            drop(request_in_flight);
            Ok::<_, Infallible>(answer)
        }
    });
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = may_stop => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::trace!(%error, "connection ended");
    }
}

/// Returns when it is time to stop, and the connection has said something or
/// had the time to.
async fn may_stop(stop: CancellationToken, phase: Arc<Phase>) {
    stop.cancelled().await;
    timeout(FIRST, phase.begun()).await.ok();
}

/// The answer, whatever happens: a fault in one request is not the end of the
/// others.
async fn guarded(answer: impl Future<Output = Response>) -> Response {
    let answer = AssertUnwindSafe(answer).catch_unwind().await;
    answer.unwrap_or_else(|_| {
        tracing::error!("a request was not answered, because of a fault in this program");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}
