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

#[cfg(test)]
mod tests {
    use super::*;

    fn account(id: &str) -> AccountId {
        AccountId::new(id)
    }

    #[tokio::test(start_paused = true)]
    async fn an_account_is_paced_once_its_burst_is_used_up() {
        let limits = Limits::new(&TransportSettings::default());
        let begun = Instant::now();
        for _ in 0..100 {
            limits.turn(&account("a-1")).await;
        }
        assert_eq!(begun.elapsed(), Duration::ZERO);
        for _ in 0..10 {
            limits.turn(&account("a-1")).await;
        }
        let waited = begun.elapsed();
        assert!(waited >= Duration::from_millis(1990) && waited <= Duration::from_millis(2100));
    }

    #[tokio::test(start_paused = true)]
    async fn a_busy_account_delays_no_other() {
        let settings = TransportSettings {
            burst: 1,
            per_account_concurrency: 1,
            ..TransportSettings::default()
        };
        let limits = Limits::new(&settings);
        let _held = limits.turn(&account("a-1")).await;
        let begun = Instant::now();
        limits.turn(&account("a-2")).await;
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn only_so_many_requests_of_an_account_are_under_way() {
        let settings = TransportSettings {
            per_account_concurrency: 2,
            ..TransportSettings::default()
        };
        let limits = Limits::new(&settings);
        let first = limits.turn(&account("a-1")).await;
        let _second = limits.turn(&account("a-1")).await;
        let id = account("a-1");
        let mut third = std::pin::pin!(limits.turn(&id));
        assert!(futures_util::poll!(&mut third).is_pending());
        drop(first);
        assert!(futures_util::poll!(&mut third).is_ready());
    }

    #[tokio::test(start_paused = true)]
    async fn limits_of_zero_let_one_request_through_at_a_time() {
        let settings = TransportSettings {
            per_account_concurrency: 0,
            requests_per_second: 0,
            burst: 0,
            ..TransportSettings::default()
        };
        let limits = Limits::new(&settings);
        limits.turn(&account("a-1")).await;
        limits.turn(&account("a-1")).await;
    }
}
