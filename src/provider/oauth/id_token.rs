//! What an id token says of whose login it is (OpenID Connect Core, 2).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::protocol;
use crate::provider::Result;

/// The claims that matter. The token came from the provider itself over TLS,
/// so that its signature proves nothing more.
#[derive(Deserialize)]
pub(in crate::provider) struct IdToken {
    pub(in crate::provider) sub: String,
    pub(in crate::provider) email: Option<String>,
}

impl IdToken {
    /// Reads a token.
    pub(in crate::provider) fn read(token: Option<&SecretString>) -> Result<Self> {
        let token = token.ok_or_else(|| protocol("no id token says whose login it is"))?;
        let payload = token.expose_secret().split('.').nth(1);
        let payload = payload.and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
        let claims = payload.and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok());
        claims
            .filter(|claims| !claims.sub.is_empty())
            .ok_or_else(|| protocol("the id token cannot be read"))
    }
}
