//! All that is told, gathered.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::calendars::{self, Calendars, Watches};
use super::health::{self, Health};
use super::jobs::{self, JobLine};
use super::people::{self, Attention, Sync, Users};
use super::places::{self, QueuePlace, State, StorePlace};
use crate::context::Context;
use crate::model::account::Account;
use crate::model::calendar::Calendar;
use crate::model::conflict::{Conflict, ConflictKind};
use crate::model::id::{CalendarId, ConflictId, UserId};
use crate::model::run::{Failure, JobRun, SyncStatus};
use crate::model::watch::Watch;
use crate::store::{Result, Scheduled, Store};

/// All that is told.
#[derive(Serialize)]
pub(super) struct Overview {
    pub(super) health: Health,
    /// What speaks against health.
    pub(super) reasons: Vec<String>,
    pub(super) at: DateTime<Utc>,
    pub(super) store: StorePlace,
    pub(super) queue: QueuePlace,
    /// None where the store cannot be read.
    #[serde(flatten)]
    pub(super) stored: Option<Stored>,
}

/// What the store tells.
#[derive(Serialize)]
pub(super) struct Stored {
    pub(super) jobs: Vec<JobLine>,
    pub(super) users: Users,
    /// By status.
    pub(super) accounts: BTreeMap<&'static str, usize>,
    /// The accounts that cannot be used, but for those that were removed.
    pub(super) attention: Vec<Attention>,
    pub(super) calendars: Calendars,
    pub(super) watches: Watches,
    /// The open ones, by kind.
    pub(super) conflicts: BTreeMap<&'static str, usize>,
    /// Removals that wait until somebody approves them.
    pub(super) parked: Vec<Parked>,
    pub(super) syncs: Vec<Sync>,
}

/// Removals that wait until somebody approves them.
#[derive(Serialize)]
pub(super) struct Parked {
    pub(super) conflict_id: ConflictId,
    pub(super) user_id: UserId,
    pub(super) calendar_id: CalendarId,
    pub(super) since: DateTime<Utc>,
}

/// What is read from the store; nothing where there is none yet.
#[derive(Default)]
pub(super) struct Read {
    runs: Vec<JobRun>,
    pub(super) users: usize,
    pub(super) schedule: Vec<Scheduled>,
    pub(super) statuses: Vec<SyncStatus>,
    pub(super) accounts: Vec<Account>,
    pub(super) calendars: Vec<Calendar>,
    pub(super) watches: Vec<Watch>,
    conflicts: Vec<Conflict>,
}

impl Read {
    async fn of(store: &dyn Store) -> Result<Self> {
        Ok(Self {
            runs: store.run_latest().await?,
            users: store.user_list().await?.len(),
            schedule: store.user_schedule().await?,
            statuses: store.status_list().await?,
            accounts: store.account_list(None).await?,
            calendars: store.calendar_list(None).await?,
            watches: store.watch_list(None).await?,
            conflicts: store.conflict_list(true).await?,
        })
    }
}

impl Overview {
    /// How things stand now, and the store where it can be read.
    pub(super) async fn of(cx: &Context) -> (Self, Option<Arc<dyn Store>>) {
        let at = cx.clock.now();
        let (mut place, store) = places::store(cx).await;
        let read = match &store {
            Some(store) => match Read::of(store.as_ref()).await {
                Ok(read) => Some(read),
                Err(error) => {
                    place.fail(&error);
                    None
                }
            },
            None => (place.state == State::Missing).then(Read::default),
        };
        let queue = places::queue(cx, at).await;
        let stored = read.map(|read| Stored::of(cx, read, at));
        let (health, reasons) = health::judge(health::reasons(&place, &queue, stored.as_ref()));
        let overview = Self {
            health,
            reasons,
            at,
            store: place,
            queue,
            stored,
        };
        (overview, store)
    }
}

impl Stored {
    fn of(cx: &Context, mut read: Read, now: DateTime<Utc>) -> Self {
        let runs = std::mem::take(&mut read.runs);
        let parked = read.conflicts.iter().filter_map(Parked::of).collect();
        Self {
            jobs: jobs::lines(cx, runs, now),
            users: people::users(&read, now),
            accounts: people::accounts(&read.accounts),
            attention: read.accounts.iter().filter_map(Attention::of).collect(),
            calendars: calendars::count(&read.calendars, now),
            watches: calendars::watches(cx, &read, now),
            conflicts: by_kind(&read.conflicts),
            parked,
            syncs: people::syncs(read.statuses),
        }
    }
}

impl Stored {
    /// What failed in the last cycles and syncs.
    pub(super) fn failures(&self) -> impl Iterator<Item = &Failure> {
        let runs = self.jobs.iter().filter_map(|job| job.last.as_ref());
        // Those of users stand in their own status, which outlives the cycle's.
        let cycles = runs
            .flat_map(|run| &run.failures)
            .filter(|failure| failure.user_id.is_none());
        cycles.chain(self.syncs.iter().flat_map(|sync| &sync.failures))
    }
}

impl Parked {
    fn of(conflict: &Conflict) -> Option<Self> {
        (conflict.kind == ConflictKind::MassDelete).then(|| Self {
            conflict_id: conflict.id.clone(),
            user_id: conflict.user_id.clone(),
            calendar_id: conflict.calendar_id.clone(),
            since: conflict.detected_at,
        })
    }
}

/// Every kind, also those of which there are none.
fn by_kind(conflicts: &[Conflict]) -> BTreeMap<&'static str, usize> {
    let mut kinds: BTreeMap<_, _> = ConflictKind::ALL.map(|kind| (kind.as_str(), 0)).into();
    for conflict in conflicts {
        *kinds.entry(conflict.kind.as_str()).or_default() += 1;
    }
    kinds
}
