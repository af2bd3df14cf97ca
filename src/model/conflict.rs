//! Questions that only a person can answer.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id::{CalendarId, ConflictId, UserId};

/// A conflict as it stands in `calendar_sync_conflicts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The id.
    pub id: ConflictId,
    /// Whose it is.
    pub user_id: UserId,
    /// Where it arose.
    pub calendar_id: CalendarId,
    /// What kind of question it is.
    pub kind: ConflictKind,
    /// What it is about, as a sentence without content of events.
    pub summary: String,
    /// Whether it is settled.
    pub resolution_status: ResolutionStatus,
    /// When it was found.
    pub detected_at: DateTime<Utc>,
    /// When it was settled.
    pub resolved_at: Option<DateTime<Utc>>,
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
    /// The name in tables and listings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::EditDelete => "edit_delete",
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
