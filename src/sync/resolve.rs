//! Settles open questions about tasks and their events: as a person says, or
//! as the user's strategy does by now. Nothing is asked of a provider; what is
//! to be written there is sent by the next sync of the calendar.

use super::Sync;
use super::decide::Answer;
use crate::engine::merge::Winner;
use crate::model::calendar::Calendar;
use crate::model::conflict::{Conflict, ResolutionStatus};
use crate::model::id::TaskId;
use crate::model::lease::{LEASE, Lease, LeaseName};
use crate::store::{LinkPlan, Step, StoreError};

/// Which side a person keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Keep {
    /// What the task says
    Task,
    /// What the event says
    Event,
}

/// What became of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// It is settled.
    Settled,
    /// It is left to a person; or what was asked for must not be done, since
    /// the event is not ours to write.
    Parked,
    /// Another instance is at its calendar, or its task changed just now.
    Busy,
}

impl Sync {
    /// Settles an open question about a task as a person says, or by the user's
    /// strategy.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn resolve(
        &self,
        conflict: &Conflict,
        keep: Option<Keep>,
    ) -> Result<Resolved, StoreError> {
        let answer = match keep {
            None => Answer::Strategy,
            Some(Keep::Task) => Answer::Person(Winner::Task),
            Some(Keep::Event) => Answer::Person(Winner::Event),
        };
        let calendar = self.store.calendar_find(&conflict.calendar_id).await?;
        let (Some(task), Some(calendar)) = (&conflict.task_id, calendar) else {
            return Ok(Resolved::Parked);
        };
        let now = self.clock.now();
        let lease = Lease {
            name: LeaseName::Calendar(calendar.id.clone()),
            owner: self.owner.clone(),
            until: now + LEASE,
        };
        if !self.store.lease_acquire(&lease, now).await? {
            return Ok(Resolved::Busy);
        }
        let settled = self.answer(&calendar, task, answer, &lease).await;
        self.store.lease_release(&lease.name, &lease.owner).await?;
        match settled {
            Err(StoreError::LeaseLost(_)) => Ok(Resolved::Busy),
            other => other,
        }
    }

    /// Carries an answer out under the lease of its calendar.
    async fn answer(
        &self,
        calendar: &Calendar,
        task: &TaskId,
        answer: Answer,
        lease: &Lease,
    ) -> Result<Resolved, StoreError> {
        let preferences = self.store.preferences_find(&calendar.user_id).await?;
        let pair = self.store.link_pair(task).await?;
        let of_this = pair.filter(|pair| {
            let link = pair.link.as_ref();
            link.is_some_and(|link| link.calendar_id == calendar.id)
        });
        let deciding = self.deciding(&preferences, calendar);
        let step = of_this.and_then(|pair| deciding.settlement(&pair, answer));
        let is_open = |one: &Conflict| one.resolution_status == ResolutionStatus::Open;
        let settles = |step: &Step| step.settles.is_some() && !step.conflicts.iter().any(is_open);
        let Some(step) = step.filter(settles) else {
            return Ok(Resolved::Parked);
        };
        let plan = LinkPlan {
            calendar: calendar.id.clone(),
            lease: lease.clone(),
            steps: vec![step],
            park: None,
            now: self.clock.now(),
        };
        let planned = self.store.link_plan(plan).await?;
        Ok(match planned.done {
            0 => Resolved::Busy,
            _ => Resolved::Settled,
        })
    }
}
