//! Failures in words: what happened to what, and the way out.

use std::time::Duration;

use crate::model::account::{Account, AccountStatus};
use crate::model::calendar::Calendar;
use crate::model::id::AccountId;
use crate::model::run::Failure;
use crate::provider::ProviderError;
use crate::store::StoreError;

/// Why an account could not be worked with.
#[derive(Debug, thiserror::Error)]
pub enum AccountTrouble {
    /// The provider did not do it.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It turned out to be the login of another account of its user.
    #[error(
        "it is the same login as account {0}, which goes on; this account is put out of use and \
         its data kept (`calsync accounts list` says how to remove it)"
    )]
    SameLogin(AccountId),
}

/// How far a provider's refusal reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// This calendar.
    Calendar,
    /// The whole account, until somebody does something about it.
    Account,
    /// The whole account, for a while.
    AccountForNow(Option<Duration>),
}

/// How far a refusal reaches.
pub(super) fn reach(error: &ProviderError) -> Reach {
    use ProviderError as E;
    match error {
        E::ReauthRequired { .. }
        | E::ScopeMissing { .. }
        | E::Operator { .. }
        | E::Credentials { .. } => Reach::Account,
        E::RateLimited { retry_after, .. } => Reach::AccountForNow(*retry_after),
        E::QuotaExceeded { .. } | E::Unauthorized { .. } => Reach::AccountForNow(Some(LONG_REST)),
        E::SyncTokenExpired
        | E::NotFound
        | E::Gone
        | E::Forbidden { .. }
        | E::Conflict { .. }
        | E::PreconditionFailed
        | E::Invalid { .. }
        | E::Unwatchable { .. }
        | E::AddressRefused { .. }
        | E::Unavailable { .. }
        | E::Protocol { .. } => Reach::Calendar,
    }
}

/// What takes hours to recover is not asked for every few minutes.
const LONG_REST: Duration = Duration::from_secs(3600);

/// How long the provider asked to be left alone.
pub(super) fn asked_rest(error: &ProviderError) -> Option<Duration> {
    match error {
        ProviderError::Unavailable { retry_after, .. } => *retry_after,
        _ => match reach(error) {
            Reach::AccountForNow(rest) => rest,
            Reach::Account | Reach::Calendar => None,
        },
    }
}

/// Whether a refusal passes by itself, without anything being changed.
pub(super) fn passes(error: &ProviderError) -> bool {
    let reach = reach(error);
    matches!(error, ProviderError::Unavailable { .. }) || matches!(reach, Reach::AccountForNow(_))
}

/// The word for a provider that cannot be reached, or asked to come later.
pub(super) const UNREACHABLE: &str = "unreachable";

/// The word for a request that can never succeed as it is.
pub(super) const REFUSED: &str = "refused";

/// The word for a refusal that programs may look at.
pub(super) fn kind(error: &ProviderError) -> &'static str {
    use ProviderError as E;
    match error {
        E::SyncTokenExpired => "sync_token",
        E::ReauthRequired { .. } => "needs_reauth",
        E::Unauthorized { .. } => "unauthorized",
        E::ScopeMissing { .. } => "scope_missing",
        E::Operator { .. } => "operator",
        E::Credentials { .. } => "credentials",
        E::RateLimited { .. } => "rate_limited",
        E::QuotaExceeded { .. } => "quota_exceeded",
        E::NotFound | E::Gone => "not_found",
        E::Forbidden { .. } => "forbidden",
        E::Conflict { .. } | E::PreconditionFailed | E::Invalid { .. } => REFUSED,
        E::Unwatchable { .. } => "unwatchable",
        E::AddressRefused { .. } => "address_refused",
        E::Unavailable { .. } => UNREACHABLE,
        E::Protocol { .. } => "protocol",
    }
}

/// The way out of a refusal.
fn way_out(error: &ProviderError) -> &'static str {
    use ProviderError as E;
    match error {
        E::ReauthRequired { .. } | E::ScopeMissing { .. } => {
            "let the user connect again: `calsync accounts list` names the command"
        }
        E::Operator { .. } => "correct the client registration in the configuration",
        E::Credentials { .. } => "the account is left alone until then",
        E::NotFound | E::Gone => "if the calendar is gone for good: `calsync calendars disable`",
        E::Forbidden { .. } => "check the sharing of the calendar at the provider",
        E::Unwatchable { .. } => "it is found by pulling alone",
        E::AddressRefused { .. } => {
            "see that webhooks.public_url leads to `calsync serve-webhooks`, over https with a \
             certificate that everybody trusts"
        }
        E::SyncTokenExpired
        | E::Unauthorized { .. }
        | E::RateLimited { .. }
        | E::QuotaExceeded { .. }
        | E::Conflict { .. }
        | E::PreconditionFailed
        | E::Invalid { .. }
        | E::Unavailable { .. }
        | E::Protocol { .. } => "it is tried again later, after a growing rest",
    }
}

