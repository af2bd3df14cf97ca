//! Proof that whoever exchanges a code is who asked for it (RFC 7636).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::call::Call;

/// What a request said about the verifier of its code.
#[derive(Clone, Debug)]
pub(super) struct Challenge {
    text: String,
    hashed: bool,
}

impl Challenge {
    /// That of an authorization request, if it has one; else what is wrong
    /// with it.
    pub(super) fn read(call: &Call) -> Result<Option<Self>, &'static str> {
        let hashed = match call.param("code_challenge_method") {
            None | Some("plain") => false,
            Some("S256") => true,
            Some(_) => return Err("Invalid parameter value for code_challenge_method"),
        };
        match call.param("code_challenge") {
            Some(text) if is_well_formed(text) => Ok(Some(Self {
                text: text.to_owned(),
                hashed,
            })),
            None if call.param("code_challenge_method").is_none() => Ok(None),
            _ => Err("Invalid parameter value for code_challenge"),
        }
    }

    /// Whether `verifier` is the one.
    pub(super) fn is_met_by(&self, verifier: &str) -> bool {
        let shown = match self.hashed {
            true => URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)),
            false => verifier.to_owned(),
        };
        is_well_formed(verifier) && shown == self.text
    }
}

/// The form of both verifiers and challenges.
fn is_well_formed(text: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&text.len()) && text.bytes().all(unreserved)
}
