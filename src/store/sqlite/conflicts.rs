//! Conflicts: the removals that wait under one are the rows of
//! `calendar_events` whose `parked_by` names it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::SqliteStore;
use super::convert::{Json, Milli, Word, moment, user_id};
use super::error::Outcome;
use super::{calendars, removal, timeline};
use crate::model::conflict::{Conflict, ConflictKind};
use crate::model::content::Fields;
use crate::model::id::{CalendarId, ConflictId, TaskId};
use crate::store::{Conflicts, Result, Settles};

#[async_trait]
impl Conflicts for SqliteStore {
    async fn conflict_list(&self, open_only: bool) -> Result<Vec<Conflict>> {
        self.read(move |tx| {
            let sql = "SELECT * FROM calendar_sync_conflicts
                WHERE NOT ?1 OR resolution_status = 'open' ORDER BY detected_at, id";
            let mut rows = tx.prepare_cached(sql)?;
            let conflicts = rows.query_map([open_only], read)?;
            Ok(conflicts.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn conflict_find(&self, id: &ConflictId) -> Result<Option<Conflict>> {
        let id = id.clone();
        self.read(move |tx| {
            let sql = "SELECT * FROM calendar_sync_conflicts WHERE id = ?1";
            Ok(tx.prepare_cached(sql)?.query_row([id], read).optional()?)
        })
        .await
    }

    async fn conflict_approve(&self, id: &ConflictId, now: DateTime<Utc>) -> Result<Option<u64>> {
        let id = id.clone();
        self.write(move |tx| approve(tx, &id, now)).await
    }

    async fn conflict_drop_moot(
        &self,
        among: Vec<ConflictId>,
        now: DateTime<Utc>,
    ) -> Result<Vec<ConflictId>> {
        self.write(move |tx| {
            let mut moot = tx.prepare_cached(DROP_MOOT)?;
            let row = (Milli(now), Json(&among));
            let dropped = moot.query_map(row, |row| row.get(0))?;
            Ok(dropped.collect::<Result<_, _>>()?)
        })
        .await
    }
}

/// Settles what is open, of some (?2), about a link that is not, and about removals of which
/// none waits any more.
const DROP_MOOT: &str = "\
UPDATE calendar_sync_conflicts AS c SET resolution_status = 'moot', resolved_at = ?1
WHERE resolution_status = 'open' AND id IN (SELECT value FROM json_each(?2)) AND CASE
    WHEN kind IN ('edit', 'edit_delete') THEN NOT EXISTS
        (SELECT 1 FROM calendar_links l
         WHERE l.task_id = c.task_id AND l.calendar_id = c.calendar_id AND l.state = 'open')
    WHEN kind = 'mass_delete' AND at_provider = 1 THEN NOT EXISTS
        (SELECT 1 FROM outbox o WHERE o.parked_by = c.id)
    WHEN kind = 'mass_delete' THEN NOT EXISTS
        (SELECT 1 FROM calendar_events e
         WHERE e.calendar_id = c.calendar_id AND e.removed_at IS NULL AND e.parked_by = c.id
           AND e.status <> 'cancelled')
    ELSE 0 END
RETURNING id";

/// Carries out what waits under an open conflict.
fn approve(connection: &Connection, id: &ConflictId, now: DateTime<Utc>) -> Outcome<Option<u64>> {
    let sql = "SELECT calendar_id, at_provider FROM calendar_sync_conflicts
               WHERE id = ?1 AND kind = 'mass_delete' AND resolution_status = 'open'";
    let mut rows = connection.prepare_cached(sql)?;
    let question = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let Some((calendar, at_provider)) = rows.query_row([id], question).optional()? else {
        return Ok(None);
    };
    let removed = if at_provider {
        release(connection, id, now)?
    } else {
        forget(connection, &calendar, id, now)?
    };
    let sql = "UPDATE calendar_sync_conflicts
        SET resolution_status = 'resolved', strategy = 'approve', resolved_at = ?2 WHERE id = ?1";
    connection.prepare_cached(sql)?.execute((id, Milli(now)))?;
    Ok(Some(removed))
}

/// Has the deletions that wait under a question sent by the next sync.
fn release(connection: &Connection, id: &ConflictId, now: DateTime<Utc>) -> Outcome<u64> {
    let sql = "UPDATE outbox SET parked_by = NULL, next_attempt_at = ?2 WHERE parked_by = ?1";
    let released = connection.prepare_cached(sql)?.execute((id, Milli(now)))?;
    Ok(released as u64)
}

/// Removes the events that wait under a question.
fn forget(
    connection: &Connection,
    calendar: &CalendarId,
    id: &ConflictId,
    now: DateTime<Utc>,
) -> Outcome<u64> {
    timeline::touch_nothing(connection)?;
    let removed = removal::select_parked(connection, calendar, id)?;
    removal::carry_out(connection, now)?;
    let calendar = calendars::find(connection, calendar)?;
    if let Some((calendar, window)) = calendar.and_then(|found| {
        let window = found.window?;
        Some((found, window))
    }) {
        timeline::rebuild(connection, &calendar, &window)?;
    }
    Ok(removed)
}

/// The open question about the removals of a calendar, here or at the
/// provider.
fn open_mass_delete(
    connection: &Connection,
    calendar: &CalendarId,
    at_provider: bool,
) -> Outcome<Option<ConflictId>> {
    let sql = "SELECT id FROM calendar_sync_conflicts
               WHERE calendar_id = ?1 AND at_provider = ?2 AND kind = 'mass_delete'
                 AND resolution_status = 'open'";
    let mut rows = connection.prepare_cached(sql)?;
    let row = (calendar, at_provider);
    Ok(rows.query_row(row, |row| row.get(0)).optional()?)
}

/// The question that takes up removals: the open one, else the given one.
pub(super) fn take_up(connection: &Connection, given: &Conflict) -> Outcome<ConflictId> {
    match open_mass_delete(connection, &given.calendar_id, given.at_provider)? {
        Some(open) => Ok(open),
        None => {
            insert(connection, given)?;
            Ok(given.id.clone())
        }
    }
}

/// Records a conflict in place of the open question of its task, if there is
/// one: asked again, or answered.
pub(super) fn record(connection: &Connection, conflict: &Conflict) -> Outcome<()> {
    let sql = "UPDATE calendar_sync_conflicts
        SET kind = ?2, summary = ?3, base = ?4, ours = ?5, theirs = ?6, resolution_status = ?7,
            strategy = ?8, resolved_at = ?9
        WHERE task_id = ?1 AND resolution_status = 'open'";
    let updated = connection.prepare_cached(sql)?.execute(params![
        conflict.task_id,
        Word(conflict.kind),
        conflict.summary,
        conflict.base.as_ref().map(Json),
        conflict.ours.as_ref().map(Json),
        conflict.theirs.as_ref().map(Json),
        Word(conflict.resolution_status),
        conflict.strategy,
        conflict.resolved_at.map(Milli),
    ])?;
    match updated {
        0 => insert(connection, conflict),
        _ => Ok(()),
    }
}

pub(super) fn insert(connection: &Connection, conflict: &Conflict) -> Outcome<()> {
    let sql = "INSERT INTO calendar_sync_conflicts
            (id, user_id, calendar_id, task_id, external_id, kind, summary, base, ours, theirs,
             at_provider, resolution_status, strategy, detected_at, resolved_at, event_id,
             other_event_id)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";
    connection.prepare_cached(sql)?.execute(params![
        conflict.id,
        conflict.user_id,
        conflict.calendar_id,
        conflict.task_id,
        conflict.external_id,
        Word(conflict.kind),
        conflict.summary,
        conflict.base.as_ref().map(Json),
        conflict.ours.as_ref().map(Json),
        conflict.theirs.as_ref().map(Json),
        conflict.at_provider,
        Word(conflict.resolution_status),
        conflict.strategy,
        Milli(conflict.detected_at),
        conflict.resolved_at.map(Milli),
        conflict.event_id,
        conflict.other_event_id,
    ])?;
    Ok(())
}

/// Settles the open question of a task, if it has one.
pub(super) fn settle_task(
    connection: &Connection,
    task: &TaskId,
    settles: &Settles,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let sql = "UPDATE calendar_sync_conflicts
        SET resolution_status = ?2, strategy = ?3, resolved_at = ?4
        WHERE task_id = ?1 AND resolution_status = 'open'";
    let row = (task, Word(settles.status), &settles.strategy, Milli(now));
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// Keeps the open question about deletions at the provider true: it is moot
/// once none waits under it.
pub(super) fn settle_deletions(
    connection: &Connection,
    calendar: &CalendarId,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let sql = "UPDATE calendar_sync_conflicts SET resolution_status = 'moot', resolved_at = ?2
        WHERE calendar_id = ?1 AND at_provider = 1 AND kind = 'mass_delete'
          AND resolution_status = 'open'
          AND NOT EXISTS (SELECT 1 FROM outbox WHERE parked_by = calendar_sync_conflicts.id)";
    connection
        .prepare_cached(sql)?
        .execute((calendar, Milli(now)))?;
    Ok(())
}

/// Keeps the open question of a calendar true: it lists what waits under it,
/// and is moot once nothing does.
pub(super) fn settle(
    connection: &Connection,
    calendar: &CalendarId,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let Some(id) = open_mass_delete(connection, calendar, false)? else {
        return Ok(());
    };
    if removal::parked_under(connection, calendar, &id)? {
        connection
            .prepare_cached(LIST_PARKED)?
            .execute((calendar, &id))?;
        return Ok(());
    }
    let sql = "UPDATE calendar_sync_conflicts
               SET resolution_status = 'moot', resolved_at = ?2 WHERE id = ?1";
    connection.prepare_cached(sql)?.execute((&id, Milli(now)))?;
    Ok(())
}

/// Writes into a question which events wait under it: their ids alone.
const LIST_PARKED: &str = "\
UPDATE calendar_sync_conflicts AS c
SET theirs = p.removed
FROM (SELECT json_object('count', count(*), 'external_ids', json_group_array(external_id)) removed
      FROM (SELECT external_id FROM calendar_events
            WHERE calendar_id = ?1 AND removed_at IS NULL AND parked_by = ?2
              AND status <> 'cancelled'
            ORDER BY external_id)) p
WHERE c.id = ?2 AND c.theirs IS NOT p.removed";

/// The fields that a column holds; of removals it holds something else.
fn fields(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Fields>> {
    let json: Option<String> = row.get(column)?;
    Ok(json.and_then(|json| serde_json::from_str(&json).ok()))
}

/// A row of `calendar_sync_conflicts`.
fn read(row: &Row<'_>) -> rusqlite::Result<Conflict> {
    Ok(Conflict {
        id: row.get("id")?,
        user_id: user_id(row, "user_id")?,
        calendar_id: row.get("calendar_id")?,
        task_id: row.get("task_id")?,
        external_id: row.get("external_id")?,
        event_id: row.get("event_id")?,
        other_event_id: row.get("other_event_id")?,
        kind: row.get::<_, Word<ConflictKind>>("kind")?.0,
        summary: row.get("summary")?,
        base: fields(row, "base")?,
        ours: fields(row, "ours")?,
        theirs: fields(row, "theirs")?,
        at_provider: row.get("at_provider")?,
        strategy: row.get("strategy")?,
        resolution_status: row.get::<_, Word<_>>("resolution_status")?.0,
        detected_at: row.get::<_, Milli>("detected_at")?.0,
        resolved_at: moment(row, "resolved_at")?,
    })
}
