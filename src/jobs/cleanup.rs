//! The job `cleanup`.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::marks::{Marks, marks};
use super::{Job, users};
use crate::context::Context;
use crate::queue::DeliveryId;
use crate::store::{Cutoffs, StaleRecords};
use crate::sync::{Report, count};

/// Records of each kind that one write forgets.
const BATCH: u32 = 5_000;

/// Forget what no cycle will need again
///
/// Removes events that were removed at the provider, settled conflicts, the
/// status of users who are no longer synced by themselves, dead deliveries, and
/// records of cycles and of writes to calendars, each after the age that the configuration names for it. Moves the
/// timeline on to today where nothing was pulled. Never touches a calendar.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_long_help = "\
Examples:
  calsync cleanup            forget it
  calsync cleanup --dry-run  show how much that would be")]
pub struct Cleanup {
    /// Show what would be removed, remove nothing
    #[arg(long)]
    pub dry_run: bool,
}

impl Cleanup {
    /// What a cycle would remove now.
    ///
    /// # Errors
    /// When the store or the queue cannot be used.
    pub async fn forecast(&self, cx: &Context) -> anyhow::Result<Report> {
        let stale = cx.store().await?.stale_count(cutoffs(cx)).await?;
        let dead = dead_deliveries(cx).await?.len();
        Ok(report(stale, dead as u64))
    }
}

impl Job for Cleanup {
    const NAME: &'static str = "cleanup";
    const COUNTS: &'static [&'static str] = &[
        count::EVENTS,
        count::CONFLICTS,
        count::STATUS_ROWS,
        count::DELIVERIES,
        count::RUNS,
    ];
    const CADENCE: Duration = Duration::from_secs(24 * 60 * 60);
    const MARKS: Marks = marks!("calendar_cleanup":
        events conflicts status_rows deliveries runs);

    async fn run(&self, cx: &Context, owner: &str) -> anyhow::Result<Report> {
        let removed = remove_stale(cx).await?;
        roll_timelines(cx, owner).await?;
        let dead = dead_deliveries(cx).await?;
        let forgotten = match dead.is_empty() {
            true => 0,
            false => cx.queue().await?.forget(dead).await?,
        };
        Ok(report(removed, forgotten))
    }
}

/// Forgets stale records, a batch after the other, so that no write keeps
/// others waiting for long.
async fn remove_stale(cx: &Context) -> anyhow::Result<StaleRecords> {
    let (store, cutoffs) = (cx.store().await?, cutoffs(cx));
    let mut removed = StaleRecords::default();
    while !cx.stop.is_cancelled() {
        let batch = store.stale_remove(cutoffs, BATCH).await?;
        removed = removed.and(batch);
        if batch.total() == 0 {
            break;
        }
    }
    Ok(removed)
}

/// Moves the timelines of all users on to today.
async fn roll_timelines(cx: &Context, owner: &str) -> anyhow::Result<()> {
    let users = users::candidates(cx.store().await?.as_ref(), &[]).await?;
    if users.is_empty() {
        return Ok(());
    }
    let sync = cx.sync(owner).await?;
    for scheduled in users {
        if cx.stop.is_cancelled() {
            break;
        }
        sync.roll(&scheduled.user, &scheduled.preferences).await?;
    }
    sync.close().await;
    Ok(())
}

/// The deliveries that are dead for so long that nobody will ask for them.
async fn dead_deliveries(cx: &Context) -> anyhow::Result<Vec<DeliveryId>> {
    let before = cutoffs(cx).runs;
    let dead = cx.queue().await?.dead().await?;
    let old = dead.into_iter().filter(|entry| entry.at < before);
    Ok(old.map(|entry| entry.id).collect())
}

/// Before when each kind of record is stale.
fn cutoffs(cx: &Context) -> Cutoffs {
    let ages = &cx.config.cleanup;
    let before = |days| days_before(cx.now(), days);
    Cutoffs {
        events: before(ages.events_after_days),
        conflicts: before(ages.conflicts_after_days),
        statuses: before(ages.status_after_days),
        runs: before(ages.runs_after_days),
    }
}

fn days_before(now: DateTime<Utc>, days: u32) -> DateTime<Utc> {
    now - TimeDelta::days(i64::from(days))
}

fn report(stale: StaleRecords, deliveries: u64) -> Report {
    let mut report = Report::default();
    report.add(count::EVENTS, stale.events);
    report.add(count::CONFLICTS, stale.conflicts);
    report.add(count::STATUS_ROWS, stale.statuses);
    report.add(count::DELIVERIES, deliveries);
    report.add(count::RUNS, stale.runs);
    report
}
