//! The job `drain-webhooks`.
//!
//! Everything that waits is claimed first, then every calendar that it names
//! is pulled once: such a pull began after what it serves was received. Only
//! what was served is acknowledged; a process that dies leaves the rest to be
//! claimed again when the hold ends.

mod backlog;
mod known;
mod open;

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use self::backlog::{Backlog, Errand};
use self::open::Open;
use super::marks::{Marks, marks};
use super::{Job, users};
use crate::context::Context;
use crate::model::account::ProviderKind;
use crate::model::calendar::Calendar;
use crate::model::id::{AccountId, CalendarId, UserId};
use crate::model::notification::Signal;
use crate::queue::{DeliveryId, Queue, Returned};
use crate::store::{Scheduled, Store};
use crate::sync::{Ending, Report, Selection, Sync, WatchWork, Watching, count};

/// How long what failed is left alone at least; its calendar rests longer.
const FAILED: TimeDelta = TimeDelta::minutes(1);

/// How long what rests, or cannot be used, is left alone.
const SKIPPED: TimeDelta = TimeDelta::minutes(10);

/// Sync the calendars that queued notifications name
///
/// Many notifications of one calendar cost one pull. What could not be served,
/// as when another job is at the calendar, stays in the queue.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  calsync drain-webhooks               serve what waits, as a timer does
  calsync drain-webhooks --max 1000    no more than 1000 notifications of each provider")]
pub struct DrainWebhooks {
    /// Take at most so many notifications of each provider
    #[arg(long, value_name = "N", default_value_t = 100_000,
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max: u32,
}

impl Default for DrainWebhooks {
    fn default() -> Self {
        Self { max: 100_000 }
    }
}

impl Job for DrainWebhooks {
    const NAME: &'static str = "drain-webhooks";
    const COUNTS: &'static [&'static str] = &[
        count::CLAIMED,
        count::COALESCED,
        count::SYNCED,
        count::FAILED,
        count::DEFERRED,
        count::DEAD,
    ];
    const CADENCE: Duration = Duration::from_secs(30);
    const MARKS: Marks = marks!("calendar_webhook_processor":
        claimed coalesced synced failed deferred dead);

    async fn run(&self, cx: &Context, owner: &str) -> anyhow::Result<Report> {
        let open = Open::default();
        let served = self.serve(cx, owner, &open).await;
        if served.is_err() {
            // None of it was tried.
            open.give_back(cx).await;
        }
        served
    }

    /// What is claimed must be settled before it comes back by itself.
    fn time_limit(&self, cx: &Context) -> (Duration, &'static str) {
        let hold = cx.config.queue.hold;
        let held = (hold - hold / 5, "four fifths of queue.hold");
        held.min((cx.config.sync.cycle_time_limit, "sync.cycle_time_limit"))
    }
}

impl DrainWebhooks {
    async fn serve(&self, cx: &Context, owner: &str, open: &Open) -> anyhow::Result<Report> {
        let backlog = Backlog::claim(cx, self.max as usize, open).await?;
        let report = backlog.report();
        if backlog.users.is_empty() {
            return Ok(report);
        }
        let callbacks = cx.callbacks().await?;
        let drain = Drain {
            cx,
            open,
            store: cx.store().await?.as_ref(),
            queue: cx.queue().await?.as_ref(),
            sync: cx.watching_sync(owner, callbacks).await?,
        };
        let served = stream::iter(backlog.users)
            .map(|(user, errands)| drain.user(user, errands))
            .buffer_unordered(cx.config.sync.concurrency)
            .try_fold(report, |sum, one| async { Ok(sum.and(one)) })
            .await;
        drain.sync.close().await;
        served
    }
}

/// A drain at work.
struct Drain<'a> {
    cx: &'a Context,
    open: &'a Open,
    store: &'a dyn Store,
    queue: &'a dyn Queue,
    sync: Sync,
}

