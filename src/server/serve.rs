//! Accepts connections until it is time to stop, then lets them finish.

use std::sync::Arc;
use std::time::Duration;

use axum::serve::{Listener, ListenerExt};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::activity::Activity;
use super::connection::{self, Shared};
use super::routes::Routes;
use super::sockets::Sockets;
use super::{Receiver, systemd};

/// A receiver with what it listens on.
pub struct Server {
    /// Answers.
    pub receiver: Arc<Receiver>,
    /// Where it listens.
    pub sockets: Sockets,
    /// After how long without a request it ends by itself.
    pub idle_exit: Option<Duration>,
}

impl Server {
    /// Answers requests until it is asked to stop, or long enough nobody
    /// asked anything; then what is in flight is still answered.
    pub async fn run(self, stop: &CancellationToken) {
        for address in self.sockets.addresses() {
            tracing::info!(address, "listening on {address}");
        }
        let activity = Activity::new();
        let limits = self.receiver.limits.clone();
        let slots = Arc::new(Semaphore::new(limits.connections));
        let (time, idle_exit) = (limits.stop_time, self.idle_exit);
        let shared = Arc::new(Shared {
            routes: Routes::new(self.receiver.clone()),
            limits,
            activity: activity.clone(),
        });
        let graceful = GracefulShutdown::new();
        let gate = Gate {
            shared: &shared,
            slots: &slots,
            graceful: &graceful,
        };
        tokio::select! {
            () = gate.open(&self.receiver, self.sockets) => {}
            () = systemd::keep_informed(&self.receiver) => {}
            () = quiet(&activity, idle_exit) => tracing::info!("no request for long enough"),
            () = stop.cancelled() => {}
        }
        systemd::stopping();
        if timeout(time, graceful.shutdown()).await.is_err() {
            tracing::warn!("requests in flight were not answered in time");
        }
        tracing::info!("stopped");
    }
}

async fn quiet(activity: &Activity, idle_exit: Option<Duration>) {
    match idle_exit {
        Some(time) => activity.quiet_for(time).await,
        None => std::future::pending().await,
    }
}

/// Lets connections in, as many at once as there are slots.
struct Gate<'a> {
    shared: &'a Arc<Shared>,
    slots: &'a Arc<Semaphore>,
    graceful: &'a GracefulShutdown,
}

impl Gate<'_> {
    /// Accepts on all sockets, for ever. Who started us by connecting is not
    /// sent away because the queue is being opened.
    async fn open(&self, receiver: &Receiver, sockets: Sockets) {
        receiver.backends.tried().await;
        // Answers are small and waited for: they must not wait for more.
        let tcp = sockets.tcp.into_iter().map(|socket| {
            let socket = socket.tap_io(|stream| {
                stream.set_nodelay(true).ok();
            });
            self.accept(socket).boxed()
        });
        let unix = sockets
            .unix
            .into_iter()
            .map(|socket| self.accept(socket).boxed());
        let all: Vec<BoxFuture<'_, ()>> = tcp.chain(unix).collect();
        join_all(all).await;
    }

    async fn accept<L: Listener>(&self, mut listener: L) {
        while let Ok(slot) = self.slots.clone().acquire_owned().await {
            let (stream, _) = listener.accept().await;
            self.shared.activity.touch();
            let (shared, watcher) = (self.shared.clone(), self.graceful.watcher());
            tokio::spawn(async move {
                connection::serve(stream, shared, watcher).await;
                drop(slot);
            });
        }
    }
}
