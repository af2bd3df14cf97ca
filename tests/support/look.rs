//! How a story looks at what calsync holds: the timeline as short lines, the
//! store's seam, and rows where the seam does not show them.

use std::sync::Arc;

use calsync::model::account::{Account, AccountStatus};
use calsync::model::calendar::Calendar;
use calsync::model::conflict::Conflict;
use calsync::model::run::SyncStatus;
use calsync::model::timeline::TimelineRow;
use calsync::store::Store;
use rusqlite::Connection;
use rusqlite::types::Value;

use super::story::{World, time};

impl World {
    /// The whole timeline of a user, a line an occurrence.
    pub(crate) async fn timeline(&self, user: &str) -> Vec<String> {
        let rows = self.timeline_rows(user).await;
        rows.iter().map(line).collect()
    }

    /// The lines of a user's timeline that begin with a day or a month.
    pub(crate) async fn timeline_of(&self, user: &str, days: &[&str]) -> Vec<String> {
        let mut lines = self.timeline(user).await;
        lines.retain(|line| days.iter().any(|day| line.starts_with(day)));
        lines
    }

    pub(crate) async fn timeline_rows(&self, user: &str) -> Vec<TimelineRow> {
        let (from, to) = (time("1970-01-01T00:00:00Z"), time("2200-01-01T00:00:00Z"));
        let store = self.store().await;
        store
            .timeline_list(&user.parse().unwrap(), from, to)
            .await
            .unwrap()
    }

    /// The store as the application sees it, open all the time.
    pub(crate) async fn store(&self) -> Arc<dyn Store> {
        let open = async || self.context().store().await.unwrap().clone();
        self.opened.get_or_init(open).await.clone()
    }

    /// What calsync knows of a calendar.
    pub(crate) async fn known(&self, name: &str) -> Calendar {
        let calendars = self.store().await.calendar_list(None).await.unwrap();
        let found = calendars.into_iter().find(|calendar| calendar.name == name);
        found.expect("the calendar was discovered")
    }

    pub(crate) async fn conflicts(&self) -> Vec<Conflict> {
        self.store().await.conflict_list(true).await.unwrap()
    }

    pub(crate) async fn account(&self, user: &str) -> Account {
        let user = user.parse().unwrap();
        let store = self.store().await;
        store.account_list(Some(&user)).await.unwrap().remove(0)
    }

    /// The users whose accounts can be used no longer.
    pub(crate) async fn users_to_reconnect(&self) -> Vec<String> {
        let accounts = self.store().await.account_list(None).await.unwrap();
        let dead = |account: &Account| matches!(account.status, AccountStatus::NeedsReauth { .. });
        let dead = accounts.iter().filter(|account| dead(account));
        dead.map(|account| account.user_id.to_string()).collect()
    }

    pub(crate) async fn status(&self, user: &str) -> Option<SyncStatus> {
        let all = self.store().await.status_list().await.unwrap();
        all.into_iter()
            .find(|status| status.user_id.as_str() == user)
    }

    /// A second connection to the store's file.
    pub(crate) fn database(&self) -> Connection {
        Connection::open(self.dir.path().join("calsync.db")).unwrap()
    }

    /// The first column of a query as text.
    pub(crate) fn column(&self, sql: &str) -> Vec<String> {
        let database = self.database();
        let mut statement = database.prepare(sql).unwrap();
        let rows = statement
            .query_map([], |row| row.get::<_, Value>(0))
            .unwrap();
        rows.map(|value| text(value.unwrap())).collect()
    }

    /// Has every later write to events and occurrences leave a trace.
    pub(crate) fn watch_writes(&self) -> Watch<'_> {
        let database = self.database();
        let begin =
            "CREATE TABLE IF NOT EXISTS story_writes (what TEXT); DELETE FROM story_writes;";
        database.execute_batch(begin).unwrap();
        for table in ["calendar_events", "calendar_occurrences"] {
            for change in ["INSERT", "UPDATE", "DELETE"] {
                let trigger = format!(
                    "CREATE TRIGGER IF NOT EXISTS story_{change}_{table} AFTER {change} ON {table}
                     BEGIN INSERT INTO story_writes VALUES ('{change} {table}'); END"
                );
                database.execute_batch(&trigger).unwrap();
            }
        }
        Watch(self)
    }
}

/// What was written to events and occurrences since it was set up.
pub(crate) struct Watch<'a>(&'a World);

impl Watch<'_> {
    pub(crate) fn writes(&self) -> Vec<String> {
        self.0.column("SELECT what FROM story_writes")
    }
}

fn text(value: Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text,
        Value::Blob(_) => "blob".to_owned(),
    }
}

/// `2026-03-29 07:00Z 30m standup`, `2026-03-29..2026-03-30 holiday`; behind
/// it what is not as usual.
fn line(row: &TimelineRow) -> String {
    let title = row.title.as_deref().unwrap_or("-");
    let mut line = match (row.starts_at, row.ends_at, row.start_date, row.end_date) {
        (Some(start), Some(end), None, None) => {
            let minutes = (end - start).num_minutes();
            format!("{} {minutes}m {title}", start.format("%Y-%m-%d %H:%MZ"))
        }
        (None, None, Some(start), Some(end)) => format!("{start}..{end} {title}"),
        other => format!("neither days nor instants: {other:?}"),
    };
    if !row.busy {
        line += " [free]";
    }
    if row.status != "confirmed" {
        line += &format!(" [{}]", row.status);
    }
    line
}
