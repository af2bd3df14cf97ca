//! The right to work on something alone, for a while.

use chrono::{DateTime, TimeDelta, Utc};

use super::id::{AccountId, CalendarId};

/// How long a cycle's lease lasts unless it is extended, so also after the
/// cycle's process has died.
pub const LEASE: TimeDelta = TimeDelta::minutes(1);

/// A lease: held by its owner until it is released or ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What is leased.
    pub name: LeaseName,
    /// The cycle that holds it.
    pub owner: String,
    /// When it ends unless it is extended.
    pub until: DateTime<Utc>,
}

/// What can be leased.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LeaseName {
    /// A job: one cycle of it at a time.
    Job(&'static str),
    /// The content of a calendar.
    Calendar(CalendarId),
    /// The tokens of an account.
    Tokens(AccountId),
    /// The watches of a calendar.
    Watches(CalendarId),
    /// Telling of accounts that need attention.
    Attention,
}

impl std::fmt::Display for LeaseName {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Job(name) => write!(out, "job:{name}"),
            Self::Calendar(id) => write!(out, "calendar:{id}"),
            Self::Tokens(id) => write!(out, "tokens:{id}"),
            Self::Watches(id) => write!(out, "watches:{id}"),
            Self::Attention => out.write_str("attention"),
        }
    }
}
