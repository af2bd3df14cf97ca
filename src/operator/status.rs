//! `calsync status`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::output::{Output, moment};
use crate::context::Context;
use crate::model::account::{Account, AccountStatus, ProviderKind};
use crate::model::id::{AccountId, UserId};
use crate::model::run::{Failure, JobRun, SyncState, SyncStatus};

/// Show how the last cycles and syncs went and what needs attention
#[derive(Debug, clap::Args)]
pub struct Status {}

#[derive(Serialize)]
struct Overview {
    users: usize,
    accounts: BTreeMap<&'static str, usize>,
    /// The accounts that cannot be used, but for those that were removed.
    attention: Vec<Attention>,
    calendars: usize,
    calendars_active: usize,
    calendars_resting: usize,
    calendars_unlisted: usize,
    open_conflicts: usize,
    jobs: Vec<JobRun>,
    syncs: Vec<Row>,
}

/// An account that somebody has to see to.
#[derive(Serialize)]
struct Attention {
    account_id: AccountId,
    user_id: UserId,
    provider: ProviderKind,
    status: &'static str,
    reason: String,
    since: DateTime<Utc>,
    /// The command that mends it.
    command: String,
}

impl Attention {
    /// Of an account that needs it.
    fn of(account: &Account) -> Option<Self> {
        let (AccountStatus::NeedsReauth { reason, at } | AccountStatus::Disabled { reason, at }) =
            &account.status
        else {
            return None;
        };
        let command = account
            .mend()
            .filter(|_| reason != AccountStatus::REMOVED)?;
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

    fn line(&self) -> String {
        format!(
            "! {} account {} of user {} is {} since {} ({}): `{}`",
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

/// How the last sync of a user went.
#[derive(Serialize)]
struct Row {
    user_id: UserId,
    last_sync_at: Option<DateTime<Utc>>,
    sync_status: SyncState,
    failures: Vec<Failure>,
}

impl From<SyncStatus> for Row {
    fn from(status: SyncStatus) -> Self {
        Self {
            user_id: status.user_id,
            last_sync_at: status.last_sync_at,
            sync_status: status.state,
            failures: status.failures,
        }
    }
}

impl Status {
    /// Runs the command.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn run(&self, cx: &Context, out: Output) -> anyhow::Result<()> {
        let overview = overview(cx).await?;
        Ok(out.value(&overview, &text(&overview))?)
    }
}

async fn overview(cx: &Context) -> anyhow::Result<Overview> {
    let store = cx.store().await?;
    let mut accounts = BTreeMap::from([(AccountStatus::Active.as_str(), 0)]);
    let logins = store.account_list(None).await?;
    for account in &logins {
        *accounts.entry(account.status.as_str()).or_default() += 1;
    }
    let calendars = store.calendar_list(None).await?;
    let resting = calendars
        .iter()
        .filter(|calendar| calendar.backoff.failures > 0)
        .count();
    Ok(Overview {
        users: store.user_list().await?.len(),
        accounts,
        attention: logins.iter().filter_map(Attention::of).collect(),
        calendars: calendars.len(),
        calendars_active: calendars
            .iter()
            .filter(|calendar| calendar.is_active)
            .count(),
        calendars_resting: resting,
        calendars_unlisted: calendars
            .iter()
            .filter(|calendar| calendar.is_active && !calendar.is_listed)
            .count(),
        open_conflicts: store.conflict_list(true).await?.len(),
        jobs: store.run_latest().await?,
        syncs: store
            .status_list()
            .await?
            .into_iter()
            .map(Row::from)
            .collect(),
    })
}

fn text(overview: &Overview) -> String {
    let mut lines = vec![
        format!("users      {}", overview.users),
        format!("accounts   {}", counted(&overview.accounts)),
        format!(
            "calendars  {} ({} active, {} resting after failures)",
            overview.calendars, overview.calendars_active, overview.calendars_resting
        ),
        format!("conflicts  {} open", overview.open_conflicts),
    ];
    lines.extend(overview.jobs.iter().map(|run| {
        format!(
            "{:<10} {} at {}",
            run.job,
            run.outcome.as_str(),
            moment(run.started_at)
        )
    }));
    let cycles = overview.jobs.iter().flat_map(|run| &run.failures);
    // Those of users stand in their own status, which outlives the cycle's.
    let cycles = cycles.filter(|failure| failure.user_id.is_none());
    let syncs = overview.syncs.iter().flat_map(|row| &row.failures);
    lines.extend(
        cycles
            .chain(syncs)
            .map(|failure| format!("! {}", failure.message)),
    );
    lines.extend(overview.attention.iter().map(Attention::line));
    if overview.calendars_unlisted > 0 {
        lines.push(
            "! some calendars are no longer listed by their provider; what is known of them stays \
             in the timeline: `calsync calendars list`, then `calsync calendars disable ID`"
                .to_owned(),
        );
    }
    if overview.open_conflicts > 0 {
        lines.push("! some conflicts are open: `calsync conflicts list`".to_owned());
    }
    lines.join("\n")
}

fn counted(accounts: &BTreeMap<&'static str, usize>) -> String {
    let parts: Vec<_> = accounts
        .iter()
        .map(|(status, number)| format!("{number} {status}"))
        .collect();
    parts.join(", ")
}
