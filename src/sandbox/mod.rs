//! Models of the providers over real HTTP on the loopback interface, for
//! `calsync demo`, tests and benches.
//!
//! A model is written from the wire contract alone and shares nothing with the
//! adapters, so that a misreading in an adapter shows. It refuses what the real
//! service would refuse. Nothing here reads the wall clock or draws randomness:
//! ids, tokens and etags come from a seeded counter, time from [`Clock`].

mod answer;
mod clock;
mod effects;
pub mod faults;
pub mod google;
mod html;
pub mod ics;
mod ids;
mod log;
pub mod microsoft;
pub mod population;
pub mod push;
mod server;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use chrono::{DateTime, Utc};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

pub use clock::Clock;
pub use google::Google;
pub use microsoft::Microsoft;

use push::Routes;
use server::{CuttableListener, KillSwitch};

/// Running models of the providers; they stop when this is dropped.
pub struct Sandbox {
    /// The model of Google Calendar and Google's OAuth.
    pub google: Google,
    /// The model of Microsoft Graph calendars and Microsoft's identity platform.
    pub microsoft: Microsoft,
    /// The time by which tokens expire and changes are stamped.
    pub clock: Clock,
    address: SocketAddr,
    routes: Routes,
    stop: DropGuard,
    server: JoinHandle<io::Result<()>>,
}

impl Sandbox {
    /// Starts on a free port of `127.0.0.1`, with the clock at `now`; equal
    /// seeds give equal ids.
    ///
    /// # Errors
    /// No port could be opened.
    pub async fn start(now: DateTime<Utc>, seed: u64) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let clock = Clock::at(now);
        let stop = CancellationToken::new();
        let routes = Routes::default();
        let google = Google::new(
            &format!("http://{address}/google"),
            clock.clone(),
            seed,
            routes.clone(),
            stop.clone(),
        );
        let microsoft = Microsoft::new(
            &format!("http://{address}/microsoft"),
            clock.clone(),
            seed,
            routes.clone(),
            stop.clone(),
        );
        let router = Router::new()
            .nest("/google", google::router(google.clone()))
            .nest("/microsoft", microsoft::router(microsoft.clone()));
        let server = tokio::spawn(serve(listener, router, stop.clone()));
        Ok(Self {
            google,
            microsoft,
            clock,
            address,
            routes,
            stop: stop.drop_guard(),
            server,
        })
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on the host of an https address, as in
    /// `https://calsync.example`, is at `place`, where plain HTTP is spoken:
    /// what DNS and a TLS proxy would do. The models reach no other host.
    pub fn route(&self, url: &str, place: SocketAddr) {
        self.routes.set(url, Some(place));
    }

    /// From now on the host of an https address cannot be reached.
    pub fn unroute(&self, url: &str) {
        self.routes.set(url, None);
    }

    /// Returns when no notification of either model is under way.
    pub async fn settle(&self) {
        self.google.settle().await;
        self.microsoft.settle().await;
    }

    /// Sends again what receivers of either model could not take, and returns
    /// when it has arrived; how many POSTs.
    pub async fn redeliver(&self) -> usize {
        self.google.redeliver().await + self.microsoft.redeliver().await
    }

    /// Stops listening, ends requests that hang and waits for the server.
    pub async fn stop(self) {
        drop(self.stop);
        // A server that ended early has nothing left to stop.
        self.server.await.ok();
    }
}

async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) -> io::Result<()> {
    let service = router.into_make_service_with_connect_info::<KillSwitch>();
    axum::serve(CuttableListener(listener), service)
        .with_graceful_shutdown(stop.cancelled_owned())
        .await
}
