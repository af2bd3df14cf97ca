//! `calsync prefs`.

use clap::{Subcommand, ValueEnum};

use super::output::Output;
use crate::context::Context;
use crate::jobs::WrongArgument;
use crate::model::id::UserId;
use crate::model::preferences::{Preferences, PreferencesChange};

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
struct Set {
    /// The user
    #[arg(long, value_name = "ID")]
    user: UserId,
    #[command(flatten)]
    change: PreferencesChange,
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
        let preferences = match &self.action {
            Action::Show { user } => store.preferences_find(user).await?,
            Action::Set(set) => store.preferences_change(user, set.change.clone()).await?,
        };
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
