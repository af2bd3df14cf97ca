//! The rows that wait or are held.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row};

use super::columns::{Milli, Raw};
use super::dead;
use super::error::Outcome;
use crate::model::account::ProviderKind;
use crate::queue::{Claim, Delivery, DeliveryId, Returned, Terms, entry};

/// Adds entries at the end.
pub(super) fn push(connection: &Connection, entries: &[(ProviderKind, String)]) -> Outcome<()> {
    let sql = "INSERT INTO deliveries (provider, entry) VALUES (?1, ?2)";
    let mut insert = connection.prepare_cached(sql)?;
    for (provider, entry) in entries {
        insert.execute((provider.as_str(), entry))?;
    }
    Ok(())
}

/// Who claims what, when, on which terms.
pub(super) struct Wanted {
    pub(super) provider: ProviderKind,
    pub(super) most: usize,
    pub(super) now: DateTime<Utc>,
    pub(super) terms: Terms,
}

impl Wanted {
    /// How many more may be taken.
    fn left(&self, due: &[Due]) -> i64 {
        let left = self.most.saturating_sub(due.len());
        i64::try_from(left).unwrap_or(i64::MAX)
    }
}

/// A row that may be claimed.
struct Due {
    id: DeliveryId,
    entry: Raw,
    attempts: u32,
}

impl Due {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            entry: row.get(1)?,
            attempts: row.get(2)?,
        })
    }
}

/// Takes what may be claimed, the oldest first.
pub(super) fn claim(connection: &Connection, wanted: &Wanted) -> Outcome<Claim> {
    let mut claim = Claim::default();
    for due in due(connection, wanted)? {
        match verdict(&due, wanted) {
            Ok(delivery) => {
                hold(connection, due.id, wanted)?;
                claim.deliveries.push(delivery);
            }
            Err(reason) => {
                dead::bury(connection, due.id, &reason, wanted.now)?;
                claim.dead += 1;
            }
        }
    }
    Ok(claim)
}

/// Rows that may be claimed: first those that were claimed before, since they
/// are older.
fn due(connection: &Connection, wanted: &Wanted) -> Outcome<Vec<Due>> {
    let provider = wanted.provider.as_str();
    let mut due = Vec::new();
    let horizon = wanted.terms.horizon(wanted.now);
    for (compared, at) in [("<=", wanted.now), (">", horizon)] {
        let sql = format!(
            "SELECT id, entry, attempts FROM deliveries
             WHERE provider = ?1 AND due_at IS NOT NULL AND due_at {compared} ?2
             ORDER BY due_at, held, id LIMIT ?3"
        );
        let mut select = connection.prepare_cached(&sql)?;
        let rows = (provider, Milli(at), wanted.left(&due));
        for row in select.query_map(rows, Due::of)? {
            due.push(row?);
        }
    }
    let sql = "SELECT id, entry, attempts FROM deliveries
        WHERE provider = ?1 AND due_at IS NULL ORDER BY id LIMIT ?2";
    let mut select = connection.prepare_cached(sql)?;
    for row in select.query_map((provider, wanted.left(&due)), Due::of)? {
        due.push(row?);
    }
    Ok(due)
}

/// The delivery of a row, or why it goes to the dead list.
fn verdict(due: &Due, wanted: &Wanted) -> Result<Delivery, String> {
    if due.attempts >= wanted.terms.max_attempts {
        return Err(wanted.terms.exhausted());
    }
    let read = entry::claimed(wanted.provider, &due.entry.0, wanted.now);
    let notification = read.map_err(|error| error.to_string())?;
    Ok(Delivery {
        id: due.id,
        notification,
    })
}

fn hold(connection: &Connection, id: DeliveryId, wanted: &Wanted) -> Outcome<()> {
    let sql = "UPDATE deliveries SET held = 1, attempts = attempts + 1, due_at = ?2 WHERE id = ?1";
    let end = Milli(wanted.terms.end_of_hold(wanted.now));
    connection.prepare_cached(sql)?.execute((id, end))?;
    Ok(())
}

/// Ends deliveries, also those that were given up meanwhile.
pub(super) fn ack(
    connection: &Connection,
    provider: ProviderKind,
    ids: &[DeliveryId],
) -> Outcome<()> {
    let served = "DELETE FROM deliveries WHERE id = ?1 AND provider = ?2";
    let revived = "DELETE FROM dead WHERE id = ?1 AND provider = ?2";
    for sql in [served, revived] {
        let mut delete = connection.prepare_cached(sql)?;
        for id in ids {
            delete.execute((id, provider.as_str()))?;
        }
    }
    Ok(())
}

/// Gives held deliveries back.
pub(super) fn give_back(
    connection: &Connection,
    provider: ProviderKind,
    returned: &Returned,
) -> Outcome<()> {
    let sql = "UPDATE deliveries SET held = 0, due_at = ?3, attempts = max(attempts - ?4, 0)
        WHERE id = ?1 AND provider = ?2 AND held";
    let mut update = connection.prepare_cached(sql)?;
    let untried = u32::from(!returned.tried);
    for id in &returned.ids {
        update.execute((id, provider.as_str(), Milli(returned.until), untried))?;
    }
    Ok(())
}
