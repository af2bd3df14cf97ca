//! What is decided and not sent yet, and the record of what was sent.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::content::{ActionRow, ContentRow};
use super::convert::{Json, Milli, moment, small};
use super::error::Outcome;
use super::links::WRITABLE;
use super::{apply, calendars, leases, links, stage};
use crate::model::change::Change;
use crate::model::event::Event;
use crate::model::id::{CalendarId, EventId, ExternalId, TaskId};
use crate::model::lease::Lease;
use crate::model::link::Base;
use crate::store::{Action, Apply, Coverage, Due, OutboxEntry, Sent, Settlement};

/// Entries with the event that they are about.
const SELECT: &str = "\
SELECT o.*, l.external_id, l.state, coalesce(l.generation, 0) AS generation, l.base_task,
    l.base_event, l.base_etag
FROM outbox o LEFT JOIN calendar_links l ON l.task_id = o.task_id";

/// Why an event is not created under the key that was tried.
const USED_UP: &str = "an event of this id was deleted; the next one is tried";

/// The record of a write that is about to be sent.
const RECORD: &str = "\
INSERT INTO calendar_writes (at, user_id, account_id, calendar_id, outbox_id, external_id, task_id,
    action, etag_before, outcome, why)
SELECT ?1, user_id, account_id, id, ?3, ?4, ?5, ?6, ?7, 'sent', ?8 FROM calendars WHERE id = ?2";

