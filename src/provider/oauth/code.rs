//! The code grant with PKCE (RFC 6749, 4.1; RFC 7636).

use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use url::Url;

use super::{Issued, Registration, classify, issued};
use crate::provider::Result;
use crate::provider::consent::{ConsentCode, ConsentRequest};
use crate::provider::http::Transport;

/// The page on which a person allows `scope`. `further` is what the provider
/// wants to know besides.
pub(in crate::provider) fn consent_url(
    auth_url: &Url,
    client_id: &str,
    scope: &str,
    request: &ConsentRequest<'_>,
    further: &[(&str, &str)],
) -> Url {
    let mut url = auth_url.clone();
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", client_id)
        .append_pair("redirect_uri", request.redirect)
        .append_pair("scope", scope)
        .append_pair("state", request.state)
        .append_pair("code_challenge", &request.verifier.challenge())
        .append_pair("code_challenge_method", "S256")
        .extend_pairs(further);
    url
}

/// Exchanges a code, once.
pub(in crate::provider) async fn redeem(
    transport: &Transport,
    registration: Registration<'_>,
    code: &ConsentCode<'_>,
    now: DateTime<Utc>,
) -> Result<Issued> {
    let request = registration.ask(&[
        ("grant_type", "authorization_code"),
        ("code", code.code.expose_secret()),
        ("redirect_uri", code.redirect),
        ("code_verifier", code.verifier.expose()),
    ]);
    let answer = transport.send_unauthorised(&request, classify).await?;
    issued(&answer, now)
}
