//! Provider logins of users and their tokens.

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::id::{AccountId, UserId};

/// A calendar provider.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum ProviderKind {
    /// Google Calendar.
    Google,
    /// Microsoft 365 and Outlook.com, by Microsoft Graph.
    Microsoft,
}

impl ProviderKind {
    /// Every provider.
    pub const ALL: [Self; 2] = [Self::Google, Self::Microsoft];

    /// The name in tables, files and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Microsoft => "microsoft",
        }
    }
}

impl std::fmt::Display for ProviderKind {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.as_str())
    }
}

/// One provider login of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The id within the store.
    pub id: AccountId,
    /// The user whose login it is.
    pub user_id: UserId,
    /// The provider.
    pub provider: ProviderKind,
    /// The provider's stable id of the login, once it told one.
    pub subject: Option<String>,
    /// The address of the login.
    pub email: String,
    /// What the user allowed, as the provider lists it.
    pub scopes: Vec<String>,
    /// Whether it can be used.
    pub status: AccountStatus,
    /// The provider asked to be left alone until then.
    pub rest_until: Option<DateTime<Utc>>,
    /// When its calendars were last discovered.
    pub discovered_at: Option<DateTime<Utc>>,
    /// How often it was allowed: what is found out of an older consent says
    /// nothing of a newer one.
    pub grants: i64,
}

impl Account {
    /// The command that mends an account; none while nothing has to be. What
    /// rests because another account is the same login, or is half removed, is
    /// to be removed.
    #[must_use]
    pub fn mend(&self) -> Option<String> {
        match &self.status {
            AccountStatus::Active => None,
            AccountStatus::Disabled { reason, .. } if reason != AccountStatus::REMOVED => {
                Some(format!("calsync accounts remove {}", self.id))
            }
            AccountStatus::NeedsReauth { .. } | AccountStatus::Disabled { .. } => Some(format!(
                "calsync connect {} --user {}",
                self.provider, self.user_id
            )),
        }
    }
}

/// Whether an account can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountStatus {
    /// It can.
    Active,
    /// The provider refuses its tokens: the user has to connect again.
    NeedsReauth {
        /// Why, in protocol terms.
        reason: String,
        /// Since when.
        at: DateTime<Utc>,
    },
    /// Put out of use.
    Disabled {
        /// Why.
        reason: String,
        /// Since when.
        at: DateTime<Utc>,
    },
}

impl AccountStatus {
    /// Why an account that was removed is disabled.
    pub const REMOVED: &str = "removed";

    /// The name in tables and listings.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::NeedsReauth { .. } => "needs_reauth",
            Self::Disabled { .. } => "disabled",
        }
    }
}

/// An account as it is imported: tokens of a login whose subject is not known.
/// An account of the same user, provider and address is revived with them.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The user whose login it is; must exist.
    pub user_id: UserId,
    /// The provider.
    pub provider: ProviderKind,
    /// The address of the login.
    pub email: String,
    /// What the user allowed.
    pub scopes: Vec<String>,
    /// The tokens.
    pub tokens: Tokens,
}

/// A login that a user consented to just now. The account of the same user,
/// provider and subject is revived with it.
#[derive(Clone, Debug)]
pub struct Login {
    /// The user whose login it is; must exist.
    pub user_id: UserId,
    /// The provider.
    pub provider: ProviderKind,
    /// The provider's stable id of the login.
    pub subject: String,
    /// The address of the login.
    pub email: String,
    /// What the user allowed.
    pub scopes: Vec<String>,
    /// The tokens.
    pub tokens: Tokens,
}

/// The account of a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedIn {
    /// The account.
    pub account: Account,
    /// Whether it was not there before.
    pub is_new: bool,
}

/// What became of an account whose subject was learnt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The account has it now.
    Noted,
    /// Another account is the same login: it goes on with the tokens of this
    /// one, which is put out of use and keeps its data.
    Taken(AccountId),
}

/// The tokens of an account; printing them shows nothing.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// Proves who we are until it expires; may not be known yet.
    pub access: Option<AccessToken>,
    /// Obtains the next access token.
    pub refresh: SecretString,
}

/// A token that authorises requests.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// The token.
    pub secret: SecretString,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// Tokens as the store holds them, with the revision that a replacement must
/// name.
#[derive(Clone, Debug)]
pub struct StoredTokens {
    /// The tokens.
    pub tokens: Tokens,
    /// Grows with each replacement.
    pub revision: i64,
}