/// What is due in a calendar that may be written, the oldest first.
pub(super) fn list(
    connection: &Connection,
    calendar: &CalendarId,
    due: Due,
) -> Outcome<Vec<OutboxEntry>> {
    let (by, all) = match due {
        Due::By(moment) => (Some(Milli(moment)), false),
        Due::All => (None, false),
        Due::Planned => (None, true),
    };
    let sql = format!(
        "{SELECT} WHERE o.calendar_id = ?1 AND (?2 IS NULL OR o.next_attempt_at <= ?2)
           AND (?3 OR o.parked_by IS NULL AND EXISTS (SELECT 1 FROM {WRITABLE} WHERE c.id = ?1))
         ORDER BY o.id"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query((calendar, by, all))?;
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
    let is_open = row.get::<_, Option<String>>("state")?.as_deref() == Some("open");
    Ok(OutboxEntry {
        id: row.get("id")?,
        task_id: row.get("task_id")?,
        calendar_id: row.get("calendar_id")?,
        external_id: row.get("external_id")?,
        generation: small(row, "generation")?,
        base: is_open.then(|| links::base(row)).transpose()?.map(Box::new),
        action: row.get::<_, Json<ActionRow>>("action")?.0.action()?,
        why: row.get("why")?,
        planned_at: row.get::<_, Milli>("planned_at")?.0,
        attempts: small(row, "attempts")?,
        next_attempt_at: moment(row, "next_attempt_at")?,
        reason: row.get("reason")?,
        is_refused: row.get("refused")?,
        parked_by: row.get("parked_by")?,
    })
}

/// Notes that an entry is about to be sent.
pub(super) fn begin(
    connection: &Connection,
    entry: OutboxEntry,
    lease: &Lease,
    now: DateTime<Utc>,
) -> Outcome<Option<OutboxEntry>> {
    leases::require(connection, lease)?;
    let sql = "UPDATE outbox SET attempts = ?3, refused = 0 WHERE id = ?1 AND attempts = ?2";
    let attempts = entry.attempts.saturating_add(1);
    let row = (entry.id, entry.attempts, attempts);
    if connection.prepare_cached(sql)?.execute(row)? == 0 {
        return Ok(None);
    }
    let (action, etag) = match &entry.action {
        Action::Create { .. } => ("create", None),
        Action::Update { etag, .. } => ("update", etag.as_ref()),
        Action::Delete { etag } => ("delete", etag.as_ref()),
        Action::Find { .. } => return Ok(Some(OutboxEntry { attempts, ..entry })),
    };
    connection.prepare_cached(RECORD)?.execute(params![
        Milli(now),
        entry.calendar_id,
        entry.id,
        entry.external_id,
        entry.task_id,
        action,
        etag,
        entry.why,
    ])?;
    Ok(Some(OutboxEntry { attempts, ..entry }))
}

/// Has nothing be sent to a calendar before a moment.
pub(super) fn rest(
    connection: &Connection,
    calendar: &CalendarId,
    lease: &Lease,
    (until, reason): (DateTime<Utc>, &str),
) -> Outcome<()> {
    leases::require(connection, lease)?;
    let sql = "UPDATE outbox SET next_attempt_at = ?2, reason = ?3
        WHERE calendar_id = ?1 AND parked_by IS NULL AND next_attempt_at < ?2";
    let row = (calendar, Milli(until), reason);
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(())
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
    if let Some(event) = &settlement.event {
        show(connection, settlement, event)?;
    }
    match &settlement.outcome {
        Sent::Written {
            external_id, base, ..
        } => {
            write_link(connection, settlement, external_id, base)?;
            if matches!(entry.action, Action::Find { .. }) {
                decide_again(connection, entry)?;
            }
            remove(connection, entry)?;
        }
        Sent::Deleted => {
            close_link(connection, settlement)?;
            remove(connection, entry)?;
        }
        Sent::UsedUp => next_generation(connection, entry, settlement.now)?,
        Sent::Failed {
            reason,
            again,
            is_refused,
        } => {
            let sql = "UPDATE outbox SET reason = ?2, next_attempt_at = ?3, refused = ?4
                WHERE id = ?1";
            let row = (entry.id, reason, again.map(Milli), is_refused);
            connection.prepare_cached(sql)?.execute(row)?;
        }
    }
    record(connection, settlement)?;
    Ok(true)
}

/// Has the event of an entry created under the next key.
fn next_generation(
    connection: &Connection,
    entry: &OutboxEntry,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let Action::Create {
        generation,
        content,
    } = &entry.action
    else {
        return Ok(());
    };
    let next = generation.saturating_add(1);
    let sql = "UPDATE calendar_links SET generation = ?3
        WHERE task_id = ?1 AND calendar_id = ?2 AND state = 'pending'";
    let link = (&entry.task_id, &entry.calendar_id, next);
    connection.prepare_cached(sql)?.execute(link)?;
    let action = Action::Create {
        generation: next,
        content: content.clone(),
    };
    let sql = "UPDATE outbox SET action = ?2, attempts = 0, reason = NULL, refused = 0,
        next_attempt_at = ?3
        WHERE id = ?1";
    let row = (entry.id, Json(ActionRow::from(&action)), Milli(now));
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(())
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

/// Makes the event visible as it was answered, as a pull would.
fn show(connection: &Connection, settlement: &Settlement, event: &Event) -> Outcome<()> {
    let calendar = calendars::find(connection, &settlement.entry.calendar_id)?;
    let Some((calendar, window)) = calendar.and_then(|one| {
        let window = one.window?;
        Some((one, window))
    }) else {
        return Ok(());
    };
    stage::clear(connection, &calendar.id)?;
    let change = Change::Upsert(Box::new(event.clone()));
    stage::add(connection, &calendar.id, &[change])?;
    let apply = Apply {
        calendar: calendar.id,
        lease: settlement.lease.clone(),
        coverage: Coverage::Changes,
        park: None,
        token: calendar.sync_token,
        window,
        now: settlement.now,
    };
    apply::apply(connection, &apply)?;
    Ok(())
}

/// What became of the task was not decided on while its event was not known.
fn decide_again(connection: &Connection, entry: &OutboxEntry) -> Outcome<()> {
    let sql = "UPDATE calendar_links SET task_seen = ''
        WHERE task_id = ?1 AND calendar_id = ?2";
    let link = (&entry.task_id, &entry.calendar_id);
    connection.prepare_cached(sql)?.execute(link)?;
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

/// Completes the record of what was sent.
fn record(connection: &Connection, settlement: &Settlement) -> Outcome<()> {
    let (outcome, event, etag, reason) = match &settlement.outcome {
        Sent::Written {
            external_id, etag, ..
        } => ("done", Some(external_id), etag.as_ref(), None),
        Sent::Deleted => ("done", None, None, None),
        Sent::UsedUp => ("failed", None, None, Some(USED_UP)),
        Sent::Failed { reason, .. } => ("failed", None, None, Some(reason.as_str())),
    };
    let sql = "UPDATE calendar_writes SET outcome = ?2, external_id = coalesce(?3, external_id),
            etag_after = ?4, reason = ?5
        WHERE id = (SELECT max(id) FROM calendar_writes WHERE outbox_id = ?1 AND outcome = 'sent')";
    let row = params![settlement.entry.id, outcome, event, etag, reason];
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(())
}
