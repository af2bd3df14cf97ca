//! A calendar in a cycle: pulled under a lease, or left for a stated reason.

use super::failure::{self, Reach};
use super::pull::{PullError, Pulled};
use super::push::Pushed;
use super::visit::Visit;
use super::{Ending, Report, Sync, count};
use crate::engine::due;
use crate::model::calendar::{Backoff, Calendar};
use crate::model::lease::{LEASE, Lease, LeaseName};
use crate::provider::ProviderError;
use crate::store::StoreError;

/// So many unreadable events of a calendar are named, the others counted.
const NAMED: usize = 20;

/// What was to be done when an event could not be read again.
const READ_AGAIN: &str = "what changed meanwhile was to be read";

/// How the visit of a calendar ended.
enum Visited {
    Pulled(Box<Pulled>),
    Failed(ProviderError),
    Skipped,
    Deferred,
}

impl Visited {
    fn ending(&self) -> Ending {
        match self {
            Self::Pulled(_) => Ending::Synced,
            Self::Failed(_) => Ending::Failed,
            Self::Skipped => Ending::Skipped,
            Self::Deferred => Ending::Deferred,
        }
    }
}

impl Sync {
    /// Syncs one calendar.
    pub(super) async fn calendar(
        &self,
        visit: &Visit<'_>,
        calendar: &Calendar,
    ) -> Result<Report, StoreError> {
        let visited = self.visit(visit, calendar).await?;
        self.progress.calendar_done();
        let mut report = Report::default();
        report.endings.insert(calendar.id.clone(), visited.ending());
        match visited {
            Visited::Pulled(pulled) => pulled_report(&mut report, calendar, &pulled),
            Visited::Failed(error) => self.failed(visit, calendar, &error, &mut report).await?,
            Visited::Skipped => {
                report.add(count::SKIPPED, 1);
                // Known already: said again, but no failure of this cycle.
                report.failures.extend(failure::of_resting(calendar));
            }
            Visited::Deferred => report.add(count::DEFERRED, 1),
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
        let current = current.as_ref().unwrap_or(calendar);
        let pulled = self.pull_and_push(visit, current, &lease).await;
        self.store.lease_release(&lease.name, &lease.owner).await?;
        self.visited(visit, pulled)
    }

    /// Pulls a calendar, then carries to it what its tasks ask for.
    async fn pull_and_push(
        &self,
        visit: &Visit<'_>,
        calendar: &Calendar,
        lease: &Lease,
    ) -> Result<Pulled, PullError> {
        let mut pulled = self.pull(visit, calendar, lease).await?;
        match self.push(visit, calendar, lease).await {
            Ok(pushed) => {
                self.keep_rest(calendar, &pushed).await?;
                pulled.pushed = pushed;
            }
            // What was pulled stands, whatever became of the rest.
            Err(PullError::Provider(error)) => {
                self.note_outage(visit, &error);
                visit.trouble.note(&error);
                pulled.pushed.refused.push((READ_AGAIN.to_owned(), error));
            }
            Err(error) => return Err(error),
        }
        Ok(pulled)
    }

    /// Keeps the rest that a provider asked for when it was written to.
    async fn keep_rest(&self, calendar: &Calendar, pushed: &Pushed) -> Result<(), StoreError> {
        let Some(until) = pushed.asked_rest else {
            return Ok(());
        };
        let backoff = Backoff {
            failures: 1,
            next_attempt_at: Some(until),
            reason: Some(failure::UNREACHABLE.to_owned()),
        };
        self.store
            .calendar_save_backoff(&calendar.id, backoff)
            .await
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
            Err(
                PullError::Stopped
                | PullError::Store(StoreError::LeaseLost(_) | StoreError::NoSuch(_)),
            ) => Ok(Visited::Deferred),
            Err(PullError::Store(error)) => Err(error),
            Err(PullError::Provider(error)) => {
                self.note_outage(visit, &error);
                visit.trouble.note(&error);
                Ok(Visited::Failed(error))
            }
        }
    }

    /// Whether a calendar is not to be asked for now.
    fn is_resting(&self, visit: &Visit<'_>, calendar: &Calendar) -> bool {
        let rests = due::rests(calendar.backoff.next_attempt_at, self.clock.now());
        self.is_left_alone(visit) || (rests && !visit.selection.force)
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
    if let Some(error) = &pulled.stuck {
        let what = format!(
            "what is listed could not be moved on to the coming days: {error}; the old listing \
             goes on, and it is tried again in each cycle"
        );
        report.attention(failure::of_calendar(calendar, "window", &what));
    }
    pushed_report(report, calendar, &pulled.pushed);
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

fn pushed_report(report: &mut Report, calendar: &Calendar, pushed: &Pushed) {
    report.add(count::PUSHED, pushed.written);
    report.add(count::CONFLICTS, pushed.conflicts.len() as u64);
    if let Some(summary) = &pushed.braked {
        report.add(count::CONFLICTS, 1);
        let what = format!(
            "{summary}; none of them was. If this is meant: `calsync conflicts list`, then \
             `calsync conflicts approve ID`"
        );
        report.attention(failure::of_calendar(calendar, "mass_delete", &what));
    }
    for conflict in pushed.questions().take(NAMED) {
        let what = format!(
            "{}; `calsync conflicts show` with its id says how they differ",
            conflict.summary
        );
        report
            .failures
            .push(failure::of_calendar(calendar, "conflict", &what));
    }
    for (why, error) in pushed.refused.iter().take(NAMED) {
        report.fail(failure::of_push(calendar, why, error), error);
    }
}
