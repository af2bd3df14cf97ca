//! Questions that only a person can answer.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::calendar::Calendar;
use super::content::Fields;
use super::id::{CalendarId, ConflictId, EventId, ExternalId, TaskId, UserId};

/// A conflict as it stands in `calendar_sync_conflicts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The id.
    pub id: ConflictId,
    /// Whose it is.
    pub user_id: UserId,
    /// Where it arose.
    pub calendar_id: CalendarId,
    /// The task, where it is about one.
    pub task_id: Option<TaskId>,
    /// The event of that task, as the provider calls it.
    pub external_id: Option<ExternalId>,
    /// Of look-alikes one of the two events; once settled, the one that is
    /// kept.
    pub event_id: Option<EventId>,
    /// Of look-alikes the other event.
    pub other_event_id: Option<EventId>,
    /// What kind of question it is.
    pub kind: ConflictKind,
    /// What it is about, as a sentence without content of events.
    pub summary: String,
    /// The fields in question as both sides last agreed on them.
    pub base: Option<Fields>,
    /// As the task has them; none when it was deleted. Of look-alikes, as
    /// `event_id` had them.
    pub ours: Option<Fields>,
    /// As the event has them; none when it was deleted. Of look-alikes, as
    /// `other_event_id` had them.
    pub theirs: Option<Fields>,
    /// Of removals: whether they are to be made at the provider, because tasks
    /// went, and not here, because the calendar lost events.
    pub at_provider: bool,
    /// What settled it: a strategy, or a person's choice.
    pub strategy: Option<String>,
    /// Whether it is settled.
    pub resolution_status: ResolutionStatus,
    /// When it was found.
    pub detected_at: DateTime<Utc>,
    /// When it was settled.
    pub resolved_at: Option<DateTime<Utc>>,
}

impl Conflict {
    /// An open question about a calendar.
    #[must_use]
    pub fn open(
        kind: ConflictKind,
        calendar: &Calendar,
        summary: String,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id: ConflictId::generate(),
            user_id: calendar.user_id.clone(),
            calendar_id: calendar.id.clone(),
            task_id: None,
            external_id: None,
            event_id: None,
            other_event_id: None,
            kind,
            summary,
            base: None,
            ours: None,
            theirs: None,
            at_provider: false,
            strategy: None,
            resolution_status: ResolutionStatus::Open,
            detected_at: now,
            resolved_at: None,
        }
    }
}

/// What kind of question a conflict is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    /// Task and event changed the same field, or the task changed what is not
    /// ours to write.
    Edit,
    /// One side was edited, the other deleted.
    EditDelete,
    /// Events on two providers look like one meeting.
    Duplicate,
    /// A calendar lost more events than the brake lets pass.
    MassDelete,
}

/// Whether a conflict is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResolutionStatus {
    /// It waits for an answer.
    Open,
    /// It was answered.
    Resolved,
    /// It no longer matters.
    Moot,
}

impl ConflictKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [
        Self::Edit,
        Self::EditDelete,
        Self::Duplicate,
        Self::MassDelete,
    ];

    /// The name in tables and listings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::EditDelete => "edit_delete",
            Self::Duplicate => "duplicate",
            Self::MassDelete => "mass_delete",
        }
    }
}

impl ResolutionStatus {
    /// The name in tables and listings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Resolved => "resolved",
            Self::Moot => "moot",
        }
    }
}
