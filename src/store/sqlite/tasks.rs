//! The application's tasks. It writes the table itself, so that rows are read
//! with forbearance: one odd row stops nobody.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row};

use super::SqliteStore;
use super::convert::{Milli, TimeColumns, user_id};
use super::error::{Outcome, no_such};
use super::users;
use crate::model::content::Content;
use crate::model::id::{TaskId, UserId};
use crate::model::task::{Task, UnreadableTime, WrittenTime};
use crate::model::time::{EventTime, Zone};
use crate::store::Tasks;

#[async_trait]
impl Tasks for SqliteStore {
    async fn task_upsert(&self, tasks: Vec<Task>) -> crate::store::Result<()> {
        self.write(move |tx| tasks.iter().try_for_each(|task| upsert(tx, task)))
            .await
    }

    async fn task_list(&self, user: Option<&UserId>) -> crate::store::Result<Vec<Task>> {
        let user = user.cloned();
        self.read(move |tx| {
            let mut rows = tx.prepare_cached(&format!("{SELECT} {CHOSEN}"))?;
            let tasks = rows.query_map([user], read)?;
            Ok(tasks.collect::<Result<_, _>>()?)
        })
        .await
    }
}

/// Tasks with the zone that counts where they name none.
const SELECT: &str = "\
SELECT t.*, coalesce(t.timezone, u.timezone) AS zone
FROM tasks t JOIN users u ON u.id = t.user_id";

/// The tasks of a user (?1), or of all.
const CHOSEN: &str = "\
WHERE t.deleted_at IS NULL AND (?1 IS NULL OR t.user_id = ?1)
ORDER BY t.user_id, t.id";

/// One task, deleted or not; an error when its time cannot be read, which does
/// not mean that it has none.
pub(super) fn find(
    connection: &Connection,
    id: &TaskId,
) -> Outcome<Option<Result<Task, UnreadableTime>>> {
    let mut rows = connection.prepare_cached(&format!("{SELECT} WHERE t.id = ?1"))?;
    let read = |row: &Row<'_>| match time(id, row)? {
        Ok(time) => Ok(Ok(with_time(row, time)?)),
        Err(unreadable) => Ok(Err(unreadable)),
    };
    Ok(rows.query_row([id], read).optional()?)
}

/// Creates or replaces a task.
fn upsert(connection: &Connection, task: &Task) -> Outcome<()> {
    users::require(connection, &task.user_id)?;
    let sql = "
        INSERT INTO tasks (id, user_id, title, description, location, start_date, end_date, all_day,
                           timezone, status, reminder_minutes, updated_at, deleted_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
        ON CONFLICT (id) DO UPDATE SET
            title = excluded.title, description = excluded.description,
            location = excluded.location, start_date = excluded.start_date,
            end_date = excluded.end_date, all_day = excluded.all_day,
            timezone = excluded.timezone, status = excluded.status,
            reminder_minutes = excluded.reminder_minutes, updated_at = excluded.updated_at,
            deleted_at = excluded.deleted_at
        WHERE user_id = excluded.user_id";
    let content = &task.content;
    let time = TimeColumns::of(content.time.as_ref());
    let written = connection.prepare_cached(sql)?.execute((
        &task.id,
        &task.user_id,
        &content.title,
        &content.description,
        &content.location,
        time.start,
        time.end,
        time.all_day,
        task.timezone.as_ref().map(Zone::name),
        &task.status,
        content.reminder_minutes,
        Milli(task.updated_at),
        task.deleted_at.map(Milli),
    ))?;
    if written == 0 {
        let (id, user) = (&task.id, &task.user_id);
        return Err(no_such(format!(
            "user {user} has no task {id}: another user has, and a task cannot change its user"
        )));
    }
    Ok(())
}

/// A row of [`SELECT`]; one whose time cannot be read counts as not scheduled.
fn read(row: &Row<'_>) -> rusqlite::Result<Task> {
    let id: TaskId = row.get("id")?;
    let time = time(&id, row)?.unwrap_or_else(|_| {
        tracing::warn!(task.id = %id, "a time cannot be read: the task is shown as not scheduled");
        None
    });
    with_time(row, time)
}

/// A row of [`SELECT`] with the time that it says.
fn with_time(row: &Row<'_>, time: Option<EventTime>) -> rusqlite::Result<Task> {
    let id: TaskId = row.get("id")?;
    let content = Content {
        title: row.get("title")?,
        description: row.get("description")?,
        location: row.get("location")?,
        time,
        reminder_minutes: row.get("reminder_minutes")?,
    };
    let named: Option<String> = row.get("timezone")?;
    let updated_at = lenient(&id, &row.get::<_, String>("updated_at")?);
    let updated_at = updated_at.unwrap_or(DateTime::UNIX_EPOCH);
    // Whatever stands there says that the task is deleted.
    let deleted: Option<String> = row.get("deleted_at")?;
    let deleted_at = deleted.map(|text| lenient(&id, &text).unwrap_or(updated_at));
    Ok(Task {
        user_id: user_id(row, "user_id")?,
        content: content.normalized(),
        timezone: named.map(|name| zone(&id, &name)),
        status: row.get("status")?,
        updated_at,
        deleted_at,
        id,
    })
}

/// The time of a row; none without a start.
fn time(id: &TaskId, row: &Row<'_>) -> rusqlite::Result<Result<Option<EventTime>, UnreadableTime>> {
    let (start, end): (Option<String>, Option<String>) =
        (row.get("start_date")?, row.get("end_date")?);
    let Some(start) = start else {
        return Ok(Ok(None));
    };
    let written = WrittenTime {
        start: &start,
        end: end.as_deref(),
        all_day: row.get("all_day")?,
    };
    let zone = zone(id, &row.get::<_, String>("zone")?);
    Ok(written.read(zone).map(Some))
}

/// The zone of a task; UTC where the application wrote a name nobody knows.
fn zone(id: &TaskId, name: &str) -> Zone {
    Zone::parse(name).unwrap_or_else(|_| {
        tracing::warn!(task.id = %id, zone = name, "unknown time zone, UTC is used instead");
        Zone::utc()
    })
}

/// A moment as the application may have written it.
fn lenient(id: &TaskId, written: &str) -> Option<DateTime<Utc>> {
    let time = WrittenTime {
        start: written,
        end: None,
        all_day: false,
    };
    match time.read(Zone::utc()) {
        Ok(EventTime::Timed { start, .. }) => {
            let exact = DateTime::parse_from_rfc3339(written).map(|at| at.to_utc());
            Some(exact.unwrap_or(start))
        }
        Ok(EventTime::AllDay { .. }) | Err(_) => {
            tracing::warn!(task.id = %id, "a moment cannot be read");
            None
        }
    }
}
