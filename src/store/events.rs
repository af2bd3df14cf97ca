//! Events and the timeline.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::Result;
use crate::model::change::Change;
use crate::model::conflict::Conflict;
use crate::model::event::Event;
use crate::model::id::{CalendarId, ConflictId, EventId, ExternalId, SyncToken, TaskId, UserId};
use crate::model::lease::Lease;
use crate::model::time::Window;
use crate::model::timeline::TimelineRow;

/// The events of calendars and the timeline that follows from them.
///
/// A listing is staged page by page where nobody sees it, and becomes visible
/// with its token and timeline in one write. Stages do not outlive the
/// process.
#[async_trait]
pub trait Events {
    /// Adds a page to what is staged for a calendar. Of several changes of
    /// one event the last counts, unless the provider changed it earlier.
    async fn event_stage(&self, calendar: &CalendarId, page: Vec<Change>) -> Result<()>;
    /// Forgets what is staged for a calendar.
    async fn event_unstage(&self, calendar: &CalendarId) -> Result<()>;
    /// Forgets what is staged of series that are read again: their occurrences
    /// and exceptions.
    async fn event_unstage_members(
        &self,
        calendar: &CalendarId,
        series: Vec<ExternalId>,
    ) -> Result<()>;
    /// Events that have to be read again before the stage can be applied: of
    /// those that vanished from the listing the known ones, an exception with
    /// its series, an occurrence by its series; series of which only
    /// occurrences or exceptions are staged, with these exceptions; and series
    /// whose occurrences are staged in contradiction to each other.
    async fn event_incomplete(
        &self,
        calendar: &CalendarId,
        vanished: Vec<ExternalId>,
    ) -> Result<Vec<ExternalId>>;
    /// What applying the stage would remove.
    async fn event_removals(&self, calendar: &CalendarId, coverage: Coverage) -> Result<Removals>;
    /// Makes the stage visible: events, timeline, window, token and the end
    /// of the backoff in one write, if the lease is still held. Rows that
    /// would not change are not written. The stage is empty afterwards.
    async fn event_apply(&self, apply: Apply) -> Result<Applied>;
    /// Moves the timeline of a calendar that was pulled before to a window,
    /// from the events that are known, if the lease is still held.
    async fn timeline_roll(
        &self,
        calendar: &CalendarId,
        lease: &Lease,
        window: Window,
    ) -> Result<()>;
    /// What is known of the events of a name.
    async fn event_find(&self, name: EventName) -> Result<Vec<KnownEvent>>;
    /// The timeline of a user between two instants, in order of time.
    async fn timeline_list(
        &self,
        user: &UserId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<TimelineRow>>;
}

/// How an event is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventName {
    /// By us: there is one at most.
    Ours(EventId),
    /// By its provider; looked for among all events.
    Theirs(ExternalId),
}

/// Everything that is known of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownEvent {
    /// Our id of it.
    pub id: EventId,
    /// The calendar.
    pub calendar_id: CalendarId,
    /// The event, as the provider last told it.
    pub event: Event,
    /// When the provider removed it.
    pub removed_at: Option<DateTime<Utc>>,
    /// The question under which its removal waits.
    pub parked_by: Option<ConflictId>,
    /// The question for which it is hidden behind a look-alike.
    pub hidden_by: Option<ConflictId>,
    /// The task that it stands for.
    pub task_id: Option<TaskId>,
    /// How many of its occurrences are in the timeline.
    pub shown: u64,
}

/// What a listing says about events that it does not mention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Nothing: it lists changes.
    Changes,
    /// That they are gone: it lists the whole calendar.
    Everything,
    /// That they are gone from the window: it lists what takes place inside.
    Window(Window),
}

/// What applying a stage would remove.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removals {
    /// Events there are: neither removed nor cancelled, and not waiting for
    /// approval to be removed.
    pub live: u64,
    /// Of them, those that the stage removes.
    pub removed: u64,
    /// Changes in the stage.
    pub staged: u64,
}

/// How a stage becomes visible.
#[derive(Clone, Debug)]
pub struct Apply {
    /// The calendar.
    pub calendar: CalendarId,
    /// The lease under which it was read.
    pub lease: Lease,
    /// What the listing says about events that it does not mention.
    pub coverage: Coverage,
    /// Whether removals are carried out, or wait for approval under a
    /// conflict. An open conflict of that kind and calendar takes them up
    /// instead of the given one.
    pub park: Option<Conflict>,
    /// Where the next pull continues; none means a full listing.
    pub token: Option<SyncToken>,
    /// What the timeline is to cover.
    pub window: Window,
    /// The instant of the cycle.
    pub now: DateTime<Utc>,
}

/// What became visible.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Events not there before, or there again.
    pub created: u64,
    /// Events that changed.
    pub updated: u64,
    /// Events that are gone; exceptions that went with their series count.
    pub removed: u64,
    /// Events whose removal waits for approval since this write.
    pub parked: u64,
    /// Series whose rule could not be read: they are kept as their first
    /// occurrence.
    pub unparsed: Vec<Unparsed>,
}

/// A series whose rule could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unparsed {
    /// The series.
    pub external_id: ExternalId,
    /// What the parser said.
    pub reason: String,
}
