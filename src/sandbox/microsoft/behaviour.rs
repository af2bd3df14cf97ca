//! Switches for what the contract leaves open, and the request budget.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};

use super::scopes::ScopeSpelling;

/// How deltas tell that a single occurrence was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OccurrenceDeletion {
    /// The master comes, nothing else.
    TouchesMaster,
    /// `@removed` with the occurrence's id and no type.
    Tombstone,
    /// Nothing until the next full round.
    Silent,
}

/// How a lost delta or skip token is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenLoss {
    /// 410, code `SyncStateNotFound`.
    SyncStateNotFound,
    /// 410, no body, `Location` with an empty `$deltatoken`.
    Location,
    /// 410, code `fullSyncRequired`.
    FullSyncRequired,
    /// 410, code `UnknownError` with `resyncRequired` in a nested `innerError`.
    NestedResyncRequired,
    /// 400, code `syncStateNotFound`.
    BadRequest,
    /// 404, code `syncStateNotFound`.
    NotFound,
}

/// How the model behaves where the real service may do one thing or another.
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// How a deleted occurrence shows in deltas. Default: the master comes.
    pub occurrence_deletion: OccurrenceDeletion,
    /// How a lost token is answered. Default: 410 `SyncStateNotFound`.
    pub token_loss: TokenLoss,
    /// A changed series comes without its master. Default: with it.
    pub occurrences_only: bool,
    /// A changed occurrence comes without the rest of its series. Default:
    /// the whole series comes.
    pub exceptions_come_alone: bool,
    /// Exceptions in deltas hold only what differs from the master. Default:
    /// they are complete.
    pub partial_exceptions: bool,
    /// Rounds come in seeded disorder, some entities twice. Default: in order.
    pub shuffle: Option<u64>,
    /// A changed single event is followed by a copy from before the change.
    /// Default: off.
    pub stale_copies: bool,
    /// Incremental rounds repeat up to so many older changes. Default: 0.
    pub replay: usize,
    /// Every n-th page (n at least 2) of a round is empty but has a successor.
    pub empty_every: Option<usize>,
    /// A skip token dies once the page behind its own was fetched. Default: on.
    pub old_skip_tokens_die: bool,
    /// Dates beside a token are refused with 400. Default: on; else ignored.
    pub refuse_dates_with_token: bool,
    /// The page size without `odata.maxpagesize` or `$top`. Default: 10.
    pub default_page_size: usize,
    /// `If-Match` on writes is looked at. Default: on.
    pub enforce_if_match: bool,
    /// 412 (default) or 409 for `ErrorIrresolvableConflict`.
    pub conflict_status: u16,
    /// A used transaction id answers 400 (default) or 409.
    pub duplicate_status: u16,
    /// Its answer names the existing event. Default: on.
    pub duplicate_names_event: bool,
    /// A transaction id stays used after its event was deleted. Default: on.
    pub transactions_outlive_events: bool,
    /// A master's new pattern or start drops its exceptions and
    /// cancellations. Default: off.
    pub series_change_resets: bool,
    /// Meetings of others may be changed beyond one's own fields; default 403.
    pub guests_may_edit: bool,
    /// 404 (default) or 410 on the deletion of what is gone.
    pub gone_status: u16,
    /// Answers hold members and enum values that no schema knows.
    pub unknown_members: bool,
    /// Requests of a mailbox under way at once; more are answered 429.
    /// Default: 4.
    pub concurrency: Option<usize>,
    /// Seconds that an access token lives. Default: 3599.
    pub access_lifetime_s: i64,
    /// The app is a public client: it must not send a secret. Default: off.
    pub public_client: bool,
    /// The app is registered for one tenant: `common` and its like are
    /// refused. Default: off.
    pub single_tenant: bool,
    /// How granted scopes are spelled. Default: as they were asked for.
    pub scope_spelling: ScopeSpelling,
    /// Seconds between polls that a device is told. Default: 5.
    pub device_interval_s: u64,
    /// So many polls for each device code are first answered `slow_down`.
    /// Default: 0.
    pub slow_downs: usize,
    /// The longest life of a subscription: 10,080 minutes (default) or 4,230.
    /// Longer wishes are refused.
    pub longest_subscription_minutes: i64,
    /// A subscription to `me/events` hears of every calendar. Default: of the
    /// default calendar alone.
    pub mailbox_subscriptions_cover_all: bool,
    /// Subscriptions that a mailbox may have. Default: 1,000.
    pub subscriptions_per_mailbox: usize,
    /// A new address of a subscription is asked whether it is there. Default:
    /// on.
    pub handshake_on_patch: bool,
    /// Notifications in one POST at most. Default: 10.
    pub batch: usize,
    /// Minutes for which a subscription delivers that should be reauthorized.
    /// Default: 60.
    pub reauthorization_minutes: i64,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            occurrence_deletion: OccurrenceDeletion::TouchesMaster,
            token_loss: TokenLoss::SyncStateNotFound,
            occurrences_only: false,
            exceptions_come_alone: false,
            partial_exceptions: false,
            shuffle: None,
            stale_copies: false,
            replay: 0,
            empty_every: None,
            old_skip_tokens_die: true,
            refuse_dates_with_token: true,
            default_page_size: 10,
            enforce_if_match: true,
            conflict_status: 412,
            duplicate_status: 400,
            duplicate_names_event: true,
            transactions_outlive_events: true,
            series_change_resets: false,
            guests_may_edit: false,
            gone_status: 404,
            unknown_members: false,
            concurrency: Some(4),
            access_lifetime_s: 3599,
            public_client: false,
            single_tenant: false,
            scope_spelling: ScopeSpelling::AsAsked,
            device_interval_s: 5,
            slow_downs: 0,
            longest_subscription_minutes: 10_080,
            mailbox_subscriptions_cover_all: false,
            subscriptions_per_mailbox: 1000,
            handshake_on_patch: true,
            batch: 10,
            reauthorization_minutes: 60,
        }
    }
}

/// A budget of requests for each mailbox.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Requests in any ten minutes of the sandbox clock, refused ones too.
    pub per_ten_minutes: usize,
    /// Seconds in `Retry-After`; `None`: no such header.
    pub retry_after: Option<u64>,
}

/// What has been spent of the budget.
#[derive(Debug, Default)]
pub(super) struct Spending {
    pub(super) budget: Option<Budget>,
    spent: HashMap<String, VecDeque<DateTime<Utc>>>,
}

impl Spending {
    /// Spends one request; an error says when to come back.
    pub(super) fn spend(&mut self, account: &str, now: DateTime<Utc>) -> Result<(), Option<u64>> {
        let Some(budget) = &self.budget else {
            return Ok(());
        };
        let spent = self.spent.entry(account.to_owned()).or_default();
        while spent
            .front()
            .is_some_and(|at| now - *at >= TimeDelta::minutes(10))
        {
            spent.pop_front();
        }
        spent.push_back(now);
        match spent.len() > budget.per_ten_minutes {
            true => Err(budget.retry_after),
            false => Ok(()),
        }
    }
}
