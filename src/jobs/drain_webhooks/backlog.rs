//! What waits in the queue, put together by what it is about.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::context::Context;
use crate::model::account::ProviderKind;
use crate::model::calendar::Calendar;
use crate::model::id::{CalendarId, UserId};
use crate::model::notification::{Notification, Signal};
use crate::queue::{Delivery, DeliveryId};
use crate::store::{Store, Watched};
use crate::sync::{Report, count};

/// Deliveries that are claimed at a time.
const BATCH: usize = 1000;

/// Deliveries that are about the same.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Errand {
    pub(super) provider: ProviderKind,
    /// The calendar; none: every calendar of the user at the provider.
    calendar: Option<CalendarId>,
    /// The most that one of them asks for.
    pub(super) signal: Signal,
    pub(super) ids: Vec<DeliveryId>,
}

impl Errand {
    /// Whether it is about this calendar of its user.
    pub(super) fn means(&self, calendar: &Calendar) -> bool {
        let this = self.calendar.as_ref().is_none_or(|id| *id == calendar.id);
        self.provider == calendar.provider && this
    }
}

/// What was claimed: of each delivery only its id is kept.
#[derive(Default)]
pub(super) struct Backlog {
    pub(super) users: BTreeMap<UserId, Vec<Errand>>,
    claimed: u64,
    dead: u64,
}

/// The calendars of the watches seen so far; none: of no use.
type Known = HashMap<String, Option<Watched>>;

impl Backlog {
    /// Claims what waits, up to `most` of each provider.
    pub(super) async fn claim(cx: &Context, most: usize) -> anyhow::Result<Self> {
        let mut backlog = Self::default();
        for provider in ProviderKind::ALL {
            backlog.claim_of(cx, provider, most).await?;
        }
        Ok(backlog)
    }

    async fn claim_of(
        &mut self,
        cx: &Context,
        provider: ProviderKind,
        most: usize,
    ) -> anyhow::Result<()> {
        let queue = cx.queue().await?;
        let mut known = Known::new();
        let mut errands = HashMap::new();
        let mut left = most;
        while left > 0 && !cx.stop.is_cancelled() {
            let claim = queue
                .claim(provider, left.min(BATCH), cx.clock.now())
                .await?;
            if claim.is_empty() {
                break;
            }
            left = left.saturating_sub(claim.deliveries.len());
            self.claimed += claim.deliveries.len() as u64;
            self.dead += claim.dead;
            let store = cx.store().await?.as_ref();
            learn(store, provider, &claim.deliveries, &mut known).await?;
            for delivery in claim.deliveries {
                put(&mut errands, &known, delivery);
            }
        }
        for ((user, _), errand) in errands {
            self.users.entry(user).or_default().push(errand);
        }
        Ok(())
    }

    /// What was claimed and what was put aside.
    pub(super) fn report(&self) -> Report {
        let mut report = Report::default();
        report.add(count::CLAIMED, self.claimed);
        report.add(count::DEAD, self.dead);
        if self.dead > 0 {
            let message = format!(
                "{} notifications cannot be read, or were tried too often, and were put aside: \
                 `calsync queue dead` shows them",
                self.dead
            );
            tracing::warn!("{message}");
            report.note("dead", message);
        }
        report
    }
}

/// Looks up the calendars of watches that were not seen before.
async fn learn(
    store: &dyn Store,
    provider: ProviderKind,
    deliveries: &[Delivery],
    known: &mut Known,
) -> anyhow::Result<()> {
    let watches = deliveries
        .iter()
        .filter_map(|delivery| delivery.notification.watch.as_ref());
    let new: HashSet<_> = watches
        .filter(|watch| !known.contains_key(*watch))
        .cloned()
        .collect();
    if new.is_empty() {
        return Ok(());
    }
    let mut found = store
        .watch_calendars(provider, new.iter().cloned().collect())
        .await?;
    known.extend(new.into_iter().map(|watch| {
        let watched = found.remove(&watch);
        (watch, watched)
    }));
    Ok(())
}

/// Adds a delivery to those that are about the same.
fn put(
    errands: &mut HashMap<(UserId, Option<CalendarId>), Errand>,
    known: &Known,
    delivery: Delivery,
) {
    let calendar = calendar_of(known, &delivery.notification);
    let signal = delivery.notification.signal();
    let provider = delivery.notification.provider;
    let key = (delivery.notification.user_id, calendar.clone());
    let errand = errands.entry(key).or_insert_with(|| Errand {
        provider,
        calendar,
        signal,
        ids: Vec::new(),
    });
    errand.signal = errand.signal.max(signal);
    errand.ids.push(delivery.id);
}

/// The calendar that a notification is about, if it names one of its user's.
fn calendar_of(known: &Known, notification: &Notification) -> Option<CalendarId> {
    let watched = known.get(notification.watch.as_ref()?)?.as_ref()?;
    (watched.user_id == notification.user_id).then(|| watched.calendar_id.clone())
}
