//! The units of a cycle: an account with its session, and each of its
//! calendars under a lease. A unit that fails stops no other.

use chrono::TimeDelta;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::credentials::{AccountCredentials, Refresher};
use super::failure::{self, AccountTrouble, Reach};
use super::pull::{PullError, Pulled};
use super::trouble::Trouble;
use super::{Report, Selection, Sync, count};
use crate::engine::due;
use crate::model::account::{Account, AccountStatus};
use crate::model::calendar::{Backoff, Calendar};
use crate::model::lease::{Lease, LeaseName};
use crate::model::time::Window;
use crate::provider::{ProviderError, Session};
use crate::store::StoreError;

/// How long a lease lasts unless the cycle extends it.
pub(crate) const LEASE: TimeDelta = TimeDelta::minutes(1);

/// So many unreadable events of a calendar are named, the others counted.
const NAMED: usize = 20;

/// An account that a cycle works with.
pub(super) struct Visit<'a> {
    pub account: &'a Account,
    pub session: Session,
    pub window: Window,
    pub selection: &'a Selection,
    /// What stands against the whole account.
    trouble: Trouble,
}

/// How the visit of a calendar ended.
enum Visited {
    Pulled(Box<Pulled>),
    Failed(ProviderError),
    Skipped,
    Deferred,
}

impl Sync {
    /// Syncs the selected calendars of an account.
    pub(super) async fn account(
        &self,
        account: &Account,
        window: Window,
        selection: &Selection,
    ) -> Result<Report, StoreError> {
        let session = self.session(account);
        let visit = Visit {
            account,
            session,
            window,
            selection,
            trouble: Trouble::default(),
        };
        let mut report = self.discover_for(&visit).await?;
        let calendars = self.selected(account, selection).await?;
        report.add(count::SCHEDULED, calendars.len() as u64);
        self.progress.scheduled(calendars.len() as u64);
        let reports = stream::iter(&calendars)
            .map(|calendar| self.calendar(&visit, calendar))
            .buffer_unordered(self.settings.per_account_concurrency)
            .try_collect::<Vec<_>>()
            .await?;
        report = reports.into_iter().fold(report, Report::and);
        if let Some(error) = visit.trouble.get() {
            self.account_failed(account, &error, &mut report).await?;
        }
        report.add(count::REQUESTS, visit.session.requests());
        Ok(report)
    }

    /// A session of the account; asks nothing yet.
    pub(super) fn session(&self, account: &Account) -> Session {
        let refresher = Refresher {
            account: account.id.clone(),
            owner: self.owner.clone(),
            clock: self.clock,
            store: self.store.clone(),
            provider: self.providers.of(account.provider).clone(),
        };
        let credentials = AccountCredentials::new(refresher, self.refreshes.clone());
        Session::new(account.id.clone(), std::sync::Arc::new(credentials))
    }

    /// Discovers calendars where that is due. What is known already is synced
    /// also when that fails.
    async fn discover_for(&self, visit: &Visit<'_>) -> Result<Report, StoreError> {
        let mut report = Report::default();
        if let Some(note) = failure::of_unusable(visit.account) {
            // Known already: said again, but no failure of this cycle.
            report.failures.push(note);
            return Ok(report);
        }
        if self.is_closed(visit) {
            return Ok(deferred_discovery(visit.account));
        }
        let discovered = tokio::select! {
            discovered = self.discover_if_due(visit.account, &visit.session) => discovered,
            () = self.stop.cancelled() => return Ok(deferred_discovery(visit.account)),
        };
        match discovered {
            Ok(()) => {}
            Err(AccountTrouble::Store(error)) => return Err(error),
            Err(AccountTrouble::Provider(error)) => {
                self.note_outage(visit, &error);
                visit.trouble.note(&error);
                // What puts the account out of use is reported with it.
                if failure::reach(&error) != Reach::Account {
                    report.fail(failure::of_account(visit.account, &error), &error);
                }
            }
        }
        Ok(report)
    }

    /// Syncs one calendar.
    async fn calendar(&self, visit: &Visit<'_>, calendar: &Calendar) -> Result<Report, StoreError> {
        let visited = self.visit(visit, calendar).await?;
        self.progress.calendar_done();
        let mut report = Report::default();
        match visited {
            Visited::Pulled(pulled) => pulled_report(&mut report, calendar, &pulled),
            Visited::Failed(error) => self.failed(visit, calendar, &error, &mut report).await?,
            Visited::Skipped => report.add(count::SKIPPED, 1),
            Visited::Deferred => {
                self.rest_with_account(visit, calendar).await?;
                report.add(count::DEFERRED, 1);
            }
        }
        Ok(report)
    }

    async fn visit(&self, visit: &Visit<'_>, calendar: &Calendar) -> Result<Visited, StoreError> {
        if self.is_resting(visit, calendar) {
            return Ok(Visited::Skipped);
        }
        let Ok(_permit) = self.calendars.acquire().await else {
            return Ok(Visited::Deferred);
        };
        match visit.trouble.get().as_ref().map(failure::reach) {
            Some(Reach::Account) => return Ok(Visited::Skipped),
            Some(Reach::AccountForNow(_) | Reach::Calendar) => return Ok(Visited::Deferred),
            None if self.is_closed(visit) => return Ok(Visited::Deferred),
            None => {}
        }
        let now = self.clock.now();
        let name = LeaseName::Calendar(calendar.id.clone());
        let lease = Lease {
            name,
            owner: self.owner.clone(),
            until: now + LEASE,
        };
        if !self.store.lease_acquire(&lease, now).await? {
            return Ok(Visited::Deferred);
        }
        // Somebody else may have pulled it since it was picked.
        let current = self.store.calendar_find(&calendar.id).await?;
        let pulled = self
            .pull(visit, current.as_ref().unwrap_or(calendar), &lease)
            .await;
        self.store.lease_release(&lease.name, &lease.owner).await?;
        self.visited(visit, pulled)
    }

