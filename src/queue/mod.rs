//! The queue: notifications that wait to be served.
//!
//! What is pushed is durable before the push returns. A claim moves deliveries
//! in one step; what is neither acknowledged nor given back within the hold
//! comes back by itself. What cannot be read, or was tried too often, goes to
//! the dead list: nothing is lost. What is claimed may come again: serving is
//! to be repeatable.

mod entry;
mod redis;
mod sqlite;

use std::fmt;
use std::num::ParseIntError;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use crate::model::account::ProviderKind;
use crate::model::notification::Notification;

/// Why the queue did not do it, in the terms that callers decide on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueueError {
    /// It cannot be reached now; trying again later may help.
    #[error("queue {location} is not available: {reason}")]
    Unavailable {
        /// Where the queue is, without any password.
        location: String,
        /// What stands in the way, and the way out.
        reason: String,
    },
    /// A newer program has written it, or its content cannot be understood.
    #[error("queue {location} cannot be used: {reason}")]
    Unusable {
        /// Where the queue is, without any password.
        location: String,
        /// What is wrong, and the way out.
        reason: String,
    },
}

/// The result of a queue method.
pub type Result<T, E = QueueError> = std::result::Result<T, E>;

/// Where a queue is.
#[derive(Clone, Debug)]
pub enum QueueLocation {
    /// An SQLite file of its own.
    Sqlite(PathBuf),
    /// A Redis server; its URL may hold a password.
    Redis(SecretString),
}

/// The location as everybody may know it: without user and password.
impl fmt::Display for QueueLocation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(out, "sqlite:{}", path.display()),
            Self::Redis(url) => out.write_str(&redis::location(url.expose_secret())),
        }
    }
}

/// What a queue is opened with.
#[derive(Clone, Debug)]
pub struct QueueSettings {
    /// Where it is.
    pub location: QueueLocation,
    /// How long a claimed delivery is held before it comes back.
    pub hold: Duration,
    /// How often a delivery is claimed before it counts as dead; at least 1.
    pub max_attempts: u32,
}

/// Opens the queue at a location; creates a file as needed. A server is
/// connected to when it is first asked.
///
/// # Errors
/// When it is not available, or cannot be used.
pub async fn open(settings: QueueSettings) -> Result<Arc<dyn Queue>> {
    let terms = Terms {
        hold: settings.hold,
        max_attempts: settings.max_attempts,
    };
    match settings.location {
        QueueLocation::Sqlite(path) => sqlite::open(&path, terms).await,
        QueueLocation::Redis(url) => redis::open(&url, terms),
    }
}

/// A queue of notifications, one line for each provider.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Adds notifications at the end, all of them or none; they are durable
    /// when this returns. When it fails they may be there all the same, as
    /// when only the answer was lost.
    async fn push(&self, notifications: Vec<Notification>) -> Result<()>;
    /// Takes up to `most` deliveries of a provider for the hold from `now` on:
    /// first those that come back, because they were given back and are due or
    /// because their hold has ended; then those that wait, the oldest first.
    /// What cannot be read and what was claimed too often goes to the dead list
    /// instead.
    async fn claim(&self, provider: ProviderKind, most: usize, now: DateTime<Utc>)
    -> Result<Claim>;
    /// Ends deliveries that were served, whoever holds them now, and even if
    /// they count as dead by now.
    async fn ack(&self, provider: ProviderKind, ids: Vec<DeliveryId>) -> Result<()>;
    /// Gives claimed deliveries back.
    async fn give_back(&self, provider: ProviderKind, returned: Returned) -> Result<()>;
    /// What is in the queue, for each provider.
    async fn status(&self) -> Result<Vec<QueueStatus>>;
    /// The dead list, the oldest first.
    async fn dead(&self) -> Result<Vec<DeadEntry>>;
    /// Has dead entries wait again as if they were new, all or the given ones;
    /// how many there were.
    async fn retry(&self, ids: Option<Vec<DeliveryId>>) -> Result<u64>;
    /// Forgets dead entries for good; how many there were.
    async fn forget(&self, ids: Vec<DeliveryId>) -> Result<u64>;
    /// What about its place may lose what was pushed, and the way out, for a
    /// person to mend; as far as it tells.
    async fn risks(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A delivery, unique within the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct DeliveryId(pub u64);

impl fmt::Display for DeliveryId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl FromStr for DeliveryId {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}

/// A queued notification that was claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The id.
    pub id: DeliveryId,
    /// What it says.
    pub notification: Notification,
}

/// What a claim brought; when it is empty, nothing waits that may be claimed
/// now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// The deliveries, now held.
    pub deliveries: Vec<Delivery>,
    /// How many went to the dead list instead.
    pub dead: u64,
}

impl Claim {
    /// Whether it brought nothing, not even to the dead list.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.deliveries.is_empty() && self.dead == 0
    }
}

/// Deliveries that could not be served now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    /// Which; those that are not held any more are left alone.
    pub ids: Vec<DeliveryId>,
    /// Whether serving them was tried and failed. If not, as when another
    /// instance is at their calendar, it does not count as an attempt.
    pub tried: bool,
    /// They wait until then.
    pub until: DateTime<Utc>,
}

/// What is in the queue of a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QueueStatus {
    /// The provider.
    pub provider: ProviderKind,
    /// Deliveries that wait, those given back included.
    pub waiting: u64,
    /// Deliveries that are claimed.
    pub held: u64,
    /// Entries on the dead list.
    pub dead: u64,
    /// When the oldest delivery was received, as far as it is known.
    pub oldest: Option<DateTime<Utc>>,
}

/// An entry that was put aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeadEntry {
    /// The id.
    pub id: DeliveryId,
    /// The provider.
    pub provider: ProviderKind,
    /// What was queued, as it was.
    pub entry: String,
    /// Why it was put aside.
    pub reason: String,
    /// When it was.
    pub at: DateTime<Utc>,
}

/// On what terms deliveries are claimed.
#[derive(Clone, Copy, Debug)]
struct Terms {
    hold: Duration,
    max_attempts: u32,
}

impl Terms {
    /// Nothing is given back for longer. What seems to wait longer was claimed
    /// or given back by a clock that has been set back since, and nothing may
    /// have to wait for that.
    const LONGEST: TimeDelta = TimeDelta::days(1);

    /// When the hold of what is claimed now ends.
    fn end_of_hold(self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + TimeDelta::from_std(self.hold).unwrap_or(Self::LONGEST)
    }

    /// What waits longer than this waits no more.
    fn horizon(self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.end_of_hold(now) + Self::LONGEST
    }

    /// Why a delivery that was claimed as often as it may be is dead.
    fn exhausted(self) -> String {
        format!("claimed {} times and never served", self.max_attempts)
    }
}
