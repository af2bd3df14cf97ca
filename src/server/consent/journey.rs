//! A consent that is under way: the browser keeps it, signed, in a cookie, so
//! that the answer is only taken from the browser that was sent away, and no
//! receiver has to remember anything.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use chrono::{DateTime, TimeDelta, Utc};
use url::{Host, Url};

use super::link::{Invitation, permission, word};
use crate::model::account::ProviderKind;
use crate::provider::{Signer, new_state};

/// How long a person may take to sign in and to allow it.
const LIFETIME: TimeDelta = TimeDelta::hours(1);

/// A consent that is under way.
#[derive(Debug)]
pub(super) struct Journey {
    pub(super) invitation: Invitation,
    /// What the answer has to repeat.
    pub(super) state: String,
}

impl Journey {
    /// Sets out.
    pub(super) fn begin(invitation: Invitation) -> Self {
        Self {
            invitation,
            state: new_state(),
        }
    }

    /// The cookie that holds it.
    pub(super) fn cookie(&self, signer: &Signer, now: DateTime<Utc>) -> String {
        let until = (now + LIFETIME).timestamp();
        let Invitation {
            provider,
            user,
            wanted,
        } = &self.invitation;
        let said = format!("{user}.{}.{until}.{}", word(*wanted), self.state);
        let signature = signer.sign_consent(&signed(*provider, &said));
        let seconds = LIFETIME.num_seconds();
        cookie(*provider, &format!("{said}.{signature}"), seconds)
    }

    /// The one that a browser is on, if it is one of ours and not over.
    pub(super) fn read(
        provider: ProviderKind,
        headers: &HeaderMap,
        signer: &Signer,
        now: DateTime<Utc>,
    ) -> Option<Self> {
        let value = find(headers, &name(provider))?;
        let (said, signature) = value.rsplit_once('.')?;
        if !signer.verify_consent(&signed(provider, said), signature) {
            return None;
        }
        let mut parts = said.split('.');
        let invitation = Invitation {
            provider,
            user: parts.next()?.parse().ok()?,
            wanted: permission(parts.next()?)?,
        };
        let until: i64 = parts.next()?.parse().ok()?;
        let state = parts.next()?.to_owned();
        (until > now.timestamp()).then_some(Self { invitation, state })
    }
}

/// The cookie that ends it.
pub(super) fn ended(provider: ProviderKind) -> String {
    cookie(provider, "", 0)
}

/// A cookie for this host alone, that no script sees, and that comes back with
/// the redirect of the provider.
fn cookie(provider: ProviderKind, value: &str, seconds: i64) -> String {
    let name = name(provider);
    format!("{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax")
}

fn name(provider: ProviderKind) -> String {
    format!("__Host-calsync-{provider}")
}

fn signed(provider: ProviderKind, said: &str) -> String {
    format!("{provider}\n{said}")
}

/// Whether browsers keep cookies that are for https alone at an address: those
/// of this machine they do, whatever is spoken.
#[must_use]
pub fn keeps_cookies(url: &Url) -> bool {
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || here
}

/// The value of a cookie.
fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).into_iter();
    let cookies = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'));
    cookies
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}
