//! What a listing removes: found once, then counted, carried out or parked.
//!
//! The table `gone` holds it. Events that wait for approval are never in it:
//! they stay until they are listed again or their removal is approved.

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::convert::{Milli, count};
use super::error::Outcome;
use super::{conflicts, stage, window};
use crate::model::conflict::Conflict;
use crate::model::id::{CalendarId, ConflictId};
use crate::store::{Coverage, Removals};

/// Events staged as removed, and exceptions of series staged as removed
/// unless they are listed themselves.
const MENTIONED: &str = "\
INSERT INTO temp.gone
SELECT e.id
FROM temp.stage s
CROSS JOIN calendar_events e ON e.id = s.id
WHERE s.calendar_id = ?1 AND s.change = 'removed'
  AND e.removed_at IS NULL AND e.parked_by IS NULL
UNION
SELECT e.id
FROM temp.stage s
CROSS JOIN calendar_events e ON e.calendar_id = ?1 AND e.series_external_id = s.external_id
WHERE s.calendar_id = ?1 AND s.change = 'removed'
  AND e.removed_at IS NULL AND e.parked_by IS NULL
  AND NOT EXISTS (SELECT 1 FROM temp.stage l
                  WHERE l.calendar_id = ?1 AND l.external_id = e.external_id)";

/// Exceptions inside the window of series that are listed with all of theirs.
const OUTDATED: &str = "\
INSERT OR IGNORE INTO temp.gone
SELECT e.id
FROM temp.stage s
CROSS JOIN calendar_events e ON e.calendar_id = ?1 AND e.series_external_id = s.external_id
WHERE s.calendar_id = ?1 AND s.occurrences IS NOT NULL
  AND e.removed_at IS NULL AND e.parked_by IS NULL
  AND EXISTS (SELECT 1 FROM calendar_occurrences o WHERE o.event_id = e.id)
  AND NOT EXISTS (SELECT 1 FROM temp.stage l
                  WHERE l.calendar_id = ?1 AND l.external_id = e.external_id)";

/// Exceptions of what was a series whose occurrences were listed, and is one
/// no longer.
const ORPHANED: &str = "\
INSERT OR IGNORE INTO temp.gone
SELECT e.id
FROM calendar_events e
CROSS JOIN temp.stage s ON s.calendar_id = ?1 AND s.external_id = e.series_external_id
CROSS JOIN calendar_events was ON was.id = s.id
WHERE e.calendar_id = ?1 AND e.series_external_id IS NOT NULL
  AND e.removed_at IS NULL AND e.parked_by IS NULL
  AND s.change = 'upsert' AND s.recurrence IS NULL AND was.occurrences IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM temp.stage l
                  WHERE l.calendar_id = ?1 AND l.external_id = e.external_id)";

/// Events that a complete listing does not mention.
const UNMENTIONED: &str = "\
INSERT OR IGNORE INTO temp.gone
SELECT e.id
FROM calendar_events e
WHERE e.calendar_id = ?1 AND e.removed_at IS NULL AND e.parked_by IS NULL
  AND NOT EXISTS (SELECT 1 FROM temp.stage l
                  WHERE l.calendar_id = ?1 AND l.external_id = e.external_id)";

/// What applying the stage of a calendar would remove.
pub(super) fn preview(
    connection: &Connection,
    calendar: &CalendarId,
    coverage: Coverage,
) -> Outcome<Removals> {
    let removed = select(connection, calendar, coverage)?;
    Ok(Removals {
        live: match coverage {
            Coverage::Changes | Coverage::Everything => live(connection, calendar)?,
            Coverage::Window(window) => window::live(connection, calendar, &window)?,
        },
        removed,
        staged: count(stage::size(connection, calendar)?),
    })
}

/// How many events a calendar has.
fn live(connection: &Connection, calendar: &CalendarId) -> Outcome<u64> {
    let sql = "SELECT count(*) FROM calendar_events
        WHERE calendar_id = ?1 AND removed_at IS NULL AND status <> 'cancelled'
          AND parked_by IS NULL";
    let mut rows = connection.prepare_cached(sql)?;
    Ok(count(
        rows.query_row([calendar], |row| row.get::<_, i64>(0))?,
    ))
}

