//! The dead list.

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::columns::{Milli, Raw};
use super::error::Outcome;
use crate::model::account::ProviderKind;
use crate::queue::{DeadEntry, DeliveryId};

/// Puts a delivery aside.
pub(super) fn bury(
    connection: &Connection,
    id: DeliveryId,
    reason: &str,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let insert = "INSERT INTO dead (id, provider, entry, reason, at)
        SELECT id, provider, entry, ?2, ?3 FROM deliveries WHERE id = ?1";
    connection
        .prepare_cached(insert)?
        .execute((id, reason, Milli(now)))?;
    let delete = "DELETE FROM deliveries WHERE id = ?1";
    connection.prepare_cached(delete)?.execute([id])?;
    Ok(())
}

/// The dead list, the oldest first.
pub(super) fn list(connection: &Connection) -> Outcome<Vec<DeadEntry>> {
    let mut list = Vec::new();
    let sql = "SELECT id, entry, reason, at FROM dead WHERE provider = ?1";
    let mut select = connection.prepare_cached(sql)?;
    for provider in ProviderKind::ALL {
        let rows = select.query_map([provider.as_str()], |row| {
            let Raw(entry) = row.get(1)?;
            let Milli(at) = row.get(3)?;
            Ok(DeadEntry {
                id: row.get(0)?,
                provider,
                entry: String::from_utf8_lossy(&entry).into_owned(),
                reason: row.get(2)?,
                at,
            })
        })?;
        for row in rows {
            list.push(row?);
        }
    }
    list.sort_by_key(|entry| (entry.at, entry.id));
    Ok(list)
}

/// Has dead entries wait as new ones, all or the given ones.
pub(super) fn retry(connection: &Connection, ids: Option<&[DeliveryId]>) -> Outcome<u64> {
    let insert = "INSERT INTO deliveries (provider, entry) SELECT provider, entry FROM dead";
    let delete = "DELETE FROM dead";
    let Some(ids) = ids else {
        connection.execute(&format!("{insert} ORDER BY id"), [])?;
        return Ok(connection.execute(delete, [])? as u64);
    };
    let mut insert = connection.prepare_cached(&format!("{insert} WHERE id = ?1"))?;
    let mut delete = connection.prepare_cached(&format!("{delete} WHERE id = ?1"))?;
    let mut retried = 0;
    for id in ids {
        insert.execute([id])?;
        retried += delete.execute([id])? as u64;
    }
    Ok(retried)
}

/// Forgets dead entries.
pub(super) fn forget(connection: &Connection, ids: &[DeliveryId]) -> Outcome<u64> {
    let mut delete = connection.prepare_cached("DELETE FROM dead WHERE id = ?1")?;
    let mut forgotten = 0;
    for id in ids {
        forgotten += delete.execute([id])? as u64;
    }
    Ok(forgotten)
}
