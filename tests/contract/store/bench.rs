//! A fresh store with a calendar in it, and what one does with it.

use std::sync::Arc;

use calsync::model::account::{Account, AccountStatus};
use calsync::model::calendar::{AccessRole, Calendar, DiscoveredCalendar, Discovery};
use calsync::model::change::Change;
use calsync::model::conflict::{Conflict, ConflictKind, ResolutionStatus};
use calsync::model::id::{AccountId, CalendarId, ConflictId, ExternalId, SyncToken};
use calsync::model::lease::{Lease, LeaseName};
use calsync::model::time::Window;
use calsync::model::timeline::TimelineRow;
use calsync::store::{
    Applied, Apply, Coverage, EncryptionKey, KeyRing, Removals, SqliteUrl, Store,
};
use tempfile::TempDir;

use super::build::{at, listed, login, user, user_id, window};

/// A fresh store: the user `u`, an account and the calendar `main`, whose
/// lease is held by `cycle`.
pub(crate) struct Bench {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) account: AccountId,
    pub(crate) calendar: CalendarId,
    directory: TempDir,
}

impl Bench {
    /// Over SQLite, in a directory of its own.
    pub(crate) async fn over_sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = SqliteUrl::new(directory.path().join("calsync.db"));
        let keys = KeyRing::new(vec![EncryptionKey::generate()]);
        let opened = calsync::store::open(&url, keys).await.unwrap();
        Self::furnish(opened.store, directory).await
    }

    async fn furnish(store: Arc<dyn Store>, directory: TempDir) -> Self {
        store.user_upsert(vec![user("u")]).await.unwrap();
        let account = import(&*store, "u", "u@example.org").await.id;
        let main = listed("main", AccessRole::Owner);
        let mut bench = Self {
            store,
            account,
            calendar: CalendarId::new(""),
            directory,
        };
        bench.calendar = bench.discover(vec![main]).await[0].id.clone();
        bench.hold(&bench.calendar).await;
        bench
    }

    /// The directory of a store that is made of files.
    pub(crate) fn directory(&self) -> &std::path::Path {
        self.directory.path()
    }

    /// Disables an account and wipes its tokens; whether it did.
    pub(crate) async fn retire(&self, id: &AccountId) -> bool {
        let status = AccountStatus::Disabled {
            reason: "being_removed".to_owned(),
            at: now(),
        };
        self.store.account_set_status(id, status).await.unwrap();
        self.store.account_retire(id, now()).await.unwrap()
    }

    /// Imports a login of a user.
    pub(crate) async fn import(&self, user: &str, email: &str) -> Account {
        import(&*self.store, user, email).await
    }

    /// Discovers these calendars of the account; answers all calendars.
    pub(crate) async fn discover(&self, calendars: Vec<DiscoveredCalendar>) -> Vec<Calendar> {
        self.store
            .calendar_discover(discovery(&self.account, calendars))
            .await
            .unwrap();
        self.store.calendar_list(None).await.unwrap()
    }

    /// Takes the lease of a calendar.
    pub(crate) async fn hold(&self, calendar: &CalendarId) {
        let lease = lease(calendar, "cycle");
        assert!(self.store.lease_acquire(&lease, now()).await.unwrap());
    }

    /// The calendar as it is.
    pub(crate) async fn calendar(&self) -> Calendar {
        let found = self.store.calendar_find(&self.calendar).await.unwrap();
        found.unwrap()
    }

    /// Stages a page.
    pub(crate) async fn stage(&self, page: Vec<Change>) {
        self.store.event_stage(&self.calendar, page).await.unwrap();
    }

    /// Forgets what is staged of a series.
    pub(crate) async fn unstage_members(&self, series: &str) {
        let series = vec![ExternalId::new(series)];
        let done = self.store.event_unstage_members(&self.calendar, series);
        done.await.unwrap();
    }

    /// What an apply of the stage would remove.
    pub(crate) async fn removals(&self, coverage: Coverage) -> Removals {
        let removals = self.store.event_removals(&self.calendar, coverage);
        removals.await.unwrap()
    }

    /// What has to be read again when an event vanished.
    pub(crate) async fn incomplete(&self, vanished: &str) -> Vec<String> {
        let vanished = vec![ExternalId::new(vanished)];
        let found = self.store.event_incomplete(&self.calendar, vanished).await;
        found.unwrap().iter().map(ToString::to_string).collect()
    }

    /// Pulls a listing of March 2026; removals are carried out.
    pub(crate) async fn of_march(&self, page: Vec<Change>) -> Applied {
        self.stage(page).await;
        let march = window("2026-03-01", "2026-04-01");
        self.apply(self.plan(Coverage::Window(march))).await
    }

    /// Pulls changes; removals are carried out.
    pub(crate) async fn changes(&self, page: Vec<Change>) -> Applied {
        self.stage(page).await;
        self.apply(self.plan(Coverage::Changes)).await
    }

    /// Pulls a complete listing; removals are carried out.
    pub(crate) async fn everything(&self, page: Vec<Change>) -> Applied {
        self.stage(page).await;
        self.apply(self.plan(Coverage::Everything)).await
    }

    /// Pulls a complete listing; removals wait under a conflict.
    pub(crate) async fn braked(&self, page: Vec<Change>, conflict: &str) -> Applied {
        self.stage(page).await;
        let mut plan = self.plan(Coverage::Everything);
        plan.park = Some(self.conflict(conflict));
        self.apply(plan).await
    }

    /// Moves the window, with changes.
    pub(crate) async fn roll(&self, window: Window, page: Vec<Change>) -> Applied {
        self.stage(page).await;
        let mut plan = self.plan(Coverage::Changes);
        plan.window = window;
        self.apply(plan).await
    }

    /// An apply over March 2026.
    pub(crate) fn plan(&self, coverage: Coverage) -> Apply {
        Apply {
            calendar: self.calendar.clone(),
            lease: lease(&self.calendar, "cycle"),
            coverage,
            park: None,
            token: Some(SyncToken::new("next")),
            window: window("2026-03-01", "2026-04-01"),
            now: now(),
        }
    }

    pub(crate) async fn apply(&self, plan: Apply) -> Applied {
        self.store.event_apply(plan).await.unwrap()
    }

    /// A question about the calendar's removals.
    pub(crate) fn conflict(&self, id: &str) -> Conflict {
        Conflict {
            id: ConflictId::new(id),
            user_id: user_id("u"),
            calendar_id: self.calendar.clone(),
            task_id: None,
            external_id: None,
            event_id: None,
            other_event_id: None,
            kind: ConflictKind::MassDelete,
            summary: "calendar lost events".to_owned(),
            base: None,
            ours: None,
            theirs: None,
            at_provider: false,
            strategy: None,
            resolution_status: ResolutionStatus::Open,
            detected_at: now(),
            resolved_at: None,
        }
    }

    /// The user's rows of the year 2026.
    pub(crate) async fn rows(&self) -> Vec<TimelineRow> {
        let user = user_id("u");
        let list = self
            .store
            .timeline_list(&user, at("2025-06-01"), at("2027-06-01"));
        list.await.unwrap()
    }

    /// The same in short: `03-10T09:00 title`, or `03-10 title` all day.
    pub(crate) async fn timeline(&self) -> Vec<String> {
        self.rows().await.iter().map(short).collect()
    }
}

