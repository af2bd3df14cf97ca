//! Users and their accounts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::overview::Read;
use crate::engine::due::sync_is_due;
use crate::model::account::{Account, AccountStatus, ProviderKind};
use crate::model::id::{AccountId, UserId};
use crate::model::run::{Failure, SyncState, SyncStatus};
use crate::operator::output::moment;

/// How many users there are.
#[derive(Serialize)]
pub(super) struct Users {
    pub(super) all: usize,
    /// Whose next sync is due.
    pub(super) due: usize,
    /// Whose last sync failed, wholly or in part.
    pub(super) failing: usize,
    /// Who have to connect an account again.
    pub(super) needs_reauth: usize,
}

/// An account that somebody has to see to.
#[derive(Serialize)]
pub(super) struct Attention {
    pub(super) account_id: AccountId,
    pub(super) user_id: UserId,
    pub(super) provider: ProviderKind,
    pub(super) status: &'static str,
    reason: String,
    pub(super) since: DateTime<Utc>,
    /// The command that mends it.
    pub(super) command: String,
}

/// How the last sync of a user went.
#[derive(Serialize)]
pub(super) struct Sync {
    user_id: UserId,
    last_sync_at: Option<DateTime<Utc>>,
    sync_status: SyncState,
    pub(super) failures: Vec<Failure>,
}

pub(super) fn users(read: &Read, now: DateTime<Utc>) -> Users {
    // Of who has removed every account nothing is synced any more.
    let here = owners(&read.accounts, |status| !is_removed(status));
    let due = read.schedule.iter().filter(|one| {
        here.contains(&one.user.id) && sync_is_due(&one.preferences, one.last_sync_at, now)
    });
    let failing = read
        .statuses
        .iter()
        .filter(|status| here.contains(&status.user_id) && is_failing(status.state));
    let reauth = |status: &AccountStatus| matches!(status, AccountStatus::NeedsReauth { .. });
    Users {
        all: read.users,
        due: due.count(),
        failing: failing.count(),
        needs_reauth: owners(&read.accounts, reauth).len(),
    }
}

/// The users of accounts in certain states.
fn owners(accounts: &[Account], is: impl Fn(&AccountStatus) -> bool) -> BTreeSet<&UserId> {
    let accounts = accounts.iter().filter(|account| is(&account.status));
    accounts.map(|account| &account.user_id).collect()
}

fn is_removed(status: &AccountStatus) -> bool {
    matches!(status, AccountStatus::Disabled { reason, .. } if reason == AccountStatus::REMOVED)
}

fn is_failing(state: SyncState) -> bool {
    match state {
        SyncState::Pending | SyncState::Success => false,
        SyncState::PartialFailure | SyncState::Failure => true,
    }
}

/// How many accounts there are, by status.
pub(super) fn accounts(accounts: &[Account]) -> BTreeMap<&'static str, usize> {
    let mut counted = BTreeMap::from([(AccountStatus::Active.as_str(), 0)]);
    for account in accounts {
        *counted.entry(account.status.as_str()).or_default() += 1;
    }
    counted
}

pub(super) fn syncs(statuses: Vec<SyncStatus>) -> Vec<Sync> {
    let sync = |status: SyncStatus| Sync {
        user_id: status.user_id,
        last_sync_at: status.last_sync_at,
        sync_status: status.state,
        failures: status.failures,
    };
    statuses.into_iter().map(sync).collect()
}

impl Attention {
    /// Of an account that needs it.
    pub(super) fn of(account: &Account) -> Option<Self> {
        let (AccountStatus::NeedsReauth { reason, at } | AccountStatus::Disabled { reason, at }) =
            &account.status
        else {
            return None;
        };
        let command = account.mend().filter(|_| !is_removed(&account.status))?;
        Some(Self {
            account_id: account.id.clone(),
            user_id: account.user_id.clone(),
            provider: account.provider,
            status: account.status.as_str(),
            reason: reason.clone(),
            since: *at,
            command,
        })
    }

    pub(super) fn line(&self) -> String {
        format!(
            "{} account {} of user {} is {} since {} ({}): `{}`",
            self.provider,
            self.account_id,
            self.user_id,
            self.status,
            moment(self.since),
            self.reason,
            self.command
        )
    }
}
