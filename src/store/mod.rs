//! The store: what calsync remembers, behind one small trait for each
//! resource.
//!
//! No SQL, no vendor type and no transaction crosses this seam: whatever must
//! be atomic is one method that takes one value.

mod events;
mod keyring;
mod links;
mod look_alikes;
mod sqlite;
mod stale;
mod tasks;
mod watches;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

pub use self::events::{
    Applied, Apply, Coverage, EventName, Events, KnownEvent, Removals, Unparsed,
};
pub use self::keyring::{EncryptionKey, InvalidKey, KeyError, KeyRing};
pub use self::links::{
    Action, Due, LinkChange, LinkCount, LinkPlan, LinkedEvent, Links, OutboxChange, OutboxEntry,
    Outcome, Pair, Planned, Seen, Sent, Settlement, Settles, Step, TaskChange, WriteRecord,
};
pub use self::look_alikes::{LookAlikes, Note, Noted};
pub use self::sqlite::SqliteUrl;
pub use self::stale::{Cutoffs, Stale, StaleRecords};
pub use self::tasks::Tasks;
pub use self::watches::{WatchName, Watches};
use crate::model::account::{
    Account, AccountStatus, LoggedIn, Login, NewAccount, StoredTokens, Subject, Tokens,
};
use crate::model::calendar::{Backoff, Calendar, Discovered, Discovery};
use crate::model::conflict::Conflict;
use crate::model::id::{AccountId, CalendarId, ConflictId, UserId};
use crate::model::lease::{Lease, LeaseName};
use crate::model::preferences::{Preferences, PreferencesChange};
use crate::model::run::{JobRun, RunSpan, Spans, SyncStatus};
use crate::model::user::User;

/// Why the store did not do it, in the terms that callers decide on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// It cannot be reached now: locked by another process, disk full, no
    /// permission. Trying again later may help.
    #[error("store {location} is not available: {reason}")]
    Unavailable {
        /// Where the store is.
        location: String,
        /// What stands in the way, and the way out.
        reason: String,
    },
    /// A newer program has written it.
    #[error(
        "store {location} has schema version {found}, this calsync knows versions up to {known}: \
         install the newer calsync that wrote it"
    )]
    Newer {
        /// Where the store is.
        location: String,
        /// The version found.
        found: u32,
        /// The newest version known.
        known: u32,
    },
    /// Its content cannot be understood.
    #[error("store {location} is damaged: {reason}")]
    Corrupt {
        /// Where the store is.
        location: String,
        /// What is wrong.
        reason: String,
    },
    /// No key of the key ring opens the tokens of an account.
    #[error(
        "no configured encryption key opens the tokens of account {account}: add the key that was \
         used when it was imported to security.encryption_key, or connect the account again"
    )]
    NoKey {
        /// The account.
        account: AccountId,
    },
    /// The lease under which the write was made is no longer held: nothing
    /// was written.
    #[error("lease {0} was lost to another instance")]
    LeaseLost(String),
    /// Something that the value refers to does not exist.
    #[error("{0}")]
    NoSuch(String),
}

/// The result of a store method.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// The whole store.
pub trait Store:
    Users
    + Accounts
    + Calendars
    + Watches
    + Events
    + Conflicts
    + Statuses
    + Leases
    + Runs
    + Stale
    + Tasks
    + Links
    + LookAlikes
    + Send
    + Sync
{
}

impl<S> Store for S where
    S: Users
        + Accounts
        + Calendars
        + Watches
        + Events
        + Conflicts
        + Statuses
        + Leases
        + Runs
        + Stale
        + Tasks
        + Links
        + LookAlikes
        + Send
        + Sync
{
}

/// A store that was opened, and what opening did to it.
pub struct Opened {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The schema version found; 0 when it was created.
    pub found_version: u32,
    /// The schema version now.
    pub version: u32,
}

/// Opens the store at a location, creates and migrates it as needed.
///
/// # Errors
/// When it is not available, was written by a newer program, or is damaged.
pub async fn open(url: &SqliteUrl, keys: KeyRing) -> Result<Opened> {
    sqlite::open(url, keys).await
}

/// What a store that nobody opened yet looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// Its schema version.
    pub version: u32,
    /// The version that this program brings it to.
    pub newest: u32,
    /// Whether its content is sound; `None`: that would have taken too long to
    /// find out.
    pub is_sound: Option<bool>,
}

