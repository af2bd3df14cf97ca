//! What the units of a cycle add up to.

use std::collections::BTreeMap;

use crate::model::id::CalendarId;
use crate::model::run::Failure;
use crate::provider::ProviderError;

/// The names of what is counted.
pub mod count {
    /// Calendars that were to be synced.
    pub const SCHEDULED: &str = "scheduled";
    /// Calendars that were.
    pub const SYNCED: &str = "synced";
    /// Calendars that failed.
    pub const FAILED: &str = "failed";
    /// Calendars that rest after failures or whose account cannot be used.
    pub const SKIPPED: &str = "skipped";
    /// Calendars left to the next cycle: leased elsewhere, provider away, cycle stopped.
    pub const DEFERRED: &str = "deferred";
    /// Questions that stood open.
    pub const OPEN: &str = "open";
    /// Those that are settled, or no longer matter.
    pub const RESOLVED: &str = "resolved";
    /// Those that are left to a person, or to the next cycle.
    pub const PARKED: &str = "parked";
    /// Events that came.
    pub const EVENTS_CREATED: &str = "events_created";
    /// Events that changed.
    pub const EVENTS_UPDATED: &str = "events_updated";
    /// Events that went.
    pub const EVENTS_REMOVED: &str = "events_removed";
    /// Writes to providers.
    pub const PUSHED: &str = "pushed";
    /// Conflicts found; of a cleanup, settled ones that were forgotten.
    pub const CONFLICTS: &str = "conflicts";
    /// Requests sent to providers.
    pub const REQUESTS: &str = "requests";

    /// Notifications that were taken from the queue.
    pub const CLAIMED: &str = "claimed";
    /// Notifications that needed no pull of their own.
    pub const COALESCED: &str = "coalesced";
    /// Notifications that were put aside.
    pub const DEAD: &str = "dead";
    /// Calendars that had no watch, or one that ends soon.
    pub const DUE: &str = "due";
    /// Watches that last longer now, or were replaced in time.
    pub const RENEWED: &str = "renewed";
    /// Watches that are new.
    pub const CREATED: &str = "created";
    /// Calendars that the provider refuses to watch.
    pub const UNWATCHABLE: &str = "unwatchable";

    /// Removed events that were forgotten.
    pub const EVENTS: &str = "events";
    /// Statuses of users that were forgotten.
    pub const STATUS_ROWS: &str = "status_rows";
    /// Dead deliveries that were forgotten.
    pub const DELIVERIES: &str = "deliveries";
    /// Records of cycles that were forgotten.
    pub const RUNS: &str = "runs";

    /// Everything a sync counts, in the order of the documentation.
    pub const ALL: [&str; 11] = [
        SCHEDULED,
        SYNCED,
        FAILED,
        SKIPPED,
        DEFERRED,
        EVENTS_CREATED,
        EVENTS_UPDATED,
        EVENTS_REMOVED,
        PUSHED,
        CONFLICTS,
        REQUESTS,
    ];
}

/// What some units of a cycle did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What was counted, by name.
    pub counts: BTreeMap<&'static str, u64>,
    /// What failed or needs attention, and what a person should know.
    pub failures: Vec<Failure>,
    /// How many of them are failures.
    pub failed: u64,
    /// How many of those are only that a provider could not be reached, or
    /// asked to be left alone.
    pub unreachable: u64,
    /// How the visit of each calendar ended.
    pub endings: BTreeMap<CalendarId, Ending>,
}

/// How the visit of a calendar ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// It was pulled.
    Synced,
    /// Left to the next cycle.
    Deferred,
    /// It rests, or its account cannot be used.
    Skipped,
    /// It was tried in vain.
    Failed,
}

impl Report {
    /// Counts so many more.
    pub fn add(&mut self, name: &'static str, number: u64) {
        *self.counts.entry(name).or_default() += number;
    }

    /// How many were counted.
    #[must_use]
    pub fn count(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or(0)
    }

    /// Records something that belongs to no user and is no failure.
    pub fn note(&mut self, kind: &str, message: impl Into<String>) {
        self.failures.push(Failure {
            user_id: None,
            account_id: None,
            calendar_id: None,
            kind: kind.to_owned(),
            message: message.into(),
        });
    }

    /// Records a failure and what caused it.
    pub(super) fn fail(&mut self, failure: Failure, cause: &ProviderError) {
        use ProviderError as E;
        if let E::Unavailable { .. } | E::RateLimited { .. } | E::QuotaExceeded { .. } = cause {
            self.unreachable += 1;
        }
        self.attention(failure);
    }

    /// Records something that must not count as success.
    pub(super) fn attention(&mut self, failure: Failure) {
        self.failed += 1;
        self.failures.push(failure);
    }

    /// Both reports as one.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        for (name, number) in other.counts {
            self.add(name, number);
        }
        self.failures.extend(other.failures);
        self.failed += other.failed;
        self.unreachable += other.unreachable;
        self.endings.extend(other.endings);
        self
    }
}
