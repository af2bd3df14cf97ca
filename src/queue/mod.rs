//! The queue: notifications that wait to be served.
//!
//! What is pushed is durable before the push returns. A claim moves deliveries
//! in one step; what is neither acknowledged nor given back within the hold
//! comes back by itself. What cannot be read, or was tried too often, goes to
//! the dead list: nothing is lost.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

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

/// A queue of notifications, one line for each provider.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Adds notifications at the end, all of them or none; they are durable
    /// when this returns.
    async fn push(&self, notifications: Vec<Notification>) -> Result<()>;
    /// Takes up to `most` deliveries of a provider, the oldest first, for the
    /// hold from `now` on: those that wait, those given back that are due, and
    /// those whose hold has ended. What cannot be read and what was tried too
    /// often goes to the dead list instead.
    async fn claim(&self, provider: ProviderKind, most: usize, now: DateTime<Utc>)
    -> Result<Claim>;
    /// Ends deliveries that were served, whoever holds them now.
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
}

/// A delivery, unique within the queue and provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId(pub u64);

/// A queued notification that was claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The id.
    pub id: DeliveryId,
    /// What it says.
    pub notification: Notification,
}

/// What a claim brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// The deliveries, now held.
    pub deliveries: Vec<Delivery>,
    /// How many went to the dead list instead.
    pub dead: u64,
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
