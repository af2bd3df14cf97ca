//! `calsync accounts`.

mod entry;
mod imported;
mod list;
mod remove;

use std::path::PathBuf;

use clap::Subcommand;
use serde::Serialize;

use self::entry::Checked;
use self::imported::import_accounts;
use self::list::list;
use self::remove::{How, remove};
use super::import;
use super::output::{Output, counted};
use crate::context::Context;
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
    /// expires_at and scopes may follow; scopes, if given, say whether calendars
    /// may be written. The user must have been imported. An
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
    /// Remove an account, and keep what is known of its calendars
    ///
    /// Its watches are stopped and its grant is given back, as far as the
    /// provider can be reached; its tokens are wiped. Its calendars, links and
    /// history stay, are synced no more and left out of the timeline, until the
    /// account is connected or imported again. Nothing else is changed at the
    /// provider: the events of tasks stay in its calendars. With --forget, tasks
    /// get new ones where another calendar is the one for them.
    Remove {
        /// The account
        id: String,
        /// Delete its calendars and its part of the timeline as well
        #[arg(long)]
        forget: bool,
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
            Action::Remove {
                id,
                forget,
                dry_run,
            } => {
                let how = How {
                    forget: *forget,
                    dry_run: *dry_run,
                };
                remove(cx, out, &AccountId::new(id.as_str()), how).await
            }
            Action::Rekey => {
                let rekeyed = cx.store().await?.account_rekey().await?;
                let text = format!("{} encrypted anew", counted(rekeyed, "account"));
                Ok(out.value(&Rekeyed { rekeyed }, &text)?)
            }
        }
    }
}
