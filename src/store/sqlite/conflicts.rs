//! Conflicts: the removals that wait under one are the rows of
//! `calendar_events` whose `parked_by` names it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row};

use super::SqliteStore;
use super::convert::{Milli, Word, moment, user_id};
use super::error::Outcome;
use super::{calendars, removal, timeline};
use crate::model::conflict::{Conflict, ConflictKind};
use crate::model::id::{CalendarId, ConflictId};
use crate::store::{Conflicts, Result};

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
}

/// Carries out what waits under an open conflict.
fn approve(connection: &Connection, id: &ConflictId, now: DateTime<Utc>) -> Outcome<Option<u64>> {
    let sql = "SELECT calendar_id FROM calendar_sync_conflicts
               WHERE id = ?1 AND kind = 'mass_delete' AND resolution_status = 'open'";
    let mut rows = connection.prepare_cached(sql)?;
    let Some(calendar): Option<CalendarId> = rows.query_row([id], |row| row.get(0)).optional()?
    else {
        return Ok(None);
    };
    timeline::touch_nothing(connection)?;
    let removed = removal::select_parked(connection, &calendar, id)?;
    removal::carry_out(connection, now)?;
    let sql = "UPDATE calendar_sync_conflicts
        SET resolution_status = 'resolved', strategy = 'approve', resolved_at = ?2 WHERE id = ?1";
    connection.prepare_cached(sql)?.execute((id, Milli(now)))?;
    let calendar = calendars::find(connection, &calendar)?;
    if let Some((calendar, window)) = calendar.and_then(|found| {
        let window = found.window?;
        Some((found, window))
    }) {
        timeline::rebuild(connection, &calendar, &window)?;
    }
    Ok(Some(removed))
}

/// The open question about the removals of a calendar.
fn open_mass_delete(connection: &Connection, calendar: &CalendarId) -> Outcome<Option<ConflictId>> {
    let sql = "SELECT id FROM calendar_sync_conflicts
               WHERE calendar_id = ?1 AND kind = 'mass_delete' AND resolution_status = 'open'";
    let mut rows = connection.prepare_cached(sql)?;
    Ok(rows.query_row([calendar], |row| row.get(0)).optional()?)
}

/// The question that takes up removals: the open one, else the given one.
pub(super) fn take_up(connection: &Connection, given: &Conflict) -> Outcome<ConflictId> {
    if let Some(open) = open_mass_delete(connection, &given.calendar_id)? {
        return Ok(open);
    }
    let sql = "INSERT INTO calendar_sync_conflicts
            (id, user_id, calendar_id, kind, summary, resolution_status, detected_at, resolved_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    connection.prepare_cached(sql)?.execute((
        &given.id,
        &given.user_id,
        &given.calendar_id,
        Word(given.kind),
        &given.summary,
        Word(given.resolution_status),
        Milli(given.detected_at),
        given.resolved_at.map(Milli),
    ))?;
    Ok(given.id.clone())
}

/// Keeps the open question of a calendar true: it lists what waits under it,
/// and is moot once nothing does.
pub(super) fn settle(
    connection: &Connection,
    calendar: &CalendarId,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let Some(id) = open_mass_delete(connection, calendar)? else {
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

/// A row of `calendar_sync_conflicts`.
fn read(row: &Row<'_>) -> rusqlite::Result<Conflict> {
    Ok(Conflict {
        id: row.get("id")?,
        user_id: user_id(row, "user_id")?,
        calendar_id: row.get("calendar_id")?,
        kind: row.get::<_, Word<ConflictKind>>("kind")?.0,
        summary: row.get("summary")?,
        resolution_status: row.get::<_, Word<_>>("resolution_status")?.0,
        detected_at: row.get::<_, Milli>("detected_at")?.0,
        resolved_at: moment(row, "resolved_at")?,
    })
}
