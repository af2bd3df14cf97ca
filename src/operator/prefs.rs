//! `calsync prefs`.

use clap::{ArgGroup, Subcommand, ValueEnum};

use super::output::Output;
use crate::context::Context;
use crate::jobs::WrongArgument;
use crate::model::id::UserId;
use crate::model::preferences::{ConflictStrategy, DuplicateStrategy, Preferences};

/// Show and set what users want of the sync
#[derive(Debug, clap::Args)]
pub struct Prefs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show the preferences of a user
    Show {
        /// The user
        #[arg(long, value_name = "ID")]
        user: UserId,
    },
    /// Set preferences of a user; what is not named stays
    #[command(after_long_help = "\
Examples:
  calsync prefs set --user u-7 --sync-frequency-minutes 30
  calsync prefs set --user u-7 --auto-sync-enabled false")]
    Set(Box<Set>),
}

#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("preference").required(true).multiple(true).args([
    "auto_sync_enabled", "sync_frequency_minutes", "conflict_strategy", "duplicate_strategy",
    "write_enabled", "past_days", "future_days",
]))]
struct Set {
    /// The user
    #[arg(long, value_name = "ID")]
    user: UserId,
    /// Whether auto-sync takes care of the user
    #[arg(long, value_name = "BOOL")]
    auto_sync_enabled: Option<bool>,
    /// How often, in minutes: 1 to 10080 (a week)
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..=10_080))]
    sync_frequency_minutes: Option<u32>,
    /// Who wins when both sides changed the same field
    #[arg(long, value_name = "STRATEGY")]
    conflict_strategy: Option<ConflictStrategy>,
    /// What happens to look-alikes of one meeting on two providers
    #[arg(long, value_name = "STRATEGY")]
    duplicate_strategy: Option<DuplicateStrategy>,
    /// Whether the user's calendars may be written
    #[arg(long, value_name = "BOOL")]
    write_enabled: Option<bool>,
    /// Days of the timeline before today: 0 to 3650
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(0..=3650))]
    past_days: Option<u32>,
    /// Days of the timeline from today on: 1 to 3650
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3650))]
    future_days: Option<u32>,
}

impl Set {
    fn onto(&self, stored: Preferences) -> Preferences {
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

impl Prefs {
    /// Runs the command.
    ///
    /// # Errors
    /// When the store cannot be used or the user does not exist.
    pub async fn run(&self, cx: &Context, out: Output) -> anyhow::Result<()> {
        let store = cx.store().await?;
        let user = match &self.action {
            Action::Show { user } => user,
            Action::Set(set) => &set.user,
        };
        if store.user_find(user).await?.is_none() {
            let text =
                format!("user {user} does not exist; `calsync users list` shows those that do");
            return Err(WrongArgument(text).into());
        }
        let mut preferences = store.preferences_find(user).await?;
        if let Action::Set(set) = &self.action {
            preferences = set.onto(preferences);
            store.preferences_save(preferences.clone()).await?;
        }
        Ok(out.value(&preferences, &text(&preferences))?)
    }
}

fn text(preferences: &Preferences) -> String {
    let days = |days: Option<u32>| days.map_or("as configured".to_owned(), |days| days.to_string());
    let lines = [
        ("user_id", preferences.user_id.to_string()),
        (
            "auto_sync_enabled",
            preferences.auto_sync_enabled.to_string(),
        ),
        (
            "sync_frequency_minutes",
            preferences.sync_frequency_minutes.to_string(),
        ),
        ("conflict_strategy", name(&preferences.conflict_strategy)),
        ("duplicate_strategy", name(&preferences.duplicate_strategy)),
        ("write_enabled", preferences.write_enabled.to_string()),
        ("past_days", days(preferences.past_days)),
        ("future_days", days(preferences.future_days)),
    ];
    lines
        .map(|(name, value)| format!("{name:<24}{value}"))
        .join("\n")
}

/// The name of a choice, as it is given on the command line.
fn name(choice: &impl ValueEnum) -> String {
    choice
        .to_possible_value()
        .map(|value| value.get_name().to_owned())
        .unwrap_or_default()
}
