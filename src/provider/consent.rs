//! How a person allows us to use an account: by a page of the provider that
//! sends the browser back with a code (RFC 6749, 4.1, with PKCE, RFC 7636), or
//! by a short code that is entered elsewhere (RFC 8628).

use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use url::{Url, form_urlencoded};

use super::Result;
use crate::model::account::Tokens;

/// What an account is to be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Reading calendars and their events.
    Read,
    /// Writing the events of tasks as well.
    Write,
}

/// What gets an account connected, at each provider.
#[async_trait]
pub trait Consent: Send + Sync {
    /// Where the provider sends the browser back to when it runs on this
    /// machine: the redirect URI for a port.
    fn loopback(&self, port: u16) -> String;
    /// The provider's page on which a person allows what is asked for.
    fn consent_url(&self, request: &ConsentRequest<'_>) -> Result<Url>;
    /// Exchanges the code that the browser came back with; sent once, since a
    /// code that is used again may cost the grant. The lifetime of the access
    /// token counts from `now`. `ReauthRequired`: the code is not, or no longer,
    /// valid.
    async fn redeem(&self, code: &ConsentCode<'_>, now: DateTime<Utc>) -> Result<Granted>;
    /// Begins a consent without a browser on this machine; none where the
    /// provider gives no access to calendars that way.
    async fn device_code(&self, wanted: Permission) -> Result<Option<DeviceCode>>;
    /// What became of a consent without a browser.
    async fn poll(&self, device: &DeviceCode, now: DateTime<Utc>) -> Result<Poll>;
    /// Gives a grant back, with everything that this installation was allowed
    /// to do for the login; false where the provider has no way to do so. A
    /// grant that is no more is a success.
    async fn revoke(&self, refresh: &SecretString) -> Result<bool>;
    /// What is missing in the scopes that a provider lists, for a use of the
    /// account, by the names under which it asks for them. Nothing is known of
    /// an empty list, and nothing is missing in it.
    fn missing(&self, granted: &[String], wanted: Permission) -> Vec<&'static str>;
}

/// Asks for a consent.
#[derive(Debug)]
pub struct ConsentRequest<'a> {
    /// The redirect URI.
    pub redirect: &'a str,
    /// What the answer has to repeat.
    pub state: &'a str,
    /// What only we know of the request.
    pub verifier: &'a Verifier,
    /// What for.
    pub wanted: Permission,
}

/// A code that the browser came back with.
#[derive(Debug)]
pub struct ConsentCode<'a> {
    /// The code.
    pub code: &'a SecretString,
    /// The redirect URI of the request.
    pub redirect: &'a str,
    /// What only we know of the request.
    pub verifier: &'a Verifier,
    /// What was asked for.
    pub wanted: Permission,
}

/// What somebody allowed, and who they are.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The provider's stable id of the login.
    pub subject: String,
    /// The address of the login.
    pub email: String,
    /// What was allowed, as the provider lists it.
    pub scopes: Vec<String>,
    /// The tokens.
    pub tokens: Tokens,
}

/// A consent that is given elsewhere.
#[derive(Clone, Debug)]
pub struct DeviceCode {
    /// What we ask with; a secret.
    pub device_code: SecretString,
    /// What the person enters.
    pub user_code: String,
    /// Where they enter it.
    pub verification_url: String,
    /// How long they have for it.
    pub lifetime: Duration,
    /// How long to wait between two questions.
    pub interval: Duration,
    /// What was asked for.
    pub wanted: Permission,
}

/// What became of a consent that is given elsewhere.
#[derive(Debug)]
pub enum Poll {
    /// Nothing yet.
    Pending,
    /// Nothing yet, and we ask too often.
    SlowDown,
    /// It was refused.
    Declined,
    /// Nobody answered in time.
    Expired,
    /// It was given.
    Granted(Box<Granted>),
}

/// The secret of a request that its code is bound to (RFC 7636).
#[derive(Clone, Debug)]
pub struct Verifier(SecretString);

impl Verifier {
    /// A verifier made of 32 bytes.
    #[must_use]
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(bytes).into())
    }

    /// One that nobody can guess.
    #[must_use]
    pub fn generate() -> Self {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes[..]);
        Self::new(&bytes)
    }

    /// What the request says of it: `S256`.
    #[must_use]
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.expose()))
    }

    pub(super) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// A text that nobody can guess, to know an answer by: 43 characters.
#[must_use]
pub fn new_state() -> String {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes[..]);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What a browser came back with.
#[derive(Debug)]
pub enum ConsentAnswer {
    /// Nothing that a provider sends.
    Other,
    /// An answer to another request than ours, or a forged one.
    Foreign,
    /// It was refused, with the provider's error code.
    Refused(String),
    /// The code to exchange.
    Code(SecretString),
}

impl ConsentAnswer {
    /// Reads the query of a redirect. Only what repeats `state` is listened to;
    /// comparing them takes the same time for any two texts of a length.
    #[must_use]
    pub fn read(query: &str, state: &str) -> Self {
        let mut fields = form_urlencoded::parse(query.as_bytes());
        let all: Vec<_> = fields.by_ref().collect();
        let field = |name: &str| {
            let mut named = all.iter().filter(|(key, _)| key == name);
            named.next().map(|(_, value)| value.as_ref())
        };
        let (code, error) = (field("code"), field("error"));
        if code.is_none() && error.is_none() {
            return Self::Other;
        }
        let given = field("state").unwrap_or_default();
        if !bool::from(given.as_bytes().ct_eq(state.as_bytes())) {
            return Self::Foreign;
        }
        match (code, error) {
            (Some(code), None) if !code.is_empty() => Self::Code(code.to_owned().into()),
            (_, Some(error)) => Self::Refused(super::code(error)),
            _ => Self::Foreign,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7636, appendix B.
    #[test]
    fn a_challenge_is_the_digest_of_its_verifier() {
        let bytes = [
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212,
            37, 77, 105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
        ];
        let verifier = Verifier::new(&bytes);
        assert_eq!(
            verifier.expose(),
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        );
        assert_eq!(
            verifier.challenge(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn no_two_verifiers_and_states_are_alike() {
        assert_ne!(Verifier::generate().expose(), Verifier::generate().expose());
        assert_ne!(new_state(), new_state());
        assert_eq!(new_state().len(), 43);
        assert!(!format!("{:?}", Verifier::new(&[7; 32])).contains("BwcH"));
    }

    #[test]
    fn only_an_answer_to_our_own_request_is_listened_to() {
        let read = |query| match ConsentAnswer::read(query, "st") {
            ConsentAnswer::Other => "other".to_owned(),
            ConsentAnswer::Foreign => "foreign".to_owned(),
            ConsentAnswer::Refused(code) => format!("refused {code}"),
            ConsentAnswer::Code(code) => format!("code {}", code.expose_secret()),
        };
        let cases = [
            ("code=4%2F0A&state=st&scope=a+b", "code 4/0A"),
            ("state=st&code=x", "code x"),
            ("error=access_denied&state=st", "refused access_denied"),
            ("error=%3Cb%3E&state=st", "refused unprintable code"),
            (
                "error=access_denied&code=x&state=st",
                "refused access_denied",
            ),
            ("code=x&state=ST", "foreign"),
            ("code=x", "foreign"),
            ("error=access_denied", "foreign"),
            ("code=&state=st", "foreign"),
            ("state=st", "other"),
            ("", "other"),
        ];
        for (query, expected) in cases {
            assert_eq!(read(query), expected, "{query}");
        }
    }
}
