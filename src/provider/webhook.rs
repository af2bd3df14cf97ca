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
use url::Url;

use super::{google, microsoft};
use crate::model::account::ProviderKind;
use crate::model::id::{UserId, WatchId};
use crate::model::notification::Notification;

/// Room for the bytes of a signature: what is longer is none.
const SIGNATURE_ROOM: usize = 36;

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

    /// A text that is another one for another address or another secret.
    #[must_use]
    pub fn fingerprint(&self, address: &Url) -> String {
        let mut mac = self.0.clone();
        mac.update(address.as_str().as_bytes());
        let mut text = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        text.truncate(22);
        text
    }

    /// Whether it is the signature of the watch; takes the same time for any
    /// two signatures.
    #[must_use]
    pub fn verify(&self, watch: &str, signature: &str) -> bool {
        let mut mac = self.0.clone();
        mac.update(watch.as_bytes());
        let mut given = [0; SIGNATURE_ROOM];
        let length = URL_SAFE_NO_PAD.decode_slice(signature, &mut given);
        mac.verify_slice(&given[..length.unwrap_or(0)]).is_ok()
    }

    /// The user whom a watch names, if it is signed.
    pub(super) fn user(&self, watch: &str, signature: &str) -> Option<UserId> {
        let signed = watch.len() <= WatchId::MOST && self.verify(watch, signature);
        signed.then(|| WatchId::new(watch).user()).flatten()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(secret: &str) -> Signer {
        Signer::new(&secret.into())
    }

    #[test]
    fn a_signature_holds_for_its_watch_and_secret_alone() {
        let ours = signer("s3cret");
        let watch = WatchId::new("user_u-7_0123456789abcdef01");
        let signature = ours.sign(&watch);
        let signature = signature.expose_secret();
        assert_eq!(signature.len(), 43);
        assert!(ours.verify(watch.as_str(), signature));
        assert!(!ours.verify("user_u-7_0123456789abcdef02", signature));
        assert!(!signer("other").verify(watch.as_str(), signature));
    }

    #[test]
    fn what_is_no_signature_is_refused_whatever_its_length() {
        let ours = signer("s3cret");
        let watch = WatchId::new("user_u-7_0123456789abcdef01");
        let right = ours.sign(&watch);
        let right = right.expose_secret();
        let shortened = &right[..42];
        let padded = format!("{right}=");
        let doubled = right.repeat(2);
        let long = "A".repeat(10_000);
        for wrong in ["", "A", "!", "\u{fc}", shortened, &padded, &doubled, &long] {
            assert!(!ours.verify(watch.as_str(), wrong), "{wrong}");
        }
    }

    #[test]
    fn a_signed_watch_names_its_user() {
        let ours = signer("s3cret");
        let user = |watch: &str| {
            let signature = ours.sign(&WatchId::new(watch));
            ours.user(watch, signature.expose_secret())
        };
        assert_eq!(user("user_u-7_x"), "u-7".parse().ok());
        assert_eq!(user("channel-1"), None);
        assert_eq!(user(&format!("user_u_{}", "x".repeat(58))), None);
    }

    #[test]
    fn printing_a_signer_shows_no_secret() {
        assert_eq!(format!("{:?}", signer("s3cret")), "Signer");
    }
}
