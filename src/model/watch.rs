//! Watches: Google's channels and Graph's subscriptions.

use chrono::{DateTime, Utc};

use super::account::ProviderKind;
use super::id::{CalendarId, UserId, WatchId};

/// A watch of a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    /// The id, which we choose.
    pub id: WatchId,
    /// The provider.
    pub provider: ProviderKind,
    /// The user of the calendar.
    pub user_id: UserId,
    /// The calendar that is watched.
    pub calendar_id: CalendarId,
    /// Where it delivers, and under which secret, as a fingerprint.
    pub callback: String,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// What the provider granted; none until it answered.
    pub grant: Option<WatchGrant>,
    /// Whether it has been replaced or is not wanted any more, and only has to
    /// be stopped at the provider.
    pub is_stopping: bool,
}

/// A watch as the provider granted it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchGrant {
    /// The provider's id: the channel's at Google, the subscription's at
    /// Graph.
    pub external_id: String,
    /// What Google needs besides to stop it.
    pub resource_id: Option<String>,
    /// It delivers until then.
    pub until: DateTime<Utc>,
}
