//! An account in a cycle: a session, its calendars discovered where that is
//! due, then each of them. What concerns the whole account is dealt with once.

use std::ops::ControlFlow;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::credentials::{AccountCredentials, Refresher};
use super::failure::{self, AccountTrouble, Reach};
use super::trouble::Trouble;
use super::visit::Visit;
use super::{Report, Selection, Sync, count};
use crate::engine::due;
use crate::model::account::Account;
use crate::model::preferences::Preferences;
use crate::provider::{ProviderError, Session};
use crate::store::StoreError;

impl Sync {
    /// Syncs the selected calendars of an account.
    pub(super) async fn account(
        &self,
        account: &Account,
        preferences: &Preferences,
        selection: &Selection,
    ) -> Result<Report, StoreError> {
        if failure::is_removed(account) {
            return Ok(Report::default());
        }
        let session = self.session(account);
        let visit = Visit {
            account,
            session,
            preferences,
            window: self.window(preferences),
            selection,
            trouble: Trouble::default(),
        };
        let mut report = match self.discover_for(&visit).await? {
            ControlFlow::Continue(report) => report,
            ControlFlow::Break(report) => return Ok(report),
        };
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
        Session::new(account.id.clone(), Arc::new(credentials))
    }

    /// Discovers calendars where that is due. What is known already is synced
    /// also when that fails, unless there is nothing left to sync it for. A cycle
    /// that is asked to stop does not wait for it.
    async fn discover_for(
        &self,
        visit: &Visit<'_>,
    ) -> Result<ControlFlow<Report, Report>, StoreError> {
        let mut report = Report::default();
        if let Some(note) = failure::of_unusable(visit.account) {
            // Known already: said again, but no failure of this cycle.
            report.failures.push(note);
            return Ok(ControlFlow::Continue(report));
        }
        if self.is_closed(visit) || self.is_left_alone(visit) {
            return Ok(ControlFlow::Continue(deferred_discovery(visit.account)));
        }
        let discovered = tokio::select! {
            discovered = self.discover_if_due(visit.account, &visit.session) => discovered,
            () = self.stop.cancelled() => {
                return Ok(ControlFlow::Continue(deferred_discovery(visit.account)));
            }
        };
        match discovered {
            Ok(()) => {}
            Err(AccountTrouble::Store(error)) => return Err(error),
            Err(AccountTrouble::SameLogin(other)) => {
                // It is put out of use, which is said once more by each cycle.
                tracing::warn!(account.id = %visit.account.id, %other, "same login");
                report
                    .failures
                    .push(failure::of_same_login(visit.account, &other));
                return Ok(ControlFlow::Break(report));
            }
            Err(AccountTrouble::Provider(error)) => {
                self.note_outage(visit, &error);
                visit.trouble.note(&error);
                // What puts the account out of use is reported with it.
                if failure::reach(&error) != Reach::Account {
                    report.fail(failure::of_account(visit.account, &error), &error);
                }
            }
        }
        Ok(ControlFlow::Continue(report))
    }

    /// Notes that the provider could not be reached.
    pub(super) fn note_outage(&self, visit: &Visit<'_>, error: &ProviderError) {
        if matches!(error, ProviderError::Unavailable { .. }) {
            self.outages
                .unreachable(visit.account.provider, &visit.account.id);
        }
    }

    /// Whether nothing new may be begun for this account.
    pub(super) fn is_closed(&self, visit: &Visit<'_>) -> bool {
        let account = visit.account;
        self.stop.is_cancelled() || self.outages.is_away(account.provider, &account.id)
    }

    /// Whether the account cannot be used, or its provider asked to be left
    /// alone for a while.
    pub(super) fn is_left_alone(&self, visit: &Visit<'_>) -> bool {
        let rests = due::rests(visit.account.rest_until, self.clock.now());
        !failure::is_usable(visit.account) || (rests && !visit.selection.force)
    }

    /// Deals with a refusal that concerns the account: a rest that the provider
    /// asked for is kept; what only the user can mend is reported once and
    /// marked.
    pub(super) async fn account_failed(
        &self,
        account: &Account,
        error: &ProviderError,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        if failure::reach(error) != Reach::Account {
            let Some(asked) = failure::asked_rest(error) else {
                return Ok(());
            };
            let until = self.clock.now() + due::rest(0, Some(asked));
            return self.store.account_rest(&account.id, until).await;
        }
        report.fail(failure::of_account(account, error), error);
        if let Some(reason) = failure::reauth_reason(error) {
            let now = self.clock.now();
            self.store.account_refused(account, reason, now).await?;
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
