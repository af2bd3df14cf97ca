//! Carries to a calendar what its tasks ask for: decided and written down
//! first, then sent one by one, each answer noted before the next is sent.
//!
//! Whatever dies in between is decided on again by the next cycle: a creation
//! finds what it created, and of a change that was made both sides say the
//! same.

mod follow;
mod send;

use chrono::{DateTime, Utc};

use self::send::Sender;
use super::Sync;
use super::decide::Deciding;
use super::pull::PullError;
use super::visit::Visit;
use crate::engine::plan::Loss;
use crate::model::calendar::Calendar;
use crate::model::change::Change;
use crate::model::conflict::{Conflict, ConflictKind, ResolutionStatus};
use crate::model::id::ExternalId;
use crate::model::lease::Lease;
use crate::model::preferences::Preferences;
use crate::model::time::Window;
use crate::provider::{ChangesRequest, ProviderError};
use crate::store::{Action, Apply, Coverage, Due, LinkPlan, OutboxChange, Pair, Step, StoreError};

/// What is decided on again because the event has changed meanwhile is sent
/// so many times in a cycle.
const ROUNDS: u32 = 4;

/// What was carried to a calendar.
#[derive(Debug, Default)]
pub(super) struct Pushed {
    /// Events created, changed and deleted.
    pub written: u64,
    /// Conflicts that were found.
    pub conflicts: Vec<Conflict>,
    /// What waits for approval, as a sentence.
    pub braked: Option<String>,
    /// Until when the provider asked to be left alone.
    pub asked_rest: Option<DateTime<Utc>>,
    /// What the provider refused, with what it was to do.
    pub refused: Vec<(String, ProviderError)>,
}

/// What has to be brought into the store after a round.
#[derive(Default)]
struct Echo {
    /// What became of events by what was sent.
    changes: Vec<Change>,
    /// Events that are to be read again.
    unknown: Vec<ExternalId>,
}

impl Sync {
    /// Decides what the tasks of a calendar ask for, and sends it. The
    /// calendar has just been pulled, under the same lease. Where nothing moved
    /// nothing is due either.
    pub(super) async fn push(
        &self,
        visit: &Visit<'_>,
        calendar: &Calendar,
        lease: &Lease,
    ) -> Result<Pushed, PullError> {
        let mut pushed = Pushed::default();
        let mut pairs = self.moved(visit, calendar).await?;
        if pairs.is_empty() && !visit.selection.force {
            return Ok(pushed);
        }
        let Some(pulled) = self.store.calendar_find(&calendar.id).await? else {
            return Ok(pushed);
        };
        let calendar = &pulled;
        for round in 0..ROUNDS {
            if round > 0 {
                pairs = self.moved(visit, calendar).await?;
            }
            let decided = self.decided(visit, calendar, &pairs).await?;
            self.plan(calendar, lease, decided, &mut pushed).await?;
            let due = match visit.selection.force && round == 0 {
                true => Due::All,
                false => Due::By(self.clock.now()),
            };
            let entries = self.store.outbox_list(&calendar.id, due).await?;
            if entries.is_empty() {
                break;
            }
            let sender = Sender {
                sync: self,
                visit,
                calendar,
                lease,
            };
            let mut echo = Echo::default();
            let mut goes_on = true;
            for entry in entries {
                if self.stop.is_cancelled() {
                    goes_on = false;
                    break;
                }
                goes_on = sender.send(entry, &mut pushed, &mut echo).await?;
                if !goes_on {
                    break;
                }
            }
            self.bring_in(visit, calendar, lease, echo).await?;
            if !goes_on {
                break;
            }
        }
        Ok(pushed)
    }

    /// What has to be decided on by now.
    async fn moved(&self, visit: &Visit<'_>, calendar: &Calendar) -> Result<Vec<Pair>, StoreError> {
        let from = visit.window.start().date_naive();
        let now = self.clock.now();
        self.store.link_moved(&calendar.id, now, from).await
    }

