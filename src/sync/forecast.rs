//! What a sync would do about tasks and their events, from what is known of
//! them: nothing is asked of a provider, and nothing is written.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Sync;
use super::decide::Deciding;
use crate::engine::create::obstacle;
use crate::model::calendar::Calendar;
use crate::model::conflict::{Conflict, ResolutionStatus};
use crate::model::content::Field;
use crate::model::id::{CalendarId, ExternalId, TaskId};
use crate::model::link::LinkState;
use crate::model::preferences::Preferences;
use crate::model::user::User;
use crate::store::{
    Action, Due, LinkChange, OutboxChange, OutboxEntry, Pair, Step, StoreError, TaskChange,
};

/// Something that a sync would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Intent {
    /// The task that it is about.
    pub task_id: TaskId,
    /// The calendar.
    pub calendar_id: CalendarId,
    /// Its name.
    pub calendar: String,
    /// The event, as the provider calls it; none until it exists.
    pub external_id: Option<ExternalId>,
    /// What would be done.
    pub does: Does,
    /// The fields that change.
    pub fields: Vec<Field>,
    /// Why, or what it waits for.
    pub why: String,
}

/// What would be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    /// An event is created.
    CreateEvent,
    /// An event is changed.
    UpdateEvent,
    /// It is found out whether an event exists that is not wanted any more.
    FindEvent,
    /// An event is deleted.
    DeleteEvent,
    /// The task follows its event.
    UpdateTask,
    /// The task loses its start and end, because its event is gone.
    UnscheduleTask,
    /// Task and event are no longer connected.
    Unlink,
    /// A person has to decide.
    Ask,
    /// Something is to be written, and is not now.
    Wait,
}

impl Does {
    /// In words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CreateEvent => "create event",
            Self::UpdateEvent => "update event",
            Self::FindEvent => "find event",
            Self::DeleteEvent => "delete event",
            Self::UpdateTask => "update task",
            Self::UnscheduleTask => "unschedule task",
            Self::Unlink => "unlink",
            Self::Ask => "ask",
            Self::Wait => "wait",
        }
    }
}

impl Sync {
    /// What a sync of a user would do about tasks and events, if nothing has
    /// changed at the provider since the last pull.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn forecast(
        &self,
        user: &User,
        preferences: &Preferences,
    ) -> Result<Vec<Intent>, StoreError> {
        let mut intents = Vec::new();
        for calendar in self.store.calendar_list(Some(&user.id)).await? {
            if calendar.is_synced() {
                intents.extend(self.intents(&calendar, preferences).await?);
            }
        }
        Ok(intents)
    }

    async fn intents(
        &self,
        calendar: &Calendar,
        preferences: &Preferences,
    ) -> Result<Vec<Intent>, StoreError> {
        let now = self.clock.now();
        let deciding = self.deciding(preferences, calendar);
        let pairs = self
            .store
            .link_moved(&calendar.id, now, deciding.window.start().date_naive())
            .await?;
        let decided = pairs.iter().map(|pair| (pair, deciding.step(pair)));
        let mut decided: Vec<_> = decided
            .filter_map(|(pair, step)| Some((pair, step?)))
            .collect();
        self.brake_deletions(calendar, &mut decided).await?;
        let mut intents: Vec<_> = decided
            .iter()
            .flat_map(|(pair, step)| deciding.intents(pair, step))
            .collect();
        for entry in self.store.outbox_list(&calendar.id, Due::Planned).await? {
            if intents.iter().all(|known| known.task_id != entry.task_id) {
                intents.push(deciding.planned(&entry, now));
            }
        }
        Ok(intents)
    }
}

/// A task, and its event as far as there is one.
type About<'a> = (&'a TaskId, Option<&'a ExternalId>);

impl Deciding<'_> {
    /// What a step does, in the order in which it is done.
    pub(super) fn intents(&self, pair: &Pair, step: &Step) -> Vec<Intent> {
        let event = match pair.link.as_ref().map(|link| &link.state) {
            Some(LinkState::Open { external_id, .. }) => Some(external_id),
            Some(LinkState::Pending | LinkState::Closed) | None => None,
        };
        let about = (&step.task_id, event);
        let mut intents = Vec::new();
        match &step.task {
            TaskChange::Keep => {}
            TaskChange::Write { fields, .. } => {
                intents.push(self.intent(about, Does::UpdateTask, fields, "the event changed"));
            }
            TaskChange::Unschedule => {
                intents.push(self.intent(about, Does::UnscheduleTask, &[], "the event is gone"));
            }
        }
        let is_open = |one: &&Conflict| one.resolution_status == ResolutionStatus::Open;
        let questions = step.conflicts.iter().filter(is_open);
        intents.extend(questions.map(|one| self.intent(about, Does::Ask, &[], &one.summary)));
        match (&step.link, &step.outbox) {
            (LinkChange::Close | LinkChange::Remove, _) if step.task == TaskChange::Keep => {
                let why = "its event or its task is gone";
                intents.push(self.intent(about, Does::Unlink, &[], why));
            }
            (LinkChange::Close | LinkChange::Remove | LinkChange::Move(_), _)
            | (_, OutboxChange::Keep | OutboxChange::Drop) => {}
            (_, OutboxChange::Put { why, parked, .. }) if *parked => {
                let why = format!("{why}, which waits for approval with many others");
                intents.push(self.intent(about, Does::Wait, &[], &why));
            }
            (_, OutboxChange::Put { action, why, .. }) => {
                intents.push(self.write(about, action, why));
            }
        }
        intents
    }

    /// What was planned before.
    fn planned(&self, entry: &OutboxEntry, now: DateTime<Utc>) -> Intent {
        let about = (&entry.task_id, entry.external_id.as_ref());
        let refused = entry.reason.as_deref().unwrap_or_default();
        let waits = match (&entry.parked_by, entry.next_attempt_at) {
            (Some(conflict), _) => Some(format!("which waits for approval ({conflict})")),
            (None, None) => Some(format!("which rests until the task changes ({refused})")),
            (None, Some(at)) if at > now => Some(format!(
                "which rests until {} ({refused})",
                at.format("%Y-%m-%d %H:%M:%SZ")
            )),
            (None, Some(_)) => None,
        };
        match waits {
            Some(waits) => {
                let why = format!("{}, {waits}", entry.why);
                self.intent(about, Does::Wait, &[], &why)
            }
            None => self.write(about, &entry.action, &entry.why),
        }
    }

    /// The write of an action; one that is not allowed waits.
    fn write(&self, about: About<'_>, action: &Action, why: &str) -> Intent {
        let (does, fields) = match action {
            Action::Create { .. } => (Does::CreateEvent, [].as_slice()),
            Action::Update { fields, .. } => (Does::UpdateEvent, fields.as_slice()),
            Action::Find { .. } => (Does::FindEvent, [].as_slice()),
            Action::Delete { .. } => (Does::DeleteEvent, [].as_slice()),
        };
        match obstacle(self.preferences, Some(self.calendar)) {
            None => self.intent(about, does, fields, why),
            Some(reason) => {
                let why = format!("{why}, but {}", reason.as_str());
                self.intent(about, Does::Wait, fields, &why)
            }
        }
    }

    fn intent(&self, about: About<'_>, does: Does, fields: &[Field], why: &str) -> Intent {
        let (task, event) = about;
        Intent {
            task_id: task.clone(),
            calendar_id: self.calendar.id.clone(),
            calendar: self.calendar.name.clone(),
            external_id: event.cloned(),
            does,
            fields: fields.to_vec(),
            why: why.to_owned(),
        }
    }
}
