//! One entry of the outbox: sent, and its answer noted.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::Sync;
use super::super::failure::{self, Reach};
use super::super::pull::PullError;
use super::super::visit::Visit;
use super::{Echo, Pushed, ROUNDS};
use crate::engine::create::agreed;
use crate::engine::due;
use crate::engine::merge::Revision;
use crate::model::calendar::Calendar;
use crate::model::change::Change;
use crate::model::content::{Content, Field};
use crate::model::event::{Event, EventKind};
use crate::model::id::{CreationKey, ExternalId};
use crate::model::lease::Lease;
use crate::model::link::Base;
use crate::provider::{Creation, EventAt, Provider, ProviderError, Update};
use crate::store::{Action, OutboxEntry, Sent, Settlement};

/// How long a permission that is missing is not asked for again.
const MISSING_REST: TimeDelta = TimeDelta::days(1);

/// What sends entries.
pub(super) struct Sender<'a> {
    pub(super) sync: &'a Sync,
    pub(super) visit: &'a Visit<'a>,
    pub(super) calendar: &'a Calendar,
    pub(super) lease: &'a Lease,
}

/// What became of an entry at the provider.
enum Done {
    /// There is an event, which both sides agree on as follows.
    Written(Box<Event>, Box<Base>),
    /// There is the event that was looked for.
    Found(Box<Event>, Box<Base>),
    /// The event is gone.
    Deleted(Option<ExternalId>),
    /// The key of an event to be created is used up.
    UsedUp,
    /// The event is not as it was thought to be: it has to be read again.
    Changed,
}

/// What follows from a refusal.
struct Refusal {
    /// How it is noted.
    outcome: Sent,
    /// Until when nothing else is sent to the calendar either.
    rests: Option<DateTime<Utc>>,
}

