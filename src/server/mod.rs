//! The receiver: takes what providers post, queues it and answers.
//!
//! A notification is durable in the queue before the answer says so. Forged
//! and malformed requests touch neither queue nor store, and nothing of a
//! request comes back in an answer, Graph's challenge apart.

mod activity;
mod api;
mod backends;
mod body;
mod connection;
mod consent;
mod health;
mod limits;
mod loopback;
mod metrics;
mod page;
mod routes;
mod serve;
mod sockets;
mod sparse;
mod systemd;
#[cfg(test)]
mod tests;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::Semaphore;

use self::activity::Activity;
pub use self::api::Callers;
pub use self::backends::{Backends, Slot};
pub use self::consent::{Arrival, Arrived, Consents, Invitation, keeps_cookies};
use self::health::{Health, Probe, Pushes};
pub use self::limits::Limits;
pub use self::loopback::Loopback;
pub(crate) use self::metrics::{Kind, Text};
use self::metrics::{Metrics, Outcome};
pub use self::serve::Server;
pub use self::sockets::{ListenError, Sockets};
use self::sparse::Sparse;
use crate::provider::Signer;

/// The target of the lines that say when a receiver starts and ends.
pub const TARGET: &str = "calendar_webhook_receiver";

/// What those lines call it.
const JOB: &str = "serve-webhooks";

/// Answers requests.
pub struct Receiver {
    signer: Signer,
    callers: Callers,
    consents: Option<Consents>,
    limits: Limits,
    now: fn() -> DateTime<Utc>,
    backends: Arc<Backends>,
    activity: Arc<Activity>,
    waiting: Semaphore,
    /// Bytes of bodies that there is room for.
    room: Semaphore,
    pushes: Pushes,
    metrics: Metrics,
    probe: Probe,
    forged: Sparse,
    unavailable: Sparse,
}

/// What a receiver is made of.
pub struct Parts {
    /// Knows our signatures.
    pub signer: Signer,
    /// Who may set schedules.
    pub callers: Callers,
    /// What connecting accounts takes; none: they cannot be connected here.
    pub consents: Option<Consents>,
    /// What a client may take.
    pub limits: Limits,
    /// Reads the clock: a receiver lives longer than one reading holds.
    pub now: fn() -> DateTime<Utc>,
    /// The queue and the store.
    pub backends: Arc<Backends>,
}

impl Receiver {
    /// A receiver.
    #[must_use]
    pub fn new(parts: Parts) -> Arc<Self> {
        Arc::new(Self {
            signer: parts.signer,
            callers: parts.callers,
            consents: parts.consents,
            activity: Activity::new(),
            waiting: Semaphore::new(parts.limits.waiting),
            room: Semaphore::new(parts.limits.bodies),
            pushes: Pushes::default(),
            limits: parts.limits,
            now: parts.now,
            backends: parts.backends,
            metrics: Metrics::default(),
            probe: Probe::new(),
            forged: Sparse::default(),
            unavailable: Sparse::default(),
        })
    }

    /// Says that it begins to receive.
    pub fn started(&self) {
        tracing::info!(target: TARGET, job = JOB, "receiver started");
    }

    /// Says that it ended, and what became of what was posted.
    pub fn ended(&self, after: Duration) {
        let total = |outcome| self.metrics.total(outcome);
        tracing::info!(
            target: TARGET,
            job = JOB,
            duration_ms = u64::try_from(after.as_millis()).unwrap_or(u64::MAX),
            counts.queued = total(Outcome::Queued),
            counts.forged = total(Outcome::Forged),
            counts.malformed = total(Outcome::Malformed),
            counts.hello = total(Outcome::Hello),
            counts.challenge = total(Outcome::Challenge),
            counts.unavailable = total(Outcome::Unavailable),
            "receiver ended"
        );
    }

    /// How queue and store are.
    async fn health(&self) -> Arc<Health> {
        self.probe.look(&self.backends, &self.pushes).await
    }
}
