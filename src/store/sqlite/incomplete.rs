//! Which events a stage says too little of.

use std::collections::{BTreeSet, HashSet};

use rusqlite::Connection;

use super::error::Outcome;
use crate::model::id::{CalendarId, EventId, ExternalId};

/// A known event and the series that it belongs to.
const KNOWN: &str = "\
SELECT external_id, series_external_id FROM calendar_events WHERE id = ?1 AND removed_at IS NULL
UNION ALL
SELECT external_id, series_external_id FROM temp.stage
WHERE calendar_id = ?2 AND external_id = ?3 AND change = 'upsert'";

/// Every listed occurrence with its series, staged or stored.
const LISTED: &str = "\
SELECT external_id, series_external_id FROM temp.stage_occurrence WHERE calendar_id = ?1
UNION ALL
SELECT json_extract(o.value, '$[0]'), e.external_id
FROM calendar_events e, json_each(e.occurrences) o
WHERE e.calendar_id = ?1 AND e.removed_at IS NULL AND e.occurrences IS NOT NULL";

/// Series of which only occurrences or exceptions are staged, and those
/// exceptions: where the series is gone, each tells by itself whether it is.
const HEADLESS: &str = "\
SELECT o.series FROM
    (SELECT DISTINCT series_external_id AS series FROM temp.stage_occurrence
     WHERE calendar_id = ?1
     UNION ALL
     SELECT DISTINCT series_external_id FROM temp.stage INDEXED BY stage_exceptions
     WHERE calendar_id = ?1 AND change = 'upsert' AND series_external_id IS NOT NULL) o
WHERE NOT EXISTS (SELECT 1 FROM temp.stage s
                  WHERE s.calendar_id = ?1 AND s.external_id = o.series)
UNION ALL
SELECT x.external_id FROM temp.stage x
WHERE x.calendar_id = ?1 AND x.change = 'upsert' AND x.series_external_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM temp.stage s
                  WHERE s.calendar_id = ?1 AND s.external_id = x.series_external_id)";

/// Series with an occurrence that is staged at different times, or as an
/// exception too: nothing says which of them is the newer.
const DOUBTFUL: &str = "\
SELECT o.series_external_id FROM temp.stage_occurrence o
WHERE o.calendar_id = ?1
  AND (o.doubtful OR EXISTS (SELECT 1 FROM temp.stage x INDEXED BY stage_exceptions
                             WHERE x.calendar_id = ?1 AND x.external_id = o.external_id
                               AND x.change = 'upsert' AND x.series_external_id IS NOT NULL))";

/// The events that have to be read again.
pub(super) fn find(
    connection: &Connection,
    calendar: &CalendarId,
    vanished: &[ExternalId],
) -> Outcome<Vec<ExternalId>> {
    let mut found = BTreeSet::new();
    let mut unknown = HashSet::new();
    for external_id in vanished {
        if !known(connection, calendar, external_id, &mut found)? {
            unknown.insert(external_id);
        }
    }
    if !unknown.is_empty() {
        add_series(connection, calendar, &unknown, &mut found)?;
    }
    for sql in [HEADLESS, DOUBTFUL] {
        let mut rows = connection.prepare_cached(sql)?;
        for row in rows.query_map([calendar], |row| row.get::<_, ExternalId>(0))? {
            found.insert(row?);
        }
    }
    Ok(found.into_iter().collect())
}

/// Adds a known event and its series; whether there is one.
fn known(
    connection: &Connection,
    calendar: &CalendarId,
    external_id: &ExternalId,
    found: &mut BTreeSet<ExternalId>,
) -> Outcome<bool> {
    let id = EventId::of(calendar, external_id);
    let mut rows = connection.prepare_cached(KNOWN)?;
    let pair = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let known = rows.query_map((id, calendar, external_id), pair)?;
    let known: Vec<(ExternalId, Option<ExternalId>)> = known.collect::<Result<_, _>>()?;
    let any = !known.is_empty();
    for (event, series) in known {
        found.insert(event);
        found.extend(series);
    }
    Ok(any)
}

/// Adds the series of the occurrences among unknown ids, in one reading.
fn add_series(
    connection: &Connection,
    calendar: &CalendarId,
    unknown: &HashSet<&ExternalId>,
    found: &mut BTreeSet<ExternalId>,
) -> Outcome<()> {
    let mut statement = connection.prepare_cached(LISTED)?;
    let mut rows = statement.query([calendar])?;
    while let Some(row) = rows.next()? {
        if unknown.contains(&row.get::<_, ExternalId>(0)?) {
            found.insert(row.get(1)?);
        }
    }
    Ok(())
}
