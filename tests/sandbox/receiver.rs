//! Somebody who is sent notifications: a small HTTP server that keeps what it
//! gets and answers what it is told to.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Something that arrived.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    pub(crate) method: String,
    /// Path and query, still encoded.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Arrived {
    /// The value of a header, empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// What the receiver answers: by default 204, and to a handshake its token.
type Answers = dyn Fn(&Arrived) -> Option<Response> + Send + Sync;

/// Ends when it is dropped.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

struct Shared {
    arrived: Mutex<Vec<Arrived>>,
    answers: Mutex<Arc<Answers>>,
    here: AtomicUsize,
    most: AtomicUsize,
}

impl Receiver {
    /// Starts on a free port of the loopback interface.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            arrived: Mutex::default(),
            answers: Mutex::new(Arc::new(|_| None)),
            here: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        });
        let router = Router::new().fallback(receive).with_state(shared.clone());
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.ok();
        });
        Self {
            address,
            shared,
            server,
        }
    }

    /// Answers everything with this status from now on.
    pub(crate) fn answer(&self, status: u16) {
        self.answer_by(move |_| Some(StatusCode::from_u16(status).unwrap().into_response()));
    }

    /// Answers by a rule from now on; `None`: as by default.
    pub(crate) fn answer_by(
        &self,
        rule: impl Fn(&Arrived) -> Option<Response> + Send + Sync + 'static,
    ) {
        *self.shared.answers.lock().unwrap() = Arc::new(rule);
    }

    /// What has arrived since the last time.
    pub(crate) fn take(&self) -> Vec<Arrived> {
        std::mem::take(&mut self.shared.arrived.lock().unwrap())
    }

    /// The most POSTs that were here at once.
    pub(crate) fn most_at_once(&self) -> usize {
        self.shared.most.load(Ordering::SeqCst)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn receive(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let here = shared.here.fetch_add(1, Ordering::SeqCst) + 1;
    shared.most.fetch_max(here, Ordering::SeqCst);
    let (parts, body) = request.into_parts();
    // Whoever else is on the way may arrive meanwhile.
    tokio::task::yield_now().await;
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let arrived = Arrived {
        method: parts.method.to_string(),
        path: parts.uri.to_string(),
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    };
    let rule = shared.answers.lock().unwrap().clone();
    shared.arrived.lock().unwrap().push(arrived.clone());
    shared.here.fetch_sub(1, Ordering::SeqCst);
    rule(&arrived).unwrap_or_else(|| by_default(&arrived))
}

/// The token of a handshake, decoded once.
fn by_default(arrived: &Arrived) -> Response {
    let query = arrived.path.split_once('?').map_or("", |(_, query)| query);
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    match pairs.find(|(name, _)| name == "validationToken") {
        Some((_, token)) => {
            ([(header::CONTENT_TYPE, "text/plain")], token.into_owned()).into_response()
        }
        None => StatusCode::NO_CONTENT.into_response(),
    }
}
