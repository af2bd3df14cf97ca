//! Switches for what the contract leaves open, and the request quota.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};

use super::errors::ApiError;
use super::route::Kind;

/// How the model behaves where the real service may do one thing or another.
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// When a series is shifted, its exceptions get new ids and a new
    /// `originalStartTime`, and the old ones are cancelled. Default: they stay.
    pub rebase_exceptions: bool,
    /// Every n-th page (n at least 2) of a listing is empty but has a successor.
    pub empty_every: Option<u32>,
    /// A malformed sync token answers 410; default 400 with location `syncToken`.
    pub malformed_token_is_gone: bool,
    /// A deleted event comes back by `status: confirmed`; default 403.
    pub restore_deleted: bool,
    /// Refuse a `sequence` lower than the stored one with 400; default ignore.
    pub refuse_lower_sequence: bool,
    /// Parameters that must stay the same are compared with those of the first
    /// listing; default on.
    pub strict_parameters: bool,
    /// Status of `invalid_client`: 401 (default) or 400.
    pub invalid_client_status: u16,
    /// A desktop client may leave its secret out; default: nobody may.
    pub desktop_secret_optional: bool,
    /// `timeMin` also drops series whose first occurrence ends before it;
    /// default: it keeps every series.
    pub time_min_drops_series: bool,
    /// No channel lives longer than this many days: 30 (default) or 7.
    pub longest_channel_days: i64,
    /// Every address of a channel is refused with this status, 401 or 400;
    /// default: none is.
    pub refuse_addresses: Option<u16>,
    /// A notification that got no answer at all is sent again, as one that
    /// was answered 503; default: it failed.
    pub retry_unanswered: bool,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            rebase_exceptions: false,
            empty_every: None,
            malformed_token_is_gone: false,
            restore_deleted: false,
            refuse_lower_sequence: false,
            strict_parameters: true,
            invalid_client_status: 401,
            desktop_secret_optional: false,
            time_min_drops_series: false,
            longest_channel_days: 30,
            refuse_addresses: None,
            retry_unanswered: false,
        }
    }
}

/// A budget of requests for each account.
#[derive(Clone, Debug)]
pub struct Quota {
    /// Units in any minute of the sandbox clock; a patch costs 3, all else 1.
    pub per_minute: u32,
    /// 403 or 429.
    pub status: u16,
    /// `rateLimitExceeded` or `userRateLimitExceeded`.
    pub reason: &'static str,
    /// Seconds in `Retry-After`; `None`: no such header.
    pub retry_after: Option<u64>,
}

/// What has been spent of the quota.
#[derive(Debug, Default)]
pub(super) struct Spending {
    pub(super) quota: Option<Quota>,
    spent: HashMap<String, VecDeque<DateTime<Utc>>>,
}

impl Spending {
    /// Spends the price of `kind`, or says why not and when to come back.
    pub(super) fn spend(
        &mut self,
        account: &str,
        kind: Kind,
        now: DateTime<Utc>,
    ) -> Result<(), (ApiError, Option<u64>)> {
        let Some(quota) = &self.quota else {
            return Ok(());
        };
        let spent = self.spent.entry(account.to_owned()).or_default();
        while spent
            .front()
            .is_some_and(|at| now - *at >= TimeDelta::minutes(1))
        {
            spent.pop_front();
        }
        let price = if kind == Kind::EventsPatch { 3 } else { 1 };
        if spent.len() + price > quota.per_minute as usize {
            return Err((
                ApiError::rate_limited(quota.status, quota.reason),
                quota.retry_after,
            ));
        }
        spent.extend(std::iter::repeat_n(now, price));
        Ok(())
    }
}