/// A row in short.
pub(crate) fn short(row: &TimelineRow) -> String {
    let title = row.title.as_deref().unwrap_or("-");
    match (row.starts_at, row.start_date) {
        (Some(start), None) => format!("{} {title}", start.format("%m-%dT%H:%M")),
        (None, Some(day)) => format!("{} {title}", day.format("%m-%d")),
        other => panic!("{title} is neither timed nor all-day: {other:?}"),
    }
}

/// The instant of every cycle.
pub(crate) fn now() -> chrono::DateTime<chrono::Utc> {
    at("2026-03-10T12:00:00.250Z")
}

/// A lease of a calendar that ends an hour from now.
pub(crate) fn lease(calendar: &CalendarId, owner: &str) -> Lease {
    Lease {
        name: LeaseName::Calendar(calendar.clone()),
        owner: owner.to_owned(),
        until: now() + chrono::TimeDelta::hours(1),
    }
}

/// A complete reading of an account's calendars.
pub(crate) fn discovery(account: &AccountId, calendars: Vec<DiscoveredCalendar>) -> Discovery {
    Discovery {
        account_id: account.clone(),
        calendars,
        at: now(),
    }
}

async fn import(store: &dyn Store, user: &str, email: &str) -> Account {
    let created = store.account_upsert(vec![login(user, email, "1//refresh")]);
    created.await.unwrap().remove(0)
}
