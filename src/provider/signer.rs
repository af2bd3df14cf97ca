//! What only who knows `webhooks.secret` can make: signatures of watches, by
//! which notifications are told from forgeries, and of links and consents that
//! we handed out.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use url::Url;

use super::consent::Verifier;
use crate::model::id::{UserId, WatchId};

/// Room for the bytes of a signature: what is longer is none.
const SIGNATURE_ROOM: usize = 36;

/// Signs and knows its signatures again.
///
/// What is signed besides watches begins with a word and a line break, which no
/// id of a watch holds: one kind of signature never stands for another.
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
        self.signature(watch.as_str()).into()
    }

    /// The signature of what a link says.
    #[must_use]
    pub fn sign_link(&self, said: &str) -> String {
        self.signature(&format!("link\n{said}"))
    }

    /// Whether it is the signature of what a link says.
    #[must_use]
    pub fn verify_link(&self, said: &str, signature: &str) -> bool {
        self.verify(&format!("link\n{said}"), signature)
    }

    /// The signature of a consent that is under way.
    #[must_use]
    pub fn sign_consent(&self, said: &str) -> String {
        self.signature(&format!("consent\n{said}"))
    }

    /// Whether it is the signature of a consent that is under way.
    #[must_use]
    pub fn verify_consent(&self, said: &str, signature: &str) -> bool {
        self.verify(&format!("consent\n{said}"), signature)
    }

    /// The verifier of the consent with a state: nobody has to keep it.
    #[must_use]
    pub fn verifier(&self, state: &str) -> Verifier {
        Verifier::new(&self.digest(&format!("verifier\n{state}")))
    }

    /// A text that is another one for another address or another secret.
    #[must_use]
    pub fn fingerprint(&self, address: &Url) -> String {
        let mut text = self.signature(address.as_str());
        text.truncate(22);
        text
    }

    /// Whether it is the signature of the watch; takes the same time for any
    /// two signatures.
    #[must_use]
    pub fn verify(&self, watch: &str, signature: &str) -> bool {
        let mut given = [0; SIGNATURE_ROOM];
        let length = URL_SAFE_NO_PAD.decode_slice(signature, &mut given);
        let mac = self.mac(watch);
        mac.verify_slice(&given[..length.unwrap_or(0)]).is_ok()
    }

    /// Whether it is a try of our own, and signed. Whoever comes to see one
    /// can do no more with it than try as well.
    pub(super) fn is_probe(&self, watch: &str, signature: &str) -> bool {
        let probe = watch.len() <= WatchId::MOST && WatchId::new(watch).is_probe();
        probe && self.verify(watch, signature)
    }

    /// The user whom a watch names, if it is signed.
    pub(super) fn user(&self, watch: &str, signature: &str) -> Option<UserId> {
        let signed = watch.len() <= WatchId::MOST && self.verify(watch, signature);
        signed.then(|| WatchId::new(watch).user()).flatten()
    }

    fn signature(&self, text: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.digest(text))
    }

    fn digest(&self, text: &str) -> [u8; 32] {
        self.mac(text).finalize().into_bytes().into()
    }

    fn mac(&self, text: &str) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(text.as_bytes());
        mac
    }
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
    fn a_signature_of_one_kind_stands_for_no_other() {
        let ours = signer("s3cret");
        let link = ours.sign_link("said");
        assert!(ours.verify_link("said", &link));
        assert!(!ours.verify_link("other", &link));
        assert!(!ours.verify_consent("said", &link));
        assert!(!ours.verify("said", &link));
        assert!(ours.verify_consent("said", &ours.sign_consent("said")));
        let verifier = |state| ours.verifier(state).challenge();
        assert_eq!(verifier("one"), verifier("one"));
        assert_ne!(verifier("one"), verifier("two"));
    }

    #[test]
    fn printing_a_signer_shows_no_secret() {
        assert_eq!(format!("{:?}", signer("s3cret")), "Signer");
    }
}
