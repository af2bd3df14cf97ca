//! The jobs: how the last cycle went and when the next is due.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::context::Context;
use crate::jobs::{CADENCES, DrainWebhooks, Job, RenewWatches};
use crate::model::run::JobRun;

/// A job that did not run for so many times its cadence is overdue.
const MISSED: u32 = 3;

/// A job.
#[derive(Serialize)]
pub(super) struct JobLine {
    pub(super) job: &'static str,
    pub(super) cadence_s: u64,
    /// None: it never ran.
    pub(super) last: Option<JobRun>,
    /// None where it never ran.
    pub(super) next_due: Option<DateTime<Utc>>,
    /// Never of a job that did not run yet, which may be meant.
    pub(super) overdue: bool,
}

/// Every job that a timer runs.
pub(super) fn lines(cx: &Context, mut runs: Vec<JobRun>, now: DateTime<Utc>) -> Vec<JobLine> {
    let watching = matches!(cx.reachable(), Ok(Some(_)));
    CADENCES
        .into_iter()
        .map(|(job, cadence)| {
            let at = runs.iter().position(|run| run.job == job);
            let last = at.map(|at| runs.swap_remove(at));
            let needed = watching || ![DrainWebhooks::NAME, RenewWatches::NAME].contains(&job);
            JobLine::of(job, cadence, last, needed, now)
        })
        .collect()
}

impl JobLine {
    fn of(
        job: &'static str,
        cadence: Duration,
        last: Option<JobRun>,
        needed: bool,
        now: DateTime<Utc>,
    ) -> Self {
        let begun = last.as_ref().map(|run| run.started_at);
        // What began in the future is as old as it is far away: a clock was wrong.
        let age = |begun: DateTime<Utc>| (now - begun).abs().to_std().unwrap_or(Duration::MAX);
        let is_late = |begun: DateTime<Utc>| age(begun) > cadence * MISSED;
        Self {
            job,
            cadence_s: cadence.as_secs(),
            next_due: begun.map(|begun| begun + cadence),
            overdue: needed && begun.is_some_and(is_late),
            last,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::model::run::Outcome;

    #[test]
    fn a_job_is_overdue_after_more_than_three_times_its_cadence() {
        let now: DateTime<Utc> = "2026-03-10T12:00:00Z".parse().unwrap();
        let cadence = Duration::from_secs(600);
        let line = |seconds, needed| {
            let run = JobRun {
                job: "pull".to_owned(),
                outcome: Outcome::Ok,
                started_at: now - TimeDelta::seconds(seconds),
                duration_ms: 1,
                counts: std::collections::BTreeMap::new(),
                failures: Vec::new(),
            };
            JobLine::of("pull", cadence, Some(run), needed, now)
        };
        assert!(!line(1800, true).overdue);
        assert!(line(1801, true).overdue && line(-1801, true).overdue);
        assert!(!line(1801, false).overdue);
        assert_eq!(line(600, true).next_due, Some(now));
        let never = JobLine::of("pull", cadence, None, true, now);
        assert!(!never.overdue && never.next_due.is_none());
    }
}