/// The state that a refusal puts its account into, if any.
pub(super) fn reauth_reason(error: &ProviderError) -> Option<&str> {
    match error {
        ProviderError::ReauthRequired { reason } | ProviderError::ScopeMissing { reason } => {
            Some(reason)
        }
        _ => None,
    }
}

/// A failure of a whole account.
pub(super) fn of_account(account: &Account, error: &ProviderError) -> Failure {
    let message = format!(
        "{} account {} of user {}: {error}; {}",
        account.provider,
        account.id,
        account.user_id,
        way_out(error)
    );
    Failure {
        user_id: Some(account.user_id.clone()),
        account_id: Some(account.id.clone()),
        calendar_id: None,
        kind: kind(error).to_owned(),
        message,
    }
}

/// A note that an account turned out to be the login of another one.
pub(super) fn of_same_login(account: &Account, other: &AccountId) -> Failure {
    let message = format!(
        "{} account {} of user {}: {}",
        account.provider,
        account.id,
        account.user_id,
        AccountTrouble::SameLogin(other.clone())
    );
    Failure {
        user_id: Some(account.user_id.clone()),
        account_id: Some(account.id.clone()),
        calendar_id: None,
        kind: "same_login".to_owned(),
        message,
    }
}

/// Why a calendar rests.
pub(super) fn of_resting(calendar: &Calendar) -> Option<Failure> {
    let (next, reason) = (
        calendar.backoff.next_attempt_at?,
        calendar.backoff.reason.as_ref()?,
    );
    let what = format!(
        "it rests until {} after {} failures in a row ({reason}); --force tries it at once",
        next.format("%Y-%m-%d %H:%M:%SZ"),
        calendar.backoff.failures,
    );
    Some(of_calendar(calendar, "resting", &what))
}

/// A failure to pull a calendar.
pub(super) fn of_pull(calendar: &Calendar, error: &ProviderError) -> Failure {
    let message = format!("it could not be read: {error}; {}", way_out(error));
    of_calendar(calendar, kind(error), &message)
}

/// A refused write; `why` says what was to be done.
pub(super) fn of_push(calendar: &Calendar, why: &str, error: &ProviderError) -> Failure {
    let way_out = match error {
        ProviderError::ScopeMissing { .. } => {
            "let the user connect again and allow writing; until then it is only read"
        }
        ProviderError::Invalid { .. } | ProviderError::Conflict { .. } => {
            "it rests until the task changes; `calsync auto-sync --force` tries it again"
        }
        _ => way_out(error),
    };
    let message = format!("it could not be written ({why}): {error}; {way_out}");
    of_calendar(calendar, kind(error), &message)
}

/// A failure to watch a calendar.
pub(super) fn of_watch(calendar: &Calendar, error: &ProviderError) -> Failure {
    let message = format!("it could not be watched: {error}; {}", way_out(error));
    of_calendar(calendar, kind(error), &message)
}

/// Something about a calendar that a person should know.
pub(super) fn of_calendar(calendar: &Calendar, kind: &str, what: &str) -> Failure {
    Failure {
        user_id: Some(calendar.user_id.clone()),
        account_id: Some(calendar.account_id.clone()),
        calendar_id: Some(calendar.id.clone()),
        kind: kind.to_owned(),
        message: format!(
            "calendar {:?} of user {}: {what}",
            calendar.name, calendar.user_id
        ),
    }
}

/// What stands against using an account, if anything does.
pub(super) fn of_unusable(account: &Account) -> Option<Failure> {
    let (AccountStatus::NeedsReauth { reason, at } | AccountStatus::Disabled { reason, at }) =
        &account.status
    else {
        return None;
    };
    let status = account.status.as_str();
    let message = format!(
        "{} account {} of user {} is left alone: {status} ({reason}) since {}; `{}`",
        account.provider,
        account.id,
        account.user_id,
        at.format("%Y-%m-%d %H:%M:%SZ"),
        account.mend().unwrap_or_default(),
    );
    Some(Failure {
        user_id: Some(account.user_id.clone()),
        account_id: Some(account.id.clone()),
        calendar_id: None,
        kind: status.to_owned(),
        message,
    })
}

/// Whether an account was removed on purpose: nothing is said about it.
pub(super) fn is_removed(account: &Account) -> bool {
    matches!(&account.status, AccountStatus::Disabled { reason, .. }
        if reason == AccountStatus::REMOVED)
}

/// Whether an account can be asked at all.
pub(super) fn is_usable(account: &Account) -> bool {
    matches!(account.status, AccountStatus::Active)
}
