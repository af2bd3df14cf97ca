//! The timeline: occurrences that follow from events.
//!
//! The table `touched` holds the events whose occurrences are built anew.

use rusqlite::{CachedStatement, Connection, Row};
use serde::de::IgnoredAny;

use super::convert::{Json, day, parse_day, parse_instant, parse_time, second};
use super::error::{Fault, Outcome};
use crate::engine;
use crate::engine::timeline::Expansion;
use crate::model::calendar::Calendar;
use crate::model::id::{CalendarId, EventId, ExternalId};
use crate::model::recurrence::Recurrence;
use crate::model::time::{EventTime, OriginalStart, Window, Zone};
use crate::store::Unparsed;

/// An event as the timeline sees it.
pub(super) struct Shape {
    /// The row.
    id: String,
    /// The provider's id.
    external_id: ExternalId,
    /// When it takes place; of a series, the first occurrence.
    pub(super) time: EventTime,
    /// How it repeats.
    recurrence: Option<Recurrence>,
    /// Its occurrences, where they are listed.
    occurrences: Option<Vec<EventTime>>,
    /// Whether its time counts as taken.
    busy: bool,
}

/// A listed occurrence: external id, which only SQL looks for, start, end.
type Listed<'a> = (IgnoredAny, &'a str, &'a str);

/// The columns of a [`Shape`], of a table `e`. They are read by their place: to
/// look for nine names in every row takes longer than to read them.
pub(super) const SHAPE: &str = "e.id, e.external_id, e.\"start\", e.\"end\", e.all_day, \
                                e.timezone, e.recurrence, e.occurrences, e.busy";

/// Which events have a place in the timeline.
pub(super) const VISIBLE: &str =
    "e.removed_at IS NULL AND e.status <> 'cancelled' AND e.\"start\" IS NOT NULL";

/// Events of a table that may have something in a window (?1, ?2): every
/// series, and what takes place once around it. A day is less than every
/// instant of it, so that the bounds hold for days as well;
/// [`Window::touches`] decides.
pub(super) fn near(table: &str) -> String {
    format!(
        "({table}.recurrence IS NOT NULL
          OR ({table}.\"start\" < ?2 AND {table}.\"end\" >= substr(?1, 1, 10)))"
    )
}

/// Begins with nothing to build anew.
pub(super) fn touch_nothing(connection: &Connection) -> Outcome<()> {
    connection
        .prepare_cached("DELETE FROM temp.touched")?
        .execute([])?;
    Ok(())
}

/// Builds the occurrences of all touched events, and of the series whose
/// exceptions were touched, anew. Answers the series whose rule could not be
/// read.
pub(super) fn rebuild(
    connection: &Connection,
    calendar: &Calendar,
    window: &Window,
) -> Outcome<Vec<Unparsed>> {
    touch_series(connection, &calendar.id)?;
    let delete = "DELETE FROM calendar_occurrences WHERE event_id IN
                  (SELECT event_id FROM temp.touched WHERE what <> 'created')";
    connection.prepare_cached(delete)?.execute([])?;
    // In the order of ids: the index by event then grows at its end.
    let select = format!(
        "SELECT {SHAPE} FROM (SELECT event_id FROM temp.touched WHERE near GROUP BY event_id) t
         CROSS JOIN calendar_events e ON e.id = t.event_id
         WHERE {VISIBLE}"
    );
    let mut unparsed = Vec::new();
    let mut writer = Writer::new(connection, calendar)?;
    let mut events = connection.prepare_cached(&select)?;
    let mut rows = events.query([])?;
    while let Some(row) = rows.next()? {
        let shape = shape(row)?;
        let expansion = writer.expand(&shape, window)?;
        for time in expansion.times.iter().filter(|time| window.touches(time)) {
            writer.insert(&shape, time)?;
        }
        unparsed.extend(expansion.unparsed.map(|reason| Unparsed {
            external_id: shape.external_id,
            reason,
        }));
    }
    Ok(unparsed)
}

/// Touches the series whose exceptions were touched: those that they belong
/// to and those that they belonged to.
fn touch_series(connection: &Connection, calendar: &CalendarId) -> Outcome<()> {
    let sql = "
        SELECT old_series FROM temp.touched WHERE old_series IS NOT NULL
        UNION
        SELECT new_series FROM temp.touched WHERE new_series IS NOT NULL";
    let mut rows = connection.prepare_cached(sql)?;
    let series = rows
        .query_map([], |row| row.get(0))?
        .collect::<Result<Vec<ExternalId>, _>>()?;
    let touch = "INSERT INTO temp.touched (event_id, what) VALUES (?1, 'series')";
    let mut touch = connection.prepare_cached(touch)?;
    for external_id in series {
        touch.execute([EventId::of(calendar, &external_id)])?;
    }
    Ok(())
}

/// A row of [`SHAPE`].
pub(super) fn shape(row: &Row<'_>) -> Outcome<Shape> {
    let recurrence: Option<Json<Vec<String>>> = row.get(6)?;
    let text = |index| -> Outcome<_> {
        let text = row.get_ref(index)?.as_str();
        Ok(text.map_err(rusqlite::Error::from)?)
    };
    let (start, end) = (text(2)?, text(3)?);
    let all_day = row.get(4)?;
    let zone = match recurrence {
        // Only the rule of a series asks for the zone.
        Some(_) => zone(row)?,
        None => Zone::utc(),
    };
    Ok(Shape {
        id: row.get(0)?,
        external_id: row.get(1)?,
        time: parse_time(start, end, all_day, zone)?,
        recurrence: recurrence.map(|Json(lines)| Recurrence(lines)),
        occurrences: listed(row, all_day)?,
        busy: row.get(8)?,
    })
}

/// The occurrences that are listed beside a series.
fn listed(row: &Row<'_>, all_day: bool) -> Outcome<Option<Vec<EventTime>>> {
    let text = row.get_ref(7)?.as_str_or_null();
    let Some(text) = text.map_err(rusqlite::Error::from)? else {
        return Ok(None);
    };
    let list: Vec<Listed<'_>> = serde_json::from_str(text)
        .map_err(|error| Fault::Damaged(format!("occurrences cannot be read: {error}")))?;
    // One that is listed in days beside a timed series has no place in it.
    let time = |(_, start, end): &Listed<'_>| parse_time(start, end, all_day, Zone::utc()).ok();
    Ok(Some(list.iter().filter_map(time).collect()))
}

/// The zone of a series; UTC where the tz database has lost its name.
fn zone(row: &Row<'_>) -> Outcome<Zone> {
    let Some(name) = row.get::<_, Option<String>>(5)? else {
        return Ok(Zone::utc());
    };
    Ok(Zone::parse(&name).unwrap_or_else(|error| {
        let id: String = row.get(0).unwrap_or_default();
        tracing::warn!(event.id = id, %error, "series is expanded in UTC");
        Zone::utc()
    }))
}

/// Expands events of one calendar and writes their occurrences.
pub(super) struct Writer<'a> {
    calendar: &'a Calendar,
    exceptions: CachedStatement<'a>,
    insert: CachedStatement<'a>,
}

