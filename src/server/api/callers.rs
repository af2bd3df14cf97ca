//! Who asks: a user with a token that the application made (JWT, HS256), or
//! the application's server with the service token.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::refusal::Refusal;
use crate::model::id::UserId;

/// Seconds by which the application's clock may differ from ours.
const LEEWAY: f64 = 60.0;

/// Knows who may ask.
pub struct Callers {
    jwt: Option<DecodingKey>,
    /// The digest of the service token.
    service: Option<[u8; 32]>,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::server) enum Caller {
    /// Somebody, for themselves.
    User(String),
    /// The application, for anybody.
    Service,
}

/// What a token claims.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    /// Seconds since 1970, perhaps with a fraction.
    exp: f64,
    nbf: Option<f64>,
}

impl Callers {
    /// Those who hold a token signed with the one secret, or the other one.
    #[must_use]
    pub fn new(jwt_secret: Option<&SecretString>, service_token: Option<&SecretString>) -> Self {
        let bytes = |secret: &SecretString| secret.expose_secret().as_bytes().to_vec();
        Self {
            jwt: jwt_secret.map(|secret| DecodingKey::from_secret(&bytes(secret))),
            service: service_token.map(|token| digest(&bytes(token))),
        }
    }

    /// Whether there is anybody who may ask.
    #[must_use]
    pub fn any(&self) -> bool {
        self.jwt.is_some() || self.service.is_some()
    }

    /// Who sent a request.
    pub(in crate::server) fn identify(
        &self,
        headers: &HeaderMap,
        now: DateTime<Utc>,
    ) -> Result<Caller, Refusal> {
        if !self.any() {
            return Err(Refusal::NotEnabled);
        }
        let token = bearer(headers).ok_or(Refusal::MissingToken)?;
        if self.is_service(token) {
            return Ok(Caller::Service);
        }
        let key = self.jwt.as_ref().ok_or(Refusal::InvalidToken)?;
        user(key, token, now)
    }

    /// Digests have one length, so that a comparison tells nothing of the
    /// token's.
    fn is_service(&self, token: &str) -> bool {
        let given = digest(token.as_bytes());
        let service = self.service.as_ref();
        service.is_some_and(|service| bool::from(service.ct_eq(&given)))
    }
}

impl Caller {
    /// The user for whom the caller asks.
    pub(in crate::server) fn speaks_for(self, named: Option<UserId>) -> Result<UserId, Refusal> {
        match (self, named) {
            (Self::Service, Some(user)) => Ok(user),
            (Self::Service, None) => Err(Refusal::MissingUser),
            (Self::User(own), Some(named)) if own != named.as_str() => Err(Refusal::ForeignUser),
            // No user has an id that cannot be one.
            (Self::User(own), _) => own.parse().map_err(|_| Refusal::UnknownUser),
        }
    }
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The token of `Authorization: Bearer`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// The user of a token. Its times are compared with our reading of the clock.
fn user(key: &DecodingKey, token: &str, now: DateTime<Utc>) -> Result<Caller, Refusal> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_required_spec_claims(&["exp", "sub"]);
    validation.validate_exp = false;
    // Whoever the token is meant for besides: its secret is shared with us.
    validation.validate_aud = false;
    let token = decode::<Claims>(token, key, &validation);
    let claims = token.map_err(|_| Refusal::InvalidToken)?.claims;
    let now = now.timestamp() as f64;
    if claims.exp + LEEWAY <= now {
        return Err(Refusal::ExpiredToken);
    }
    if claims.nbf.is_some_and(|begin| begin - LEEWAY > now) {
        return Err(Refusal::InvalidToken);
    }
    Ok(Caller::User(claims.sub))
}