    /// What is decided on it.
    async fn decided<'p>(
        &self,
        visit: &Visit<'_>,
        calendar: &Calendar,
        pairs: &'p [Pair],
    ) -> Result<Vec<(&'p Pair, Step)>, StoreError> {
        let deciding = self.deciding(visit.preferences, calendar);
        let decided = pairs.iter().map(|pair| (pair, deciding.step(pair)));
        let decided = decided.filter_map(|(pair, step)| Some((pair, step?)));
        self.follow_moves(calendar, decided.collect()).await
    }

    /// Writes down what is to be done.
    async fn plan(
        &self,
        calendar: &Calendar,
        lease: &Lease,
        mut decided: Vec<(&Pair, Step)>,
        pushed: &mut Pushed,
    ) -> Result<(), StoreError> {
        if decided.is_empty() {
            return Ok(());
        }
        let park = self.brake_deletions(calendar, &mut decided).await?;
        let steps: Vec<_> = decided.into_iter().map(|(_, step)| step).collect();
        pushed.note(&steps, park.as_ref());
        let plan = LinkPlan {
            calendar: calendar.id.clone(),
            lease: lease.clone(),
            steps,
            park,
            now: self.clock.now(),
        };
        self.store.link_plan(plan).await?;
        Ok(())
    }

    pub(super) fn deciding<'a>(
        &self,
        preferences: &'a Preferences,
        calendar: &'a Calendar,
    ) -> Deciding<'a> {
        Deciding {
            calendar,
            preferences,
            window: self.window(preferences),
            is_silent: self.providers.of(calendar.provider).is_silent(),
            now: self.clock.now(),
        }
    }

    /// Has deletions beyond the limit wait for approval, and those that are
    /// decided on while others wait.
    pub(super) async fn brake_deletions(
        &self,
        calendar: &Calendar,
        decided: &mut [(&Pair, Step)],
    ) -> Result<Option<Conflict>, StoreError> {
        let removed = decided.iter().filter(|(pair, step)| deletes(pair, step));
        let removed = removed.count() as u64;
        if removed == 0 {
            return Ok(None);
        }
        let count = self.store.link_count(&calendar.id).await?;
        let loss = Loss {
            live: count.open,
            removed: removed + count.parked,
            reads_empty: false,
        };
        if count.parked == 0 && !self.settings.brake.stops(loss) {
            return Ok(None);
        }
        for (pair, step) in decided.iter_mut() {
            let deletes = deletes(pair, step);
            if let (true, OutboxChange::Put { parked, .. }) = (deletes, &mut step.outbox) {
                *parked = true;
            }
        }
        let summary = format!(
            "{} of {} events would be deleted at the provider, because their tasks went",
            loss.removed, loss.live
        );
        Ok(Some(Conflict {
            at_provider: true,
            ..Conflict::open(
                ConflictKind::MassDelete,
                calendar,
                summary,
                self.clock.now(),
            )
        }))
    }

    /// Brings into the store what was sent, and what has to be read again: what
    /// is decided next is decided from that.
    async fn bring_in(
        &self,
        visit: &Visit<'_>,
        calendar: &Calendar,
        lease: &Lease,
        echo: Echo,
    ) -> Result<(), PullError> {
        let Some(window) = calendar.window else {
            return Ok(());
        };
        if !echo.changes.is_empty() {
            self.stage(calendar, echo.changes).await?;
            let ours = self.bringing(calendar, lease, window);
            self.store.event_apply(ours).await?;
        }
        if echo.unknown.is_empty() {
            return Ok(());
        }
        let request = ChangesRequest {
            calendar: calendar.external_id.clone(),
            timezone: calendar.timezone.clone(),
            since: None,
            page: None,
            window,
            only: None,
        };
        let provider = self.providers.of(visit.account.provider);
        let changes = provider
            .reread(&visit.session, &request, &echo.unknown)
            .await?;
        self.stage(calendar, changes).await?;
        let theirs = self.bringing(calendar, lease, window);
        self.apply_braked(calendar, theirs).await?;
        Ok(())
    }

    async fn stage(&self, calendar: &Calendar, changes: Vec<Change>) -> Result<(), StoreError> {
        self.store.event_unstage(&calendar.id).await?;
        self.store.event_stage(&calendar.id, changes).await
    }

    /// Makes what is staged visible; the listing goes on where it was.
    fn bringing(&self, calendar: &Calendar, lease: &Lease, window: Window) -> Apply {
        Apply {
            calendar: calendar.id.clone(),
            lease: lease.clone(),
            coverage: Coverage::Changes,
            park: None,
            token: calendar.sync_token.clone(),
            window,
            now: self.clock.now(),
        }
    }
}

impl Pushed {
    /// Takes note of what was decided: of each task once, however often it is
    /// decided on.
    fn note(&mut self, steps: &[Step], park: Option<&Conflict>) {
        for conflict in steps.iter().flat_map(|step| &step.conflicts) {
            let same = |one: &Conflict| {
                one.task_id == conflict.task_id
                    && one.resolution_status == conflict.resolution_status
            };
            if !self.conflicts.iter().any(same) {
                self.conflicts.push(conflict.clone());
            }
        }
        if let Some(park) = park {
            self.braked = Some(park.summary.clone());
        }
    }

    /// The conflicts that are left to a person.
    pub(super) fn questions(&self) -> impl Iterator<Item = &Conflict> {
        let open = |one: &&Conflict| one.resolution_status == ResolutionStatus::Open;
        self.conflicts.iter().filter(open)
    }
}

/// Whether a step has an event deleted that was not to be before.
fn deletes(pair: &Pair, step: &Step) -> bool {
    let known = pair.outbox.as_ref().map(|entry| &entry.action);
    let is_new = !matches!(known, Some(Action::Delete { .. }));
    let deletes = |action: &Action| matches!(action, Action::Delete { .. });
    is_new && matches!(&step.outbox, OutboxChange::Put { action, .. } if deletes(action))
}
