//! Events and the timeline, as the seam offers them.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, Row};

use super::SqliteStore;
use super::convert::{Second, Word, parse_day, second, user_id};
use super::error::Outcome;
use super::{apply, incomplete, known, removal, roll, stage};
use crate::model::change::Change;
use crate::model::id::{CalendarId, EventId, ExternalId, UserId};
use crate::model::lease::Lease;
use crate::model::time::{EventTime, Window, Zone};
use crate::model::timeline::TimelineRow;
use crate::store::{Applied, Apply, Coverage, EventName, Events, KnownEvent, Removals, Result};

#[async_trait]
impl Events for SqliteStore {
    async fn event_stage(&self, calendar: &CalendarId, page: Vec<Change>) -> Result<()> {
        let calendar = calendar.clone();
        self.beside(move |tx| stage::add(tx, &calendar, &page))
            .await
    }

    async fn event_unstage(&self, calendar: &CalendarId) -> Result<()> {
        let calendar = calendar.clone();
        self.beside(move |tx| stage::clear(tx, &calendar)).await
    }

    async fn event_unstage_members(
        &self,
        calendar: &CalendarId,
        series: Vec<ExternalId>,
    ) -> Result<()> {
        let calendar = calendar.clone();
        self.beside(move |tx| stage::clear_members(tx, &calendar, &series))
            .await
    }

    async fn event_incomplete(
        &self,
        calendar: &CalendarId,
        vanished: Vec<ExternalId>,
    ) -> Result<Vec<ExternalId>> {
        let calendar = calendar.clone();
        self.beside(move |tx| incomplete::find(tx, &calendar, &vanished))
            .await
    }

    async fn event_removals(&self, calendar: &CalendarId, coverage: Coverage) -> Result<Removals> {
        let calendar = calendar.clone();
        self.beside(move |tx| removal::preview(tx, &calendar, coverage))
            .await
    }

    async fn event_apply(&self, apply: Apply) -> Result<Applied> {
        self.write(move |tx| apply::apply(tx, &apply)).await
    }

    async fn timeline_roll(
        &self,
        calendar: &CalendarId,
        lease: &Lease,
        window: Window,
    ) -> Result<()> {
        let (calendar, lease) = (calendar.clone(), lease.clone());
        self.write(move |tx| roll::move_to(tx, &calendar, &lease, &window))
            .await
    }

    async fn event_find(&self, name: EventName) -> Result<Vec<KnownEvent>> {
        self.read(move |tx| known::find(tx, &name)).await
    }

    async fn timeline_list(
        &self,
        user: &UserId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<TimelineRow>> {
        let (user, window) = (user.clone(), Window::new(from, to));
        self.read(move |tx| list(tx, &user, &window)).await
    }
}

/// Rows around a window, in order.
const TIMELINE: &str = "\
SELECT * FROM (
    SELECT *, start_date AS day FROM calendar_timeline
    WHERE user_id = ?1 AND all_day = 1 AND start_date < ?3 AND end_date >= substr(?2, 1, 10)
    UNION ALL
    SELECT *, substr(starts_at, 1, 10) AS day FROM calendar_timeline
    WHERE user_id = ?1 AND all_day = 0 AND starts_at < ?3 AND ends_at >= ?2)
ORDER BY day, all_day DESC, starts_at, title, event_id, end_date";

/// The rows of a user that touch a window.
fn list(connection: &Connection, user: &UserId, window: &Window) -> Outcome<Vec<TimelineRow>> {
    let mut statement = connection.prepare_cached(TIMELINE)?;
    let end = window.end() + TimeDelta::seconds(1);
    let mut rows = statement.query((user, second(window.start()), second(end)))?;
    let mut listed = Vec::new();
    while let Some(row) = rows.next()? {
        let row = read(row)?;
        if time(&row).is_some_and(|time| window.touches(&time)) {
            listed.push(row);
        }
    }
    Ok(listed)
}

/// A row of the view.
fn read(row: &Row<'_>) -> Outcome<TimelineRow> {
    let instant = |column| row.get::<_, Option<Second>>(column);
    let day = |column| -> Outcome<_> {
        let text: Option<String> = row.get(column)?;
        text.as_deref().map(parse_day).transpose()
    };
    Ok(TimelineRow {
        user_id: user_id(row, "user_id")?,
        calendar_id: row.get("calendar_id")?,
        provider: row.get::<_, Word<_>>("provider")?.0,
        event_id: row.get::<_, EventId>("event_id")?,
        title: row.get("title")?,
        location: row.get("location")?,
        starts_at: instant("starts_at")?.map(|at| at.0),
        ends_at: instant("ends_at")?.map(|at| at.0),
        start_date: day("start_date")?,
        end_date: day("end_date")?,
        all_day: row.get("all_day")?,
        busy: row.get("busy")?,
        status: row.get("status")?,
    })
}

/// When a row takes place.
fn time(row: &TimelineRow) -> Option<EventTime> {
    let days = row.start_date.zip(row.end_date);
    let instants = row.starts_at.zip(row.ends_at);
    days.map(|(start, end)| EventTime::all_day(start, end))
        .or_else(|| instants.map(|(start, end)| EventTime::timed(start, end, Zone::utc())))
}
