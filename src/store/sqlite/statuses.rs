//! How the last sync of each user went.

use async_trait::async_trait;
use rusqlite::{Connection, Row};

use super::SqliteStore;
use super::convert::{Json, Milli, Word, moment, user_id};
use super::error::Outcome;
use super::users;
use crate::model::run::SyncStatus;
use crate::store::{Result, Statuses};

#[async_trait]
impl Statuses for SqliteStore {
    async fn status_save(&self, status: SyncStatus) -> Result<()> {
        self.write(move |tx| {
            users::require(tx, &status.user_id)?;
            save(tx, &status)
        })
        .await
    }

    async fn status_list(&self) -> Result<Vec<SyncStatus>> {
        self.read(|tx| {
            let sql = "SELECT * FROM calendar_sync_status ORDER BY user_id";
            let mut rows = tx.prepare_cached(sql)?;
            let statuses = rows.query_map([], read)?;
            Ok(statuses.collect::<Result<_, _>>()?)
        })
        .await
    }
}

/// Creates or replaces a status; the last sync stays known.
fn save(connection: &Connection, status: &SyncStatus) -> Outcome<()> {
    let sql = "INSERT INTO calendar_sync_status
            (user_id, last_sync_at, sync_status, counts, errors, updated_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (user_id) DO UPDATE SET
            last_sync_at = coalesce(excluded.last_sync_at, last_sync_at),
            sync_status = excluded.sync_status, counts = excluded.counts,
            errors = excluded.errors, updated_at = excluded.updated_at";
    connection.prepare_cached(sql)?.execute((
        &status.user_id,
        status.last_sync_at.map(Milli),
        status.state.as_str(),
        Json(&status.counts),
        Json(&status.failures),
        Milli(status.updated_at),
    ))?;
    Ok(())
}

/// A row of `calendar_sync_status`.
fn read(row: &Row<'_>) -> rusqlite::Result<SyncStatus> {
    Ok(SyncStatus {
        user_id: user_id(row, "user_id")?,
        last_sync_at: moment(row, "last_sync_at")?,
        state: row.get::<_, Word<_>>("sync_status")?.0,
        counts: row.get::<_, Json<_>>("counts")?.0,
        failures: row.get::<_, Json<_>>("errors")?.0,
        updated_at: row.get::<_, Milli>("updated_at")?.0,
    })
}
