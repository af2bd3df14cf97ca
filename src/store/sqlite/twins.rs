//! Pairs of events that may be one meeting: how they are found and read.

use std::sync::LazyLock;

use rusqlite::{Connection, Row};

use super::convert::Word;
use super::error::Outcome;
use super::event_row;
use super::look_alikes::KEEP_BOTH;
use crate::model::event::EventStatus;
use crate::model::id::{EventId, UserId};
use crate::model::look_alike::{Answer, Presence, Question, Twin, Twins};

/// Whether there is anything to look for: calendars of two providers, or
/// questions of a time when there were.
const WORTHWHILE: &str = "\
SELECT (SELECT count(DISTINCT c.provider)
        FROM accounts a JOIN calendars c ON c.account_id = a.id
        WHERE a.user_id = ?1 AND a.status <> 'disabled'
          AND c.is_active = 1 AND c.is_listed = 1) > 1
    OR EXISTS (SELECT 1 FROM calendar_sync_conflicts
               WHERE user_id = ?1 AND kind = 'duplicate' AND resolution_status <> 'moot')";

/// At a moment when more than so many events of a user begin, nothing is
/// compared by time: pairs grow with the square of it.
const CROWD: u32 = 50;

/// Which events of a table may be one of a pair, and their calendars.
const SEEN: &str = "c{t}.is_active = 1 AND c{t}.is_listed = 1
      AND NOT EXISTS (SELECT 1 FROM accounts
                      WHERE id = c{t}.account_id AND status = 'disabled')
      AND {t}.removed_at IS NULL AND {t}.status <> 'cancelled'
      AND {t}.parked_by IS NULL AND {t}.hidden_by IS NULL";

/// Pairs of events, and the question about each. What begins at the same
/// moment is found by the index of the timeline, and exceptions of one UID that
/// were moved by an index of their own, so that no pull has to keep another
/// one. The joins are in the order of writing: without statistics SQLite would
/// compare everything with everything.
static PAIRS: LazyLock<String> = LazyLock::new(|| {
    let seen = |table| SEEN.replace("{t}", table);
    let (a, b) = (seen("a"), seen("b"));
    let beginning = |start: &str, all_day: u8| {
        format!(
            "SELECT min(a.id, b.id), max(a.id, b.id)
             FROM calendar_occurrences oa
             CROSS JOIN calendars ca ON ca.id = oa.calendar_id
             CROSS JOIN calendar_occurrences ob
                 ON ob.user_id = ?1 AND ob.all_day = {all_day} AND ob.{start} = oa.{start}
             CROSS JOIN calendars cb ON cb.id = ob.calendar_id
             CROSS JOIN calendar_events a ON a.id = oa.event_id
             CROSS JOIN calendar_events b ON b.id = ob.event_id
             WHERE oa.user_id = ?1 AND oa.all_day = {all_day}
               AND (SELECT count(*) FROM (
                       SELECT 1 FROM calendar_occurrences o
                       WHERE o.user_id = ?1 AND o.all_day = {all_day} AND o.{start} = oa.{start}
                       LIMIT {CROWD} + 1)) <= {CROWD}
               AND ca.provider < cb.provider AND {a} AND {b}
               AND a.\"start\" = b.\"start\"
               AND (a.\"end\" = b.\"end\" OR a.ical_uid = b.ical_uid)"
        )
    };
    format!(
        "WITH pair (one, other) AS (
             {}
             UNION
             {}
             UNION
             SELECT min(a.id, b.id), max(a.id, b.id)
             FROM calendars ca
             CROSS JOIN calendar_events a INDEXED BY calendar_events_exceptions
                 ON a.calendar_id = ca.id AND a.ical_uid IS NOT NULL
             CROSS JOIN accounts
             CROSS JOIN calendars cb ON cb.account_id = accounts.id
             CROSS JOIN calendar_events b INDEXED BY calendar_events_exceptions
                 ON b.calendar_id = cb.id AND b.ical_uid = a.ical_uid
                AND b.original_start = a.original_start
             WHERE ca.account_id IN (SELECT id FROM accounts WHERE user_id = ?1)
               AND accounts.user_id = ?1
               AND a.series_external_id IS NOT NULL AND b.series_external_id IS NOT NULL
               AND ca.provider < cb.provider AND {a} AND {b}
               AND EXISTS (SELECT 1 FROM calendar_occurrences o WHERE o.event_id = a.id)
               AND EXISTS (SELECT 1 FROM calendar_occurrences o WHERE o.event_id = b.id)
             UNION
             SELECT min(event_id, other_event_id), max(event_id, other_event_id)
             FROM calendar_sync_conflicts q
             WHERE user_id = ?1 AND kind = 'duplicate' AND resolution_status <> 'moot'
               AND NOT EXISTS (
                   SELECT 1 FROM calendar_events e
                   WHERE e.hidden_by = q.id AND e.status <> 'cancelled'
                     AND NOT EXISTS (SELECT 1 FROM calendar_occurrences o
                                     WHERE o.event_id = e.id)))
         SELECT p.one, p.other, q.id, q.resolution_status = 'open', q.strategy
         FROM pair p
         LEFT JOIN calendar_sync_conflicts q
             ON q.kind = 'duplicate' AND q.resolution_status <> 'moot'
            AND min(q.event_id, q.other_event_id) = p.one
            AND max(q.event_id, q.other_event_id) = p.other
         WHERE (p.one, p.other) > (?2, ?3)
         ORDER BY p.one, p.other
         LIMIT ?4",
        beginning("starts_at", 0),
        beginning("start_date", 1)
    )
});