impl Sender<'_> {
    /// Sends an entry and notes the answer; whether the next may be sent. One
    /// that is not there any more was decided on anew.
    pub(super) async fn send(
        &self,
        entry: OutboxEntry,
        pushed: &mut Pushed,
        echo: &mut Echo,
    ) -> Result<bool, PullError> {
        let (store, lease) = (&self.sync.store, self.lease);
        let begun = store.outbox_begin(&entry, lease, self.sync.clock.now());
        let Some(entry) = begun.await? else {
            return Ok(true);
        };
        let done = self.act(&entry).await;
        let now = self.sync.clock.now();
        let mut event = None;
        let mut rests = None;
        let outcome = match done {
            Ok(Done::Written(written, base)) => {
                pushed.written += 1;
                let outcome = as_written(&written, base);
                event = echo.of(written);
                outcome
            }
            Ok(Done::Found(found, base)) => {
                let outcome = as_written(&found, base);
                event = echo.of(found);
                outcome
            }
            Ok(Done::Deleted(deleted)) => {
                pushed.written += 1;
                echo.changes.extend(deleted.map(Change::Removed));
                Sent::Deleted
            }
            Ok(Done::UsedUp) => Sent::UsedUp,
            Ok(Done::Changed) => {
                echo.unknown.extend(entry.external_id.clone());
                changed(&entry, pushed, now)
            }
            Err(error) => {
                let refusal = self.refused(&entry, error, pushed, now);
                rests = refusal.rests;
                refusal.outcome
            }
        };
        let reason = match &outcome {
            Sent::Failed { reason, .. } => reason.clone(),
            Sent::Written { .. } | Sent::Deleted | Sent::UsedUp => String::new(),
        };
        let settlement = Settlement {
            entry,
            lease: lease.clone(),
            outcome,
            event,
            now,
        };
        store.outbox_settle(settlement).await?;
        let Some(until) = rests else {
            return Ok(true);
        };
        let calendar = &self.calendar.id;
        store.outbox_rest(calendar, lease, until, &reason).await?;
        Ok(false)
    }

    /// What follows from a refusal.
    fn refused(
        &self,
        entry: &OutboxEntry,
        error: ProviderError,
        pushed: &mut Pushed,
        now: DateTime<Utc>,
    ) -> Refusal {
        self.sync.note_outage(self.visit, &error);
        if !matches!(error, ProviderError::ScopeMissing { .. }) {
            self.visit.trouble.note(&error);
        }
        let refusal = refusal(&error, entry.attempts, now);
        if let ProviderError::Unavailable {
            retry_after: Some(_),
            ..
        } = &error
        {
            pushed.asked_rest = refusal.rests;
        }
        // What puts the account out of use is reported with it.
        if failure::reach(&error) != Reach::Account
            || matches!(error, ProviderError::ScopeMissing { .. })
        {
            pushed.refused.push((entry.why.clone(), error));
        }
        refusal
    }

    /// Does what an entry says.
    async fn act(&self, entry: &OutboxEntry) -> Result<Done, ProviderError> {
        match &entry.action {
            Action::Create {
                generation,
                content,
            } => self.create(entry, *generation, content).await,
            Action::Update {
                etag,
                fields,
                content,
            } => self.update(entry, etag.as_deref(), fields, content).await,
            Action::Find { content } => self.find(entry, content).await,
            Action::Delete { etag } => self.delete(entry, etag.as_deref()).await,
        }
    }

    async fn create(
        &self,
        entry: &OutboxEntry,
        generation: u32,
        content: &Content,
    ) -> Result<Done, ProviderError> {
        let creation = self.creation(entry, generation, content.clone());
        let session = &self.visit.session;
        match self.provider().create_event(session, &creation).await {
            Ok(created) => {
                let returned = Content::of(&created.event);
                let event = Revision {
                    content: &returned,
                    etag: created.event.etag.as_deref(),
                };
                let base = agreed(content, event, created.is_found);
                Ok(Done::Written(Box::new(created.event), Box::new(base)))
            }
            Err(ProviderError::Gone) => Ok(Done::UsedUp),
            Err(error) => Err(error),
        }
    }

    async fn update(
        &self,
        entry: &OutboxEntry,
        etag: Option<&str>,
        fields: &[Field],
        content: &Content,
    ) -> Result<Done, ProviderError> {
        let (Some(event), Some(base), Some(etag)) = (&entry.external_id, &entry.base, etag) else {
            return Ok(Done::Changed);
        };
        let update = Update {
            etag: etag.to_owned(),
            fields: fields.to_vec(),
            content: content.clone(),
        };
        let session = &self.visit.session;
        let at = self.at(event);
        match self.provider().update_event(session, &at, &update).await {
            Ok(event) => {
                let returned = Content::of(&event);
                let base = base.sent(fields, content, &returned, event.etag.as_deref());
                Ok(Done::Written(Box::new(event), Box::new(base)))
            }
            Err(error) if is_outdated(&error) => Ok(Done::Changed),
            Err(error) => Err(error),
        }
    }

    /// Looks for the event of a creation whose answer never came.
    async fn find(&self, entry: &OutboxEntry, sent: &Content) -> Result<Done, ProviderError> {
        let creation = self.creation(entry, entry.generation, sent.clone());
        let session = &self.visit.session;
        let Some(event) = self.provider().created_event(session, &creation).await? else {
            return Ok(Done::Deleted(None));
        };
        let found = Content::of(&event);
        let revision = Revision {
            content: &found,
            etag: event.etag.as_deref(),
        };
        let base = agreed(sent, revision, true);
        Ok(Done::Found(Box::new(event), Box::new(base)))
    }

    async fn delete(&self, entry: &OutboxEntry, etag: Option<&str>) -> Result<Done, ProviderError> {
        let (Some(event), Some(etag)) = (&entry.external_id, etag) else {
            return Ok(Done::Changed);
        };
        let session = &self.visit.session;
        let at = self.at(event);
        match self.provider().delete_event(session, &at, etag).await {
            Ok(()) => Ok(Done::Deleted(Some(event.clone()))),
            Err(error) if is_outdated(&error) => Ok(Done::Changed),
            Err(error) => Err(error),
        }
    }

    fn creation(&self, entry: &OutboxEntry, generation: u32, content: Content) -> Creation {
        let calendar = &self.calendar.external_id;
        Creation {
            calendar: calendar.clone(),
            timezone: self.calendar.timezone.clone(),
            task: entry.task_id.clone(),
            key: CreationKey::of(&entry.task_id, calendar, generation),
            content,
        }
    }

    fn at(&self, event: &ExternalId) -> EventAt {
        EventAt {
            calendar: self.calendar.external_id.clone(),
            timezone: self.calendar.timezone.clone(),
            event: event.clone(),
        }
    }

    fn provider(&self) -> &dyn Provider {
        self.sync.providers.of(self.visit.account.provider).as_ref()
    }
}

