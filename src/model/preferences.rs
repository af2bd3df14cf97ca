//! What a user wants of the sync.

use serde::{Deserialize, Serialize};

use super::id::UserId;

/// The preferences of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Preferences {
    /// The user.
    pub user_id: UserId,
    /// Whether `auto-sync` takes care of the user.
    pub auto_sync_enabled: bool,
    /// How often, in minutes.
    pub sync_frequency_minutes: u32,
    /// Who wins when both sides changed the same field.
    pub conflict_strategy: ConflictStrategy,
    /// What happens to look-alikes on two providers.
    pub duplicate_strategy: DuplicateStrategy,
    /// Whether calendars may be written.
    pub write_enabled: bool,
    /// Days of the timeline before today; none means the configured number.
    pub past_days: Option<u32>,
    /// Days of the timeline from today on; none means the configured number.
    pub future_days: Option<u32>,
}

impl Preferences {
    /// What holds for a user who never said anything: synced every ten
    /// minutes, never written.
    #[must_use]
    pub fn default_of(user_id: UserId) -> Self {
        Self {
            user_id,
            auto_sync_enabled: true,
            sync_frequency_minutes: 10,
            conflict_strategy: ConflictStrategy::PreferNewest,
            duplicate_strategy: DuplicateStrategy::Manual,
            write_enabled: false,
            past_days: None,
            future_days: None,
        }
    }
}

/// Who wins when task and event changed the same field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
#[clap(rename_all = "snake_case")]
pub enum ConflictStrategy {
    /// The later edit.
    PreferNewest,
    /// The task.
    PreferTask,
    /// The calendar.
    PreferCalendar,
    /// Nobody: a person decides.
    Manual,
}

/// What happens to look-alikes of one meeting on two providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
#[clap(rename_all = "snake_case")]
pub enum DuplicateStrategy {
    /// A person decides.
    Manual,
    /// Google's copy is shown.
    PreferGoogle,
    /// Microsoft's copy is shown.
    PreferMicrosoft,
    /// The copy edited last is shown.
    PreferNewest,
}
