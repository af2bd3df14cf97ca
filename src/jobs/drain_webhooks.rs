//! The job `drain-webhooks`.
//!
//! Everything that waits is claimed first, then every calendar that it names
//! is pulled once: such a pull began after what it serves was received. Only
//! what was served is acknowledged; a process that dies leaves the rest to be
//! claimed again when the hold ends.

mod backlog;

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use self::backlog::{Backlog, Errand};
use super::{Job, users};
use crate::context::Context;
use crate::engine::watch;
use crate::model::account::ProviderKind;
use crate::model::calendar::Calendar;
use crate::model::id::{CalendarId, UserId};
use crate::model::notification::Signal;
use crate::queue::{DeliveryId, Queue, Returned};
use crate::store::{Scheduled, Store};
use crate::sync::{Ending, Report, Selection, Sync, WatchWork, count};

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

    async fn run(&self, cx: &Context, owner: &str) -> anyhow::Result<Report> {
        let backlog = Backlog::claim(cx, self.max as usize).await?;
        let report = backlog.report();
        if backlog.users.is_empty() {
            return Ok(report);
        }
        let drain = Drain {
            cx,
            store: cx.store().await?.as_ref(),
            queue: cx.queue().await?.as_ref(),
            sync: cx.sync(owner).await?,
        };
        let served = stream::iter(backlog.users)
            .map(|(user, errands)| drain.user(user, errands))
            .buffer_unordered(cx.config.sync.concurrency)
            .try_fold(report, |sum, one| async { Ok(sum.and(one)) })
            .await;
        drain.sync.close().await;
        served
    }

    /// What is claimed must be settled before it comes back by itself.
    fn time_limit(&self, cx: &Context) -> (Duration, &'static str) {
        let hold = cx.config.queue.hold;
        let held = (hold - hold / 5, "four fifths of queue.hold");
        held.min((cx.config.sync.cycle_time_limit, "sync.cycle_time_limit"))
    }
}

/// A drain at work.
struct Drain<'a> {
    cx: &'a Context,
    store: &'a dyn Store,
    queue: &'a dyn Queue,
    sync: Sync,
}

impl Drain<'_> {
    /// Serves what concerns a user.
    async fn user(&self, user: UserId, errands: Vec<Errand>) -> anyhow::Result<Report> {
        let found = self.store.user_find(&user).await?;
        let Some(found) = found else {
            tracing::debug!(user.id = %user, "notifications of a user who is gone");
            self.settle(&errands, &[], &Report::default()).await?;
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
            watch::is_wanted(calendar) && meant
        });
        let unwatched = self.see_to_watches(&errands, &calendars).await?;
        let chosen: HashSet<_> = calendars
            .iter()
            .map(|calendar| calendar.id.clone())
            .collect();
        let deliveries: usize = errands.iter().map(|errand| errand.ids.len()).sum();
        let coalesced = deliveries.saturating_sub(chosen.len());
        let selection = Selection {
            calendars: Some(chosen),
            urgent: true,
            ..Selection::default()
        };
        let mut report =
            users::sync_user(self.cx, self.store, &self.sync, &scheduled, &selection).await?;
        report.add(count::COALESCED, coalesced as u64);
        report.add(count::DEFERRED, report.count(count::SKIPPED));
        let failed = unwatched.into_iter().map(|id| (id, Ending::Failed));
        report.endings.extend(failed);
        self.settle(&errands, &calendars, &report).await?;
        Ok(report)
    }

    /// Extends and makes watches where notifications ask for it; answers the
    /// calendars where that failed.
    async fn see_to_watches(
        &self,
        errands: &[Errand],
        calendars: &[Calendar],
    ) -> anyhow::Result<Vec<CalendarId>> {
        let ending = |calendar: &&Calendar| {
            let asks = |errand: &Errand| errand.signal != Signal::Look && errand.means(calendar);
            errands.iter().any(asks)
        };
        let mut failed = Vec::new();
        for calendar in calendars.iter().filter(ending) {
            let accounts = self.store.account_list(Some(&calendar.user_id)).await?;
            let mut accounts = accounts.iter();
            let Some(account) = accounts.find(|account| account.id == calendar.account_id) else {
                continue;
            };
            let work = WatchWork {
                calendar: calendar.clone(),
                is_due: true,
                leftovers: Vec::new(),
            };
            let watching = self.sync.watches(account, &[work], true).await?;
            if watching.report.count(count::FAILED) > 0 {
                failed.push(calendar.id.clone());
            }
        }
        Ok(failed)
    }

    /// Acknowledges what was served and gives back the rest. An errand is
    /// served when every calendar that it means was pulled.
    async fn settle(
        &self,
        errands: &[Errand],
        calendars: &[Calendar],
        report: &Report,
    ) -> anyhow::Result<()> {
        let mut settled: BTreeMap<(ProviderKind, Ending), Vec<DeliveryId>> = BTreeMap::new();
        for errand in errands {
            let meant = calendars.iter().filter(|calendar| errand.means(calendar));
            let endings = meant.filter_map(|calendar| report.endings.get(&calendar.id));
            let ending = endings.max().copied().unwrap_or(Ending::Synced);
            let ids = settled.entry((errand.provider, ending)).or_default();
            ids.extend(&errand.ids);
        }
        for ((provider, ending), ids) in settled {
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