/// What follows from a refusal: one that concerns more than the entry has the
/// whole calendar rest.
fn refusal(error: &ProviderError, attempts: u32, now: DateTime<Utc>) -> Refusal {
    let later = now + due::rest(attempts, failure::asked_rest(error));
    let (again, rests) = match (failure::reach(error), error) {
        (_, ProviderError::ScopeMissing { .. }) => {
            let tomorrow = now + MISSING_REST;
            (Some(tomorrow), Some(tomorrow))
        }
        (Reach::Account, _) => (Some(now), Some(now)),
        (Reach::AccountForNow(_), _) | (_, ProviderError::Unavailable { .. }) => {
            (Some(later), Some(later))
        }
        (Reach::Calendar, ProviderError::Protocol { .. }) => (Some(later), None),
        // Access may be given without the task being changed.
        (Reach::Calendar, ProviderError::Forbidden { .. }) => (Some(now + MISSING_REST), None),
        (Reach::Calendar, _) => (None, None),
    };
    Refusal {
        outcome: failed(error, again),
        rests,
    }
}

/// An event that is not as it was thought to be is read again, and decided on
/// anew; where that does not help it is left for longer and longer.
fn changed(entry: &OutboxEntry, pushed: &mut Pushed, now: DateTime<Utc>) -> Sent {
    let error = ProviderError::PreconditionFailed;
    let in_vain = entry.attempts.saturating_sub(ROUNDS);
    if in_vain == 0 {
        return failed(&error, Some(now));
    }
    let outcome = failed(&error, Some(now + due::rest(in_vain, None)));
    pushed.refused.push((entry.why.clone(), error));
    outcome
}

fn as_written(event: &Event, base: Box<Base>) -> Sent {
    Sent::Written {
        external_id: event.external_id.clone(),
        base,
        etag: event.etag.clone(),
    }
}

fn failed(error: &ProviderError, again: Option<DateTime<Utc>>) -> Sent {
    Sent::Failed {
        reason: error.to_string(),
        again,
        is_refused: is_refusal(error),
    }
}

impl Echo {
    /// What is to be noted of an event as the provider answered it. What belongs
    /// to a series is told by all of it only.
    fn of(&mut self, event: Box<Event>) -> Option<Box<Event>> {
        match event.kind {
            EventKind::Single => Some(event),
            EventKind::Series { .. } | EventKind::Exception { .. } => {
                self.unknown.push(event.external_id);
                None
            }
        }
    }
}

/// Whether a failure is an answer that says no: then nothing was written.
fn is_refusal(error: &ProviderError) -> bool {
    use ProviderError as E;
    matches!(
        error,
        E::Forbidden { .. } | E::ScopeMissing { .. } | E::Invalid { .. } | E::Conflict { .. }
    )
}

/// Whether a refusal means that the event is not as it was thought to be.
fn is_outdated(error: &ProviderError) -> bool {
    use ProviderError as E;
    matches!(error, E::PreconditionFailed | E::NotFound | E::Gone)
}
