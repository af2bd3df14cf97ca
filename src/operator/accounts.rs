//! `calsync accounts`.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Subcommand;
use secrecy::{ExposeSecret, SecretString};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::import;
use super::output::{Output, counted, moment, or_dash};
use crate::context::Context;
use crate::jobs::{Incomplete, WrongArgument};
use crate::model::account::{
    AccessToken, Account, AccountStatus, NewAccount, ProviderKind, Tokens,
};
use crate::model::id::{AccountId, UserId};

/// Import, list and remove provider accounts
#[derive(Debug, clap::Args)]
pub struct Accounts {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Create or revive accounts from a file
    ///
    /// JSON, one object a line or one array: {"user_id", "provider": "google",
    /// "email", "refresh_token", "access_token"?, "expires_at"?, "scopes"?}.
    /// The user must have been imported. An account of the same user, provider
    /// and address gets the new tokens and works again. All accounts of the
    /// file are imported, or none; then their calendars are discovered.
    Import {
        /// The file; - is standard input
        file: PathBuf,
        /// Do not ask the provider for the accounts' calendars now
        #[arg(long)]
        no_discover: bool,
    },
    /// List accounts and whether they can be used
    List {
        /// Only this user's
        #[arg(long, value_name = "ID")]
        user: Option<UserId>,
    },
    /// Remove an account, its calendars and its part of the timeline
    ///
    /// Nothing is changed at the provider.
    Remove {
        /// The account
        id: String,
        /// Show what would be removed, remove nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Encrypt all tokens anew with the first encryption key
    ///
    /// Put the new key first in security.encryption_key, keep the old one
    /// after it, run this, then take the old one away.
    Rekey,
}

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
    expires_at: Option<DateTime<Utc>>,
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

/// An entry that was checked while its line is known.
#[derive(Deserialize)]
#[serde(try_from = "Entry")]
struct Checked(NewAccount);

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
        let access = entry.access_token.zip(entry.expires_at);
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

/// An account as listings show it.
#[derive(Serialize)]
struct Row {
    id: AccountId,
    user_id: UserId,
    provider: ProviderKind,
    email: String,
    status: &'static str,
    status_reason: Option<String>,
    status_at: Option<DateTime<Utc>>,
    discovered_at: Option<DateTime<Utc>>,
}

impl From<Account> for Row {
    fn from(account: Account) -> Self {
        let status = account.status.as_str();
        let (status_reason, status_at) = match account.status {
            AccountStatus::Active => (None, None),
            AccountStatus::NeedsReauth { reason, at } | AccountStatus::Disabled { reason, at } => {
                (Some(reason), Some(at))
            }
        };
        Self {
            id: account.id,
            user_id: account.user_id,
            provider: account.provider,
            email: account.email,
            status,
            status_reason,
            status_at,
            discovered_at: account.discovered_at,
        }
    }
}

#[derive(Serialize)]
struct ImportedAccount {
    id: AccountId,
    user_id: UserId,
    /// How many calendars are new; none when they were not or could not be
    /// discovered.
    calendars: Option<u64>,
    /// Why the calendars could not be discovered.
    error: Option<String>,
}

#[derive(Serialize)]
struct Removed {
    id: AccountId,
    calendars: usize,
    removed: bool,
}

#[derive(Serialize)]
struct Rekeyed {
    rekeyed: u64,
}

impl Accounts {
    /// Runs the command.
    ///
    /// # Errors
    /// When the file is wrong, the store cannot be used, or calendars could
    /// not be discovered.
    pub async fn run(&self, cx: &Context, out: Output) -> anyhow::Result<()> {
        match &self.action {
            Action::Import { file, no_discover } => {
                let entries: Vec<Checked> = import::objects(file)?;
                let entries = entries
                    .into_iter()
                    .map(|Checked(account)| account)
                    .collect();
                import_accounts(cx, out, entries, !no_discover).await
            }
            Action::List { user } => list(cx, out, user.as_ref()).await,
            Action::Remove { id, dry_run } => {
                remove(cx, out, &AccountId::new(id.as_str()), *dry_run).await
            }
            Action::Rekey => {
                let rekeyed = cx.store().await?.account_rekey().await?;
                let text = format!("{} encrypted anew", counted(rekeyed, "account"));
                Ok(out.value(&Rekeyed { rekeyed }, &text)?)
            }
        }
    }
}

async fn import_accounts(
    cx: &Context,
    out: Output,
    entries: Vec<NewAccount>,
    discover: bool,
) -> anyhow::Result<()> {
    // What is wrong with the configuration is said before anything is stored.
    let sync = if discover && !entries.is_empty() {
        cx.stop_on_signals();
        Some(cx.sync("import").await?)
    } else {
        None
    };
    let accounts = cx.store().await?.account_upsert(entries).await?;
    let mut rows = Vec::new();
    for account in accounts {
        let discovered = match &sync {
            Some(sync) => sync.discover(&account).await.map(Some),
            None => Ok(None),
        };
        let (calendars, error) = match discovered {
            Ok(discovered) => (discovered.map(|discovered| discovered.created), None),
            Err(error) => (None, Some(error.to_string())),
        };
        rows.push(ImportedAccount {
            id: account.id,
            user_id: account.user_id,
            calendars,
            error,
        });
    }
    if let Some(sync) = sync {
        sync.close().await;
    }
    let failed = rows.iter().filter(|row| row.error.is_some()).count();
    out.list(&["ID", "USER", "NEW CALENDARS", "ERROR"], &rows, |row| {
        vec![
            row.id.to_string(),
            row.user_id.to_string(),
            or_dash(row.calendars.map(|calendars| calendars.to_string())),
            or_dash(row.error.clone()),
        ]
    })?;
    Incomplete::check(
        failed,
        rows.len(),
        "accounts were imported, but their calendars could not be discovered; the next cycle of a \
         job tries again",
    )
}

async fn list(cx: &Context, out: Output, user: Option<&UserId>) -> anyhow::Result<()> {
    let accounts = cx.store().await?.account_list(user).await?;
    let rows: Vec<Row> = accounts.into_iter().map(Row::from).collect();
    let header = [
        "ID", "USER", "PROVIDER", "EMAIL", "STATUS", "REASON", "SINCE",
    ];
    Ok(out.list(&header, &rows, |row| {
        vec![
            row.id.to_string(),
            row.user_id.to_string(),
            row.provider.to_string(),
            row.email.clone(),
            row.status.to_owned(),
            or_dash(row.status_reason.clone()),
            or_dash(row.status_at.map(moment)),
        ]
    })?)
}

async fn remove(cx: &Context, out: Output, id: &AccountId, dry_run: bool) -> anyhow::Result<()> {
    let store = cx.store().await?;
    let accounts = store.account_list(None).await?;
    let account = accounts
        .iter()
        .find(|account| account.id == *id)
        .ok_or_else(|| {
            WrongArgument(format!(
                "account {id} does not exist; `calsync accounts list` shows those that do"
            ))
        })?;
    let mut calendars = store.calendar_list(Some(&account.user_id)).await?;
    calendars.retain(|calendar| calendar.account_id == *id);
    let removed = !dry_run && store.account_remove(id).await?;
    let verb = if dry_run {
        "would be removed"
    } else {
        "removed"
    };
    let calendars = calendars.len();
    let number = counted(calendars as u64, "calendar");
    let text = format!("account {id} with {number} {verb}");
    Ok(out.value(
        &Removed {
            id: id.clone(),
            calendars,
            removed,
        },
        &text,
    )?)
}
