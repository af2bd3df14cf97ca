//! Proof Key for Code Exchange (RFC 7636), with S256 alone.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::call::Call;
use super::grant::{Refusal, refusal};

/// The challenge of an authorization request; there must be one.
pub(super) fn challenge(call: &Call) -> Result<String, Refusal> {
    let invalid = |text| refusal(400, "invalid_request", 900_144, text);
    let challenge = call.param("code_challenge").unwrap_or_default();
    if call.param("code_challenge_method") != Some("S256") {
        return Err(invalid("The 'code_challenge_method' must be 'S256'."));
    }
    match URL_SAFE_NO_PAD.decode(challenge) {
        Ok(digest) if digest.len() == 32 => Ok(challenge.to_owned()),
        _ => Err(invalid("The 'code_challenge' is missing or not valid.")),
    }
}

/// Whether `verifier` is what `challenge` was made of.
pub(super) fn proves(verifier: &str, challenge: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let valid = (43..=128).contains(&verifier.len()) && verifier.bytes().all(unreserved);
    valid && URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge
}
