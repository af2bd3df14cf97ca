//! `calsync users`.

use std::path::PathBuf;

use clap::Subcommand;
use serde::{Deserialize, Serialize};

use super::import;
use super::output::{Output, counted, or_dash};
use crate::context::Context;
use crate::model::id::UserId;
use crate::model::time::Zone;
use crate::model::user::{User, WorkingHours};

/// Import and list the application's users
#[derive(Debug, clap::Args)]
pub struct Users {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Create or update users from a file
    ///
    /// JSON, one object a line or one array. Only id is required; the
    /// time zone is an IANA name and defaults to UTC; working hours count in
    /// that zone, may cross midnight, and default to always. All users of the
    /// file are imported, or none.
    #[command(after_long_help = "\
An entry:
  {\"id\": \"u-7\", \"email\": \"ana@example.com\", \"timezone\": \"Europe/Berlin\", \"working_hours\": {\"start\": 9, \"end\": 17}}

Examples:
  echo '{\"id\": \"u-7\", \"timezone\": \"Europe/Berlin\"}' | calsync users import -
  calsync users import users.jsonl")]
    Import {
        /// The file; - is standard input
        file: PathBuf,
    },
    /// List users
    List,
}

/// A user as files and listings show it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: UserId,
    #[serde(default)]
    email: Option<String>,
    #[serde(default = "utc")]
    timezone: String,
    #[serde(default)]
    working_hours: Option<WorkingHours>,
}

fn utc() -> String {
    "UTC".to_owned()
}

/// An entry whose zone is checked while its line is known.
#[derive(Deserialize)]
#[serde(try_from = "Entry")]
struct Checked(User);

impl TryFrom<Entry> for Checked {
    type Error = String;

    fn try_from(entry: Entry) -> Result<Self, String> {
        let timezone = Zone::parse(&entry.timezone).map_err(|error| error.to_string())?;
        let Entry {
            id,
            email,
            working_hours,
            ..
        } = entry;
        Ok(Self(User {
            id,
            email,
            timezone,
            working_hours,
        }))
    }
}

impl From<User> for Entry {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            email: user.email,
            timezone: user.timezone.name().to_owned(),
            working_hours: user.working_hours,
        }
    }
}

#[derive(Serialize)]
struct Imported {
    users: usize,
}

impl Users {
    /// Runs the command.
    ///
    /// # Errors
    /// When the file is wrong or the store cannot be used.
    pub async fn run(&self, cx: &Context, out: Output) -> anyhow::Result<()> {
        match &self.action {
            Action::Import { file } => {
                let users: Vec<Checked> = import::objects(file)?;
                let imported = Imported { users: users.len() };
                let users = users.into_iter().map(|Checked(user)| user).collect();
                cx.store().await?.user_upsert(users).await?;
                let number = counted(imported.users as u64, "user");
                out.value(&imported, &format!("{number} imported"))?;
            }
            Action::List => {
                let users = cx.store().await?.user_list().await?;
                let rows: Vec<Entry> = users.into_iter().map(Entry::from).collect();
                let header = ["ID", "EMAIL", "TIMEZONE", "WORKING HOURS"];
                out.list(&header, &rows, |row| {
                    vec![
                        row.id.to_string(),
                        or_dash(row.email.clone()),
                        row.timezone.clone(),
                        row.working_hours
                            .map_or("always".to_owned(), |hours| hours.to_string()),
                    ]
                })?;
            }
        }
        Ok(())
    }
}
