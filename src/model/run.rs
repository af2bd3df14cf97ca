//! What a cycle did.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id::{AccountId, CalendarId, UserId};

/// The record of one cycle of a job; also its `--json` output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRun {
    /// The job.
    pub job: String,
    /// How it ended.
    pub outcome: Outcome,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// What it counted.
    pub counts: BTreeMap<String, u64>,
    /// What failed.
    pub failures: Vec<Failure>,
}

/// The cycles of a job that began within one stretch of time, summed up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunSpan {
    /// The job.
    pub job: String,
    /// Which stretch, counted from 0.
    pub at: u32,
    /// How many cycles began in it.
    pub runs: u64,
    /// How many of them left something undone.
    pub partial: u64,
    /// How many of them failed.
    pub failed: u64,
    /// How many of them found something that was not reachable.
    pub deferred: u64,
    /// How long the longest took, in milliseconds.
    pub longest_ms: u64,
}

/// Stretches of time of one length, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spans {
    /// When the first begins.
    pub since: DateTime<Utc>,
    /// How long each is, in seconds; at least 1.
    pub length_s: u32,
    /// How many there are.
    pub number: u32,
}

/// How a cycle ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Everything that was to be done is done.
    Ok,
    /// Some units failed, the rest is done.
    Partial,
    /// Nothing that was tried succeeded.
    Failed,
    /// A dependency is not reachable: the next cycle tries again.
    Deferred,
    /// Another instance is at it.
    Skipped,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 5] = [
        Self::Ok,
        Self::Partial,
        Self::Failed,
        Self::Deferred,
        Self::Skipped,
    ];

    /// The name in tables and listings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Deferred => "deferred",
            Self::Skipped => "skipped",
        }
    }
}

/// A unit of work that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The user it belongs to.
    pub user_id: Option<UserId>,
    /// The account it belongs to.
    pub account_id: Option<AccountId>,
    /// The calendar it belongs to.
    pub calendar_id: Option<CalendarId>,
    /// What kind of failure: a short word that programs may look at.
    pub kind: String,
    /// What happened and what can be done, for a person.
    pub message: String,
}

/// How the last sync of a user went: a row of `calendar_sync_status`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncStatus {
    /// The user.
    pub user_id: UserId,
    /// When the last sync that did not fail entirely began.
    pub last_sync_at: Option<DateTime<Utc>>,
    /// How the last one ended.
    pub state: SyncState,
    /// What it counted.
    pub counts: BTreeMap<String, u64>,
    /// What failed.
    pub failures: Vec<Failure>,
    /// When this was written.
    pub updated_at: DateTime<Utc>,
}

/// How the last sync of a user ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncState {
    /// It did not run yet.
    Pending,
    /// Every calendar succeeded.
    Success,
    /// Some calendars failed.
    PartialFailure,
    /// Every calendar failed.
    Failure,
}

impl SyncState {
    /// The name in tables and listings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Success => "success",
            Self::PartialFailure => "partial_failure",
            Self::Failure => "failure",
        }
    }
}
