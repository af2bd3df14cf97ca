//! Links between tasks and events: what has to be decided on, what was
//! decided, and how sending it went. Longer than most, since the values of one
//! seam are read together.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::Result;
use crate::model::conflict::{Conflict, ResolutionStatus};
use crate::model::content::{Content, Field};
use crate::model::event::Event;
use crate::model::id::{CalendarId, ConflictId, ExternalId, TaskId};
use crate::model::lease::Lease;
use crate::model::link::{Base, Link};
use crate::model::task::Task;

/// Links, and the outbox: what is decided and not sent yet.
#[async_trait]
pub trait Links {
    /// What has to be decided on in a calendar, by task: its open links of
    /// which the task, the event, or the time of the next attempt has come
    /// since they were last decided on; and, where the user lets us write and
    /// this is the calendar for it, tasks with a start that have no event and end
    /// on a day or later. A
    /// closed link is none of them until its task changes.
    async fn link_moved(
        &self,
        calendar: &CalendarId,
        now: DateTime<Utc>,
        from: NaiveDate,
    ) -> Result<Vec<Pair>>;
    /// A task and its event, whether or not anything of them moved; none when
    /// there is neither a task nor a link, or while the task's time cannot be
    /// read.
    async fn link_pair(&self, task: &TaskId) -> Result<Option<Pair>>;
    /// How many events of a calendar stand for tasks, and how many of them are
    /// to be deleted once that is approved.
    async fn link_count(&self, calendar: &CalendarId) -> Result<LinkCount>;
    /// The last writes about a task, the newest first.
    async fn write_list(&self, task: &TaskId, most: u32) -> Result<Vec<WriteRecord>>;
    /// Carries out what was decided in one write, if the lease is still held.
    /// A step whose task is not as it was read any more, whose link is not this
    /// calendar's, or that opens one where nothing may be written any more, is
    /// skipped: it will be decided on anew.
    async fn link_plan(&self, plan: LinkPlan) -> Result<Planned>;
    /// What is to be sent to a calendar by a moment, or also what rests, the
    /// oldest first; nothing while it must not be written, and nothing that
    /// waits for approval.
    async fn outbox_list(&self, calendar: &CalendarId, due: Due) -> Result<Vec<OutboxEntry>>;
    /// Notes that an entry is about to be sent, if the lease is still held: from
    /// now on it may have been. The entry as it is then; none when it is not
    /// there any more.
    async fn outbox_begin(
        &self,
        entry: &OutboxEntry,
        lease: &Lease,
        now: DateTime<Utc>,
    ) -> Result<Option<OutboxEntry>>;
    /// Has nothing be sent to a calendar before a moment, if the lease is still
    /// held, and says why.
    async fn outbox_rest(
        &self,
        calendar: &CalendarId,
        lease: &Lease,
        until: DateTime<Utc>,
        reason: &str,
    ) -> Result<()>;
    /// Notes how sending an entry went in one write, if the lease is still
    /// held: its link, the event as it is from now on, the entry, and the record
    /// of the attempt. False, and nothing written, when the entry is not there
    /// any more.
    async fn outbox_settle(&self, settlement: Settlement) -> Result<bool>;
}

/// A task and its event, one of which may not be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The task's id, also of one that is gone.
    pub task_id: TaskId,
    /// The task; none when its row is gone.
    pub task: Option<Task>,
    /// What connects it to its event, or did.
    pub link: Option<Link>,
    /// The event as the last pull left it; none when it was not pulled yet.
    pub event: Option<LinkedEvent>,
    /// What was decided before and not sent yet.
    pub outbox: Option<OutboxEntry>,
    /// What was read.
    pub seen: Seen,
}

impl Pair {
    /// The step that changes nothing: what was read is decided on.
    #[must_use]
    pub fn step(&self) -> Step {
        Step {
            task_id: self.task_id.clone(),
            seen: self.seen.clone(),
            task: TaskChange::Keep,
            link: LinkChange::Keep,
            outbox: OutboxChange::Keep,
            conflicts: Vec::new(),
            settles: None,
        }
    }
}

/// What is due to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// What is to be tried by this moment.
    By(DateTime<Utc>),
    /// Everything, also what rests after failures or was refused.
    All,
    /// Whatever is planned, also what waits for approval or must not be written.
    Planned,
}

/// The events that stand for tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkCount {
    /// All of them.
    pub open: u64,
    /// Those whose deletion waits for approval.
    pub parked: u64,
}

/// The event of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedEvent {
    /// The event.
    pub event: Event,
    /// When it was noticed that the provider removed it, if it did.
    pub removed_at: Option<DateTime<Utc>>,
    /// Whether it says something that was not decided on yet. If not, it may
    /// be older than the base: what we sent last was not pulled yet.
    pub is_news: bool,
}

/// A task and its event as they were read, to be compared only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The columns of the task; none when there was no row.
    pub(super) task: Option<String>,
    /// The revision of the event; none when there was no row.
    pub(super) event: Option<String>,
}

/// What was decided in a calendar.
#[derive(Clone, Debug)]
pub struct LinkPlan {
    /// The calendar.
    pub calendar: CalendarId,
    /// The lease under which it was read.
    pub lease: Lease,
    /// What is to be done.
    pub steps: Vec<Step>,
    /// The question under which parked deletions wait. An open one of the same
    /// calendar takes them up instead.
    pub park: Option<Conflict>,
    /// The instant of the cycle.
    pub now: DateTime<Utc>,
}

