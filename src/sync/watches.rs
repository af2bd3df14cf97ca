//! The watches of an account: those that are due are seen to, those that are
//! left over are ended.

mod strays;

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::failure::{self, Reach};
use super::report::Ending;
use super::trouble::Trouble;
use super::watch::{Care, Ensured, WatchError};
use super::{Report, Sync, count};
use crate::engine::due;
use crate::model::account::Account;
use crate::model::calendar::Calendar;
use crate::provider::{ProviderError, Session};
use crate::store::StoreError;

/// What is to be done about the watches of one calendar.
#[derive(Clone, Debug)]
pub struct WatchWork {
    /// The calendar.
    pub calendar: Calendar,
    /// Whether it needs a watch, or one that lasts longer. If not, there are
    /// only some to be ended.
    pub is_due: bool,
}

/// How urgently watches are seen to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Watching {
    /// Renew also what can be counted on for a while.
    pub force: bool,
    /// The calendars are pulled right after.
    pub are_pulled_next: bool,
}

/// An account whose watches are seen to.
struct Round<'a> {
    account: &'a Account,
    session: Session,
    watching: Watching,
    trouble: Trouble,
    /// The address for notifications is refused: whoever is asked next says
    /// the same.
    in_vain: AtomicBool,
}

impl Sync {
    /// Sees to the watches of an account. The endings of the report are those
    /// of calendars where something is left to be done.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn watches(
        &self,
        account: &Account,
        work: &[WatchWork],
        watching: Watching,
    ) -> Result<Report, StoreError> {
        let mut report = Report::default();
        if failure::is_removed(account) {
            return Ok(report);
        }
        if let Some(note) = failure::of_unusable(account) {
            // Known already: said again, but no failure of this cycle.
            report.failures.push(note);
            return Ok(report);
        }
        let round = Round {
            account,
            session: self.session(account),
            watching,
            trouble: Trouble::default(),
            in_vain: AtomicBool::new(false),
        };
        let reports = stream::iter(work)
            .map(|work| self.calendar_watches(&round, work))
            .buffer_unordered(self.settings.per_account_concurrency)
            .try_collect::<Vec<_>>()
            .await?;
        report = reports.into_iter().fold(report, Report::and);
        if let Some(error) = round.trouble.get() {
            self.watches_failed(account, &error, &mut report).await?;
        } else if round.session.requests() > 0 {
            self.end_strays(account, &round.session).await?;
        }
        Ok(report)
    }

    async fn calendar_watches(
        &self,
        round: &Round<'_>,
        work: &WatchWork,
    ) -> Result<Report, StoreError> {
        let mut report = Report::default();
        let Ok(_permit) = self.calendars.acquire().await else {
            return Ok(report);
        };
        if self.leaves(round) {
            return Ok(left(report, &work.calendar));
        }
        let care = Care {
            is_due: work.is_due,
            force: round.watching.force,
            is_pulled_next: round.watching.are_pulled_next,
        };
        match self
            .see_to_watches(&round.session, &work.calendar, care)
            .await
        {
            Ok(ensured) => Ok(seen_to(report, &work.calendar, ensured)),
            // The calendar was removed meanwhile.
            Err(WatchError::Store(StoreError::NoSuch(_))) => Ok(report),
            Err(WatchError::Store(error)) => Err(error),
            Err(WatchError::Provider(error)) => {
                self.not_watched(round, work, &error, &mut report);
                Ok(report)
            }
        }
    }

    /// Whether nothing new is begun in a round.
    fn leaves(&self, round: &Round<'_>) -> bool {
        let account = round.account;
        self.stop.is_cancelled()
            || round.in_vain.load(Ordering::Relaxed)
            || round.trouble.get().is_some()
            || due::rests(account.rest_until, self.clock.now())
            || self.outages.is_away(account.provider, &account.id)
    }

    fn not_watched(
        &self,
        round: &Round<'_>,
        work: &WatchWork,
        error: &ProviderError,
        report: &mut Report,
    ) {
        let account = round.account;
        tracing::warn!(
            account.id = %account.id, calendar.id = %work.calendar.id,
            kind = failure::kind(error), %error, "calendar not watched"
        );
        round.trouble.note(error);
        match error {
            ProviderError::AddressRefused { .. } => round.in_vain.store(true, Ordering::Relaxed),
            ProviderError::Unavailable { .. } => {
                self.outages.unreachable(account.provider, &account.id);
            }
            _ => {}
        }
        report.add(count::FAILED, 1);
        let (id, passes) = (work.calendar.id.clone(), failure::passes(error));
        let ending = if passes {
            Ending::Skipped
        } else {
            Ending::Failed
        };
        report.endings.insert(id, ending);
        if failure::reach(error) != Reach::Account {
            report.fail(failure::of_watch(&work.calendar, error), error);
        }
    }

    /// Deals with a refusal that concerns the account. What the provider does
    /// not allow for watches alone says nothing against pulling.
    async fn watches_failed(
        &self,
        account: &Account,
        error: &ProviderError,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        use ProviderError as E;
        if let E::QuotaExceeded { .. } | E::Unauthorized { .. } = error {
            return Ok(());
        }
        match self.account_failed(account, error, report).await {
            // The account was removed meanwhile.
            Err(StoreError::NoSuch(_)) => Ok(()),
            other => other,
        }
    }
}

/// A calendar that is left to the next cycle.
fn left(mut report: Report, calendar: &Calendar) -> Report {
    report.add(count::DEFERRED, 1);
    report.endings.insert(calendar.id.clone(), Ending::Deferred);
    report
}

/// How the watch of a calendar stands.
fn seen_to(mut report: Report, calendar: &Calendar, ensured: Ensured) -> Report {
    match ensured {
        Ensured::Valid => {}
        Ensured::Left => return left(report, calendar),
        Ensured::Renewed => report.add(count::RENEWED, 1),
        Ensured::Created => report.add(count::CREATED, 1),
        Ensured::Refused => report.add(count::UNWATCHABLE, 1),
    }
    report
}
