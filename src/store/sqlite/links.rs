//! Links: what has to be decided on.

use std::sync::LazyLock;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::{Connection, OptionalExtension, Row};

use super::content::ContentRow;
use super::convert::{Json, Milli, count, day, moment, small, user_id};
use super::error::{Fault, Outcome};
use super::{SqliteStore, event_row, link_plan, outbox, tasks, writes};
use crate::model::id::{CalendarId, EventId, TaskId};
use crate::model::lease::Lease;
use crate::model::link::{Base, Link, LinkState};
use crate::store::{
    Due, LinkCount, LinkPlan, LinkedEvent, Links, OutboxEntry, Pair, Planned, Result, Seen,
    Settlement, WriteRecord,
};

#[async_trait]
impl Links for SqliteStore {
    async fn link_moved(
        &self,
        calendar: &CalendarId,
        now: DateTime<Utc>,
        from: NaiveDate,
    ) -> Result<Vec<Pair>> {
        let calendar = calendar.clone();
        self.read(move |tx| moved(tx, &calendar, now, from)).await
    }

    async fn write_list(&self, task: &TaskId, most: u32) -> Result<Vec<WriteRecord>> {
        let task = task.clone();
        self.read(move |tx| writes::list(tx, &task, most)).await
    }

    async fn link_plan(&self, plan: LinkPlan) -> Result<Planned> {
        self.write(move |tx| link_plan::carry_out(tx, &plan)).await
    }

    async fn link_pair(&self, task: &TaskId) -> Result<Option<Pair>> {
        let task = task.clone();
        self.read(move |tx| {
            let found = tx.prepare_cached(&ONE)?.query_row([&task], found);
            match found.optional()? {
                Some(found) => pair(tx, found),
                None => Ok(None),
            }
        })
        .await
    }

    async fn link_count(&self, calendar: &CalendarId) -> Result<LinkCount> {
        let calendar = calendar.clone();
        self.read(move |tx| {
            let sql = "SELECT
                (SELECT count(*) FROM calendar_links WHERE calendar_id = ?1 AND state = 'open'),
                (SELECT count(*) FROM outbox WHERE calendar_id = ?1 AND parked_by IS NOT NULL)";
            let counted = |row: &Row<'_>| {
                Ok(LinkCount {
                    open: count(row.get::<_, i64>(0)?),
                    parked: count(row.get::<_, i64>(1)?),
                })
            };
            Ok(tx.prepare_cached(sql)?.query_row([calendar], counted)?)
        })
        .await
    }

    async fn outbox_list(&self, calendar: &CalendarId, due: Due) -> Result<Vec<OutboxEntry>> {
        let calendar = calendar.clone();
        self.read(move |tx| outbox::list(tx, &calendar, due)).await
    }

    async fn outbox_begin(
        &self,
        entry: &OutboxEntry,
        lease: &Lease,
        now: DateTime<Utc>,
    ) -> Result<Option<OutboxEntry>> {
        let (entry, lease) = (entry.clone(), lease.clone());
        self.write(move |tx| outbox::begin(tx, entry, &lease, now))
            .await
    }

    async fn outbox_rest(
        &self,
        calendar: &CalendarId,
        lease: &Lease,
        until: DateTime<Utc>,
        reason: &str,
    ) -> Result<()> {
        let (calendar, lease, reason) = (calendar.clone(), lease.clone(), reason.to_owned());
        self.write(move |tx| outbox::rest(tx, &calendar, &lease, (until, &reason)))
            .await
    }

    async fn outbox_settle(&self, settlement: Settlement) -> Result<bool> {
        self.write(move |tx| outbox::settle(tx, &settlement)).await
    }
}

/// What is compared of a task: all that it says, in the zone that counts for
/// it, but not when it was last touched.
pub(super) const TASK_SEEN: &str = "\
CASE WHEN t.id IS NOT NULL THEN json_array(t.user_id, t.title, t.description, t.location,
    t.start_date, t.end_date, t.all_day,
    coalesce(t.timezone, (SELECT u.timezone FROM users u WHERE u.id = t.user_id)),
    t.status, t.reminder_minutes, t.deleted_at) END";

/// What is compared of an event.
const EVENT_SEEN: &str =
    "CASE WHEN e.id IS NOT NULL THEN json_array(e.etag, e.removed_at IS NOT NULL) END";

/// Whether an event says something new: our own write coming back does not.
const IS_NEWS: &str = "(event_now IS NOT event_seen AND event_now IS NOT json_array(base_etag, 0))";

/// The open links of a calendar (?1) that have to be decided on by now (?2).
static MOVED: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT task_id, task_now, event_now, {IS_NEWS} AS is_news FROM
             (SELECT l.*, o.next_attempt_at, o.parked_by, {TASK_SEEN} AS task_now, {EVENT_SEEN} AS event_now
              FROM calendar_links l
              LEFT JOIN tasks t ON t.id = l.task_id
              LEFT JOIN calendar_events e ON e.id = l.event_id
              LEFT JOIN outbox o ON o.task_id = l.task_id
              WHERE l.calendar_id = ?1 AND l.state IN ('pending', 'open'))
         WHERE task_now IS NOT task_seen OR {IS_NEWS}
            OR (next_attempt_at <= ?2 AND parked_by IS NULL
                AND EXISTS (SELECT 1 FROM {WRITABLE} WHERE c.id = ?1))
         ORDER BY task_id"
    )
});

