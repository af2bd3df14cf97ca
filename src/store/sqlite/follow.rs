//! How a task follows its event: only what the event changed is written.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::convert::{Milli, TimeColumns};
use super::error::Outcome;
use crate::model::content::{Content, Field};
use crate::model::id::TaskId;
use crate::model::time::EventTime;

/// Writes fields of a task.
pub(super) fn write(
    connection: &Connection,
    task: &TaskId,
    content: &Content,
    fields: &[Field],
    now: DateTime<Utc>,
) -> Outcome<()> {
    for field in fields {
        let text = |column: &str, text: Option<&String>| -> Outcome<()> {
            let sql = format!("UPDATE tasks SET {column} = ?2 WHERE id = ?1");
            connection.prepare_cached(&sql)?.execute((task, text))?;
            Ok(())
        };
        match field {
            Field::Title => text("title", content.title.as_ref())?,
            Field::Description => text("description", content.description.as_ref())?,
            Field::Location => text("location", content.location.as_ref())?,
            Field::Time => match &content.time {
                None => clear_time(connection, task)?,
                Some(time) => write_time(connection, task, time)?,
            },
            Field::Reminder => {
                let sql = "UPDATE tasks SET reminder_minutes = ?2 WHERE id = ?1";
                let row = (task, content.reminder_minutes);
                connection.prepare_cached(sql)?.execute(row)?;
            }
        }
    }
    touch(connection, task, now)
}

/// Has a task live on without start and end.
pub(super) fn unschedule(
    connection: &Connection,
    task: &TaskId,
    now: DateTime<Utc>,
) -> Outcome<()> {
    clear_time(connection, task)?;
    touch(connection, task, now)
}

/// Writes when a task takes place; whole days have no zone, so that it keeps
/// its own.
fn write_time(connection: &Connection, task: &TaskId, time: &EventTime) -> Outcome<()> {
    let time = TimeColumns::of(Some(time));
    let sql = "UPDATE tasks SET start_date = ?2, end_date = ?3, all_day = ?4,
        timezone = coalesce(?5, timezone) WHERE id = ?1";
    let row = params![task, time.start, time.end, time.all_day, time.timezone];
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

fn clear_time(connection: &Connection, task: &TaskId) -> Outcome<()> {
    let sql = "UPDATE tasks SET start_date = NULL, end_date = NULL WHERE id = ?1";
    connection.prepare_cached(sql)?.execute([task])?;
    Ok(())
}

/// Notes when a task was changed.
fn touch(connection: &Connection, task: &TaskId, now: DateTime<Utc>) -> Outcome<()> {
    let sql = "UPDATE tasks SET updated_at = ?2 WHERE id = ?1";
    connection
        .prepare_cached(sql)?
        .execute((task, Milli(now)))?;
    Ok(())
}
