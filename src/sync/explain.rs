//! Why something was synced or was not: both sides of a task as they are
//! known, and what would be done about them now.

use super::Sync;
use super::forecast::Intent;
use crate::engine::create::{Creation, Reason, creation, obstacle};
use crate::model::calendar::Calendar;
use crate::model::conflict::Conflict;
use crate::model::content::{Content, Field};
use crate::model::id::TaskId;
use crate::model::link::{Link, LinkState};
use crate::model::user::User;
use crate::store::{Pair, StoreError, WriteRecord};

/// So many of the last writes are told.
const WRITES: u32 = 10;

/// Everything that is known of a task.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The task, its link and its event.
    pub pair: Pair,
    /// The calendar of the link, or the one for new events.
    pub calendar: Option<Calendar>,
    /// The fields that the task changed since both sides agreed.
    pub task_changed: Vec<Field>,
    /// The fields that the event changed since.
    pub event_changed: Vec<Field>,
    /// Why there is no event and none is created.
    pub reason: Option<Reason>,
    /// What the next sync does, as far as is known.
    pub intents: Vec<Intent>,
    /// The questions about it, open ones and settled ones.
    pub conflicts: Vec<Conflict>,
    /// The last writes, the newest first.
    pub writes: Vec<WriteRecord>,
}

impl Sync {
    /// Everything that is known of a task; none when there is neither a task
    /// nor a link, or the task's time cannot be read.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn explain(&self, task: &TaskId) -> Result<Option<Explanation>, StoreError> {
        let Some(pair) = self.store.link_pair(task).await? else {
            return Ok(None);
        };
        let owner = pair.task.as_ref().map(|task| &task.user_id);
        let Some(user) = owner.or(pair.link.as_ref().map(|link| &link.user_id)) else {
            return Ok(None);
        };
        let Some(user) = self.store.user_find(user).await? else {
            return Ok(None);
        };
        let preferences = self.store.preferences_find(&user.id).await?;
        let calendar = self.calendar_of(&user, pair.link.as_ref()).await?;
        let obstacle = obstacle(&preferences, calendar.as_ref());
        let content = pair.task.as_ref().filter(|task| task.deleted_at.is_none());
        let content = content.map(|task| &task.content);
        let reason = match creation(
            content,
            pair.link.as_ref(),
            obstacle,
            &self.window(&preferences),
        ) {
            Creation::Nothing(reason) => Some(reason),
            Creation::Create { .. } => None,
        };
        let intents = calendar.as_ref().and_then(|calendar| {
            let deciding = self.deciding(&preferences, calendar);
            let step = deciding.step(&pair)?;
            Some(deciding.intents(&pair, &step))
        });
        let (task_changed, event_changed) = changed(&pair, content);
        let mut conflicts = self.store.conflict_list(false).await?;
        conflicts.retain(|conflict| conflict.task_id.as_ref() == Some(task));
        Ok(Some(Explanation {
            calendar,
            task_changed,
            event_changed,
            reason,
            intents: intents.unwrap_or_default(),
            conflicts,
            writes: self.store.write_list(task, WRITES).await?,
            pair,
        }))
    }

    /// The calendar of an open link, else the one for new events.
    async fn calendar_of(
        &self,
        user: &User,
        link: Option<&Link>,
    ) -> Result<Option<Calendar>, StoreError> {
        let open = link.filter(|link| link.state != LinkState::Closed);
        let calendars = self.store.calendar_list(Some(&user.id)).await?;
        Ok(calendars.into_iter().find(|calendar| match open {
            Some(link) => calendar.id == link.calendar_id,
            None => calendar.is_primary_write,
        }))
    }
}

/// What each side changed since both agreed.
fn changed(pair: &Pair, task: Option<&Content>) -> (Vec<Field>, Vec<Field>) {
    let Some(LinkState::Open { base, .. }) = pair.link.as_ref().map(|link| &link.state) else {
        return (Vec::new(), Vec::new());
    };
    let of_task = task.map(|task| base.task.differences(task));
    let event = pair
        .event
        .as_ref()
        .filter(|linked| linked.removed_at.is_none());
    let of_event = event.map(|linked| base.event.differences(&Content::of(&linked.event)));
    (of_task.unwrap_or_default(), of_event.unwrap_or_default())
}
