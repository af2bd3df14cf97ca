//! Calendars: their state. How they are discovered is in `discovery.rs`.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row};

use super::SqliteStore;
use super::convert::{Milli, Word, moment, small, user_id, window};
use super::discovery;
use super::error::{Fault, Outcome, no_such};
use crate::model::calendar::{Backoff, Calendar, Discovered, Discovery, WatchSupport};
use crate::model::id::{CalendarId, SyncToken, UserId};
use crate::store::{Calendars, Result};

#[async_trait]
impl Calendars for SqliteStore {
    async fn calendar_discover(&self, discovery: Discovery) -> Result<Discovered> {
        self.write(move |tx| discovery::take_over(tx, &discovery))
            .await
    }

    async fn calendar_list(&self, user: Option<&UserId>) -> Result<Vec<Calendar>> {
        let user = user.cloned();
        self.read(move |tx| {
            let sql = format!(
                "{SELECT} WHERE ?1 IS NULL OR c.user_id = ?1
                 ORDER BY c.user_id, c.account_id, c.name, c.id"
            );
            let mut rows = tx.prepare_cached(&sql)?;
            let calendars = rows.query_map([user], read)?;
            Ok(calendars.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn calendar_find(&self, id: &CalendarId) -> Result<Option<Calendar>> {
        let id = id.clone();
        self.read(move |tx| find(tx, &id)).await
    }

    async fn calendar_set_active(&self, id: &CalendarId, active: bool) -> Result<bool> {
        let id = id.clone();
        self.write(move |tx| {
            let sql = "UPDATE calendars SET is_active = ?2 WHERE id = ?1";
            Ok(tx.prepare_cached(sql)?.execute((id, active))? > 0)
        })
        .await
    }

    async fn calendar_set_primary_write(&self, id: &CalendarId) -> Result<bool> {
        let id = id.clone();
        self.write(move |tx| set_primary_write(tx, &id)).await
    }

    async fn calendar_save_backoff(&self, id: &CalendarId, backoff: Backoff) -> Result<()> {
        let id = id.clone();
        self.write(move |tx| save_backoff(tx, &id, &backoff)).await
    }
}

/// A fault for a calendar that is not there.
pub(super) fn unknown(id: &CalendarId) -> Fault {
    no_such(format!(
        "calendar {id} does not exist: `calsync calendars list` shows those that do"
    ))
}

/// Calendars, and whether their accounts are in use.
const SELECT: &str = "\
SELECT c.*, a.status <> 'disabled' AS is_connected
FROM calendars c JOIN accounts a ON a.id = c.account_id";

/// One calendar.
pub(super) fn find(connection: &Connection, id: &CalendarId) -> Outcome<Option<Calendar>> {
    let mut rows = connection.prepare_cached(&format!("{SELECT} WHERE c.id = ?1"))?;
    Ok(rows.query_row([id], read).optional()?)
}

/// Makes one calendar of its user the one that is written to.
pub(super) fn set_primary_write(connection: &Connection, id: &CalendarId) -> Outcome<bool> {
    let others = "UPDATE calendars SET is_primary_write = 0
        WHERE is_primary_write = 1 AND id <> ?1
          AND user_id = (SELECT user_id FROM calendars WHERE id = ?1)";
    connection.prepare_cached(others)?.execute([id])?;
    let this = "UPDATE calendars SET is_primary_write = 1 WHERE id = ?1";
    Ok(connection.prepare_cached(this)?.execute([id])? > 0)
}

/// Notes how the last attempts went.
fn save_backoff(connection: &Connection, id: &CalendarId, backoff: &Backoff) -> Outcome<()> {
    let sql = "UPDATE calendars SET failures = ?2, next_attempt_at = ?3, backoff_reason = ?4
               WHERE id = ?1";
    let next = backoff.next_attempt_at.map(Milli);
    let row = (id, backoff.failures, next, &backoff.reason);
    match connection.prepare_cached(sql)?.execute(row)? {
        0 => Err(unknown(id)),
        _ => Ok(()),
    }
}

/// A row of [`SELECT`].
fn read(row: &Row<'_>) -> rusqlite::Result<Calendar> {
    let token: Option<String> = row.get("sync_token")?;
    Ok(Calendar {
        id: row.get("id")?,
        account_id: row.get("account_id")?,
        user_id: user_id(row, "user_id")?,
        provider: row.get::<_, Word<_>>("provider")?.0,
        external_id: row.get("external_id")?,
        name: row.get("name")?,
        timezone: row.get("timezone")?,
        access_role: row.get::<_, Word<_>>("access_role")?.0,
        is_active: row.get("is_active")?,
        is_primary_write: row.get("is_primary_write")?,
        is_listed: row.get("is_listed")?,
        is_connected: row.get("is_connected")?,
        sync_token: token.map(SyncToken::new),
        window: window(row)?,
        last_pulled_at: moment(row, "last_pulled_at")?,
        backoff: read_backoff(row)?,
        watch_support: read_watch_support(row)?,
    })
}

/// Whether the provider refused to watch the calendar.
fn read_watch_support(row: &Row<'_>) -> rusqlite::Result<WatchSupport> {
    let refused = moment(row, "watch_checked_at")?.zip(row.get("watch_reason")?);
    Ok(match refused {
        Some((at, reason)) => WatchSupport::Refused { reason, at },
        None => WatchSupport::Possible,
    })
}

/// The backoff columns of a calendar.
fn read_backoff(row: &Row<'_>) -> rusqlite::Result<Backoff> {
    Ok(Backoff {
        failures: small(row, "failures")?,
        next_attempt_at: moment(row, "next_attempt_at")?,
        reason: row.get("backoff_reason")?,
    })
}
