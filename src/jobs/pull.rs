//! The job `pull`.

use std::collections::HashSet;
use std::time::Duration;

use super::marks::{Marks, marks};
use super::{Job, WrongArgument, users};
use crate::context::Context;
use crate::engine::due::is_working;
use crate::model::id::{CalendarId, UserId};
use crate::store::Store;
use crate::sync::{Report, Selection, count};

/// Pull active calendars whose user is inside working hours
///
/// Working hours count in the user's own time zone; a user without any is
/// always inside.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_long_help = "\
Examples:
  calsync pull                                pull as a timer does
  calsync pull --user u-7 --all-hours --full  list all calendars of a user anew")]
pub struct Pull {
    /// Only calendars of this user; may be given several times
    #[arg(long = "user", value_name = "ID")]
    pub users: Vec<UserId>,
    /// Only this calendar; may be given several times
    #[arg(long = "calendar", value_name = "ID", value_parser = calendar_id)]
    pub calendars: Vec<CalendarId>,
    /// Also outside working hours
    #[arg(long)]
    pub all_hours: bool,
    /// List whole calendars instead of their changes
    #[arg(long)]
    pub full: bool,
}

fn calendar_id(text: &str) -> Result<CalendarId, std::convert::Infallible> {
    Ok(CalendarId::new(text))
}

impl Job for Pull {
    const NAME: &'static str = "pull";
    const COUNTS: &'static [&'static str] = &count::ALL;
    const CADENCE: Duration = Duration::from_secs(20 * 60);
    const MARKS: Marks = marks!("calendar_incremental_pull":
        scheduled synced failed skipped deferred events_created events_updated events_removed
        pushed conflicts requests);

    async fn run(&self, cx: &Context, owner: &str) -> anyhow::Result<Report> {
        let store = cx.store().await?.as_ref();
        let owners = self.owners(store).await?;
        let mut picked = users::candidates(store, &self.users).await?;
        picked.retain(|scheduled| {
            let hours = self.all_hours || is_working(&scheduled.user, cx.now());
            hours
                && owners
                    .as_ref()
                    .is_none_or(|owners| owners.contains(&scheduled.user.id))
        });
        let calendars = owners
            .is_some()
            .then(|| self.calendars.iter().cloned().collect::<HashSet<_>>());
        let selection = Selection {
            calendars,
            full: self.full,
            ..Selection::default()
        };
        users::sync_users(cx, owner, &picked, &selection).await
    }
}

impl Pull {
    /// The users of the named calendars; none when no calendar is named.
    async fn owners(&self, store: &dyn Store) -> anyhow::Result<Option<HashSet<UserId>>> {
        if self.calendars.is_empty() {
            return Ok(None);
        }
        let mut owners = HashSet::new();
        for id in &self.calendars {
            let calendar = store.calendar_find(id).await?.ok_or_else(|| {
                WrongArgument(format!(
                    "calendar {id} does not exist; `calsync calendars list` shows those that do"
                ))
            })?;
            if !calendar.is_active {
                let text = format!(
                    "calendar {id} is disabled; `calsync calendars enable {id}` has it synced"
                );
                return Err(WrongArgument(text).into());
            }
            owners.insert(calendar.user_id);
        }
        Ok(Some(owners))
    }
}