/// What was decided about one task and its event ([`Pair::step`]).
#[derive(Clone, Debug)]
pub struct Step {
    /// The task.
    pub task_id: TaskId,
    /// What it was decided from.
    pub seen: Seen,
    /// What becomes of the task.
    pub task: TaskChange,
    /// What becomes of the link.
    pub link: LinkChange,
    /// What becomes of what is not sent yet.
    pub outbox: OutboxChange,
    /// What is recorded: clashes that were settled, and at most one that is
    /// open. The first takes the place of the task's open question, if it has
    /// one.
    pub conflicts: Vec<Conflict>,
    /// How the task's open question is settled, if it has one.
    pub settles: Option<Settles>,
}

/// How a question is settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settles {
    /// Answered, or no longer of any matter.
    pub status: ResolutionStatus,
    /// What answered it.
    pub strategy: Option<String>,
}

/// What becomes of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskChange {
    /// It stays as it is.
    Keep,
    /// It follows its event.
    Write {
        /// What holds the new fields.
        content: Content,
        /// The fields that change; no others are written.
        fields: Vec<Field>,
    },
    /// It lives on without start and end.
    Unschedule,
}

/// What becomes of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkChange {
    /// It stays as it is.
    Keep,
    /// Both sides agree on something new.
    Renew(Box<Base>),
    /// There is to be an event: the task's first, or one in place of that of
    /// a closed link.
    Open {
        /// Which of the task's events it is.
        generation: u32,
    },
    /// There is to be another event in place of one that is gone.
    Recreate {
        /// Which of the task's events it is.
        generation: u32,
    },
    /// The event is in another calendar now, under the same name. Nothing is
    /// sent any more until that calendar is decided on.
    Move(CalendarId),
    /// It rests until the task changes. Nothing is sent any more.
    Close,
    /// It is forgotten. Nothing is sent any more.
    Remove,
}

/// What becomes of what is not sent yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutboxChange {
    /// It stays as it is.
    Keep,
    /// This is to be sent, instead of what was decided before.
    Put {
        /// What is to be sent.
        action: Action,
        /// Why, in words for people, without what the task says.
        why: String,
        /// Whether it waits for the approval of the plan's question.
        parked: bool,
    },
    /// Nothing is to be sent any more.
    Drop,
}

/// A write to a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A new event.
    Create {
        /// Which of the task's events it is.
        generation: u32,
        /// The content.
        content: Content,
    },
    /// Some fields of the event change.
    Update {
        /// The revision that the change is meant for.
        etag: Option<String>,
        /// The fields that change.
        fields: Vec<Field>,
        /// What holds the new fields.
        content: Content,
    },
    /// Nothing but to find out whether there is an event of a creation whose
    /// answer never came; what becomes of it is decided once it is known.
    Find {
        /// What was to be created.
        content: Content,
    },
    /// The event goes.
    Delete {
        /// The revision that the deletion is meant for.
        etag: Option<String>,
    },
}

/// How many steps of a plan there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Planned {
    /// Carried out.
    pub done: u64,
    /// Skipped: what they were decided from has changed.
    pub skipped: u64,
}

/// Something decided that is not sent yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Its number: what is decided later has a higher one.
    pub id: i64,
    /// The task.
    pub task_id: TaskId,
    /// The calendar.
    pub calendar_id: CalendarId,
    /// The event; none until it exists.
    pub external_id: Option<ExternalId>,
    /// Which of the task's events it is about.
    pub generation: u32,
    /// What task and event last agreed on; none until the event exists.
    pub base: Option<Box<Base>>,
    /// What is to be sent.
    pub action: Action,
    /// Why.
    pub why: String,
    /// When it was decided.
    pub planned_at: DateTime<Utc>,
    /// How often sending it was begun: from the first time on it may have been
    /// carried out.
    pub attempts: u32,
    /// When to try next; none when it rests until it is decided anew.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// Why the last attempt failed.
    pub reason: Option<String>,
    /// Whether that was a refusal, so that nothing was written for certain.
    pub is_refused: bool,
    /// The question whose approval it waits for.
    pub parked_by: Option<ConflictId>,
}

/// A write to a provider, from the moment before it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WriteRecord {
    /// When.
    pub at: DateTime<Utc>,
    /// The calendar.
    pub calendar_id: CalendarId,
    /// The event; none where it did not come to exist.
    pub external_id: Option<ExternalId>,
    /// `create`, `update` or `delete`.
    pub action: String,
    /// The revision that it was meant for.
    pub etag_before: Option<String>,
    /// The revision that it made.
    pub etag_after: Option<String>,
    /// Why it was made.
    pub why: String,
    /// How it went.
    pub outcome: Outcome,
    /// Why it failed, if it did.
    pub reason: Option<String>,
}

/// How a write went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was about to be sent, and no answer is known.
    Sent,
    /// It was done.
    Done,
    /// It failed.
    Failed,
}

/// How sending an entry went.
#[derive(Clone, Debug)]
pub struct Settlement {
    /// The entry as it was when sending began.
    pub entry: OutboxEntry,
    /// The lease under which it was sent.
    pub lease: Lease,
    /// How it went.
    pub outcome: Sent,
    /// The event as the provider answered it, unless it belongs to a series. A
    /// link is of no use without: that its event went would not be noticed.
    pub event: Option<Box<Event>>,
    /// The instant of the cycle.
    pub now: DateTime<Utc>,
}

/// How sending went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The event was created or changed.
    Written {
        /// The event.
        external_id: ExternalId,
        /// What was sent, and what the provider made of it.
        base: Box<Base>,
        /// The revision that came of it.
        etag: Option<String>,
    },
    /// The event is gone: the link is closed.
    Deleted,
    /// The key of an event to be created is used up: the next generation is
    /// due at once.
    UsedUp,
    /// It failed.
    Failed {
        /// Why, without what the task says.
        reason: String,
        /// When to try again; none when it rests until it is decided anew.
        again: Option<DateTime<Utc>>,
        /// Whether it was refused, so that nothing was written for certain.
        is_refused: bool,
    },
}
