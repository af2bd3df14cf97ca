//! The entries of an import file of accounts.

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::model::account::{AccessToken, NewAccount, ProviderKind, Tokens};
use crate::model::id::UserId;

/// An account as import files give it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    user_id: UserId,
    #[serde(deserialize_with = "provider")]
    provider: ProviderKind,
    email: String,
    refresh_token: SecretString,
    #[serde(default)]
    access_token: Option<SecretString>,
    #[serde(default)]
    expires_at: Option<String>,
    #[serde(default)]
    scopes: Scopes,
}

/// A provider by its name.
fn provider<'de, D: Deserializer<'de>>(name: D) -> Result<ProviderKind, D::Error> {
    let name = String::deserialize(name)?;
    let known = ProviderKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == name);
    known.ok_or_else(|| {
        let names: Vec<_> = ProviderKind::ALL.map(ProviderKind::as_str).into();
        D::Error::custom(format!(
            "provider {name:?} is not supported; calsync syncs {}",
            names.join(" and ")
        ))
    })
}

/// Scopes as a list, or as providers write them: in one text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Scopes {
    List(Vec<String>),
    Text(String),
}

impl Default for Scopes {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let read = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    read.map_err(|_| format!("expires_at {text:?} is not a time like 2026-03-02T09:00:00Z"))
}

/// An entry that was checked while its line is known.
#[derive(Deserialize)]
#[serde(try_from = "Entry")]
pub(super) struct Checked(pub(super) NewAccount);

impl TryFrom<Entry> for Checked {
    type Error = String;

    fn try_from(entry: Entry) -> Result<Self, String> {
        if entry.refresh_token.expose_secret().is_empty() {
            return Err("refresh_token is empty".to_owned());
        }
        if entry.email.is_empty() {
            return Err("email is empty".to_owned());
        }
        // Without its end an access token cannot be trusted; it is renewed.
        let expires_at = entry.expires_at.as_deref().map(instant).transpose()?;
        let access = entry.access_token.zip(expires_at);
        let access = access.map(|(secret, expires_at)| AccessToken { secret, expires_at });
        let scopes = match entry.scopes {
            Scopes::List(list) => list,
            Scopes::Text(text) => text.split_whitespace().map(str::to_owned).collect(),
        };
        Ok(Self(NewAccount {
            user_id: entry.user_id,
            provider: entry.provider,
            email: entry.email,
            scopes,
            tokens: Tokens {
                access,
                refresh: entry.refresh_token,
            },
        }))
    }
}
