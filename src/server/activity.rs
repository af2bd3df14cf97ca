//! Whether anything is going on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How many requests are in flight, and when something last happened.
#[derive(Debug)]
pub(super) struct Activity {
    begun: Instant,
    in_flight: AtomicUsize,
    /// In milliseconds since it began.
    last: AtomicU64,
}

/// A request in flight, for as long as this lives.
#[derive(Debug)]
pub(super) struct InFlight(Arc<Activity>);

impl Activity {
    /// Begins now.
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            begun: Instant::now(),
            in_flight: AtomicUsize::new(0),
            last: AtomicU64::new(0),
        })
    }

    /// A request arrived.
    pub(super) fn enter(self: &Arc<Self>) -> InFlight {
        self.in_flight.fetch_add(1, Ordering::SeqCst);
        InFlight(self.clone())
    }

    /// Something happened.
    pub(super) fn touch(&self) {
        let now = self.begun.elapsed().as_millis();
        let now = u64::try_from(now).unwrap_or(u64::MAX);
        self.last.store(now, Ordering::SeqCst);
    }

    /// Returns once nothing has happened for a time.
    pub(super) async fn quiet_for(&self, time: Duration) {
        loop {
            // What is in flight ends later than now.
            let quiet = self.quiet().unwrap_or_default();
            match time.checked_sub(quiet) {
                None | Some(Duration::ZERO) => return,
                Some(left) => sleep(left).await,
            }
        }
    }

    /// For how long nothing has happened; none while a request is in flight.
    fn quiet(&self) -> Option<Duration> {
        if self.in_flight.load(Ordering::SeqCst) > 0 {
            return None;
        }
        let last = Duration::from_millis(self.last.load(Ordering::SeqCst));
        Some(self.begun.elapsed().saturating_sub(last))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        // In this order, or it would look quiet since the one before.
        self.0.touch();
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn it_is_quiet_when_nothing_happened_for_the_whole_time() {
        let activity = Activity::new();
        let begun = Instant::now();
        activity.quiet_for(MINUTE).await;
        assert_eq!(begun.elapsed(), MINUTE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_in_flight_is_no_quiet_however_long_it_takes() {
        let activity = Activity::new();
        let begun = Instant::now();
        let request = activity.enter();
        tokio::spawn(async move {
            sleep(5 * MINUTE).await;
            drop(request);
        });
        activity.quiet_for(MINUTE).await;
        assert_eq!(begun.elapsed(), 6 * MINUTE);
    }

    #[tokio::test(start_paused = true)]
    async fn whatever_happens_begins_the_time_anew() {
        let activity = Activity::new();
        let begun = Instant::now();
        let toucher = activity.clone();
        tokio::spawn(async move {
            sleep(MINUTE / 2).await;
            toucher.touch();
        });
        activity.quiet_for(MINUTE).await;
        assert_eq!(begun.elapsed(), MINUTE / 2 * 3);
    }
}
