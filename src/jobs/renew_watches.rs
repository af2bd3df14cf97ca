//! The job `renew-watches`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::Job;
use crate::context::Context;
use crate::engine::watch;
use crate::model::account::Account;
use crate::model::calendar::Calendar;
use crate::model::id::AccountId;
use crate::model::watch::Watch;
use crate::store::Store;
use crate::sync::{Report, Sync, WatchWork, Watching, count};

/// Renew watches that end soon, make missing ones, stop those left over
///
/// A watch has the provider tell of changes (`calsync serve-webhooks` receives
/// that). Every active calendar gets one, except where the provider refuses;
/// refused ones are tried again after a week. Without an https
/// webhooks.public_url there is nothing to do: changes are found by pulling.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_long_help = "\
Examples:
  calsync renew-watches           those that end within 12 hours, and missing ones
  calsync renew-watches --force   all of them, as after a change of webhooks.secret")]
pub struct RenewWatches {
    /// Renew all watches, whenever they end
    #[arg(long)]
    pub force: bool,
}

impl Job for RenewWatches {
    const NAME: &'static str = "renew-watches";
    const COUNTS: &'static [&'static str] = &[
        count::DUE,
        count::RENEWED,
        count::CREATED,
        count::UNWATCHABLE,
        count::FAILED,
    ];

    async fn run(&self, cx: &Context, owner: &str) -> anyhow::Result<Report> {
        if cx.callbacks()?.is_none() {
            return Ok(without_callbacks());
        }
        let store = cx.store().await?.as_ref();
        let mut work = self.work(store, cx.now()).await?;
        if work.is_empty() {
            return Ok(Report::default());
        }
        let mut accounts = store.account_list(None).await?;
        accounts.retain(|account| work.contains_key(&account.id));
        let tasks: Vec<_> = accounts
            .iter()
            .map(|account| (account, work.remove(&account.id).unwrap_or_default()))
            .collect();
        let sync = cx.sync(owner).await?;
        let watched = stream::iter(&tasks)
            .map(|(account, work)| self.account(&sync, account, work))
            .buffer_unordered(cx.config.sync.concurrency)
            .try_fold(Watching::default(), |sum, one| async { Ok(sum.and(one)) })
            .await;
        sync.close().await;
        let watched = watched?;
        if !watched.missed.is_empty() {
            cx.queue().await?.push(watched.missed).await?;
        }
        Ok(watched.report)
    }
}

impl RenewWatches {
    /// What is to be done, by account.
    async fn work(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
    ) -> anyhow::Result<BTreeMap<AccountId, Vec<WatchWork>>> {
        let mut watches = watch::by_calendar(store.watch_list(None).await?);
        let mut work: BTreeMap<AccountId, Vec<WatchWork>> = BTreeMap::new();
        for calendar in store.calendar_list(None).await? {
            let watches = watches.remove(&calendar.id).unwrap_or_default();
            let one = self.calendar(calendar, &watches, now);
            if one.is_due || !one.leftovers.is_empty() {
                let account = one.calendar.account_id.clone();
                work.entry(account).or_default().push(one);
            }
        }
        Ok(work)
    }

    fn calendar(&self, calendar: Calendar, watches: &[Watch], now: DateTime<Utc>) -> WatchWork {
        let forced = self.force && !watch::is_refused(&calendar, now);
        let is_due =
            watch::is_wanted(&calendar) && (forced || watch::is_due(&calendar, watches, now));
        let leftovers = watch::leftovers(Some(&calendar), watches, now);
        WatchWork {
            is_due,
            leftovers: leftovers.into_iter().cloned().collect(),
            calendar,
        }
    }

    /// The watches of an account: those that are due are renewed even if they
    /// could be counted on for a while.
    async fn account(
        &self,
        sync: &Sync,
        account: &Account,
        work: &[WatchWork],
    ) -> anyhow::Result<Watching> {
        let due = work.iter().filter(|work| work.is_due).count() as u64;
        let mut watched = sync.watches(account, work, true).await?;
        watched.report.add(count::DUE, due);
        Ok(watched)
    }
}

/// Says why nothing is watched.
fn without_callbacks() -> Report {
    let mut report = Report::default();
    let message = "no calendar is watched: webhooks.public_url is not set to an https address \
                   that the providers can reach; changes are found by pulling alone";
    tracing::warn!("{message}");
    report.note("unwatched", message);
    report
}