/// Finds what the stage of a calendar removes; how many events that are.
pub(super) fn select(
    connection: &Connection,
    calendar: &CalendarId,
    coverage: Coverage,
) -> Outcome<u64> {
    forget(connection)?;
    connection.prepare_cached(MENTIONED)?.execute([calendar])?;
    connection.prepare_cached(OUTDATED)?.execute([calendar])?;
    connection.prepare_cached(ORPHANED)?.execute([calendar])?;
    match coverage {
        Coverage::Changes => {}
        Coverage::Everything => {
            connection
                .prepare_cached(UNMENTIONED)?
                .execute([calendar])?;
        }
        Coverage::Window(window) => window::unmentioned(connection, calendar, &window)?,
    }
    selected(connection)
}

/// Finds what waits under a conflict; how many events that are.
pub(super) fn select_parked(
    connection: &Connection,
    calendar: &CalendarId,
    conflict: &ConflictId,
) -> Outcome<u64> {
    forget(connection)?;
    let sql = "INSERT INTO temp.gone SELECT id FROM calendar_events
               WHERE calendar_id = ?1 AND removed_at IS NULL AND parked_by = ?2";
    connection
        .prepare_cached(sql)?
        .execute((calendar, conflict))?;
    selected(connection)
}

/// Whether anything waits under a conflict.
pub(super) fn parked_under(
    connection: &Connection,
    calendar: &CalendarId,
    conflict: &ConflictId,
) -> Outcome<bool> {
    let sql = "SELECT 1 FROM calendar_events
               WHERE calendar_id = ?1 AND removed_at IS NULL AND parked_by = ?2";
    Ok(connection
        .prepare_cached(sql)?
        .exists((calendar, conflict))?)
}

/// Marks what was found as removed and has its timeline built anew. One that
/// returns is not hidden.
pub(super) fn carry_out(connection: &Connection, now: DateTime<Utc>) -> Outcome<()> {
    let remove = "UPDATE calendar_events SET removed_at = ?1, parked_by = NULL, hidden_by = NULL
                  WHERE id IN (SELECT event_id FROM temp.gone)";
    connection.prepare_cached(remove)?.execute([Milli(now)])?;
    let touch = "INSERT INTO temp.touched (event_id, what, old_series, near)
                 SELECT e.id, 'removed', e.series_external_id, 0
                 FROM temp.gone g CROSS JOIN calendar_events e ON e.id = g.event_id";
    connection.prepare_cached(touch)?.execute([])?;
    Ok(())
}

/// Parks what was found under the open conflict, else under the given one.
/// The events stay as they are.
pub(super) fn park(connection: &Connection, conflict: &Conflict) -> Outcome<()> {
    let sql = "SELECT 1 FROM temp.gone";
    if !connection.prepare_cached(sql)?.exists([])? {
        return Ok(());
    }
    let conflict = conflicts::take_up(connection, conflict)?;
    let sql = "UPDATE calendar_events SET parked_by = ?1
               WHERE id IN (SELECT event_id FROM temp.gone)";
    connection.prepare_cached(sql)?.execute([conflict])?;
    Ok(())
}

/// Takes back what an earlier selection found.
fn forget(connection: &Connection) -> Outcome<()> {
    connection
        .prepare_cached("DELETE FROM temp.gone")?
        .execute([])?;
    Ok(())
}

/// How many events were found. A cancelled exception is a hole in its
/// series, no event.
fn selected(connection: &Connection) -> Outcome<u64> {
    let sql = "SELECT count(*) FROM temp.gone g CROSS JOIN calendar_events e ON e.id = g.event_id
               WHERE e.status <> 'cancelled'";
    let mut rows = connection.prepare_cached(sql)?;
    Ok(count(rows.query_row([], |row| row.get::<_, i64>(0))?))
}
