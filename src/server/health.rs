//! Whether queue and store answer.

use std::fmt::Display;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::backends::Backends;
use crate::model::id::UserId;
use crate::queue::QueueStatus;

/// How long an answer holds, so that probes cost nothing.
const HOLDS: Duration = Duration::from_secs(1);

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long a push that failed is held against the queue.
const GRUDGE: Duration = Duration::from_secs(30);

/// Whether the queue takes what is pushed, which one that answers may refuse.
#[derive(Debug, Default)]
pub(super) struct Pushes {
    /// When the last push failed, if it did.
    failed: std::sync::Mutex<Option<Instant>>,
}

impl Pushes {
    /// A push was taken, or it was not.
    pub(super) fn note(&self, taken: bool) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        *failed = (!taken).then(Instant::now);
    }

    fn fail(&self) -> bool {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.is_some_and(|at| at.elapsed() < GRUDGE)
    }
}

/// How queue and store are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Health {
    /// What is in the queue, if it answers.
    pub(super) queue: Option<Vec<QueueStatus>>,
    /// Whether the queue refused the last push.
    pub(super) refuses: bool,
    /// Whether the store answers.
    pub(super) store: bool,
}

impl Health {
    /// Whether the queue can be worked with.
    pub(super) fn takes(&self) -> bool {
        self.queue.is_some() && !self.refuses
    }

    /// Whatever cannot be worked with.
    pub(super) fn missing(&self) -> Vec<&'static str> {
        let parts = [("queue", self.takes()), ("store", self.store)];
        let missing = parts.into_iter().filter(|(_, answers)| !answers);
        missing.map(|(name, _)| name).collect()
    }
}

/// Looks, and remembers for a moment what it saw.
#[derive(Debug)]
pub(super) struct Probe {
    seen: Mutex<Option<(Instant, Arc<Health>)>>,
    nobody: Option<UserId>,
}

impl Probe {
    /// Has seen nothing yet.
    pub(super) fn new() -> Self {
        Self {
            seen: Mutex::default(),
            nobody: "-".parse().ok(),
        }
    }

    /// How queue and store are now, or were a moment ago.
    pub(super) async fn look(&self, backends: &Backends, pushes: &Pushes) -> Arc<Health> {
        let mut seen = self.seen.lock().await;
        if let Some((at, health)) = &*seen
            && at.elapsed() < HOLDS
        {
            return health.clone();
        }
        // Any question will do for the store, and this one costs the least.
        let nobody = self.nobody.as_ref();
        let queue = async { Some(ask(backends.queue.get()?.status()).await) };
        let store = async { Some(ask(backends.store.get()?.user_find(nobody?)).await) };
        let (queue, store) = tokio::join!(queue, store);
        let before = seen.take().map(|(_, health)| health);
        let before = |answered: fn(&Health) -> bool| before.as_deref().is_none_or(answered);
        report("queue", before(|health| health.queue.is_some()), &queue);
        report("store", before(|health| health.store), &store);
        let now = Arc::new(Health {
            queue: queue.and_then(Result::ok),
            refuses: pushes.fail(),
            store: matches!(store, Some(Ok(_))),
        });
        *seen = Some((Instant::now(), now.clone()));
        now
    }
}

/// The answer, if it comes in time.
async fn ask<T, E: Display>(answer: impl Future<Output = Result<T, E>>) -> Result<T, String> {
    match timeout(PATIENCE, answer).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err("no answer in time".to_owned()),
    }
}

/// Logs what changed. That something is not open yet is logged by who opens
/// it.
fn report<T>(part: &str, answered: bool, answer: &Option<Result<T, String>>) {
    match answer {
        Some(Err(error)) if answered => tracing::warn!(error, "the {part} does not answer"),
        Some(Ok(_)) if !answered => tracing::info!("the {part} answers"),
        _ => {}
    }
}
