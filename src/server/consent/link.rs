//! The link that a user gets, to connect an account of theirs: signed by us,
//! good for one user and provider, and not for ever.

use chrono::{DateTime, TimeDelta, Utc};
use url::{Url, form_urlencoded};

use crate::model::account::ProviderKind;
use crate::model::id::UserId;
use crate::provider::{Permission, Signer};
use crate::sync::at;

/// Who may connect what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Where the account is.
    pub provider: ProviderKind,
    /// Whose it becomes.
    pub user: UserId,
    /// What it is for.
    pub wanted: Permission,
}

/// Why a link is not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkError {
    /// It is none of ours.
    Forged,
    /// Its time is over.
    Expired,
}

impl Invitation {
    /// How long the link of an operator is good for.
    pub const LIFETIME: TimeDelta = TimeDelta::hours(24);
    /// How long the link that the application asks for is good for.
    pub(super) const SHORT: TimeDelta = TimeDelta::minutes(10);

    /// The link, below the public URL.
    #[must_use]
    pub fn link(&self, public_url: &Url, signer: &Signer, until: DateTime<Utc>) -> Url {
        let until = until.timestamp();
        let mut url = at(public_url, &start_path(self.provider));
        url.query_pairs_mut()
            .append_pair("user", self.user.as_str())
            .append_pair("access", word(self.wanted))
            .append_pair("until", &until.to_string())
            .append_pair("signature", &signer.sign_link(&self.said(until)));
        url
    }

    /// What the query of a link says, if it is signed and its time is not over;
    /// none where there is no signature at all.
    pub(super) fn read(
        provider: ProviderKind,
        query: &str,
        signer: &Signer,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>, LinkError> {
        let Some(signature) = field(query, "signature") else {
            return Ok(None);
        };
        let text = |name: &str| field(query, name).ok_or(LinkError::Forged);
        let user = text("user")?.parse().map_err(|_| LinkError::Forged)?;
        let until: i64 = text("until")?.parse().map_err(|_| LinkError::Forged)?;
        let invitation = Self {
            provider,
            user,
            wanted: permission(&text("access")?).ok_or(LinkError::Forged)?,
        };
        if !signer.verify_link(&invitation.said(until), &signature) {
            return Err(LinkError::Forged);
        }
        match until > now.timestamp() {
            true => Ok(Some(invitation)),
            false => Err(LinkError::Expired),
        }
    }

    /// What is signed.
    fn said(&self, until: i64) -> String {
        let (user, access) = (&self.user, word(self.wanted));
        format!("{}\n{user}\n{access}\n{until}", self.provider)
    }
}

/// Where a link leads.
pub(in crate::server) fn start_path(provider: ProviderKind) -> String {
    format!("/oauth/{provider}/start")
}

/// Where a provider sends the browser back to.
pub(in crate::server) fn callback_path(provider: ProviderKind) -> String {
    format!("/oauth/{provider}/callback")
}

/// A field of a query.
pub(super) fn field(query: &str, name: &str) -> Option<String> {
    let mut fields = form_urlencoded::parse(query.as_bytes());
    fields
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// The word for a permission.
pub(super) fn word(wanted: Permission) -> &'static str {
    match wanted {
        Permission::Read => "read",
        Permission::Write => "write",
    }
}

/// The permission of a word.
pub(super) fn permission(word: &str) -> Option<Permission> {
    match word {
        "read" => Some(Permission::Read),
        "write" => Some(Permission::Write),
        _ => None,
    }
}
