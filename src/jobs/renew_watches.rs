//! The job `renew-watches`.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::Job;
use super::marks::{Marks, marks};
use crate::context::Context;
use crate::engine::watch;
use crate::model::account::Account;
use crate::model::id::AccountId;
use crate::store::{Store, StoreError};
use crate::sync::{Callbacks, Report, Sync, WatchWork, Watching, count};

/// Renew watches that end soon, make missing ones, stop those left over
///
/// A watch has the provider tell of changes (`calsync serve-webhooks` receives
/// that). Every active calendar gets one, except where the provider refuses;
/// refused ones are tried again after a week, or with --force. Without an https
/// webhooks.public_url there is nothing to do: changes are found by pulling.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_long_help = "\
Examples:
  calsync renew-watches           those that end within 12 hours, and missing ones
  calsync renew-watches --force   all of them, refused ones too")]
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
    const CADENCE: Duration = Duration::from_secs(60 * 60);
    const MARKS: Marks = marks!("calendar_watch_renewal":
        due renewed created unwatchable failed);

    async fn run(&self, cx: &Context, owner: &str) -> anyhow::Result<Report> {
        let Some(callbacks) = cx.callbacks().await? else {
            return Ok(without_callbacks());
        };
        let store = cx.store().await?.as_ref();
        let mut work = self.work(store, &callbacks, cx.now()).await?;
        if work.is_empty() {
            return Ok(Report::default());
        }
        let mut accounts = store.account_list(None).await?;
        accounts.retain(|account| work.contains_key(&account.id));
        let tasks: Vec<_> = accounts
            .iter()
            .map(|account| (account, work.remove(&account.id).unwrap_or_default()))
            .collect();
        let sync = cx.watching_sync(owner, Some(callbacks)).await?;
        let report = stream::iter(&tasks)
            .map(|(account, work)| renew(&sync, account, work))
            .buffer_unordered(cx.config.sync.concurrency)
            .try_fold(Report::default(), |sum, one| async { Ok(sum.and(one)) })
            .await;
        sync.close().await;
        Ok(report?)
    }
}

impl RenewWatches {
    /// What is to be done, by account.
    async fn work(
        &self,
        store: &dyn Store,
        callbacks: &Callbacks,
        now: DateTime<Utc>,
    ) -> anyhow::Result<BTreeMap<AccountId, Vec<WatchWork>>> {
        let mut watches = watch::by_calendar(store.watch_list(None).await?);
        let mut work: BTreeMap<AccountId, Vec<WatchWork>> = BTreeMap::new();
        for calendar in store.calendar_list(None).await? {
            let watches = watches.remove(&calendar.id).unwrap_or_default();
            let callback = callbacks.fingerprint(calendar.provider);
            let forced = self.force && calendar.is_synced();
            let is_due = forced || watch::is_due(&calendar, &watches, &callback, now);
            if is_due || !watch::leftovers(&calendar, &watches, now).is_empty() {
                let account = calendar.account_id.clone();
                let one = WatchWork { calendar, is_due };
                work.entry(account).or_default().push(one);
            }
        }
        Ok(work)
    }
}

/// Sees to the watches of an account: those that are due are renewed even if
/// they could be counted on for a while.
async fn renew(sync: &Sync, account: &Account, work: &[WatchWork]) -> Result<Report, StoreError> {
    let watching = Watching {
        force: true,
        ..Watching::default()
    };
    let mut report = sync.watches(account, work, watching).await?;
    let due = work.iter().filter(|work| work.is_due).count();
    report.add(count::DUE, due as u64);
    Ok(report)
}

/// Says why nothing is watched.
fn without_callbacks() -> Report {
    let mut report = Report::default();
    let message = "no calendar is watched: the providers need an https address that they can \
                   reach, which webhooks.public_url is to name; until then changes are found by \
                   pulling alone";
    tracing::warn!("{message}");
    report.note("unwatched", message);
    report
}
