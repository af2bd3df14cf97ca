//! The history of cycles.

use async_trait::async_trait;
use rusqlite::Row;

use super::SqliteStore;
use super::convert::{Json, Milli, Word, count};
use crate::model::run::{JobRun, RunSpan, Spans};
use crate::store::{Result, Runs};

#[async_trait]
impl Runs for SqliteStore {
    async fn run_save(&self, run: &JobRun) -> Result<()> {
        let run = run.clone();
        self.write(move |tx| {
            let sql = "INSERT INTO job_runs
                (job, outcome, started_at, duration_ms, counts, failures)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            tx.prepare_cached(sql)?.execute((
                &run.job,
                run.outcome.as_str(),
                Milli(run.started_at),
                i64::try_from(run.duration_ms).unwrap_or(i64::MAX),
                Json(&run.counts),
                Json(&run.failures),
            ))?;
            Ok(())
        })
        .await
    }

    async fn run_latest(&self) -> Result<Vec<JobRun>> {
        self.read(|tx| {
            let mut rows = tx.prepare_cached(LATEST)?;
            let runs = rows.query_map([], read)?;
            Ok(runs.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn run_history(&self, spans: Spans) -> Result<Vec<RunSpan>> {
        self.read(move |tx| {
            let mut rows = tx.prepare_cached(HISTORY)?;
            let spans = (Milli(spans.since), spans.length_s, spans.number);
            let found = rows.query_map(spans, span)?;
            Ok(found.collect::<Result<_, _>>()?)
        })
        .await
    }
}

/// The last cycle of each job.
const LATEST: &str = "\
SELECT * FROM job_runs
WHERE id IN (SELECT (SELECT id FROM job_runs r WHERE r.job = j.job
                     ORDER BY started_at DESC, id DESC LIMIT 1)
             FROM (SELECT DISTINCT job FROM job_runs) j)
ORDER BY job";

/// The cycles by job and stretch of time.
const HISTORY: &str = "\
SELECT job, (unixepoch(started_at) - unixepoch(?1)) / ?2 AS at, count(*) AS runs,
       sum(outcome = 'partial') AS partial, sum(outcome = 'failed') AS failed,
       sum(outcome = 'deferred') AS deferred, max(duration_ms) AS longest_ms
FROM job_runs
WHERE started_at >= ?1 AND unixepoch(started_at) < unixepoch(?1) + ?2 * ?3
GROUP BY 1, 2 ORDER BY 1, 2";

/// A row of the history.
fn span(row: &Row<'_>) -> rusqlite::Result<RunSpan> {
    let number = |name| row.get::<_, i64>(name).map(count::<i64>);
    Ok(RunSpan {
        job: row.get("job")?,
        at: row.get("at")?,
        runs: number("runs")?,
        partial: number("partial")?,
        failed: number("failed")?,
        deferred: number("deferred")?,
        longest_ms: number("longest_ms")?,
    })
}

/// A row of `job_runs`.
fn read(row: &Row<'_>) -> rusqlite::Result<JobRun> {
    Ok(JobRun {
        job: row.get("job")?,
        outcome: row.get::<_, Word<_>>("outcome")?.0,
        started_at: row.get::<_, Milli>("started_at")?.0,
        duration_ms: count(row.get::<_, i64>("duration_ms")?),
        counts: row.get::<_, Json<_>>("counts")?.0,
        failures: row.get::<_, Json<_>>("failures")?.0,
    })
}
