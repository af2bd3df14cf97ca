//! One entry of the outbox: sent, and its answer noted.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::Sync;
use super::super::failure::{self, Reach};
use super::super::pull::PullError;
use super::super::visit::Visit;
use super::{Echo, Pushed};
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
    /// When the entry is tried again; none: when it is decided anew.
    again: Option<DateTime<Utc>>,
    /// Whether the others of the calendar may be tried.
    goes_on: bool,
}

impl Sender<'_> {
    /// Sends an entry and notes the answer; whether the next may be sent.
    pub(super) async fn send(
        &self,
        entry: OutboxEntry,
        pushed: &mut Pushed,
        echo: &mut Echo,
    ) -> Result<bool, PullError> {
        let done = self.act(&entry).await;
        let now = self.sync.clock.now();
        let failed = |error: &ProviderError, again| Sent::Failed {
            reason: error.to_string(),
            again,
            is_refused: is_refusal(error),
        };
        let mut shown = None;
        let (outcome, goes_on) = match done {
            Ok(Done::Written(event, base)) => {
                pushed.written += 1;
                let external_id = event.external_id.clone();
                shown = echo.of(event);
                (Sent::Written { external_id, base }, true)
            }
            Ok(Done::Found(event, base)) => {
                let external_id = event.external_id.clone();
                shown = echo.of(event);
                (Sent::Written { external_id, base }, true)
            }
            Ok(Done::Deleted(event)) => {
                pushed.written += 1;
                echo.changes.extend(event.map(Change::Removed));
                (Sent::Deleted, true)
            }
            Ok(Done::UsedUp) => (Sent::UsedUp, true),
            Ok(Done::Changed) => {
                echo.unknown.extend(entry.external_id.clone());
                (failed(&ProviderError::PreconditionFailed, Some(now)), true)
            }
            Err(error @ ProviderError::ScopeMissing { .. }) => {
                let outcome = failed(&error, Some(now + MISSING_REST));
                pushed.refused.push((entry.why.clone(), error));
                (outcome, false)
            }
            Err(error) => {
                self.sync.note_outage(self.visit, &error);
                self.visit.trouble.note(&error);
                let Some(refusal) = refusal(&error, entry.attempts, now) else {
                    return Ok(false);
                };
                let outcome = failed(&error, refusal.again);
                pushed.refused.push((entry.why.clone(), error));
                (outcome, refusal.goes_on)
            }
        };
        let settlement = Settlement {
            entry,
            lease: self.lease.clone(),
            outcome,
            event: shown,
            now,
        };
        self.sync.store.outbox_settle(settlement).await?;
        Ok(goes_on)
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

/// What follows from a refusal; nothing is noted of one that puts the whole
/// account out of use.
fn refusal(error: &ProviderError, attempts: u32, now: DateTime<Utc>) -> Option<Refusal> {
    let later = now + due::rest(attempts.saturating_add(1), failure::asked_rest(error));
    match (failure::reach(error), error) {
        (Reach::Account, _) => None,
        (Reach::AccountForNow(_), _) | (_, ProviderError::Unavailable { .. }) => Some(Refusal {
            again: Some(later),
            goes_on: false,
        }),
        (Reach::Calendar, ProviderError::Protocol { .. }) => Some(Refusal {
            again: Some(later),
            goes_on: true,
        }),
        // Access may be given without the task being changed.
        (Reach::Calendar, ProviderError::Forbidden { .. }) => Some(Refusal {
            again: Some(now + MISSING_REST),
            goes_on: true,
        }),
        (Reach::Calendar, _) => Some(Refusal {
            again: None,
            goes_on: true,
        }),
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