/// Pairs of a user behind a key.
pub(super) fn list(
    connection: &Connection,
    user: &UserId,
    after: Option<(EventId, EventId)>,
    most: u32,
) -> Outcome<Vec<Twins>> {
    let mut worthwhile = connection.prepare_cached(WORTHWHILE)?;
    if !worthwhile.query_row([user], |row| row.get(0))? {
        return Ok(Vec::new());
    }
    // No id is empty: the first page lies behind the empty ones.
    let (one, other) = after.unwrap_or((EventId::new(""), EventId::new("")));
    let mut pairs = connection.prepare_cached(&PAIRS)?;
    let mut rows = pairs.query((user, one, other, most))?;
    let mut listed = Vec::new();
    while let Some(row) = rows.next()? {
        let first = twin(connection, &row.get(0)?)?;
        let second = twin(connection, &row.get(1)?)?;
        if let Some((first, second)) = first.zip(second) {
            listed.push(Twins {
                first,
                second,
                question: question(row)?,
            });
        }
    }
    Ok(listed)
}

/// The question of a row of [`PAIRS`].
fn question(row: &Row<'_>) -> Outcome<Option<Question>> {
    let Some(id) = row.get(2)? else {
        return Ok(None);
    };
    let strategy: Option<String> = row.get(4)?;
    let answer = match (row.get(3)?, strategy.as_deref()) {
        (true, _) => None,
        (false, Some(KEEP_BOTH)) => Some(Answer::Both),
        (false, _) => Some(Answer::One),
    };
    Ok(Some(Question { id, answer }))
}

/// One of two events.
fn twin(connection: &Connection, id: &EventId) -> Outcome<Option<Twin>> {
    let sql = "SELECT e.*, c.provider, c.name AS calendar_name,
               c.is_active AND c.is_listed AND n.status <> 'disabled' AND e.parked_by IS NULL
                   AND EXISTS (SELECT 1 FROM calendar_occurrences o WHERE o.event_id = e.id)
                   AS is_shown
        FROM calendar_events e JOIN calendars c ON c.id = e.calendar_id
        JOIN accounts n ON n.id = c.account_id WHERE e.id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([id])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let (event, removed_at) = event_row::with_removal(row)?;
    let presence = match (
        removed_at.is_some() || event.status == EventStatus::Cancelled,
        row.get("is_shown")?,
    ) {
        (true, _) => Presence::Gone,
        (false, false) => Presence::Away,
        (false, true) => Presence::Shown,
    };
    Ok(Some(Twin {
        id: row.get("id")?,
        calendar_id: row.get("calendar_id")?,
        calendar_name: row.get("calendar_name")?,
        provider: row.get::<_, Word<_>>("provider")?.0,
        event,
        presence,
        hidden_by: row.get("hidden_by")?,
    }))
}
