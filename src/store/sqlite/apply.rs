//! How a stage becomes visible: events, timeline, window, token and the end
//! of the backoff in one transaction.

use std::sync::LazyLock;

use chrono::SubsecRound;
use rusqlite::Connection;

use super::convert::{Milli, Second, count};
use super::error::Outcome;
use super::stage::CONTENT;
use super::{calendars, conflicts, leases, removal, roll, stage, timeline};
use crate::model::id::CalendarId;
use crate::model::time::Window;
use crate::store::{Applied, Apply, Coverage};

/// Whether a staged event differs from its row.
static DIFFERS: LazyLock<String> = LazyLock::new(|| {
    let of = |table: &str| {
        let columns: Vec<_> = CONTENT
            .iter()
            .map(|name| format!("{table}.{name}"))
            .collect();
        columns.join(", ")
    };
    format!("({}) IS NOT ({})", of("s"), of("e"))
});

/// Finds the staged events that are new, changed, back, or no longer waiting
/// for approval. A cancelled exception (`?4` says what a new one counts as)
/// is a hole in its series, no event.
static TOUCH: LazyLock<String> = LazyLock::new(|| {
    let (differs, near) = (&*DIFFERS, timeline::near("s"));
    format!(
        "INSERT INTO temp.touched (event_id, what, stage_row, old_series, new_series, near)
         SELECT s.id,
                CASE WHEN e.id IS NULL OR e.removed_at IS NOT NULL
                     THEN iif(s.status = 'cancelled', ?4, 'created')
                     WHEN {differs} THEN 'updated'
                     ELSE 'unparked' END,
                s.rowid, e.series_external_id, s.series_external_id, ifnull({near}, 0)
         FROM temp.stage s
         LEFT JOIN calendar_events e ON e.id = s.id
         WHERE s.calendar_id = ?3 AND s.change = 'upsert'
           AND (e.id IS NULL OR e.removed_at IS NOT NULL OR e.parked_by IS NOT NULL OR {differs})"
    )
});

/// Writes the staged events that were found.
static WRITE: LazyLock<String> = LazyLock::new(|| {
    let columns = CONTENT.join(", ");
    let updates: Vec<_> = CONTENT
        .iter()
        .map(|name| format!("{name} = excluded.{name}"))
        .collect();
    format!(
        "INSERT INTO calendar_events (id, calendar_id, external_id, {columns})
         SELECT s.id, s.calendar_id, s.external_id, {}
         FROM temp.touched t CROSS JOIN temp.stage s ON s.rowid = t.stage_row
         WHERE true
         ON CONFLICT (id) DO UPDATE SET {}, removed_at = NULL, parked_by = NULL",
        CONTENT.map(|name| format!("s.{name}")).join(", "),
        updates.join(", ")
    )
});

/// Applies the stage of a calendar.
pub(super) fn apply(connection: &Connection, apply: &Apply) -> Outcome<Applied> {
    leases::require(connection, &apply.lease)?;
    let found = calendars::find(connection, &apply.calendar)?;
    let calendar = found.ok_or_else(|| calendars::unknown(&apply.calendar))?;
    let window = whole_seconds(&apply.window);

    stage::gather(connection, &calendar.id)?;
    timeline::touch_nothing(connection)?;
    let removals = removal::select(connection, &calendar.id, apply.coverage)?;
    let mut applied = write_events(connection, apply, &window)?;
    match &apply.park {
        None => {
            removal::carry_out(connection, apply.now)?;
            applied.removed = removals;
        }
        Some(conflict) => {
            removal::park(connection, conflict)?;
            applied.parked = removals;
        }
    }
    applied.unparsed = timeline::rebuild(connection, &calendar, &window)?;
    roll::roll(connection, &calendar, &window)?;
    save_cursor(connection, apply, &window)?;
    conflicts::settle(connection, &calendar.id, apply.now)?;
    stage::clear(connection, &calendar.id)?;
    Ok(applied)
}

/// Writes what is new or changed; rows that would stay the same are not
/// touched.
fn write_events(connection: &Connection, apply: &Apply, window: &Window) -> Outcome<Applied> {
    let hole = match apply.coverage {
        // News: an occurrence that was there is gone.
        Coverage::Changes => "updated",
        Coverage::Everything | Coverage::Window(_) => "hole",
    };
    let (start, end) = (Second(window.start()), Second(window.end()));
    let touch = (start, end, &apply.calendar, hole);
    connection.prepare_cached(&TOUCH)?.execute(touch)?;
    connection.prepare_cached(&WRITE)?.execute([])?;
    unpark_unreadable(connection, &apply.calendar)?;
    let counted = "SELECT coalesce(sum(what = 'created'), 0), coalesce(sum(what = 'updated'), 0)
                   FROM temp.touched";
    let mut rows = connection.prepare_cached(counted)?;
    Ok(rows.query_row([], |row| {
        Ok(Applied {
            created: count(row.get::<_, i64>(0)?),
            updated: count(row.get::<_, i64>(1)?),
            ..Applied::default()
        })
    })?)
}

/// An event that is listed but cannot be understood stays as it is, but it is
/// there: its removal is no longer a question.
fn unpark_unreadable(connection: &Connection, calendar: &CalendarId) -> Outcome<()> {
    let sql = "UPDATE calendar_events SET parked_by = NULL
        WHERE parked_by IS NOT NULL AND id IN
            (SELECT id FROM temp.stage WHERE calendar_id = ?1 AND change = 'unreadable')";
    connection.prepare_cached(sql)?.execute([calendar])?;
    Ok(())
}

/// Notes how far the calendar is read and ends its backoff.
fn save_cursor(connection: &Connection, apply: &Apply, window: &Window) -> Outcome<()> {
    let sql = "UPDATE calendars
        SET sync_token = ?2, window_start = ?3, window_end = ?4, last_pulled_at = ?5,
            failures = 0, next_attempt_at = NULL, backoff_reason = NULL
        WHERE id = ?1";
    connection.prepare_cached(sql)?.execute((
        &apply.calendar,
        apply.token.as_ref().map(|token| token.as_str()),
        Second(window.start()),
        Second(window.end()),
        Milli(apply.now),
    ))?;
    Ok(())
}

/// The window as it is stored.
fn whole_seconds(window: &Window) -> Window {
    Window::new(
        window.start().trunc_subsecs(0),
        window.end().trunc_subsecs(0),
    )
}
