//! The record of what was written to providers.

use rusqlite::{Connection, Row};

use super::convert::{Milli, Word};
use super::error::Outcome;
use crate::model::id::TaskId;
use crate::store::WriteRecord;

/// The last writes about a task, the newest first.
pub(super) fn list(connection: &Connection, task: &TaskId, most: u32) -> Outcome<Vec<WriteRecord>> {
    let sql = "SELECT * FROM calendar_writes WHERE task_id = ?1 ORDER BY at DESC, id DESC LIMIT ?2";
    let mut rows = connection.prepare_cached(sql)?;
    let records = rows.query_map((task, most), read)?;
    Ok(records.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<WriteRecord> {
    Ok(WriteRecord {
        at: row.get::<_, Milli>("at")?.0,
        calendar_id: row.get("calendar_id")?,
        external_id: row.get("external_id")?,
        action: row.get("action")?,
        etag_before: row.get("etag_before")?,
        etag_after: row.get("etag_after")?,
        why: row.get("why")?,
        outcome: row.get::<_, Word<_>>("outcome")?.0,
        reason: row.get("reason")?,
    })
}
