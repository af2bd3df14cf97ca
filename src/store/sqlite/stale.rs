//! What no cycle will need again.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::SqliteStore;
use super::convert::{Milli, count};
use super::error::Outcome;
use crate::store::{Cutoffs, Result, Stale, StaleRecords};

#[async_trait]
impl Stale for SqliteStore {
    async fn stale_count(&self, cutoffs: Cutoffs) -> Result<StaleRecords> {
        self.read(move |tx| {
            each(cutoffs, |kind, before| {
                let sql = format!("SELECT count(*) FROM {} WHERE {}", kind.table, kind.stale);
                let mut rows = tx.prepare_cached(&sql)?;
                Ok(count(
                    rows.query_row([Milli(before)], |row| row.get::<_, i64>(0))?,
                ))
            })
        })
        .await
    }

    async fn stale_remove(&self, cutoffs: Cutoffs, most: u32) -> Result<StaleRecords> {
        self.write(move |tx| each(cutoffs, |kind, before| remove(tx, kind, before, most)))
            .await
    }
}

/// A table and which of its rows are stale, by a moment (?1).
struct Kind {
    table: &'static str,
    stale: &'static str,
}

const EVENTS: Kind = Kind {
    table: "calendar_events",
    stale: "removed_at < ?1 AND NOT EXISTS
        (SELECT 1 FROM calendar_links l
         WHERE l.event_id = calendar_events.id AND l.state <> 'closed')",
};

/// What keeps an event hidden, or two of them apart, is asked anew without it.
const CONFLICTS: Kind = Kind {
    table: "calendar_sync_conflicts",
    stale: "resolution_status <> 'open' AND resolved_at < ?1
        AND NOT (kind = 'duplicate' AND resolution_status = 'resolved'
                 AND (strategy = 'keep_both' OR EXISTS
                      (SELECT 1 FROM calendar_events e
                       WHERE e.hidden_by = calendar_sync_conflicts.id)))",
};

/// Where a user is synced by itself, the last sync says when the next is due.
const STATUSES: Kind = Kind {
    table: "calendar_sync_status",
    stale: "updated_at < ?1 AND NOT EXISTS
        (SELECT 1 FROM accounts a LEFT JOIN calendar_preferences p ON p.user_id = a.user_id
         WHERE a.user_id = calendar_sync_status.user_id
           AND coalesce(p.auto_sync_enabled, 1) = 1)",
};

const RUNS: Kind = Kind {
    table: "job_runs",
    stale: "started_at < ?1 AND EXISTS
        (SELECT 1 FROM job_runs later WHERE later.job = job_runs.job
           AND (later.started_at, later.id) > (job_runs.started_at, job_runs.id))",
};

/// What was written to providers, once its answer is known or will never be.
const WRITES: Kind = Kind {
    table: "calendar_writes",
    stale: "at < ?1",
};

/// Links of tasks that are gone, as their events are. A task that comes back
/// under the same id finds out itself which keys are used up.
const LINKS: Kind = Kind {
    table: "calendar_links",
    stale: "state = 'closed' AND coalesce(last_pushed_at, last_pulled_at, '') < ?1
        AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.id = calendar_links.task_id)",
};

/// What there is of each kind.
fn each(
    cutoffs: Cutoffs,
    mut number: impl FnMut(Kind, DateTime<Utc>) -> Outcome<u64>,
) -> Outcome<StaleRecords> {
    Ok(StaleRecords {
        events: number(EVENTS, cutoffs.events)?,
        conflicts: number(CONFLICTS, cutoffs.conflicts)?,
        statuses: number(STATUSES, cutoffs.statuses)?,
        runs: number(RUNS, cutoffs.runs)?
            + number(WRITES, cutoffs.runs)?
            + number(LINKS, cutoffs.runs)?,
    })
}

/// Deletes stale rows of a kind.
fn remove(connection: &Connection, kind: Kind, before: DateTime<Utc>, most: u32) -> Outcome<u64> {
    let Kind { table, stale } = kind;
    let sql = format!(
        "DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} WHERE {stale} LIMIT ?2)"
    );
    let deleted = connection
        .prepare_cached(&sql)?
        .execute((Milli(before), most))?;
    Ok(deleted as u64)
}
