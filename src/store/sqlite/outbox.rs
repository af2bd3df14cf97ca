//! What is decided and not sent yet, and the record of what was sent.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::content::{ActionRow, ContentRow};
use super::convert::{Json, Milli, moment, small};
use super::error::Outcome;
use super::leases;
use super::links::WRITABLE;
use crate::model::id::{CalendarId, EventId, ExternalId, TaskId};
use crate::model::link::Base;
use crate::store::{Action, OutboxEntry, Sent, Settlement};

/// Entries with the event that they are about.
const SELECT: &str = "\
SELECT o.*, l.external_id FROM outbox o LEFT JOIN calendar_links l ON l.task_id = o.task_id";

/// The record of an attempt.
const RECORD: &str = "\
INSERT INTO calendar_writes (at, user_id, account_id, calendar_id, external_id, task_id, action,
    etag_before, etag_after, outcome, why, reason)
SELECT ?1, user_id, account_id, id, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM calendars WHERE id = ?2";

/// What is due in a calendar that may be written, the oldest first.
pub(super) fn list(
    connection: &Connection,
    calendar: &CalendarId,
    now: DateTime<Utc>,
) -> Outcome<Vec<OutboxEntry>> {
    let sql = format!(
        "{SELECT} WHERE o.calendar_id = ?1 AND o.next_attempt_at <= ?2
           AND EXISTS (SELECT 1 FROM {WRITABLE} WHERE c.id = ?1)
         ORDER BY o.id"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query((calendar, Milli(now)))?;
    let mut due = Vec::new();
    while let Some(row) = rows.next()? {
        due.push(read(row)?);
    }
    Ok(due)
}

/// What is to be sent for a task.
pub(super) fn find(connection: &Connection, task: &TaskId) -> Outcome<Option<OutboxEntry>> {
    let sql = format!("{SELECT} WHERE o.task_id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([task])?;
    rows.next()?.map(read).transpose()
}

/// An entry of [`SELECT`].
fn read(row: &Row<'_>) -> Outcome<OutboxEntry> {
    Ok(OutboxEntry {
        id: row.get("id")?,
        task_id: row.get("task_id")?,
        calendar_id: row.get("calendar_id")?,
        external_id: row.get("external_id")?,
        action: row.get::<_, Json<ActionRow>>("action")?.0.action()?,
        why: row.get("why")?,
        planned_at: row.get::<_, Milli>("planned_at")?.0,
        attempts: small(row, "attempts")?,
        next_attempt_at: moment(row, "next_attempt_at")?,
        reason: row.get("reason")?,
    })
}

/// Notes how sending an entry went. An entry that is not there any more was
/// settled before, or decided anew.
pub(super) fn settle(connection: &Connection, settlement: &Settlement) -> Outcome<bool> {
    leases::require(connection, &settlement.lease)?;
    let entry = &settlement.entry;
    let there = "SELECT 1 FROM outbox WHERE id = ?1 AND task_id = ?2 AND calendar_id = ?3
                 AND attempts = ?4";
    let row = (entry.id, &entry.task_id, &entry.calendar_id, entry.attempts);
    if !connection.prepare_cached(there)?.exists(row)? {
        return Ok(false);
    }
    match &settlement.outcome {
        Sent::Written { external_id, base } => {
            write_link(connection, settlement, external_id, base)?;
            remove(connection, entry)?;
        }
        Sent::Deleted => {
            close_link(connection, settlement)?;
            remove(connection, entry)?;
        }
        Sent::Failed { reason, again } => {
            let sql = "UPDATE outbox SET attempts = min(attempts + 1, 4294967295),
                reason = ?2, next_attempt_at = ?3 WHERE id = ?1";
            let row = (entry.id, reason, again.map(Milli));
            connection.prepare_cached(sql)?.execute(row)?;
        }
    }
    record(connection, settlement)?;
    Ok(true)
}

fn remove(connection: &Connection, entry: &OutboxEntry) -> Outcome<()> {
    let sql = "DELETE FROM outbox WHERE id = ?1";
    connection.prepare_cached(sql)?.execute([entry.id])?;
    Ok(())
}

/// Notes what the provider made of what was sent. What was seen of the event
/// stays: should its row say anything but this, it has to be decided on.
fn write_link(
    connection: &Connection,
    settlement: &Settlement,
    external_id: &ExternalId,
    base: &Base,
) -> Outcome<()> {
    let entry = &settlement.entry;
    let sql = "UPDATE calendar_links
        SET external_id = ?3, event_id = ?4, base_task = ?5, base_event = ?6, base_etag = ?7,
            state = 'open', last_pushed_at = ?8
        WHERE task_id = ?1 AND calendar_id = ?2";
    connection.prepare_cached(sql)?.execute(params![
        entry.task_id,
        entry.calendar_id,
        external_id,
        EventId::of(&entry.calendar_id, external_id),
        Json(ContentRow::from(&base.task)),
        Json(ContentRow::from(&base.event)),
        base.etag,
        Milli(settlement.now),
    ])?;
    Ok(())
}

/// The event is gone: the link rests, and remembers its generation.
fn close_link(connection: &Connection, settlement: &Settlement) -> Outcome<()> {
    let entry = &settlement.entry;
    let sql = "UPDATE calendar_links SET state = 'closed', last_pushed_at = ?3
        WHERE task_id = ?1 AND calendar_id = ?2";
    let row = (&entry.task_id, &entry.calendar_id, Milli(settlement.now));
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// Records an attempt.
fn record(connection: &Connection, settlement: &Settlement) -> Outcome<()> {
    let entry = &settlement.entry;
    let (action, etag_before) = match &entry.action {
        Action::Create { .. } => ("create", None),
        Action::Update { etag, .. } => ("update", etag.as_ref()),
        Action::Delete { etag } => ("delete", etag.as_ref()),
    };
    let (external_id, etag_after, reason) = match &settlement.outcome {
        Sent::Written { external_id, base } => (Some(external_id), base.etag.as_ref(), None),
        Sent::Deleted => (entry.external_id.as_ref(), None, None),
        Sent::Failed { reason, .. } => (entry.external_id.as_ref(), None, Some(reason)),
    };
    connection.prepare_cached(RECORD)?.execute(params![
        Milli(settlement.now),
        entry.calendar_id,
        external_id,
        entry.task_id,
        action,
        etag_before,
        etag_after,
        if reason.is_some() { "failed" } else { "done" },
        entry.why,
        reason,
    ])?;
    Ok(())
}
