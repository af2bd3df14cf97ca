//! The one request that a browser on this machine comes back with after a
//! consent (RFC 8252, 7.3).

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::page::Page;
use crate::provider::ConsentAnswer;

/// For how long the browser may take its time to read the page.
const READING: Duration = Duration::from_secs(3);

/// A port of this machine that waits for a browser.
pub struct Loopback {
    listener: TcpListener,
    port: u16,
}

/// What is waited for.
struct Wait {
    state: String,
    /// Where the answer goes; only one is listened to.
    answer: Mutex<Option<oneshot::Sender<ConsentAnswer>>>,
}

impl Loopback {
    /// Listens on a port that is free.
    ///
    /// # Errors
    /// When there is none.
    pub async fn bind() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, port })
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Waits for the answer to the request of a state, and shows the person a
    /// page for it. The first answer ends the wait, also one that belongs to
    /// another request; whatever else a browser asks for does not.
    ///
    /// # Errors
    /// When the port cannot be used any more.
    pub async fn answer(self, state: &str) -> std::io::Result<ConsentAnswer> {
        let (sender, answer) = oneshot::channel();
        let wait = Arc::new(Wait {
            state: state.to_owned(),
            answer: Mutex::new(Some(sender)),
        });
        let router = Router::new().fallback(receive).with_state(wait);
        let (stop, stopped) = oneshot::channel::<()>();
        let server = axum::serve(self.listener, router);
        let server = server.with_graceful_shutdown(async {
            stopped.await.ok();
        });
        let server = tokio::spawn(server.into_future());
        let answer = answer.await;
        drop(stop);
        timeout(READING, server).await.ok();
        answer.map_err(|_| std::io::Error::other("the port for the browser was closed"))
    }
}

async fn receive(State(wait): State<Arc<Wait>>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let answer = match *request.method() {
        Method::GET => ConsentAnswer::read(query, &wait.state),
        _ => ConsentAnswer::Other,
    };
    let page = page(&answer);
    if !matches!(answer, ConsentAnswer::Other) {
        let sender = wait
            .answer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(sender) = sender {
            sender.send(answer).ok();
        }
    }
    let mut response = page.into_response();
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(CONNECTION, close);
    response
}

/// What the person sees.
fn page(answer: &ConsentAnswer) -> Page {
    let (status, title, text) = match answer {
        ConsentAnswer::Other => (
            StatusCode::NOT_FOUND,
            "Nothing here",
            "calsync waits here for the answer of your calendar provider.".to_owned(),
        ),
        ConsentAnswer::Foreign => (
            StatusCode::BAD_REQUEST,
            "Not connected",
            "This answer belongs to another request. Close this window and run calsync connect \
             again."
                .to_owned(),
        ),
        ConsentAnswer::Refused(code) => (
            StatusCode::OK,
            "Not connected",
            format!(
                "The provider says: {code}. Close this window; run calsync connect again if that \
                 was a mistake."
            ),
        ),
        ConsentAnswer::Code(_) => (
            StatusCode::OK,
            "Thank you",
            "Close this window and go back to the terminal, where calsync now reads your \
             calendars."
                .to_owned(),
        ),
    };
    Page::new(status, title, text)
}
