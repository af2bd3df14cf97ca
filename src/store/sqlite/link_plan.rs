//! What was decided about tasks and their events, carried out.

use std::sync::LazyLock;

use rusqlite::{Connection, OptionalExtension, params};

use super::content::{ActionRow, ContentRow};
use super::convert::{Json, Milli};
use super::error::Outcome;
use super::links::{TASK_SEEN, WRITABLE};
use super::{conflicts, follow, leases};
use crate::model::id::{CalendarId, ConflictId, EventId, ExternalId, TaskId};
use crate::model::link::Base;
use crate::store::{Action, LinkChange, LinkPlan, OutboxChange, Planned, Step, TaskChange};

/// Whether a task (?1) is as it was read (?2).
static AS_READ: LazyLock<String> = LazyLock::new(|| {
    format!("SELECT 1 FROM (SELECT 1) LEFT JOIN tasks t ON t.id = ?1 WHERE {TASK_SEEN} IS ?2")
});

/// Opens the link of a task (?1) in a calendar (?2) that may be written; one
/// that is open already stays, and one that was closed makes room for a later
/// one.
static OPEN: LazyLock<String> = LazyLock::new(|| {
    format!(
        "INSERT INTO calendar_links (task_id, user_id, calendar_id, generation, state)
         SELECT ?1, c.user_id, c.id, ?3, 'pending' FROM {WRITABLE} WHERE c.id = ?2
         ON CONFLICT (task_id) DO UPDATE
         SET user_id = excluded.user_id, calendar_id = excluded.calendar_id, external_id = NULL,
             event_id = NULL, generation = excluded.generation, state = 'pending',
             base_task = NULL, base_event = NULL, base_etag = NULL, last_pushed_at = NULL,
             last_pulled_at = NULL
         WHERE state = 'closed' AND generation < excluded.generation"
    )
});

/// Makes room in an open link (?1, ?2) for another event (?3).
const RECREATE: &str = "\
UPDATE calendar_links
SET external_id = NULL, event_id = NULL, generation = ?3, state = 'pending', base_task = NULL,
    base_event = NULL, base_etag = NULL, last_pushed_at = NULL, last_pulled_at = NULL
WHERE task_id = ?1 AND calendar_id = ?2 AND state = 'open' AND generation < ?3";

/// Notes that a task and its event were decided on as they now are.
static DECIDED: LazyLock<String> = LazyLock::new(|| {
    format!(
        "UPDATE calendar_links SET event_seen = ?2, task_seen =
             (SELECT {TASK_SEEN} FROM (SELECT 1) LEFT JOIN tasks t ON t.id = ?1)
         WHERE task_id = ?1"
    )
});

/// Carries a plan out under its lease.
pub(super) fn carry_out(connection: &Connection, plan: &LinkPlan) -> Outcome<Planned> {
    leases::require(connection, &plan.lease)?;
    let question = match &plan.park {
        Some(park) => Some(conflicts::take_up(connection, park)?),
        None => None,
    };
    let mut planned = Planned::default();
    for step in &plan.steps {
        if take(connection, plan, step, question.as_ref())? {
            planned.done += 1;
        } else {
            planned.skipped += 1;
        }
    }
    conflicts::settle_deletions(connection, &plan.calendar, plan.now)?;
    Ok(planned)
}

/// Carries a step out, if it was decided from what still is.
fn take(
    connection: &Connection,
    plan: &LinkPlan,
    step: &Step,
    question: Option<&ConflictId>,
) -> Outcome<bool> {
    let as_read = (&step.task_id, &step.seen.task);
    if !connection.prepare_cached(&AS_READ)?.exists(as_read)?
        || !change_link(connection, plan, step)?
    {
        return Ok(false);
    }
    match &step.task {
        TaskChange::Keep => {}
        TaskChange::Write { content, fields } => {
            follow::write(connection, &step.task_id, content, fields, plan.now)?;
        }
        TaskChange::Unschedule => follow::unschedule(connection, &step.task_id, plan.now)?,
    }
    if step.task != TaskChange::Keep {
        let sql = "UPDATE calendar_links SET last_pulled_at = ?2 WHERE task_id = ?1";
        let row = (&step.task_id, Milli(plan.now));
        connection.prepare_cached(sql)?.execute(row)?;
    }
    let seen = (&step.task_id, &step.seen.event);
    connection.prepare_cached(&DECIDED)?.execute(seen)?;
    change_outbox(connection, plan, step, question)?;
    for conflict in &step.conflicts {
        conflicts::record(connection, conflict)?;
    }
    if let Some(settles) = &step.settles {
        conflicts::settle_task(connection, &step.task_id, settles, plan.now)?;
    }
    Ok(true)
}

