//! `calsync accounts remove`.

use serde::Serialize;

use crate::context::Context;
use crate::jobs::WrongArgument;
use crate::model::account::{Account, AccountStatus, ProviderKind};
use crate::model::id::AccountId;
use crate::operator::output::{Output, counted};

/// How an account is removed.
#[derive(Clone, Copy)]
pub(super) struct How {
    /// Whether its data is deleted too.
    pub(super) forget: bool,
    /// Whether nothing is done.
    pub(super) dry_run: bool,
}

/// Why an account is disabled while it is being removed: it may be revoked
/// already.
const REMOVING: &str = "being_removed";

#[derive(Serialize)]
struct Removed {
    id: AccountId,
    calendars: usize,
    /// Whether it was removed just now.
    removed: bool,
    /// Whether its data is gone.
    forgotten: bool,
    /// Whether the provider took the grant back.
    revoked: bool,
    #[serde(skip)]
    grant: Grant,
}

/// What became of what the user allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Grant {
    /// The provider took it back.
    Revoked,
    /// The provider takes it back from nobody but the user.
    LeftToUser,
    /// Another account needs it.
    Shared(AccountId),
    /// Nothing was done about it, or nobody knows whether it was.
    Unknown,
}

/// Removes an account. Nobody uses it from the first step on, and its tokens
/// go last: whatever comes between, removing it again does the rest.
pub(super) async fn remove(
    cx: &Context,
    out: Output,
    id: &AccountId,
    how: How,
) -> anyhow::Result<()> {
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
    let mut row = Removed {
        id: id.clone(),
        calendars: calendars.len(),
        removed: false,
        forgotten: false,
        revoked: false,
        grant: Grant::Unknown,
    };
    let was_removed = is_disabled_as(account, AccountStatus::REMOVED);
    if !how.dry_run && !was_removed {
        row.grant = take_back(cx, account).await?;
        row.revoked = row.grant == Grant::Revoked;
        row.removed = if how.forget {
            false
        } else {
            store.account_retire(id, cx.clock.now()).await?
        };
    }
    if !how.dry_run && how.forget && !was_connected(cx, account).await? {
        row.forgotten = store.account_remove(id).await?;
        row.removed = row.forgotten;
    }
    let mut text = text(&row, how, was_removed);
    if row.removed {
        text.push_str(&about_grant(&row.grant, account.provider));
    }
    Ok(out.value(&row, &text)?)
}

fn text(row: &Removed, how: How, was_removed: bool) -> String {
    let (id, number) = (&row.id, counted(row.calendars as u64, "calendar"));
    match how {
        How { dry_run: true, .. } => format!("account {id} with {number} would be removed"),
        How { forget: true, .. } if row.removed => {
            format!("account {id} with {number} removed")
        }
        How { forget: false, .. } if was_removed => format!(
            "account {id} was removed already; {number} kept until `calsync accounts remove {id} \
             --forget`"
        ),
        How { .. } if !row.removed => {
            format!("account {id} is not removed: it was connected again meanwhile")
        }
        How { .. } => format!("account {id} removed; {number} kept, but not shown"),
    }
}

/// What is left to do about the grant.
fn about_grant(grant: &Grant, provider: ProviderKind) -> String {
    match grant {
        Grant::Revoked => format!("\n{provider} took back what the user allowed"),
        Grant::Shared(other) => {
            format!("\nwhat the user allowed is not given back: account {other} is the same login")
        }
        Grant::LeftToUser | Grant::Unknown => {
            let place = match provider {
                ProviderKind::Google => "https://myaccount.google.com/connections",
                ProviderKind::Microsoft => {
                    "https://myapps.microsoft.com or https://account.live.com/consent/Manage"
                }
            };
            format!("\nwhat the user allowed is not given back; they can do it at {place}")
        }
    }
}

fn is_disabled_as(account: &Account, word: &str) -> bool {
    matches!(&account.status, AccountStatus::Disabled { reason, .. } if reason == word)
}

/// Whether an account was connected again since it was read: then it is not the
/// one that is to be removed any more.
async fn was_connected(cx: &Context, account: &Account) -> anyhow::Result<bool> {
    let accounts = cx
        .store()
        .await?
        .account_list(Some(&account.user_id))
        .await?;
    let now = accounts.iter().find(|now| now.id == account.id);
    Ok(now.is_some_and(|now| now.grants != account.grants))
}

/// Puts an account out of use, ends its watches and gives its grant back. That
/// it cannot be done does not keep an account from being removed.
async fn take_back(cx: &Context, account: &Account) -> anyhow::Result<Grant> {
    let status = AccountStatus::Disabled {
        reason: REMOVING.to_owned(),
        at: cx.clock.now(),
    };
    let store = cx.store().await?;
    store.account_set_status(&account.id, status).await?;
    disconnect(cx, account).await?;
    if was_connected(cx, account).await? {
        // Also where that was just before it was put out of use.
        let in_use = AccountStatus::Active;
        store.account_set_status(&account.id, in_use).await?;
        return Ok(Grant::Unknown);
    }
    Ok(revoke(cx, account).await.unwrap_or_else(|error| {
        tracing::warn!(account.id = %account.id, "grant not revoked: {error:#}");
        Grant::Unknown
    }))
}

/// Gives the grant of an account back to its provider. One that was given back
/// before is no error.
async fn revoke(cx: &Context, account: &Account) -> anyhow::Result<Grant> {
    let store = cx.store().await?;
    let accounts = store.account_list(None).await?;
    if let Some(other) = accounts.iter().find(|other| shares_grant(other, account)) {
        return Ok(Grant::Shared(other.id.clone()));
    }
    let stored = store.account_tokens(&account.id).await?;
    let Some(stored) = stored.filter(|_| cx.require_provider(account.provider).is_ok()) else {
        return Ok(Grant::Unknown);
    };
    let provider = cx.providers().await?.of(account.provider);
    let was_revoked = provider.revoke(&stored.tokens.refresh).await?;
    Ok(match was_revoked {
        true => Grant::Revoked,
        false => Grant::LeftToUser,
    })
}

/// Whether another account in use has what would be given back with this one:
/// a provider takes back everything that the login ever allowed us.
fn shares_grant(other: &Account, account: &Account) -> bool {
    let is_same_login = match (&other.subject, &account.subject) {
        (Some(one), Some(another)) => one == another,
        _ => other.email.eq_ignore_ascii_case(&account.email),
    };
    other.id != account.id
        && other.provider == account.provider
        && is_same_login
        && !matches!(other.status, AccountStatus::Disabled { .. })
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
