//! The window moves: occurrences that left it go, and those that it newly
//! covers come. Events touched in the same write are complete already.
//!
//! SQL narrows down by text; [`Window::touches`] alone decides.

use rusqlite::{Connection, Row};

use super::convert::{Second, parse_time, second};
use super::error::Outcome;
use super::timeline::{SHAPE, VISIBLE, Writer, near, shape, touch_nothing};
use super::{calendars, leases};
use crate::model::calendar::Calendar;
use crate::model::id::CalendarId;
use crate::model::lease::Lease;
use crate::model::time::{EventTime, Window, Zone};

/// Moves the timeline of a calendar from its window to a new one. Before the
/// first pull there is no window and nothing to move.
pub(super) fn roll(connection: &Connection, calendar: &Calendar, window: &Window) -> Outcome<()> {
    let Some(old) = calendar.window.filter(|old| old != window) else {
        return Ok(());
    };
    drop_outside(connection, calendar, window)?;
    for part in window.beyond(&old) {
        add_part(connection, calendar, &part, &old)?;
    }
    Ok(())
}

/// Moves the timeline of a calendar to a window where nothing was pulled.
pub(super) fn move_to(
    connection: &Connection,
    calendar: &CalendarId,
    lease: &Lease,
    window: &Window,
) -> Outcome<()> {
    leases::require(connection, lease)?;
    let found = calendars::find(connection, calendar)?;
    let calendar = found.ok_or_else(|| calendars::unknown(calendar))?;
    touch_nothing(connection)?;
    roll(connection, &calendar, window)?;
    let sql = "UPDATE calendars SET window_start = ?2, window_end = ?3
               WHERE id = ?1 AND window_start IS NOT NULL";
    connection.prepare_cached(sql)?.execute((
        &calendar.id,
        Second(window.start()),
        Second(window.end()),
    ))?;
    Ok(())
}

/// Deletes the occurrences that no longer touch the window.
fn drop_outside(connection: &Connection, calendar: &Calendar, window: &Window) -> Outcome<()> {
    let outside = outside(connection, calendar, window)?;
    let mut delete =
        connection.prepare_cached("DELETE FROM calendar_occurrences WHERE rowid = ?1")?;
    for row in outside {
        delete.execute([row])?;
    }
    Ok(())
}

/// The rows of the occurrences that do not touch the window.
fn outside(connection: &Connection, calendar: &Calendar, window: &Window) -> Outcome<Vec<i64>> {
    let sql = "
        SELECT rowid AS row, starts_at AS start, ends_at AS end, all_day
        FROM calendar_occurrences
        WHERE user_id = ?1 AND calendar_id = ?2 AND all_day = 0
          AND (ends_at <= ?3 OR starts_at >= ?4)
        UNION ALL
        SELECT rowid, start_date, end_date, all_day
        FROM calendar_occurrences
        WHERE user_id = ?1 AND calendar_id = ?2 AND all_day = 1
          AND (end_date <= substr(?3, 1, 10) OR start_date >= substr(?4, 1, 10))";
    let mut statement = connection.prepare_cached(sql)?;
    let key = (
        &calendar.user_id,
        &calendar.id,
        second(window.start()),
        second(window.end()),
    );
    let mut rows = statement.query(key)?;
    let mut outside = Vec::new();
    while let Some(row) = rows.next()? {
        if !window.touches(&occurrence(row)?) {
            outside.push(row.get("row")?);
        }
    }
    Ok(outside)
}

/// The time of an occurrence.
fn occurrence(row: &Row<'_>) -> Outcome<EventTime> {
    let start: String = row.get("start")?;
    let end: String = row.get("end")?;
    parse_time(&start, &end, row.get("all_day")?, Zone::utc())
}

/// Adds what untouched events have in a part that the old window did not
/// cover.
fn add_part(
    connection: &Connection,
    calendar: &Calendar,
    part: &Window,
    old: &Window,
) -> Outcome<()> {
    let mut writer = Writer::new(connection, calendar)?;
    let near = near("e");
    let sql =
        format!("SELECT {SHAPE} FROM calendar_events e WHERE {VISIBLE} AND {near} AND {UNTOUCHED}");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query((second(part.start()), second(part.end()), &calendar.id))?;
    while let Some(row) = rows.next()? {
        let shape = shape(row)?;
        let times = writer.expand(&shape, part)?.times;
        for time in times {
            if part.touches(&time) && !old.touches(&time) {
                writer.insert(&shape, &time)?;
            }
        }
    }
    Ok(())
}

/// Untouched events of a calendar.
const UNTOUCHED: &str = "\
e.calendar_id = ?3 AND e.id NOT IN (SELECT event_id FROM temp.touched)";