/// Changes a link; false when it is not this calendar's, or has been opened
/// or closed since.
fn change_link(connection: &Connection, plan: &LinkPlan, step: &Step) -> Outcome<bool> {
    let (task, calendar) = (&step.task_id, &plan.calendar);
    let run = |sql: &str| -> Outcome<bool> {
        Ok(connection.prepare_cached(sql)?.execute((task, calendar))? > 0)
    };
    match &step.link {
        LinkChange::Keep => {
            let sql = "SELECT 1 FROM calendar_links WHERE task_id = ?1 AND calendar_id = ?2";
            Ok(connection.prepare_cached(sql)?.exists((task, calendar))?)
        }
        LinkChange::Renew(base) => renew(connection, calendar, task, base),
        LinkChange::Open { generation } => {
            let row = (task, calendar, generation);
            Ok(connection.prepare_cached(&OPEN)?.execute(row)? > 0)
        }
        LinkChange::Recreate { generation } => {
            let row = (task, calendar, generation);
            Ok(connection.prepare_cached(RECREATE)?.execute(row)? > 0)
        }
        LinkChange::Move(to) => relocate(connection, (task, calendar), to),
        LinkChange::Close => {
            let sql = "UPDATE calendar_links SET state = 'closed'
                WHERE task_id = ?1 AND calendar_id = ?2 AND state <> 'closed'";
            run(sql)
        }
        LinkChange::Remove => {
            let sql = "DELETE FROM calendar_links WHERE task_id = ?1 AND calendar_id = ?2";
            run(sql)
        }
    }
}

/// Follows an event into another calendar.
fn relocate(
    connection: &Connection,
    (task, from): (&TaskId, &CalendarId),
    to: &CalendarId,
) -> Outcome<bool> {
    let sql = "SELECT external_id FROM calendar_links
        WHERE task_id = ?1 AND calendar_id = ?2 AND state = 'open'";
    let mut rows = connection.prepare_cached(sql)?;
    let name = rows.query_row((task, from), |row| row.get::<_, ExternalId>(0));
    let Some(name) = name.optional()? else {
        return Ok(false);
    };
    let sql = "UPDATE calendar_links SET calendar_id = ?2, event_id = ?3 WHERE task_id = ?1";
    let row = (task, to, EventId::of(to, &name));
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(true)
}

/// Writes down what both sides agree on.
fn renew(
    connection: &Connection,
    calendar: &CalendarId,
    task: &TaskId,
    base: &Base,
) -> Outcome<bool> {
    let sql = "UPDATE calendar_links
        SET base_task = ?3, base_event = ?4, base_etag = ?5
        WHERE task_id = ?1 AND calendar_id = ?2 AND state = 'open'";
    let changed = connection.prepare_cached(sql)?.execute((
        task,
        calendar,
        Json(ContentRow::from(&base.task)),
        Json(ContentRow::from(&base.event)),
        &base.etag,
    ))?;
    Ok(changed > 0)
}

/// Changes what is not sent yet.
fn change_outbox(
    connection: &Connection,
    plan: &LinkPlan,
    step: &Step,
    question: Option<&ConflictId>,
) -> Outcome<()> {
    match (&step.link, &step.outbox) {
        (LinkChange::Close | LinkChange::Remove | LinkChange::Move(_), _)
        | (_, OutboxChange::Drop) => drop_entry(connection, &step.task_id),
        (_, OutboxChange::Keep) => Ok(()),
        (
            _,
            OutboxChange::Put {
                action,
                why,
                parked,
            },
        ) => {
            // What waits for approval waits on, whatever revision it is meant for.
            let waiting = match action {
                Action::Delete { .. } => parked_by(connection, &step.task_id)?,
                Action::Create { .. } | Action::Update { .. } | Action::Find { .. } => None,
            };
            drop_entry(connection, &step.task_id)?;
            let question = question.filter(|_| *parked).or(waiting.as_ref());
            put(connection, plan, &step.task_id, (action, why, question))
        }
    }
}

/// The question that the deletion of a task's event waits for.
fn parked_by(connection: &Connection, task: &TaskId) -> Outcome<Option<ConflictId>> {
    let sql = "SELECT parked_by FROM outbox WHERE task_id = ?1";
    let mut rows = connection.prepare_cached(sql)?;
    Ok(rows
        .query_row([task], |row| row.get(0))
        .optional()?
        .flatten())
}

/// Takes back what is not sent yet.
fn drop_entry(connection: &Connection, task: &TaskId) -> Outcome<()> {
    let sql = "DELETE FROM outbox WHERE task_id = ?1";
    connection.prepare_cached(sql)?.execute([task])?;
    Ok(())
}

/// Has an action sent.
fn put(
    connection: &Connection,
    plan: &LinkPlan,
    task: &TaskId,
    (action, why, question): (&Action, &str, Option<&ConflictId>),
) -> Outcome<()> {
    let sql = "INSERT INTO outbox
        (task_id, calendar_id, action, why, planned_at, next_attempt_at, parked_by)
        VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)";
    connection.prepare_cached(sql)?.execute(params![
        task,
        plan.calendar,
        Json(ActionRow::from(action)),
        why,
        Milli(plan.now),
        question,
    ])?;
    Ok(())
}
