//! Answers listings of events from memory once the sandbox has answered them,
//! so that the source costs next to nothing while something else is measured.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Response, header};
use axum::serve::ListenerExt;
use reqwest::Client;
use tokio::net::TcpListener;

/// What was answered once.
#[derive(Clone)]
struct Stored {
    encoding: Option<header::HeaderValue>,
    body: Bytes,
}

/// The server.
#[derive(Clone)]
pub(crate) struct Proxy {
    upstream: Arc<str>,
    client: Client,
    state: Arc<Mutex<Seen>>,
}

/// What was asked.
#[derive(Default)]
struct Seen {
    stored: HashMap<String, Stored>,
    requests: usize,
    first_listing: Option<String>,
}

impl Proxy {
    /// A proxy for a server at a URL without a slash at the end.
    pub(crate) fn new(upstream: &str) -> Self {
        // An error says that the process has a provider already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            upstream: upstream.into(),
            client: Client::builder().gzip(false).build().unwrap(),
            state: Arc::default(),
        }
    }

    /// Serves in the background; answers its URL without a slash at the end.
    pub(crate) async fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(self.clone());
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
        tokio::spawn(async { axum::serve(listener, router).await });
        url
    }

    /// Requests since this was last asked.
    pub(crate) fn requests(&self) -> usize {
        std::mem::take(&mut self.state.lock().unwrap().requests)
    }

    /// Path and query of the first page of events that was asked for.
    pub(crate) fn first_listing(&self) -> String {
        let state = self.state.lock().unwrap();
        state.first_listing.clone().unwrap_or_default()
    }

    /// The stored answer to a request.
    fn known(&self, uri: &str) -> Option<Stored> {
        let mut state = self.state.lock().unwrap();
        state.requests += 1;
        if state.first_listing.is_none() && is_listing(uri) {
            state.first_listing = Some(uri.to_owned());
        }
        state.stored.get(uri).cloned()
    }

    /// Asks the sandbox, and keeps the answer if it is a listing of events.
    async fn ask(&self, request: Request, uri: &str) -> Stored {
        let url = format!("{}{uri}", self.upstream);
        let (parts, body) = request.into_parts();
        let mut headers = parts.headers;
        headers.remove(header::HOST);
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let sent = self.client.request(parts.method, url);
        let answer = sent.headers(headers).body(body).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
        let stored = Stored {
            encoding: answer.headers().get(header::CONTENT_ENCODING).cloned(),
            body: answer.bytes().await.unwrap(),
        };
        if is_listing(uri) {
            let mut state = self.state.lock().unwrap();
            state.stored.insert(uri.to_owned(), stored.clone());
        }
        stored
    }
}

/// Whether a calendar's events are asked for; the calendar is named, so that
/// whose token it carries makes no difference.
fn is_listing(uri: &str) -> bool {
    uri.contains("/events?") || uri.contains("/calendarView/delta?")
}

/// Answers one request.
async fn answer(State(proxy): State<Proxy>, request: Request) -> Response<Body> {
    let uri = request.uri().to_string();
    let stored = match proxy.known(&uri) {
        Some(stored) => stored,
        None => proxy.ask(request, &uri).await,
    };
    let mut response = Response::new(Body::from(stored.body));
    if let Some(encoding) = stored.encoding {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_ENCODING, encoding);
    }
    response
}