impl<'a> Writer<'a> {
    /// Writes for a calendar.
    pub(super) fn new(connection: &'a Connection, calendar: &'a Calendar) -> Outcome<Self> {
        let exceptions = "SELECT original_start FROM calendar_events
            WHERE calendar_id = ?1 AND series_external_id = ?2 AND removed_at IS NULL";
        let insert = "INSERT INTO calendar_occurrences
            (user_id, calendar_id, event_id, starts_at, ends_at, start_date, end_date, all_day, busy)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        Ok(Self {
            calendar,
            exceptions: connection.prepare_cached(exceptions)?,
            insert: connection.prepare_cached(insert)?,
        })
    }

    /// The occurrences of an event around a window.
    pub(super) fn expand(&mut self, shape: &Shape, window: &Window) -> Outcome<Expansion> {
        if let Some(times) = &shape.occurrences {
            return Ok(Expansion {
                times: times.clone(),
                unparsed: None,
            });
        }
        let Some(recurrence) = &shape.recurrence else {
            return Ok(Expansion {
                times: vec![shape.time.clone()],
                unparsed: None,
            });
        };
        let exceptions = self.exceptions(&shape.external_id)?;
        Ok(engine::timeline::expand(
            &shape.time,
            recurrence,
            &exceptions,
            window,
        ))
    }

    /// The slots of a series that exceptions stand for, cancelled ones too.
    fn exceptions(&mut self, series: &ExternalId) -> Outcome<Vec<OriginalStart>> {
        let mut rows = self.exceptions.query((&self.calendar.id, series))?;
        let mut slots = Vec::new();
        while let Some(row) = rows.next()? {
            let text: Option<String> = row.get(0)?;
            slots.extend(text.as_deref().map(slot).transpose()?);
        }
        Ok(slots)
    }

    /// Writes one occurrence.
    pub(super) fn insert(&mut self, shape: &Shape, time: &EventTime) -> Outcome<()> {
        let (instants, days) = match time {
            EventTime::Timed { start, end, .. } => (Some((second(*start), second(*end))), None),
            EventTime::AllDay { start, end } => (None, Some((day(*start), day(*end)))),
        };
        self.insert.execute((
            &self.calendar.user_id,
            &self.calendar.id,
            &shape.id,
            instants.as_ref().map(|(start, _)| start),
            instants.as_ref().map(|(_, end)| end),
            days.as_ref().map(|(start, _)| start),
            days.as_ref().map(|(_, end)| end),
            days.is_some(),
            shape.busy,
        ))?;
        Ok(())
    }
}

/// A slot of a column: a day or an instant.
fn slot(text: &str) -> Outcome<OriginalStart> {
    Ok(if text.contains('T') {
        OriginalStart::At(parse_instant(text)?)
    } else {
        OriginalStart::Date(parse_day(text)?)
    })
}
