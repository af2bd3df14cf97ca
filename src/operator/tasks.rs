//! `calsync tasks`.

use std::collections::HashMap;
use std::path::PathBuf;

use chrono::{DateTime, SecondsFormat, Utc};
use clap::Subcommand;
use serde::{Deserialize, Serialize};

use super::import;
use super::output::{Output, counted, or_dash};
use crate::context::Context;
use crate::jobs::WrongArgument;
use crate::model::content::Content;
use crate::model::id::{TaskId, UserId};
use crate::model::task::{Task, WrittenTime};
use crate::model::time::{EventTime, Zone};

/// Import and list the application's tasks
#[derive(Debug, clap::Args)]
pub struct Tasks {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Create or replace tasks from a file
    ///
    /// JSON, one object a line or one array, with the columns of the table tasks.
    /// Only id and user_id are required. Times are RFC 3339, or times on the wall
    /// of the task's time zone (the user's, if none is named); of a task that takes
    /// whole days they are days, the end being the day after the last. A task that
    /// is known is replaced: what its entry leaves out is reset. All tasks of the
    /// file are imported, or none.
    #[command(after_long_help = "\
An entry:
  {\"id\": \"t-1\", \"user_id\": \"u-7\", \"title\": \"Write the report\", \"start_date\": \"2026-03-30T09:00\", \"end_date\": \"2026-03-30T10:30\", \"timezone\": \"Europe/Berlin\", \"reminder_minutes\": 10}
  {\"id\": \"t-2\", \"user_id\": \"u-7\", \"title\": \"Fair\", \"all_day\": true, \"start_date\": \"2026-04-01\", \"end_date\": \"2026-04-03\"}

Examples:
  calsync tasks import tasks.jsonl
  echo '{\"id\": \"t-1\", \"user_id\": \"u-7\"}' | calsync tasks import -")]
    Import {
        /// The file; - is standard input
        file: PathBuf,
    },
    /// List tasks that are not deleted
    List {
        /// Only this user's
        #[arg(long, value_name = "ID")]
        user: Option<UserId>,
    },
}

/// A task as files and listings show it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: TaskId,
    user_id: UserId,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    location: Option<String>,
    #[serde(default)]
    start_date: Option<String>,
    #[serde(default)]
    end_date: Option<String>,
    #[serde(default)]
    all_day: bool,
    #[serde(default)]
    timezone: Option<String>,
    #[serde(default = "open")]
    status: String,
    #[serde(default)]
    reminder_minutes: Option<u32>,
    #[serde(default)]
    updated_at: Option<DateTime<Utc>>,
    #[serde(default)]
    deleted_at: Option<DateTime<Utc>>,
}

fn open() -> String {
    "open".to_owned()
}

/// An entry that is checked while its line is known, as far as it can be: what
/// a time on the wall means may depend on the user.
#[derive(Deserialize)]
#[serde(try_from = "Entry")]
struct Checked {
    entry: Entry,
    zone: Option<Zone>,
}

impl TryFrom<Entry> for Checked {
    type Error = String;

