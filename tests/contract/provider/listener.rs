//! Where notifications arrive: what is posted is handed to `receive`, and
//! answered as the receiver does.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use calsync::model::account::ProviderKind;
use calsync::model::notification::Notification;
use calsync::provider::{Incoming, Post, Signer, receive};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::bench::now;

/// What has arrived.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrived {
    pub(super) authentic: Vec<Notification>,
    pub(super) forged: usize,
    /// Challenges and greetings.
    pub(super) greetings: usize,
}

/// A listener on this machine; ends when dropped.
pub(super) struct Listener {
    pub(super) address: SocketAddr,
    arrived: Arc<Mutex<Arrived>>,
    server: JoinHandle<()>,
}

#[derive(Clone)]
struct Receiving {
    provider: ProviderKind,
    signer: Signer,
    arrived: Arc<Mutex<Arrived>>,
}

impl Listener {
    pub(super) async fn start(provider: ProviderKind, signer: Signer) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let arrived = Arc::new(Mutex::new(Arrived::default()));
        let receiving = Receiving {
            provider,
            signer,
            arrived: arrived.clone(),
        };
        let router = Router::new().fallback(take).with_state(receiving);
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            arrived,
            server,
        }
    }

    /// What has arrived since the last time.
    pub(super) fn take(&self) -> Arrived {
        std::mem::take(&mut self.arrived.lock().unwrap())
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn take(State(receiving): State<Receiving>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let post = Post {
        header: &|name| parts.headers.get(name)?.to_str().ok(),
        query: parts.uri.query(),
        body: &body,
        at: now(),
    };
    let incoming = receive(receiving.provider, &receiving.signer, &post);
    let mut arrived = receiving.arrived.lock().unwrap();
    match incoming {
        Incoming::Challenge(token) => {
            arrived.greetings += 1;
            token.into_response()
        }
        Incoming::Hello => {
            arrived.greetings += 1;
            StatusCode::NO_CONTENT.into_response()
        }
        Incoming::Notifications { authentic, forged } => {
            arrived.authentic.extend(authentic);
            arrived.forged += forged;
            StatusCode::ACCEPTED.into_response()
        }
        Incoming::Malformed => panic!("{:?} {body:?}", parts.headers),
    }
}