/// Looks at the store at a location, and leaves it as it is; none when there
/// is none yet. Its content is looked through for about as long as given, with
/// no patience not at all.
///
/// # Errors
/// When it is not available, was written by a newer program, or is damaged.
pub async fn inspect(url: &SqliteUrl, patience: Duration) -> Result<Option<Inspection>> {
    sqlite::inspect(url, patience).await
}

/// Opens a store of the newest version only to read from it: whatever would
/// write fails.
///
/// # Errors
/// When it is not available.
pub async fn view(url: &SqliteUrl, keys: KeyRing) -> Result<Arc<dyn Store>> {
    sqlite::view(url, keys).await
}

/// The application's users and their preferences.
#[async_trait]
pub trait Users {
    /// Creates or replaces users: all of them or none.
    async fn user_upsert(&self, users: Vec<User>) -> Result<()>;
    /// Every user, by id.
    async fn user_list(&self) -> Result<Vec<User>>;
    /// One user.
    async fn user_find(&self, id: &UserId) -> Result<Option<User>>;
    /// What the user prefers; the defaults where nothing is stored.
    async fn preferences_find(&self, user: &UserId) -> Result<Preferences>;
    /// Changes what the user prefers, and answers what holds from now on; a
    /// change made meanwhile is not lost. `NoSuch` when there is no such user.
    async fn preferences_change(
        &self,
        user: &UserId,
        change: PreferencesChange,
    ) -> Result<Preferences>;
    /// Every user with at least one account, with what decides when they are
    /// due, by id.
    async fn user_schedule(&self) -> Result<Vec<Scheduled>>;
}

/// A user with what decides when they are due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduled {
    /// The user.
    pub user: User,
    /// What the user prefers.
    pub preferences: Preferences,
    /// When the last sync that did not fail entirely began.
    pub last_sync_at: Option<DateTime<Utc>>,
}

/// Provider logins. Tokens are encrypted before they reach the disk.
#[async_trait]
pub trait Accounts {
    /// Creates accounts, or revives those of the same user, provider and
    /// address with new tokens: all of them or none. Answers them in order. Of
    /// several with that address it is the one without a subject, else a usable
    /// one, else the newest.
    async fn account_upsert(&self, accounts: Vec<NewAccount>) -> Result<Vec<Account>>;
    /// Revives the account of a login, whose calendars are to be discovered
    /// anew; else gives the subject to the account of the same user, provider
    /// and address that has none; else creates one. `NoSuch` when there is no
    /// such user.
    async fn account_connect(&self, login: Login) -> Result<LoggedIn>;
    /// The accounts of a user, or all, by id.
    async fn account_list(&self, user: Option<&UserId>) -> Result<Vec<Account>>;
    /// Removes an account with its calendars, events and tokens; false when
    /// there is none.
    async fn account_remove(&self, id: &AccountId) -> Result<bool>;
    /// Wipes the tokens of a disabled account, which counts as removed from a
    /// moment on; its calendars and their history stay. False when there is
    /// none: one that was connected again meanwhile is not disabled any more.
    async fn account_retire(&self, id: &AccountId, at: DateTime<Utc>) -> Result<bool>;
    /// Notes that the provider refuses what the user allowed, if nothing else
    /// was allowed since the account was read and it is not disabled; whether
    /// it did.
    async fn account_refused(
        &self,
        account: &Account,
        reason: &str,
        at: DateTime<Utc>,
    ) -> Result<bool>;
    /// Notes whether an account can be used. One that is disabled does not come
    /// to need attention.
    async fn account_set_status(&self, id: &AccountId, status: AccountStatus) -> Result<()>;
    /// Notes the provider's stable id of the login, unless another account of
    /// the user has it: that one is revived with the tokens of this one, which
    /// is disabled at a moment and keeps its data.
    async fn account_set_subject(
        &self,
        id: &AccountId,
        subject: &str,
        at: DateTime<Utc>,
    ) -> Result<Subject>;
    /// Notes how long the provider asked to be left alone.
    async fn account_rest(&self, id: &AccountId, until: DateTime<Utc>) -> Result<()>;
    /// The tokens of an account, if it has any.
    async fn account_tokens(&self, id: &AccountId) -> Result<Option<StoredTokens>>;
    /// Replaces the tokens of an account if their revision is still the given
    /// one; false when another process was faster.
    async fn account_save_tokens(
        &self,
        id: &AccountId,
        tokens: Tokens,
        revision: i64,
    ) -> Result<bool>;
    /// The accounts that need attention and of which nobody was told yet, those
    /// that have waited longest first.
    async fn account_untold(&self) -> Result<Vec<Account>>;
    /// Notes when somebody was told that an account has this status; false when
    /// it no longer has.
    async fn account_note_told(
        &self,
        id: &AccountId,
        told: &AccountStatus,
        at: DateTime<Utc>,
    ) -> Result<bool>;
    /// Encrypts every token anew with the first key; how many were not so yet.
    async fn account_rekey(&self) -> Result<u64>;
}

