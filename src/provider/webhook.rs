//! What providers post to the receiver: told apart from forgeries without
//! looking anything up.
//!
//! Every notification carries a signature that only who knows
//! `webhooks.secret` can make: Google in the channel's token, Graph in the
//! subscription's client state.

use chrono::{DateTime, Utc};

use super::signer::Signer;
use super::{google, microsoft};
use crate::model::account::ProviderKind;
use crate::model::notification::Notification;

/// A request that arrived.
pub struct Post<'a> {
    /// The value of a header, by its name in small letters.
    pub header: &'a (dyn Fn(&str) -> Option<&'a str> + Sync),
    /// The query, still encoded.
    pub query: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
    /// When it arrived.
    pub at: DateTime<Utc>,
}

/// What a provider posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// It asks whether somebody is here: to be answered with this text.
    Challenge(String),
    /// Nothing to do, as when a watch begins.
    Hello,
    /// Notifications.
    Notifications {
        /// Those that carry our signature.
        authentic: Vec<Notification>,
        /// How many do not.
        forged: usize,
    },
    /// It cannot be understood.
    Malformed,
}

/// Where a provider posts notifications, below the public URL.
#[must_use]
pub fn path(provider: ProviderKind) -> &'static str {
    match provider {
        ProviderKind::Google => "/webhooks/google/calendar",
        ProviderKind::Microsoft => "/webhooks/microsoft/calendar",
    }
}

/// Where a provider posts word of watches themselves.
#[must_use]
pub fn lifecycle_path(provider: ProviderKind) -> &'static str {
    match provider {
        ProviderKind::Google => path(provider),
        ProviderKind::Microsoft => "/webhooks/microsoft/lifecycle",
    }
}

/// Reads what a provider posted.
#[must_use]
pub fn receive(provider: ProviderKind, signer: &Signer, post: &Post<'_>) -> Incoming {
    match provider {
        ProviderKind::Google => google::webhook::receive(signer, post),
        ProviderKind::Microsoft => microsoft::webhook::receive(signer, post),
    }
}

/// A text of a notification as it may be kept; none when it says nothing, or
/// more than any provider says.
pub(super) fn kept(text: &str, most: usize) -> Option<String> {
    let usable = !text.is_empty() && text.len() <= most && !text.contains(char::is_control);
    usable.then(|| text.to_owned())
}
