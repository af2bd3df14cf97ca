//! What providers post to the receiver: told apart from forgeries without
//! looking anything up.
//!
//! Every notification carries a signature that only who knows
//! `webhooks.secret` can make: Google in the channel's token, Graph in the
//! subscription's client state.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::model::account::ProviderKind;
use crate::model::id::WatchId;
use crate::model::notification::Notification;

/// Signs watches and knows its signatures again.
#[derive(Clone)]
pub struct Signer(Hmac<Sha256>);

impl std::fmt::Debug for Signer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Signer")
    }
}

impl Signer {
    /// A signer with a secret of any length.
    #[must_use]
    pub fn new(secret: &SecretString) -> Self {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mac = Hmac::new_from_slice(secret.expose_secret().as_bytes())
            .expect("HMAC takes keys of any length");
        Self(mac)
    }

    /// The signature of a watch: HMAC-SHA256 of its id, 43 characters.
    #[must_use]
    pub fn sign(&self, watch: &WatchId) -> SecretString {
        let mut mac = self.0.clone();
        mac.update(watch.as_str().as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()).into()
    }

    /// Whether it is the signature of the watch; takes the same time for any
    /// two signatures.
    #[must_use]
    pub fn verify(&self, watch: &str, signature: &str) -> bool {
        let mut mac = self.0.clone();
        mac.update(watch.as_bytes());
        let given = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
        mac.verify_slice(&given).is_ok()
    }
}

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
pub fn receive(_provider: ProviderKind, _signer: &Signer, _post: &Post<'_>) -> Incoming {
    Incoming::Malformed
}
