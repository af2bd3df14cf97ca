//! What a user wants of the sync.

use std::ops::RangeInclusive;

use clap::builder::RangedI64ValueParser;
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

/// What is to change of a user's preferences; what is not named stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
#[group(required = true, multiple = true)]
pub struct PreferencesChange {
    /// Whether auto-sync takes care of the user
    #[arg(long, value_name = "BOOL")]
    pub auto_sync_enabled: Option<bool>,
    /// How often, in minutes: 1 to 10080 (a week)
    #[arg(long, value_name = "MINUTES", value_parser = within(Self::SYNC_FREQUENCY_MINUTES))]
    pub sync_frequency_minutes: Option<u32>,
    /// Who wins when both sides changed the same field
    #[arg(long, value_name = "STRATEGY")]
    pub conflict_strategy: Option<ConflictStrategy>,
    /// What happens to look-alikes of one meeting on two providers
    #[arg(long, value_name = "STRATEGY")]
    pub duplicate_strategy: Option<DuplicateStrategy>,
    /// Whether the user's calendars may be written
    #[arg(long, value_name = "BOOL")]
    pub write_enabled: Option<bool>,
    /// Days of the timeline before today: 0 to 3650
    #[arg(long, value_name = "DAYS", value_parser = within(0..=3650))]
    pub past_days: Option<u32>,
    /// Days of the timeline from today on: 1 to 3650
    #[arg(long, value_name = "DAYS", value_parser = within(1..=3650))]
    pub future_days: Option<u32>,
}

impl PreferencesChange {
    /// How often users may have themselves synced.
    pub const SYNC_FREQUENCY_MINUTES: RangeInclusive<u32> = 1..=10_080;

    /// The preferences with the change.
    #[must_use]
    pub fn onto(&self, stored: Preferences) -> Preferences {
        Preferences {
            user_id: stored.user_id,
            auto_sync_enabled: self.auto_sync_enabled.unwrap_or(stored.auto_sync_enabled),
            sync_frequency_minutes: self
                .sync_frequency_minutes
                .unwrap_or(stored.sync_frequency_minutes),
            conflict_strategy: self.conflict_strategy.unwrap_or(stored.conflict_strategy),
            duplicate_strategy: self.duplicate_strategy.unwrap_or(stored.duplicate_strategy),
            write_enabled: self.write_enabled.unwrap_or(stored.write_enabled),
            past_days: self.past_days.or(stored.past_days),
            future_days: self.future_days.or(stored.future_days),
        }
    }
}

/// Reads a number within bounds from the command line.
fn within(bounds: RangeInclusive<u32>) -> RangedI64ValueParser<u32> {
    let (least, most) = bounds.into_inner();
    RangedI64ValueParser::new().range(i64::from(least)..=i64::from(most))
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

impl DuplicateStrategy {
    /// The name in tables and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::PreferGoogle => "prefer_google",
            Self::PreferMicrosoft => "prefer_microsoft",
            Self::PreferNewest => "prefer_newest",
        }
    }
}