/// Calendars of accounts.
#[async_trait]
pub trait Calendars {
    /// Takes over a complete reading of an account's calendars: new ones are
    /// created active, known ones updated, missing ones marked as no longer
    /// listed (their events stay).
    async fn calendar_discover(&self, discovery: Discovery) -> Result<Discovered>;
    /// The calendars of a user, or all, by user, account and name.
    async fn calendar_list(&self, user: Option<&UserId>) -> Result<Vec<Calendar>>;
    /// One calendar.
    async fn calendar_find(&self, id: &CalendarId) -> Result<Option<Calendar>>;
    /// Has a calendar synced or not. Its part of the timeline is hidden while
    /// it is not. False when there is no such calendar.
    async fn calendar_set_active(&self, id: &CalendarId, active: bool) -> Result<bool>;
    /// Makes a calendar the one that its user's new tasks are written to.
    /// False when there is no such calendar.
    async fn calendar_set_primary_write(&self, id: &CalendarId) -> Result<bool>;
    /// Notes that a calendar failed and when to try again.
    async fn calendar_save_backoff(&self, id: &CalendarId, backoff: Backoff) -> Result<()>;
}

/// Questions that only a person can answer.
#[async_trait]
pub trait Conflicts {
    /// Conflicts, the open ones only or all, oldest first.
    async fn conflict_list(&self, open_only: bool) -> Result<Vec<Conflict>>;
    /// One conflict.
    async fn conflict_find(&self, id: &ConflictId) -> Result<Option<Conflict>>;
    /// Carries out the removals that wait under an open conflict and settles
    /// it; how many there were. Events at a provider are deleted by the next
    /// sync of their calendar. None when no such conflict is open.
    async fn conflict_approve(&self, id: &ConflictId, now: DateTime<Utc>) -> Result<Option<u64>>;
    /// Settles those of some conflicts that no longer matter, because what they
    /// are about is not there any more; which those are.
    async fn conflict_drop_moot(
        &self,
        among: Vec<ConflictId>,
        now: DateTime<Utc>,
    ) -> Result<Vec<ConflictId>>;
}

/// How the last sync of each user went.
#[async_trait]
pub trait Statuses {
    /// Stores the status of a user. No `last_sync_at` keeps the stored one.
    async fn status_save(&self, status: SyncStatus) -> Result<()>;
    /// The status of every user that has one, by user.
    async fn status_list(&self) -> Result<Vec<SyncStatus>>;
}

/// The right to work on something alone, for a while.
#[async_trait]
pub trait Leases {
    /// Takes a lease if nobody else holds it at `now`; the owner may take it
    /// again, which extends it. One that ends more than an hour after `now`
    /// was taken by a wrong clock and holds nobody off.
    async fn lease_acquire(&self, lease: &Lease, now: DateTime<Utc>) -> Result<bool>;
    /// Extends every lease that the owner still holds.
    async fn lease_extend(&self, owner: &str, until: DateTime<Utc>) -> Result<()>;
    /// Gives a lease back; one that someone else holds stays theirs.
    async fn lease_release(&self, name: &LeaseName, owner: &str) -> Result<()>;
}

/// The history of cycles.
#[async_trait]
pub trait Runs {
    /// Records a cycle.
    async fn run_save(&self, run: &JobRun) -> Result<()>;
    /// The last cycle of each job, by job.
    async fn run_latest(&self) -> Result<Vec<JobRun>>;
    /// The cycles summed up by job and stretch, in this order; stretches in
    /// which none began are left out.
    async fn run_history(&self, spans: Spans) -> Result<Vec<RunSpan>>;
}
