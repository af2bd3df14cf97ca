//! `calsync accounts`.

mod entry;
mod imported;
mod list;

use std::path::PathBuf;

use clap::Subcommand;
use serde::Serialize;

use self::entry::Checked;
use self::imported::import_accounts;
use self::list::list;
use super::import;
use super::output::{Output, counted};
use crate::context::Context;
use crate::jobs::WrongArgument;
use crate::model::account::Account;
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
    /// JSON, one object a line or one array. user_id, provider (google or
    /// microsoft), email and refresh_token are required; access_token,
    /// expires_at and scopes may follow. The user must have been imported. An
    /// account of the same user, provider and address gets the new tokens and
    /// works again. All accounts of the file are imported, or none; then their
    /// calendars are discovered, pulled for the first time, and watched if
    /// webhooks.public_url is set.
    #[command(after_long_help = "\
An entry:
  {\"user_id\": \"u-7\", \"provider\": \"google\", \"email\": \"ana@example.com\", \"refresh_token\": \"1//0g...\"}

Examples:
  calsync accounts import accounts.jsonl
  calsync accounts import --no-discover - < accounts.jsonl")]
    Import {
        /// The file; - is standard input
        file: PathBuf,
        /// Do not ask the provider for anything now; the next cycles do
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
    /// At the provider its watches are stopped, as far as it can be reached;
    /// nothing else is changed there: the events of tasks stay in its calendars,
    /// and tasks get new ones where another calendar is the one for them.
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

/// Ends the account's watches, if there are any. That it cannot be done does
/// not keep an account from being removed.
async fn disconnect(cx: &Context, account: &Account) -> anyhow::Result<()> {
    let watches = cx.store().await?.watch_list(None).await?;
    let calendars = cx
        .store()
        .await?
        .calendar_list(Some(&account.user_id))
        .await?;
    let mut own = calendars.iter().filter(|one| one.account_id == account.id);
    let watched = own.any(|one| watches.iter().any(|watch| watch.calendar_id == one.id));
    if !watched || cx.require_provider(account.provider).is_err() {
        return Ok(());
    }
    let sync = cx.sync(&uuid::Uuid::now_v7().to_string()).await?;
    let disconnected = sync.disconnect(account).await;
    sync.close().await;
    Ok(disconnected?)
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
    if !dry_run {
        disconnect(cx, account).await?;
    }
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