    fn try_from(entry: Entry) -> Result<Self, String> {
        let zone = entry.timezone.as_deref().map(Zone::parse).transpose();
        let zone = zone.map_err(|error| error.to_string())?;
        if entry.id.as_str().is_empty() {
            return Err("a task needs an id".to_owned());
        }
        if entry.start_date.is_none() && entry.end_date.is_some() {
            return Err("end_date without start_date: name both, or neither".to_owned());
        }
        time(&entry, zone.clone().unwrap_or_else(Zone::utc))?;
        Ok(Self { entry, zone })
    }
}

/// When the task of an entry takes place.
fn time(entry: &Entry, zone: Zone) -> Result<Option<EventTime>, String> {
    let written = entry.start_date.as_deref().map(|start| WrittenTime {
        start,
        end: entry.end_date.as_deref(),
        all_day: entry.all_day,
    });
    let time = written.map(|written| written.read(zone)).transpose();
    time.map_err(|error| error.to_string())
}

impl Checked {
    /// The task, of a user in a zone.
    fn into_task(self, of_user: &Zone, now: DateTime<Utc>) -> anyhow::Result<Task> {
        let zone = self.zone.clone().unwrap_or_else(|| of_user.clone());
        let time = time(&self.entry, zone).map_err(WrongArgument)?;
        // What the zone of a time of day is does not change with the user's.
        let entered_in = match &time {
            Some(EventTime::Timed { zone, .. }) => Some(zone.clone()),
            Some(EventTime::AllDay { .. }) | None => self.zone,
        };
        let entry = self.entry;
        let content = Content {
            title: entry.title,
            description: entry.description,
            location: entry.location,
            time,
            reminder_minutes: entry.reminder_minutes,
        };
        Ok(Task {
            id: entry.id,
            user_id: entry.user_id,
            content: content.normalized(),
            timezone: entered_in,
            status: entry.status,
            updated_at: entry.updated_at.unwrap_or(now),
            deleted_at: entry.deleted_at,
        })
    }
}

impl From<Task> for Entry {
    fn from(task: Task) -> Self {
        let content = task.content;
        let (start, end, all_day) = written(content.time.as_ref());
        let timezone = match &content.time {
            Some(EventTime::Timed { zone, .. }) => Some(zone),
            Some(EventTime::AllDay { .. }) | None => task.timezone.as_ref(),
        };
        let timezone = timezone.map(|zone| zone.name().to_owned());
        Self {
            id: task.id,
            user_id: task.user_id,
            title: content.title,
            description: content.description,
            location: content.location,
            start_date: start,
            end_date: end,
            all_day,
            timezone,
            status: task.status,
            reminder_minutes: content.reminder_minutes,
            updated_at: Some(task.updated_at),
            deleted_at: task.deleted_at,
        }
    }
}

/// A time in the columns `start_date`, `end_date`, `all_day`.
fn written(time: Option<&EventTime>) -> (Option<String>, Option<String>, bool) {
    let instant = |at: &DateTime<Utc>| Some(at.to_rfc3339_opts(SecondsFormat::Secs, true));
    match time {
        None => (None, None, false),
        Some(EventTime::AllDay { start, end }) => {
            (Some(start.to_string()), Some(end.to_string()), true)
        }
        Some(EventTime::Timed { start, end, .. }) => (instant(start), instant(end), false),
    }
}

#[derive(Serialize)]
struct Imported {
    tasks: usize,
}

impl Tasks {
    /// Runs the command.
    ///
    /// # Errors
    /// When the file is wrong or the store cannot be used.
    pub async fn run(&self, cx: &Context, out: Output) -> anyhow::Result<()> {
        match &self.action {
            Action::Import { file } => {
                let tasks = tasks(cx, import::objects(file)?).await?;
                let imported = Imported { tasks: tasks.len() };
                cx.store().await?.task_upsert(tasks).await?;
                let number = counted(imported.tasks as u64, "task");
                Ok(out.value(&imported, &format!("{number} imported"))?)
            }
            Action::List { user } => {
                let tasks = cx.store().await?.task_list(user.as_ref()).await?;
                let rows: Vec<Entry> = tasks.into_iter().map(Entry::from).collect();
                list(out, &rows)
            }
        }
    }
}

/// The tasks of entries.
async fn tasks(cx: &Context, entries: Vec<Checked>) -> anyhow::Result<Vec<Task>> {
    let users = cx.store().await?.user_list().await?;
    let zones: HashMap<_, _> = users
        .into_iter()
        .map(|user| (user.id, user.timezone))
        .collect();
    entries
        .into_iter()
        .map(|checked| {
            let user = &checked.entry.user_id;
            let zone = zones.get(user).ok_or_else(|| {
                WrongArgument(format!(
                    "user {user} does not exist: import it with `calsync users import`; \
                     nothing was imported"
                ))
            })?;
            checked.into_task(zone, cx.now())
        })
        .collect()
}

fn list(out: Output, rows: &[Entry]) -> anyhow::Result<()> {
    let header = ["ID", "USER", "STATUS", "START", "END", "TITLE"];
    Ok(out.list(&header, rows, |row| {
        vec![
            row.id.to_string(),
            row.user_id.to_string(),
            row.status.clone(),
            or_dash(row.start_date.clone()),
            or_dash(row.end_date.clone()),
            or_dash(row.title.clone()),
        ]
    })?)
}
