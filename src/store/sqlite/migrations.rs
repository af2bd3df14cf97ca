//! The schema and how it comes into being.
//!
//! All pending migrations run in one transaction that excludes every other
//! writer, so that any number of processes may start at once on a new file.
//! Foreign keys are off meanwhile, so that a table can be built anew without
//! taking along what refers to it; what they demand is checked at the end.

use rusqlite::{Connection, TransactionBehavior};
use sha2::{Digest, Sha256};

use super::error::{Fault, Outcome};
use super::url::SqliteUrl;
use crate::store::StoreError;

/// Every migration, in order; one that landed is never edited.
const MIGRATIONS: [&str; 8] = [
    include_str!("migrations/0001_initial.sql"),
    include_str!("migrations/0002_listed_occurrences.sql"),
    include_str!("migrations/0003_watches.sql"),
    include_str!("migrations/0004_tasks.sql"),
    include_str!("migrations/0005_links.sql"),
    include_str!("migrations/0006_conflicts.sql"),
    include_str!("migrations/0007_look_alikes.sql"),
    include_str!("migrations/0008_subjects.sql"),
];

/// What a migration run found and left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Versions {
    /// The schema version before; 0 for an empty file.
    pub(super) found: u32,
    /// The schema version now.
    pub(super) now: u32,
}

/// Brings the schema to the newest version.
pub(super) fn migrate(connection: &mut Connection, url: &SqliteUrl) -> Outcome<Versions> {
    let known = version(MIGRATIONS.len());
    let found = found_version(connection, url)?;
    if found == known {
        return Ok(Versions { found, now: known });
    }
    // Has no effect within a transaction.
    rebuilding(connection, true)?;
    let migrated = apply(connection, url);
    rebuilding(connection, false)?;
    migrated
}

/// Lets tables be built anew under what refers to them, or no longer.
fn rebuilding(connection: &Connection, is_allowed: bool) -> Outcome<()> {
    connection.pragma_update(None, "foreign_keys", !is_allowed)?;
    // Views of the application's own do not stand in the way.
    Ok(connection.pragma_update(None, "legacy_alter_table", is_allowed)?)
}

/// Applies what is pending: all of it or nothing.
fn apply(connection: &mut Connection, url: &SqliteUrl) -> Outcome<Versions> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = found_version(&tx, url)?;
    tx.execute_batch(
        "CREATE TABLE IF NOT EXISTS schema_migration (
             version    INTEGER PRIMARY KEY,
             sha256     TEXT NOT NULL,
             applied_at TEXT NOT NULL
         ) STRICT",
    )?;
    let before = dangling(&tx)?;
    for (index, sql) in MIGRATIONS.iter().enumerate().skip(found as usize) {
        tx.execute_batch(sql)?;
        // The only moment that is not the cycle's: it is for people to read.
        tx.execute(
            "INSERT INTO schema_migration (version, sha256, applied_at)
             VALUES (?1, ?2, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
            (version(index + 1), checksum(sql)),
        )?;
    }
    // What an application wrote with foreign keys off is not ours to refuse.
    if dangling(&tx)? > before {
        return Err(Fault::Damaged(
            "its migration would leave rows that refer to nothing; nothing was changed".to_owned(),
        ));
    }
    tx.commit()?;
    let now = version(MIGRATIONS.len());
    Ok(Versions { found, now })
}

/// How many rows refer to something that is not there.
fn dangling(connection: &Connection) -> Outcome<i64> {
    let sql = "SELECT count(*) FROM pragma_foreign_key_check";
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}

/// The schema version of a database, and the newest, if this program may use
/// it.
pub(super) fn versions(connection: &Connection, url: &SqliteUrl) -> Outcome<Versions> {
    let found = found_version(connection, url)?;
    Ok(Versions {
        found,
        now: version(MIGRATIONS.len()),
    })
}

/// The schema version of a database that this program may use.
fn found_version(connection: &Connection, url: &SqliteUrl) -> Outcome<u32> {
    let applied = applied(connection)?;
    let found = applied
        .iter()
        .map(|(version, _)| *version)
        .max()
        .unwrap_or(0);
    let known = version(MIGRATIONS.len());
    if found > known {
        return Err(Fault::Store(StoreError::Newer {
            location: url.to_string(),
            found,
            known,
        }));
    }
    check(&applied)?;
    Ok(found)
}

/// What was applied is what this program knows, without a gap.
fn check(applied: &[(u32, String)]) -> Outcome<()> {
    for (index, (number, sum)) in applied.iter().enumerate() {
        let expected = version(index + 1);
        if *number != expected {
            return Err(Fault::Damaged(format!(
                "schema migration {expected} is missing"
            )));
        }
        if *sum != checksum(MIGRATIONS[index]) {
            return Err(Fault::Damaged(format!(
                "schema migration {number} is not the one that this calsync knows: \
                 install the calsync that wrote it, or restore a backup"
            )));
        }
    }
    Ok(())
}

/// The applied migrations with their checksums, in order.
fn applied(connection: &Connection) -> Outcome<Vec<(u32, String)>> {
    let exists = "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_migration'";
    if connection.query_row(exists, [], |row| row.get::<_, i64>(0))? == 0 {
        return Ok(Vec::new());
    }
    let mut rows =
        connection.prepare("SELECT version, sha256 FROM schema_migration ORDER BY version")?;
    let applied = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(applied.collect::<Result<_, _>>()?)
}

/// A count of migrations as a version.
fn version(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// What tells whether a migration was edited.
fn checksum(sql: &str) -> String {
    let digest = Sha256::digest(sql.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
