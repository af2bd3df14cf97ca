//! Watches: `webhook_subscriptions`, and whether a calendar can be watched.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row};

use super::SqliteStore;
use super::calendars::unknown;
use super::convert::{Milli, Word, moment, user_id};
use super::error::Outcome;
use crate::model::account::ProviderKind;
use crate::model::id::{CalendarId, WatchId};
use crate::model::watch::{Watch, WatchGrant};
use crate::store::{Result, Watched, Watches};

#[async_trait]
impl Watches for SqliteStore {
    async fn watch_request(&self, watch: Watch) -> Result<()> {
        self.write(move |tx| request(tx, &watch)).await
    }

    async fn watch_confirm(&self, id: &WatchId, grant: WatchGrant) -> Result<bool> {
        let id = id.clone();
        self.write(move |tx| confirm(tx, &id, &grant)).await
    }

    async fn watch_discard(&self, id: &WatchId) -> Result<()> {
        let id = id.clone();
        self.write(move |tx| {
            let sql = "UPDATE webhook_subscriptions SET state = 'stopping' WHERE id = ?1";
            tx.prepare_cached(sql)?.execute([id])?;
            Ok(())
        })
        .await
    }

    async fn watch_remove(&self, id: &WatchId) -> Result<()> {
        let id = id.clone();
        self.write(move |tx| {
            let sql = "DELETE FROM webhook_subscriptions WHERE id = ?1";
            tx.prepare_cached(sql)?.execute([id])?;
            Ok(())
        })
        .await
    }

    async fn watch_refuse(
        &self,
        calendar: &CalendarId,
        reason: &str,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let (calendar, reason) = (calendar.clone(), reason.to_owned());
        self.write(move |tx| {
            let sql = "UPDATE calendars SET watch_support = 'refused', watch_reason = ?2,
                watch_checked_at = ?3 WHERE id = ?1";
            tx.prepare_cached(sql)?
                .execute((calendar, reason, Milli(at)))?;
            Ok(())
        })
        .await
    }

    async fn watch_list(&self, calendar: Option<&CalendarId>) -> Result<Vec<Watch>> {
        let calendar = calendar.cloned();
        self.read(move |tx| {
            let sql = "SELECT * FROM webhook_subscriptions WHERE ?1 IS NULL OR calendar_id = ?1
                       ORDER BY user_id, calendar_id, requested_at, id";
            let mut rows = tx.prepare_cached(sql)?;
            let watches = rows.query_map([calendar], read)?;
            Ok(watches.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn watch_calendars(
        &self,
        provider: ProviderKind,
        watches: Vec<String>,
    ) -> Result<HashMap<String, Watched>> {
        self.read(move |tx| calendars(tx, provider, watches)).await
    }
}

fn request(connection: &Connection, watch: &Watch) -> Outcome<()> {
    let mut known = connection.prepare_cached("SELECT 1 FROM calendars WHERE id = ?1")?;
    if !known.exists([&watch.calendar_id])? {
        return Err(unknown(&watch.calendar_id));
    }
    let sql = "INSERT INTO webhook_subscriptions
        (id, provider, user_id, calendar_id, state, requested_at)
        VALUES (?1, ?2, ?3, ?4, 'requested', ?5)";
    connection.prepare_cached(sql)?.execute((
        &watch.id,
        watch.provider.as_str(),
        watch.user_id.as_str(),
        &watch.calendar_id,
        Milli(watch.requested_at),
    ))?;
    Ok(())
}

fn confirm(connection: &Connection, id: &WatchId, grant: &WatchGrant) -> Outcome<bool> {
    let this = "UPDATE webhook_subscriptions
        SET external_id = ?2, resource_id = ?3, expires_at = ?4, state = 'active'
        WHERE id = ?1 RETURNING calendar_id";
    let row = (
        id,
        &grant.external_id,
        &grant.resource_id,
        Milli(grant.until),
    );
    let calendar: Option<CalendarId> = connection
        .prepare_cached(this)?
        .query_row(row, |row| row.get(0))
        .optional()?;
    let Some(calendar) = calendar else {
        return Ok(false);
    };
    let others = "UPDATE webhook_subscriptions SET state = 'stopping'
        WHERE calendar_id = ?1 AND id <> ?2";
    connection
        .prepare_cached(others)?
        .execute((&calendar, id))?;
    let possible = "UPDATE calendars SET watch_support = NULL, watch_reason = NULL,
        watch_checked_at = NULL WHERE id = ?1 AND watch_support IS NOT NULL";
    connection.prepare_cached(possible)?.execute([&calendar])?;
    Ok(true)
}

fn calendars(
    connection: &Connection,
    provider: ProviderKind,
    watches: Vec<String>,
) -> Outcome<HashMap<String, Watched>> {
    let sql = "SELECT id, user_id, calendar_id FROM webhook_subscriptions
        WHERE provider = ?1 AND (id = ?2 OR external_id = ?2)";
    let mut rows = connection.prepare_cached(sql)?;
    let mut found = HashMap::new();
    for name in watches {
        let watched = rows
            .query_row((provider.as_str(), &name), |row| {
                Ok(Watched {
                    watch: row.get("id")?,
                    user_id: user_id(row, "user_id")?,
                    calendar_id: row.get("calendar_id")?,
                })
            })
            .optional()?;
        if let Some(watched) = watched {
            found.insert(name, watched);
        }
    }
    Ok(found)
}

/// A row of `webhook_subscriptions`.
fn read(row: &Row<'_>) -> rusqlite::Result<Watch> {
    let state: String = row.get("state")?;
    let granted = row
        .get::<_, Option<String>>("external_id")?
        .zip(moment(row, "expires_at")?);
    let resource_id = row.get("resource_id")?;
    Ok(Watch {
        id: row.get("id")?,
        provider: row.get::<_, Word<_>>("provider")?.0,
        user_id: user_id(row, "user_id")?,
        calendar_id: row.get("calendar_id")?,
        requested_at: row.get::<_, Milli>("requested_at")?.0,
        grant: granted.map(|(external_id, until)| WatchGrant {
            external_id,
            resource_id,
            until,
        }),
        is_stopping: state == "stopping",
    })
}
