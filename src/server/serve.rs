//! Accepts connections until it is time to stop, then lets them finish.

use std::sync::Arc;
use std::time::Duration;

use axum::serve::{Listener, ListenerExt};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::connection::{self, Shared};
use super::routes::Routes;
use super::sockets::Sockets;
use super::sparse::Sparse;
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
        let limits = self.receiver.limits.clone();
        let slots = Arc::new(Semaphore::new(limits.connections));
        let (time, idle_exit) = (limits.stop_time, self.idle_exit);
        let shared = Arc::new(Shared {
            routes: Routes::new(self.receiver.clone()),
            limits,
            room: Arc::new(Notify::new()),
        });
        let gate = Gate {
            shared,
            slots,
            connections: TaskTracker::new(),
            stop: CancellationToken::new(),
            crowded: Sparse::default(),
        };
        tokio::select! {
            () = gate.open(&self.receiver, self.sockets) => {}
            () = systemd::keep_informed(&self.receiver) => {}
            () = quiet(&self.receiver, idle_exit) => tracing::info!("no request for long enough"),
            () = stop.cancelled() => {}
        }
        systemd::stopping();
        gate.stop.cancel();
        gate.connections.close();
        if timeout(time, gate.connections.wait()).await.is_err() {
            tracing::warn!("requests in flight were not answered in time");
        }
    }
}

/// Returns once long enough nobody asked anything, though they could.
async fn quiet(receiver: &Receiver, idle_exit: Option<Duration>) {
    let Some(time) = idle_exit else {
        return std::future::pending().await;
    };
    receiver.backends.tried().await;
    receiver.activity.touch();
    receiver.activity.quiet_for(time).await;
}

/// Lets connections in, as many at once as there are slots.
struct Gate {
    shared: Arc<Shared>,
    slots: Arc<Semaphore>,
    connections: TaskTracker,
    /// Tells the connections that it is time to stop.
    stop: CancellationToken,
    crowded: Sparse,
}

impl Gate {
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
        while let Some(slot) = self.slot().await {
            let (stream, _) = listener.accept().await;
            self.shared.routes.receiver.activity.touch();
            let (shared, stop) = (self.shared.clone(), self.stop.clone());
            self.connections.spawn(async move {
                connection::serve(stream, shared, stop).await;
                drop(slot);
            });
        }
    }

    /// Room for one more connection. Those that only rest between two requests
    /// do not keep others out: the first of them makes room.
    async fn slot(&self) -> Option<OwnedSemaphorePermit> {
        if self.slots.available_permits() == 0 {
            if let Some(times) = self.crowded.note(1) {
                tracing::warn!(
                    times,
                    "no room for more connections: one that rests is closed"
                );
            }
            self.shared.room.notify_one();
        }
        self.slots.clone().acquire_owned().await.ok()
    }
}