    fn visited(
        &self,
        visit: &Visit<'_>,
        pulled: Result<Pulled, PullError>,
    ) -> Result<Visited, StoreError> {
        match pulled {
            Ok(pulled) => {
                self.outages.reached(visit.account.provider);
                Ok(Visited::Pulled(Box::new(pulled)))
            }
            Err(PullError::Stopped | PullError::Store(StoreError::LeaseLost(_))) => {
                Ok(Visited::Deferred)
            }
            Err(PullError::Store(error)) => Err(error),
            Err(PullError::Provider(error)) => {
                self.note_outage(visit, &error);
                visit.trouble.note(&error);
                Ok(Visited::Failed(error))
            }
        }
    }

    fn note_outage(&self, visit: &Visit<'_>, error: &ProviderError) {
        if matches!(error, ProviderError::Unavailable { .. }) {
            self.outages
                .unreachable(visit.account.provider, &visit.account.id);
        }
    }

    /// Whether nothing new may be begun for this account.
    fn is_closed(&self, visit: &Visit<'_>) -> bool {
        let account = visit.account;
        self.stop.is_cancelled() || self.outages.is_away(account.provider, &account.id)
    }

    /// Whether a calendar is not to be asked for now.
    fn is_resting(&self, visit: &Visit<'_>, calendar: &Calendar) -> bool {
        let rests = due::rests(calendar.backoff.next_attempt_at, self.clock.now());
        !failure::is_usable(visit.account) || (rests && !visit.selection.force)
    }

    async fn failed(
        &self,
        visit: &Visit<'_>,
        calendar: &Calendar,
        error: &ProviderError,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        tracing::warn!(
            account.id = %visit.account.id, calendar.id = %calendar.id,
            kind = failure::kind(error), error = %error, "calendar failed"
        );
        report.add(count::FAILED, 1);
        if failure::reach(error) == Reach::Account {
            return Ok(());
        }
        report.fail(failure::of_pull(calendar, error), error);
        let failures = calendar.backoff.failures.saturating_add(1);
        let rest = due::rest(failures, failure::asked_rest(error));
        let backoff = Backoff {
            failures,
            next_attempt_at: Some(self.clock.now() + rest),
            reason: Some(failure::kind(error).to_owned()),
        };
        self.store
            .calendar_save_backoff(&calendar.id, backoff)
            .await
    }

    /// A rest that the provider asked for holds for all calendars of the
    /// account, without counting as a failure of theirs.
    async fn rest_with_account(
        &self,
        visit: &Visit<'_>,
        calendar: &Calendar,
    ) -> Result<(), StoreError> {
        let asked = visit.trouble.get().as_ref().and_then(failure::asked_rest);
        if asked.is_none() {
            return Ok(());
        }
        let rest = due::rest(calendar.backoff.failures, asked);
        let next_attempt_at = Some(self.clock.now() + rest);
        let backoff = Backoff {
            next_attempt_at,
            ..calendar.backoff.clone()
        };
        self.store
            .calendar_save_backoff(&calendar.id, backoff)
            .await
    }

    /// Reports a refusal that concerns the account, once, and marks the
    /// account where only its user can help.
    async fn account_failed(
        &self,
        account: &Account,
        error: &ProviderError,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        if failure::reach(error) != Reach::Account {
            return Ok(());
        }
        report.fail(failure::of_account(account, error), error);
        if let Some(reason) = failure::reauth_reason(error) {
            let status = AccountStatus::NeedsReauth {
                reason: reason.to_owned(),
                at: self.clock.now(),
            };
            self.store.account_set_status(&account.id, status).await?;
        }
        Ok(())
    }
}

/// An account whose calendars are not known yet counts as one calendar that is
/// left to the next cycle; known ones speak for themselves.
fn deferred_discovery(account: &Account) -> Report {
    let mut report = Report::default();
    if account.discovered_at.is_none() {
        report.add(count::DEFERRED, 1);
    }
    report
}

fn pulled_report(report: &mut Report, calendar: &Calendar, pulled: &Pulled) {
    let applied = &pulled.applied;
    report.add(count::SYNCED, 1);
    report.add(count::EVENTS_CREATED, applied.created);
    report.add(count::EVENTS_UPDATED, applied.updated);
    report.add(count::EVENTS_REMOVED, applied.removed);
    if let Some(loss) = pulled.braked.filter(|_| applied.parked > 0) {
        report.add(count::CONFLICTS, 1);
        let what = format!(
            "lost {} of {} events; nothing was removed. If this is meant: \
             `calsync conflicts list`, then `calsync conflicts approve ID`",
            loss.removed, loss.live
        );
        report.attention(failure::of_calendar(calendar, "mass_delete", &what));
    }
    let unparsed = applied.unparsed.iter().map(|series| {
        let what = format!(
            "the rule of event {} cannot be read ({}); it counts as its first occurrence",
            series.external_id, series.reason
        );
        failure::of_calendar(calendar, "unreadable_rule", &what)
    });
    let unreadable = pulled.unreadable.iter().map(|(event, reason)| {
        let what = format!("event {event} cannot be read ({reason}); what was known of it stays");
        failure::of_calendar(calendar, "unreadable_event", &what)
    });
    let total = applied.unparsed.len() + pulled.unreadable.len();
    report
        .failures
        .extend(unparsed.chain(unreadable).take(NAMED));
    if total > NAMED {
        let what = format!("{} more events cannot be read", total - NAMED);
        report
            .failures
            .push(failure::of_calendar(calendar, "unreadable_event", &what));
    }
}