impl Drain<'_> {
    /// Serves what concerns a user.
    async fn user(&self, user: UserId, errands: Vec<Errand>) -> anyhow::Result<Report> {
        let Some(found) = self.store.user_find(&user).await? else {
            tracing::debug!(user.id = %user, "notifications of a user who is gone");
            self.settle(&errands, &[], &BTreeMap::new()).await?;
            return Ok(Report::default());
        };
        let scheduled = Scheduled {
            preferences: self.store.preferences_find(&user).await?,
            user: found,
            last_sync_at: None,
        };
        let mut calendars = self.store.calendar_list(Some(&user)).await?;
        calendars.retain(|calendar| {
            let meant = errands.iter().any(|errand| errand.means(calendar));
            meant && calendar.is_synced()
        });
        let watched = self.see_to_watches(&user, &errands, &calendars).await?;
        let pulled = self.pull(&scheduled, &calendars).await?;
        let mut endings = pulled.endings.clone();
        for (calendar, ending) in &watched.endings {
            let known = endings.entry(calendar.clone()).or_insert(*ending);
            *known = (*known).max(*ending);
        }
        self.settle(&errands, &calendars, &endings).await?;
        let mut report = watched.and(pulled);
        let deliveries: usize = errands.iter().map(|errand| errand.ids.len()).sum();
        let coalesced = deliveries.saturating_sub(calendars.len());
        report.add(count::COALESCED, coalesced as u64);
        report.add(count::DEFERRED, report.count(count::SKIPPED));
        Ok(report)
    }

    async fn pull(&self, user: &Scheduled, calendars: &[Calendar]) -> anyhow::Result<Report> {
        let chosen = calendars.iter().map(|calendar| calendar.id.clone());
        let selection = Selection {
            calendars: Some(chosen.collect()),
            urgent: true,
            ..Selection::default()
        };
        Ok(users::sync_user(self.cx, self.store, &self.sync, user, &selection).await?)
    }

    /// Extends and makes watches where notifications ask for it, before their
    /// calendars are pulled.
    async fn see_to_watches(
        &self,
        user: &UserId,
        errands: &[Errand],
        calendars: &[Calendar],
    ) -> anyhow::Result<Report> {
        let asks = |calendar: &&Calendar| {
            let asks = |errand: &Errand| errand.signal != Signal::Look && errand.means(calendar);
            errands.iter().any(asks)
        };
        let mut work: BTreeMap<AccountId, Vec<WatchWork>> = BTreeMap::new();
        for calendar in calendars.iter().filter(asks).cloned() {
            let account = calendar.account_id.clone();
            let is_due = true;
            let one = WatchWork { calendar, is_due };
            work.entry(account).or_default().push(one);
        }
        let mut report = Report::default();
        if work.is_empty() {
            return Ok(report);
        }
        let watching = Watching {
            force: true,
            are_pulled_next: true,
        };
        for account in self.store.account_list(Some(user)).await? {
            if let Some(work) = work.get(&account.id) {
                report = report.and(self.sync.watches(&account, work, watching).await?);
            }
        }
        Ok(report)
    }

    /// Acknowledges what was served and gives back the rest. An errand is
    /// served when every calendar that it means was pulled.
    async fn settle(
        &self,
        errands: &[Errand],
        calendars: &[Calendar],
        endings: &BTreeMap<CalendarId, Ending>,
    ) -> anyhow::Result<()> {
        let mut settled: BTreeMap<(ProviderKind, Ending), Vec<DeliveryId>> = BTreeMap::new();
        for errand in errands {
            let meant = calendars.iter().filter(|calendar| errand.means(calendar));
            let ending = meant.filter_map(|calendar| endings.get(&calendar.id)).max();
            let ending = ending.copied().unwrap_or(Ending::Synced);
            let ids = settled.entry((errand.provider, ending)).or_default();
            ids.extend(&errand.ids);
        }
        for ((provider, ending), ids) in settled {
            self.open.close(provider, &ids);
            match self.returned(ending, &ids) {
                None => self.queue.ack(provider, ids).await?,
                Some(returned) => self.queue.give_back(provider, returned).await?,
            }
        }
        Ok(())
    }

    /// How deliveries are given back; none when they were served.
    fn returned(&self, ending: Ending, ids: &[DeliveryId]) -> Option<Returned> {
        let rest = match ending {
            Ending::Synced => return None,
            Ending::Deferred => TimeDelta::zero(),
            Ending::Skipped => SKIPPED,
            Ending::Failed => FAILED,
        };
        Some(Returned {
            ids: ids.to_vec(),
            tried: ending == Ending::Failed,
            until: self.cx.now() + rest,
        })
    }
}
