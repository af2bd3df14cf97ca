//! Pacing: each account has its own rate and its own number of requests under
//! way, so that a busy account delays no other.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::TransportSettings;
use crate::model::id::AccountId;

/// The limits of every account.
pub(super) struct Limits {
    rate: Rate,
    clock: RuntimeClock,
    concurrency: usize,
    turns: Mutex<HashMap<AccountId, Arc<Semaphore>>>,
}

/// The generic cell rate algorithm, a cell for each account.
type Rate =
    RateLimiter<AccountId, HashMapStateStore<AccountId>, RuntimeClock, NoOpMiddleware<Duration>>;

/// The right to send one request; ends when dropped.
pub(super) struct Turn {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Limits {
    /// The limits that the settings name; each is at least one.
    pub(super) fn new(settings: &TransportSettings) -> Self {
        let positive = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(positive(settings.requests_per_second))
            .allow_burst(positive(settings.burst));
        let clock = RuntimeClock::default();
        Self {
            rate: RateLimiter::new(quota, HashMapStateStore::default(), clock),
            clock,
            concurrency: settings.per_account_concurrency.max(1),
            turns: Mutex::default(),
        }
    }

    /// Waits until the account may send a request.
    pub(super) async fn turn(&self, account: &AccountId) -> Turn {
        let permit = self.semaphore(account).acquire_owned().await.ok();
        while let Err(early) = self.rate.check_key(account) {
            tokio::time::sleep(early.wait_time_from(self.clock.now())).await;
        }
        Turn { _permit: permit }
    }

    /// The account's semaphore, which is never closed.
    fn semaphore(&self, account: &AccountId) -> Arc<Semaphore> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || Arc::new(Semaphore::new(self.concurrency));
        Arc::clone(turns.entry(account.clone()).or_insert_with(fresh))
    }
}

/// The runtime's clock, which tests can stop.
#[derive(Clone, Copy)]
struct RuntimeClock {
    start: Instant,
}

impl Default for RuntimeClock {
    fn default() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Clock for RuntimeClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}
