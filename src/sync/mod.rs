//! Carries decisions out: one path for every calendar, whichever job picked
//! it.
//!
//! ```text
//! user -> account -> session, discovery when it is due
//!                 -> calendar: lease -> pull pages into a stage -> brake -> one write
//!                           -> decide on tasks and events -> one write -> send one by one
//!                           -> release
//! ```
//!
//! What fails is counted and reported; only a store that cannot be used ends
//! the cycle.

mod account;
mod calendar;
mod callbacks;
pub mod clock;
mod connect;
mod credentials;
mod decide;
mod discover;
mod explain;
mod failure;
mod forecast;
mod listing;
mod look_alikes;
mod outage;
pub mod progress;
mod pull;
mod push;
mod report;
mod resolve;
mod roll;
mod soon;
mod trouble;
mod visit;
mod watch;
mod watches;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::callbacks::{Callbacks, at, fingerprint};
use self::clock::Clock;
pub use self::connect::{Connected, Linked};
pub use self::discover::AccountDiscovery;
pub use self::explain::Explanation;
pub use self::forecast::{Does, Intent};
pub use self::look_alikes::LookAlikeCounts;
use self::outage::Outages;
use self::progress::Progress;
pub use self::report::{Ending, Report, count};
pub use self::resolve::{Keep, Resolved};
pub use self::watches::{WatchWork, Watching};
use crate::engine::plan::Brake;
use crate::model::account::Account;
use crate::model::calendar::Calendar;
use crate::model::id::CalendarId;
use crate::model::preferences::Preferences;
use crate::model::time::Window;
use crate::model::user::User;
use crate::provider::Providers;
use crate::store::{Store, StoreError};

/// How long a cycle that ends waits for refreshes that are under way.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a cycle works with.
pub struct Sync {
    clock: Clock,
    owner: String,
    store: Arc<dyn Store>,
    providers: Providers,
    callbacks: Option<Callbacks>,
    settings: SyncSettings,
    progress: Arc<dyn Progress>,
    stop: CancellationToken,
    calendars: Semaphore,
    outages: Outages,
    refreshes: TaskTracker,
}

/// Bounds and defaults of a cycle.
#[derive(Clone, Copy, Debug)]
pub struct SyncSettings {
    /// Days of the timeline before today, for users who say nothing.
    pub past_days: u32,
    /// Days of the timeline from today on, for users who say nothing.
    pub future_days: u32,
    /// Calendars synced at the same time.
    pub concurrency: usize,
    /// Of one account.
    pub per_account_concurrency: usize,
    /// When removals need approval.
    pub brake: Brake,
}

/// What a cycle is given.
pub struct Parts {
    /// The clock of the cycle.
    pub clock: Clock,
    /// The name under which the cycle holds leases, unique to it.
    pub owner: String,
    /// The store.
    pub store: Arc<dyn Store>,
    /// The providers.
    pub providers: Providers,
    /// Where notifications go; none: no calendar is watched.
    pub callbacks: Option<Callbacks>,
    /// Bounds and defaults.
    pub settings: SyncSettings,
    /// Is told how far the cycle has come.
    pub progress: Arc<dyn Progress>,
    /// Ends the cycle early: what is being written is finished, the rest is
    /// deferred.
    pub stop: CancellationToken,
}

/// Which calendars of a user are synced, and how.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only these; none means every active one.
    pub calendars: Option<HashSet<CalendarId>>,
    /// List whole calendars instead of changes.
    pub full: bool,
    /// Try also what rests after failures.
    pub force: bool,
    /// Where a whole calendar has to be listed, make the next days visible
    /// before that.
    pub urgent: bool,
}

impl Sync {
    /// Makes a cycle ready.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            clock: parts.clock,
            owner: parts.owner,
            store: parts.store,
            providers: parts.providers,
            callbacks: parts.callbacks,
            calendars: Semaphore::new(parts.settings.concurrency),
            settings: parts.settings,
            progress: parts.progress,
            stop: parts.stop,
            outages: Outages::default(),
            refreshes: TaskTracker::new(),
        }
    }

    /// Syncs the selected calendars of a user.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn user(
        &self,
        user: &User,
        preferences: &Preferences,
        selection: &Selection,
    ) -> Result<Report, StoreError> {
        let accounts = self.store.account_list(Some(&user.id)).await?;
        let reports = stream::iter(&accounts)
            .map(|account| self.account_if_any(account, preferences, selection))
            .buffer_unordered(self.settings.concurrency)
            .try_collect::<Vec<_>>()
            .await?;
        Ok(reports.into_iter().fold(Report::default(), Report::and))
    }

    /// Syncs an account; one that is removed meanwhile, alone or with its
    /// user, leaves nothing to report.
    async fn account_if_any(
        &self,
        account: &Account,
        preferences: &Preferences,
        selection: &Selection,
    ) -> Result<Report, StoreError> {
        match self.account(account, preferences, selection).await {
            Err(StoreError::NoSuch(what)) => {
                tracing::info!(account.id = %account.id, "account removed meanwhile: {what}");
                Ok(Report::default())
            }
            other => other,
        }
    }

    /// Whether calendars are watched.
    #[must_use]
    pub fn has_callbacks(&self) -> bool {
        self.callbacks.is_some()
    }

    /// Waits for token refreshes that outlived what asked for them, so that
    /// no new token is lost; not for ever, since one may hang.
    pub async fn close(&self) {
        self.refreshes.close();
        tokio::time::timeout(PATIENCE, self.refreshes.wait())
            .await
            .ok();
        self.progress.finish();
    }

    /// What the timeline of a user covers.
    fn window(&self, preferences: &Preferences) -> Window {
        Window::around(
            self.clock.begun(),
            preferences.past_days.unwrap_or(self.settings.past_days),
            preferences.future_days.unwrap_or(self.settings.future_days),
        )
    }

    /// The calendars of an account that are selected.
    async fn selected(
        &self,
        account: &Account,
        selection: &Selection,
    ) -> Result<Vec<Calendar>, StoreError> {
        let mut calendars = self.store.calendar_list(Some(&account.user_id)).await?;
        calendars.retain(|calendar| {
            let chosen = selection
                .calendars
                .as_ref()
                .is_none_or(|ids| ids.contains(&calendar.id));
            calendar.account_id == account.id && calendar.is_synced() && chosen
        });
        calendars.sort_by_key(|calendar| calendar.last_pulled_at);
        Ok(calendars)
    }
}
