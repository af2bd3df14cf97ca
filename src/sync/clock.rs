//! The clock of a cycle: read once, then carried on by the time that passed.

use chrono::{DateTime, Utc};
use tokio::time::Instant;

/// Tells the time without asking the machine's clock again, so that a clock
/// that is set in the middle of a cycle confuses nothing.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    begun: DateTime<Utc>,
    since: Instant,
}

impl Clock {
    /// A clock that shows the given instant now.
    #[must_use]
    pub fn at(begun: DateTime<Utc>) -> Self {
        Self {
            begun,
            since: Instant::now(),
        }
    }

    /// The instant of the cycle, which decides what is due and what the
    /// timeline covers.
    #[must_use]
    pub fn begun(&self) -> DateTime<Utc> {
        self.begun
    }

    /// The present instant, for what ends while the cycle runs: leases and
    /// tokens.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.begun + self.since.elapsed()
    }
}
