//! What no cycle will need again.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::Result;

/// Before when each kind of record counts as stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cutoffs {
    /// Events that were removed at the provider, by when.
    pub events: DateTime<Utc>,
    /// Settled conflicts, by when they were.
    pub conflicts: DateTime<Utc>,
    /// Statuses of users who are not synced by themselves, by their last change.
    pub statuses: DateTime<Utc>,
    /// Records of cycles, by their start, but the last of each job; of writes to
    /// providers; and of the links of tasks that are gone.
    pub runs: DateTime<Utc>,
}

/// How many records there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StaleRecords {
    /// Removed events.
    pub events: u64,
    /// Settled conflicts.
    pub conflicts: u64,
    /// Statuses of users.
    pub statuses: u64,
    /// Records of cycles, writes and links.
    pub runs: u64,
}

impl StaleRecords {
    /// All of them together.
    #[must_use]
    pub fn total(self) -> u64 {
        self.events + self.conflicts + self.statuses + self.runs
    }

    /// The sum of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            events: self.events + other.events,
            conflicts: self.conflicts + other.conflicts,
            statuses: self.statuses + other.statuses,
            runs: self.runs + other.runs,
        }
    }
}

/// Records that no cycle will need again.
#[async_trait]
pub trait Stale {
    /// How many are stale.
    async fn stale_count(&self, cutoffs: Cutoffs) -> Result<StaleRecords>;
    /// Forgets stale ones, up to `most` of each kind, in one write; how many
    /// they were.
    async fn stale_remove(&self, cutoffs: Cutoffs, most: u32) -> Result<StaleRecords>;
}
