//! Tells the operator's hook of accounts that need attention, when a cycle has
//! come to its end.
//!
//! Each is told of once: what the hook took with success is noted. A process
//! that dies between the two has it told again, so at least once.

mod hook;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use tokio::time::Instant;

use self::hook::Ended;
use super::heartbeat::with_heartbeat;
use crate::config::Hook;
use crate::context::Context;
use crate::model::account::{Account, AccountStatus, ProviderKind};
use crate::model::id::{AccountId, UserId};
use crate::model::lease::{LEASE, Lease, LeaseName};
use crate::store::Store;

/// How long the hook may take for one account.
const LIMIT: Duration = Duration::from_secs(30);

/// After this time no other account is told of: a cycle has to end.
const ENOUGH: Duration = Duration::from_secs(120);

/// For how long nobody tells after the hook failed: whatever it needs is not
/// there, and a cycle has other things to do.
const REST: TimeDelta = TimeDelta::minutes(5);

/// How much of what a hook said is logged, in characters.
const SHOWN: usize = 200;

/// What the hook reads.
#[derive(Serialize)]
struct Event<'a> {
    event: &'static str,
    account_id: &'a AccountId,
    user_id: &'a UserId,
    provider: ProviderKind,
    email: &'a str,
    status: &'static str,
    reason: &'a str,
    /// Since when.
    at: DateTime<Utc>,
    /// The command that mends it.
    command: String,
}

impl<'a> Event<'a> {
    /// Of an account that needs attention.
    fn of(account: &'a Account) -> Option<Self> {
        let AccountStatus::NeedsReauth { reason, at } = &account.status else {
            return None;
        };
        Some(Self {
            event: "account_needs_attention",
            account_id: &account.id,
            user_id: &account.user_id,
            provider: account.provider,
            email: &account.email,
            status: account.status.as_str(),
            reason,
            at: *at,
            command: account.mend()?,
        })
    }
}

/// Has the hook told of every account of which it was not yet, if there is a
/// hook. What goes wrong is logged, and tried again by the next cycle.
pub(super) async fn tell(cx: &Context, owner: &str) {
    let Some(hook) = &cx.config.hooks.account_attention else {
        return;
    };
    if cx.stop.is_cancelled() {
        return;
    }
    if let Err(error) = tell_alone(cx, owner, hook).await {
        tracing::warn!("accounts that need attention are not told of: {error:#}");
    }
}

/// Tells under a lease, so that of two instances one does.
async fn tell_alone(cx: &Context, owner: &str, hook: &Hook) -> anyhow::Result<()> {
    let store = cx.store().await?;
    if store.account_untold().await?.is_empty() {
        return Ok(());
    }
    let lease = Lease {
        name: LeaseName::Attention,
        owner: owner.to_owned(),
        until: cx.clock.now() + LEASE,
    };
    if !store.lease_acquire(&lease, cx.clock.now()).await? {
        return Ok(());
    }
    let told = with_heartbeat(cx, owner, tell_all(cx, store.as_ref(), hook)).await;
    if let Ok(true) = told {
        store.lease_release(&lease.name, owner).await?;
        return Ok(());
    }
    let rest = Lease {
        until: cx.clock.now() + REST,
        ..lease
    };
    store.lease_acquire(&rest, cx.clock.now()).await?;
    told.map(drop)
}

/// Tells of one after the other, as long as there is time; whether the hook
/// took all that it was told.
async fn tell_all(cx: &Context, store: &dyn Store, hook: &Hook) -> anyhow::Result<bool> {
    let (begun, mut took_all) = (Instant::now(), true);
    for account in in_turn(store.account_untold().await?, cx.now()) {
        if cx.stop.is_cancelled() || begun.elapsed() >= ENOUGH {
            tracing::info!("the other accounts are told of by the next cycle");
            break;
        }
        let Some(event) = Event::of(&account) else {
            continue;
        };
        let line = format!("{}\n", serde_json::to_string(&event)?);
        let ended = tokio::select! {
            ended = hook::run(hook, &line, LIMIT) => ended,
            () = cx.stop.cancelled() => continue,
        };
        took_all &= matches!(ended, Ended::Well);
        settle(cx, store, &account, ended).await?;
    }
    Ok(took_all)
}

/// Another one is the first each minute: those with which the hook hangs do not
/// use up the time of the others for ever.
fn in_turn(mut accounts: Vec<Account>, now: DateTime<Utc>) -> Vec<Account> {
    let number = i64::try_from(accounts.len()).unwrap_or(i64::MAX).max(1);
    let first = (now.timestamp() / 60).rem_euclid(number);
    let first = usize::try_from(first).unwrap_or_default();
    let first = first.min(accounts.len());
    accounts.rotate_left(first);
    accounts
}

/// Notes that the hook was told, or logs why not.
async fn settle(
    cx: &Context,
    store: &dyn Store,
    account: &Account,
    ended: Ended,
) -> anyhow::Result<()> {
    let Ended::Badly { how, said } = ended else {
        let noted = store.account_note_told(&account.id, &account.status, cx.clock.now());
        noted.await?;
        tracing::info!(account.id = %account.id, "hooks.account_attention was run");
        return Ok(());
    };
    // Programs like to repeat what they choke on.
    let said = said.replace(&account.email, "(address)");
    let said: String = said.chars().take(SHOWN).collect();
    tracing::warn!(
        account.id = %account.id, %said,
        "hooks.account_attention {how}; a cycle after some minutes tries again"
    );
    Ok(())
}
