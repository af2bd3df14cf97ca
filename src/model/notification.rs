//! What a watch says: a reason to look, never data.

use chrono::{DateTime, Utc};

use super::account::ProviderKind;
use super::id::UserId;

/// What a watch says of a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// The provider whose watch says it.
    pub provider: ProviderKind,
    /// The user of the calendar.
    pub user_id: UserId,
    /// The provider's id of the watch: Google's channel, Graph's
    /// subscription. Without it every calendar of the user at the provider is
    /// meant.
    pub watch: Option<String>,
    /// What the provider says it is about, if it does: Google's resource id,
    /// the path of the event at Graph.
    pub resource: Option<String>,
    /// The provider's word for what happened: Google's resource state, Graph's
    /// change type or lifecycle event.
    pub what: String,
    /// When it was received; programs that queue notifications need not say.
    pub received_at: Option<DateTime<Utc>>,
}

/// What a notification asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signal {
    /// Look: something changed, or notifications were missed.
    Look,
    /// Extend the watch, or it ends.
    Extend,
    /// Make a new watch, this one ended; and look.
    Recreate,
}

impl Notification {
    /// What it asks for. A word that nobody knows is a reason to look.
    #[must_use]
    pub fn signal(&self) -> Signal {
        match self.what.as_str() {
            "reauthorizationRequired" => Signal::Extend,
            "subscriptionRemoved" => Signal::Recreate,
            _ => Signal::Look,
        }
    }
}