/// A task (?1), its link, or both.
static ONE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT task_id, task_now, event_now, {IS_NEWS} AS is_news FROM
             (SELECT ?1 AS task_id, l.event_seen, l.base_etag,
                     {TASK_SEEN} AS task_now, {EVENT_SEEN} AS event_now
              FROM (SELECT 1)
              LEFT JOIN tasks t ON t.id = ?1
              LEFT JOIN calendar_links l ON l.task_id = ?1
              LEFT JOIN calendar_events e ON e.id = l.event_id
              WHERE t.id IS NOT NULL OR l.task_id IS NOT NULL)"
    )
});

/// The tasks that are to have an event in a calendar (?1), and end on a day (?2)
/// or later: without a link, or changed since theirs was closed. A day before
/// is not worth reading the time for; zones are a day apart at most.
static NEW: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT t.id AS task_id, {TASK_SEEN} AS task_now, NULL AS event_now, 0 AS is_news
         FROM {WRITABLE}
         JOIN tasks t ON t.user_id = c.user_id
         LEFT JOIN calendar_links l ON l.task_id = t.id
         WHERE {WRITTEN_TO} AND t.start_date IS NOT NULL AND t.deleted_at IS NULL
           AND substr(coalesce(t.end_date, t.start_date), 1, 10) >= date(?2, '-2 days')
           AND (l.task_id IS NULL OR (l.state = 'closed'
                AND (l.user_id <> t.user_id OR {TASK_SEEN} IS NOT l.task_seen)))
         ORDER BY t.id"
    )
});

/// Whether a calendar (?1) is the one that its user's new tasks go to.
const WRITTEN_TO: &str =
    "c.id = ?1 AND c.is_primary_write = 1 AND c.is_active = 1 AND c.is_listed = 1
     AND EXISTS (SELECT 1 FROM accounts WHERE id = c.account_id AND status <> 'disabled')";

/// The calendars (c) that may be written, and that their users let us write.
pub(super) const WRITABLE: &str = "\
calendars c JOIN calendar_preferences p ON p.user_id = c.user_id AND p.write_enabled = 1
    AND c.access_role IN ('owner', 'writer')";

/// A task of which something moved.
struct Found {
    task_id: TaskId,
    seen: Seen,
    is_news: bool,
}

fn found(row: &Row<'_>) -> rusqlite::Result<Found> {
    Ok(Found {
        task_id: row.get("task_id")?,
        seen: Seen {
            task: row.get("task_now")?,
            event: row.get("event_now")?,
        },
        is_news: row.get("is_news")?,
    })
}

fn moved(
    connection: &Connection,
    calendar: &CalendarId,
    now: DateTime<Utc>,
    from: NaiveDate,
) -> Outcome<Vec<Pair>> {
    let mut moved = connection.prepare_cached(&MOVED)?;
    let mut new = connection.prepare_cached(&NEW)?;
    let moved = moved.query_map((calendar, Milli(now)), found)?;
    let new = new.query_map((calendar, day(from)), found)?;
    let found: Vec<_> = moved.chain(new).collect::<Result<_, _>>()?;
    let pairs = found.into_iter().map(|one| pair(connection, one));
    pairs.filter_map(Outcome::transpose).collect()
}

/// All that there is of a task and its event; nothing while the task's time
/// cannot be read, since nobody knows what it should mean for the event.
fn pair(connection: &Connection, found: Found) -> Outcome<Option<Pair>> {
    let task = match tasks::find(connection, &found.task_id)?.transpose() {
        Ok(task) => task,
        Err(error) => {
            tracing::warn!(task.id = %found.task_id, %error, "the task waits until its time can be read");
            return Ok(None);
        }
    };
    let (link, event_id) = link(connection, &found.task_id)?.unzip();
    let event = match event_id.flatten() {
        None => None,
        Some(id) => event_row::find(connection, &id)?,
    };
    Ok(Some(Pair {
        task,
        link,
        event: event.map(|(event, removed_at)| LinkedEvent {
            event,
            removed_at,
            is_news: found.is_news,
        }),
        outbox: outbox::find(connection, &found.task_id)?,
        seen: found.seen,
        task_id: found.task_id,
    }))
}

/// The link of a task, with our id of its event.
fn link(connection: &Connection, task: &TaskId) -> Outcome<Option<(Link, Option<EventId>)>> {
    let sql = "SELECT * FROM calendar_links WHERE task_id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([task])?;
    let row = rows.next()?;
    row.map(|row| Ok((read(row)?, row.get("event_id")?)))
        .transpose()
}

/// A row of `calendar_links`.
fn read(row: &Row<'_>) -> Outcome<Link> {
    Ok(Link {
        task_id: row.get("task_id")?,
        user_id: user_id(row, "user_id")?,
        calendar_id: row.get("calendar_id")?,
        generation: small(row, "generation")?,
        state: state(row)?,
        pulled_at: moment(row, "last_pulled_at")?,
    })
}

/// How far a link has come.
fn state(row: &Row<'_>) -> Outcome<LinkState> {
    let word: String = row.get("state")?;
    match word.as_str() {
        "pending" => Ok(LinkState::Pending),
        "closed" => Ok(LinkState::Closed),
        "open" => Ok(LinkState::Open {
            external_id: row.get("external_id")?,
            base: Box::new(base(row)?),
        }),
        other => Err(Fault::Damaged(format!("{other:?} is no state of links"))),
    }
}

/// What both sides of a link last agreed on.
pub(super) fn base(row: &Row<'_>) -> Outcome<Base> {
    Ok(Base {
        task: row.get::<_, Json<ContentRow>>("base_task")?.0.content()?,
        event: row.get::<_, Json<ContentRow>>("base_event")?.0.content()?,
        etag: row.get("base_etag")?,
    })
}
