//! What there is to count.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension};

use super::columns::{Count, Raw};
use super::error::Outcome;
use crate::model::account::ProviderKind;
use crate::queue::{QueueStatus, entry};

/// What is in the queue, for each provider.
pub(super) fn all(connection: &Connection) -> Outcome<Vec<QueueStatus>> {
    let of = |provider| of(connection, provider);
    ProviderKind::ALL.into_iter().map(of).collect()
}

fn of(connection: &Connection, provider: ProviderKind) -> Outcome<QueueStatus> {
    let count = |what: &str| -> Outcome<u64> {
        let sql = format!("SELECT count(*) FROM {what}");
        let mut select = connection.prepare_cached(&sql)?;
        let Count(count) = select.query_row([provider.as_str()], |row| row.get(0))?;
        Ok(count)
    };
    let new = count("deliveries WHERE provider = ?1 AND due_at IS NULL")?;
    let returned = count("deliveries WHERE provider = ?1 AND due_at IS NOT NULL AND NOT held")?;
    Ok(QueueStatus {
        provider,
        waiting: new + returned,
        held: count("deliveries WHERE provider = ?1 AND due_at IS NOT NULL AND held")?,
        dead: count("dead WHERE provider = ?1")?,
        oldest: oldest(connection, provider)?,
    })
}

/// When the delivery that was pushed first was received, if it says so.
fn oldest(connection: &Connection, provider: ProviderKind) -> Outcome<Option<DateTime<Utc>>> {
    // Each of the two has an index.
    let sql = "SELECT entry FROM deliveries WHERE id = (SELECT min(id) FROM (
            SELECT min(id) AS id FROM deliveries WHERE provider = ?1 AND due_at IS NULL
            UNION ALL
            SELECT min(id) FROM deliveries WHERE provider = ?1 AND due_at IS NOT NULL))";
    let mut select = connection.prepare_cached(sql)?;
    let first = select.query_row([provider.as_str()], |row| row.get(0));
    let first: Option<Raw> = first.optional()?;
    Ok(first.and_then(|Raw(entry)| entry::received_at(provider, &entry)))
}
