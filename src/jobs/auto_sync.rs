//! The job `auto-sync`.

use std::time::Duration;

use super::marks::{Marks, marks};
use super::{Job, users};
use crate::context::Context;
use crate::engine::due::sync_is_due;
use crate::model::id::UserId;
use crate::store::Scheduled;
use crate::sync::{Intent, Report, Selection, count};

/// Sync the users whose preferences say they are due
///
/// A user is due when auto-sync is enabled and the last sync is as old as the
/// user's interval. The user who waited longest comes first.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_long_help = "\
Examples:
  calsync auto-sync                     sync who is due
  calsync auto-sync --dry-run           show who that is, and what would be written
  calsync auto-sync --user u-7 --force  sync this user now")]
pub struct AutoSync {
    /// Only this user, when due; may be given several times
    #[arg(long = "user", value_name = "ID")]
    pub users: Vec<UserId>,
    /// Sync also who is not due, and calendars that rest after failures
    #[arg(long)]
    pub force: bool,
    /// Show who would be synced, and what would be written, as far as that is
    /// known since the last pull; ask and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// A user whom a cycle would sync.
pub struct Forecast {
    /// The user.
    pub scheduled: Scheduled,
    /// What would be done about tasks and events.
    pub plan: Vec<Intent>,
}

impl AutoSync {
    /// The users that a cycle would sync now, in its order.
    ///
    /// # Errors
    /// When the store cannot be used or a named user does not exist.
    async fn due(&self, cx: &Context) -> anyhow::Result<Vec<Scheduled>> {
        let store = cx.store().await?;
        let mut users = users::candidates(store.as_ref(), &self.users).await?;
        users.retain(|user| {
            self.force || sync_is_due(&user.preferences, user.last_sync_at, cx.now())
        });
        Ok(users)
    }
}

impl AutoSync {
    /// What a cycle would do now.
    ///
    /// # Errors
    /// When the store cannot be used or a named user does not exist.
    pub async fn forecast(&self, cx: &Context) -> anyhow::Result<Vec<Forecast>> {
        let due = self.due(cx).await?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let sync = cx.sync("forecast").await?;
        let mut forecasts = Vec::with_capacity(due.len());
        for scheduled in due {
            let (user, preferences) = (&scheduled.user, &scheduled.preferences);
            let plan = sync.forecast(user, preferences).await?;
            forecasts.push(Forecast { scheduled, plan });
        }
        Ok(forecasts)
    }
}

impl Job for AutoSync {
    const NAME: &'static str = "auto-sync";
    const COUNTS: &'static [&'static str] = &count::ALL;
    const CADENCE: Duration = Duration::from_secs(10 * 60);
    const MARKS: Marks = marks!("calendar_auto_sync":
        scheduled synced failed skipped deferred events_created events_updated events_removed
        pushed conflicts requests);
    const TELLS_STATE: bool = true;

    async fn run(&self, cx: &Context, owner: &str) -> anyhow::Result<Report> {
        let due = self.due(cx).await?;
        let selection = Selection {
            force: self.force,
            ..Selection::default()
        };
        users::sync_users(cx, owner, &due, &selection).await
    }
}
