//! `calsync events`.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use clap::Subcommand;

use super::output::{Output, or_dash, yes};
use crate::context::Context;
use crate::jobs::WrongArgument;
use crate::model::id::UserId;
use crate::model::time::{Window, Zone};
use crate::model::timeline::TimelineRow;
use crate::model::user::User;

/// Look at users' timelines
#[derive(Debug, clap::Args)]
pub struct Events {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the timeline of a user
    ///
    /// Times are dates (2026-03-02), wall clock times of the user's zone
    /// (2026-03-02T09:00) or instants (2026-03-02T09:00:00Z). The timeline
    /// covers the days around today that are configured; outside of them
    /// nothing is known.
    #[command(after_long_help = "\
Examples:
  calsync events list --user u-7 --from 2026-03-02 --to 2026-03-09
  calsync events list --user u-7 --from 2026-03-02T09:00 --json")]
    List {
        /// The user
        #[arg(long, value_name = "ID")]
        user: UserId,
        /// From this time on; by default the beginning of the timeline
        #[arg(long, value_name = "TIME")]
        from: Option<Moment>,
        /// Up to this time; by default the end of the timeline
        #[arg(long, value_name = "TIME")]
        to: Option<Moment>,
    },
}

/// A time as it is typed.
#[derive(Clone, Copy, Debug)]
enum Moment {
    Instant(DateTime<Utc>),
    Wall(NaiveDateTime),
}

impl std::str::FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let walls = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
        if let Ok(at) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self::Instant(at.to_utc()));
        }
        let date = text
            .parse::<NaiveDate>()
            .map(|day| day.and_time(chrono::NaiveTime::MIN))
            .ok();
        walls
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
            .or(date)
            .map(Self::Wall)
            .ok_or_else(|| "expected a time like 2026-03-02 or 2026-03-02T09:00:00Z".to_owned())
    }
}

impl Moment {
    fn at(self, zone: &Zone) -> DateTime<Utc> {
        match self {
            Self::Instant(at) => at,
            Self::Wall(wall) => zone.instant(wall),
        }
    }
}

impl Events {
    /// Runs the command.
    ///
    /// # Errors
    /// When the store cannot be used or the user does not exist.
    pub async fn run(&self, cx: &Context, out: Output) -> anyhow::Result<()> {
        let Action::List { user, from, to } = &self.action;
        let store = cx.store().await?;
        let user = store.user_find(user).await?.ok_or_else(|| {
            WrongArgument(format!(
                "user {user} does not exist; `calsync users list` shows those that do"
            ))
        })?;
        let preferences = store.preferences_find(&user.id).await?;
        let window = Window::around(
            cx.now(),
            preferences.past_days.unwrap_or(cx.config.sync.past_days),
            preferences
                .future_days
                .unwrap_or(cx.config.sync.future_days),
        );
        let from = from.map_or(window.start(), |from| from.at(&user.timezone));
        let to = to.map_or(window.end(), |to| to.at(&user.timezone));
        if from > to {
            let text = format!("--from ({from}) is later than --to ({to}); exchange them");
            return Err(WrongArgument(text).into());
        }
        let rows = store.timeline_list(&user.id, from, to).await?;
        Ok(table(out, &user, &rows)?)
    }
}

/// The timeline as a table in the user's zone, or as JSON.
pub(super) fn table(out: Output, user: &User, rows: &[TimelineRow]) -> std::io::Result<()> {
    let zone = &user.timezone;
    let begins = format!("BEGINS ({zone})");
    out.list(
        &[
            &begins, "ENDS", "TITLE", "LOCATION", "BUSY", "STATUS", "PROVIDER",
        ],
        rows,
        |row| {
            let (begins, ends) = span(row, zone);
            vec![
                begins,
                ends,
                row.title.clone().unwrap_or_else(|| "(no title)".to_owned()),
                or_dash(row.location.clone()),
                yes(row.busy),
                row.status.clone(),
                row.provider.to_string(),
            ]
        },
    )
}

/// Beginning and end as the user reads them; of whole days, the last one.
fn span(row: &TimelineRow, zone: &Zone) -> (String, String) {
    let wall = |at: DateTime<Utc>| zone.wall(at).format("%a %Y-%m-%d %H:%M").to_string();
    let day = |day: NaiveDate| day.format("%a %Y-%m-%d").to_string();
    match (row.starts_at, row.ends_at, row.start_date, row.end_date) {
        (Some(start), Some(end), ..) => (wall(start), wall(end)),
        (.., Some(start), Some(end)) => (day(start), day(end.pred_opt().unwrap_or(end))),
        _ => (String::new(), String::new()),
    }
}
