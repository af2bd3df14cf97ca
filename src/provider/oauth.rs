//! The grants of OAuth 2.0 (RFC 6749) that Google and Microsoft share: code,
//! device and refresh.

mod code;
mod device;
mod errors;
mod id_token;
#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

pub(super) use self::code::{consent_url, redeem};
pub(super) use self::device::{Polled, device_code, poll};
pub(super) use self::errors::{classify, error_code};
pub(super) use self::id_token::IdToken;
use super::http::{Answer, Body, Request, Transport};
use super::{ProviderError, Result};
use crate::model::account::{AccessToken, Tokens};

/// How long an access token lives when the answer does not say.
const DEFAULT_LIFETIME_S: i64 = 3600;

/// Our registration at a provider.
pub(super) struct Registration<'a> {
    pub(super) token_url: &'a Url,
    pub(super) client_id: &'a str,
    pub(super) client_secret: Option<&'a SecretString>,
}

impl Registration<'_> {
    /// A request to the token endpoint, with proof of who we are.
    fn ask(&self, fields: &[(&str, &str)]) -> Request {
        let mut fields = fields.to_vec();
        fields.push(("client_id", self.client_id));
        if let Some(secret) = self.client_secret {
            fields.push(("client_secret", secret.expose_secret()));
        }
        Request::post(self.token_url.clone(), "token", Body::form(&fields))
    }
}

/// The id of our registration, which `key` of the configuration sets.
pub(super) fn registered<'a>(client_id: Option<&'a str>, key: &str) -> Result<&'a str> {
    client_id.ok_or_else(|| ProviderError::Operator {
        reason: format!("{key} is not set"),
    })
}

/// A token answer; unknown fields are nobody's business.
#[derive(Deserialize)]
struct Grant {
    access_token: SecretString,
    token_type: Option<String>,
    expires_in: Option<Value>,
    refresh_token: Option<SecretString>,
    scope: Option<String>,
    id_token: Option<SecretString>,
}

/// What a first grant brought, before it is known whose it is.
pub(super) struct Issued {
    pub(super) tokens: Tokens,
    /// What was allowed; none: all that was asked for.
    pub(super) scopes: Option<Vec<String>>,
    pub(super) id_token: Option<SecretString>,
}

/// Exchanges a refresh token. Its successor is in the answer, or it stays. A
/// refresh token survives its use, so that the request may be repeated.
pub(super) async fn refresh(
    transport: &Transport,
    registration: Registration<'_>,
    refresh: &SecretString,
    now: DateTime<Utc>,
) -> Result<Tokens> {
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh.expose_secret()),
    ];
    let request = registration.ask(&fields).repeatable();
    let answer = transport.send_unauthorised(&request, classify).await?;
    let grant = granted(&answer)?;
    Ok(Tokens {
        refresh: given(grant.refresh_token.as_ref()).unwrap_or_else(|| refresh.clone()),
        access: Some(access(grant, now)),
    })
}

/// What a first grant brought. Without a refresh token it is of no use.
fn issued(answer: &Answer, now: DateTime<Utc>) -> Result<Issued> {
    let grant = granted(answer)?;
    let refresh = given(grant.refresh_token.as_ref()).ok_or_else(|| {
        protocol("no refresh token came with the consent: the client may not work offline")
    })?;
    let scopes = grant.scope.as_deref();
    Ok(Issued {
        scopes: scopes.map(|list| list.split_whitespace().map(str::to_owned).collect()),
        id_token: grant.id_token.clone(),
        tokens: Tokens {
            refresh,
            access: Some(access(grant, now)),
        },
    })
}

/// An answer with a token that we know how to use (RFC 6749, 7.1).
fn granted(answer: &Answer) -> Result<Grant> {
    let grant: Grant = answer.json()?;
    let kind = grant.token_type.as_deref().unwrap_or("Bearer");
    let is_usable = !grant.access_token.expose_secret().is_empty();
    match kind.eq_ignore_ascii_case("bearer") && is_usable {
        true => Ok(grant),
        false => Err(protocol("token is of a kind other than bearer")),
    }
}

/// A token, unless it is empty.
fn given(token: Option<&SecretString>) -> Option<SecretString> {
    token
        .filter(|token| !token.expose_secret().is_empty())
        .cloned()
}

fn access(grant: Grant, now: DateTime<Utc>) -> AccessToken {
    let lifetime = lifetime(grant.expires_in.as_ref());
    AccessToken {
        secret: grant.access_token,
        expires_at: now.checked_add_signed(lifetime).unwrap_or(now),
    }
}

/// `expires_in`, a number or the text of one.
fn lifetime(expires_in: Option<&Value>) -> TimeDelta {
    let seconds = expires_in.and_then(whole);
    let seconds = seconds.unwrap_or(DEFAULT_LIFETIME_S);
    TimeDelta::try_seconds(seconds.max(0)).unwrap_or_default()
}

/// A whole number, or the text of one.
fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_i64(),
    }
}

fn protocol(reason: &str) -> ProviderError {
    ProviderError::Protocol {
        reason: reason.to_owned(),
    }
}
