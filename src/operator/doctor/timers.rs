//! Whether the jobs are run: installed with systemd or cron, and by what they
//! recorded.

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::join_all;

use super::Known;
use super::check::Check;
use super::machine::output;
use crate::context::Context;
use crate::jobs::{CADENCES, DrainWebhooks, Job, RenewWatches};
use crate::model::run::{JobRun, Outcome};
use crate::operator::output::moment;

/// A job that did not run for so many times its cadence is not run.
const MISSED: u32 = 3;

/// Who runs a job.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Runner {
    Timer,
    Cron,
    /// Nobody; the word of systemd for its timer, where there is systemd.
    Nobody(Option<String>),
}

/// When a job last ran.
enum Last<'a> {
    /// The store cannot tell.
    Unknown,
    Never,
    Run(&'a JobRun),
}

pub(super) async fn look(cx: &Context, known: &Known) -> Vec<Check> {
    let runs = runs(known).await;
    let cron = crontab().await;
    let watching = matches!(cx.reachable(), Ok(Some(_)));
    let checks = CADENCES.map(|(job, cadence)| {
        let last = last(runs.as_deref(), job);
        let cron = &cron;
        async move {
            if !watching && [DrainWebhooks::NAME, RenewWatches::NAME].contains(&job) {
                return Check::skip(&name(job), "webhooks are not configured");
            }
            let runner = runner(job, cron).await;
            judge((job, cadence), &runner, &last, cx.now())
        }
    });
    join_all(checks).await
}

/// What the jobs recorded; none when the store cannot tell.
async fn runs(known: &Known) -> Option<Vec<JobRun>> {
    known.store.as_ref()?.run_latest().await.ok()
}

fn last<'a>(runs: Option<&'a [JobRun]>, job: &str) -> Last<'a> {
    match runs {
        None => Last::Unknown,
        Some(runs) => runs
            .iter()
            .find(|run| run.job == job)
            .map_or(Last::Never, Last::Run),
    }
}

async fn runner(job: &str, cron: &str) -> Runner {
    const RUNS: [&str; 5] = ["enabled", "enabled-runtime", "static", "generated", "alias"];
    let unit = format!("calsync-{job}.timer");
    let state = output("systemctl", vec!["is-enabled".to_owned(), unit]).await;
    let state = state.map(|state| state.trim().to_owned());
    match state {
        Some(state) if RUNS.contains(&&*state) => Runner::Timer,
        _ if is_in(cron, job) => Runner::Cron,
        state => Runner::Nobody(state),
    }
}

/// Every crontab that this user may read.
async fn crontab() -> String {
    let mut text = output("crontab", vec!["-l".to_owned()])
        .await
        .unwrap_or_default();
    let entries = std::fs::read_dir("/etc/cron.d").into_iter().flatten();
    let files = entries.flatten().map(|entry| entry.path());
    for file in files.chain([Path::new("/etc/crontab").to_owned()]) {
        text.push('\n');
        text.push_str(&std::fs::read_to_string(file).unwrap_or_default());
    }
    text
}

/// Whether a line of a crontab runs a job.
fn is_in(crontab: &str, job: &str) -> bool {
    let lines = crontab.lines().map(str::trim);
    let mut lines = lines.filter(|line| !line.starts_with('#'));
    lines.any(|line| {
        let mut words = line.split_whitespace();
        let program = |word: &str| {
            Path::new(word)
                .file_name()
                .is_some_and(|it| it == "calsync")
        };
        words.any(program) && words.any(|word| word == job)
    })
}

fn judge(
    (job, cadence): (&str, Duration),
    runner: &Runner,
    last: &Last<'_>,
    now: DateTime<Utc>,
) -> Check {
    let unit = format!("calsync-{job}.timer");
    let who = match runner {
        Runner::Timer => format!("{unit} is enabled"),
        Runner::Cron => "in a crontab".to_owned(),
        Runner::Nobody(Some(state)) if !state.is_empty() => format!("{unit} is {state}"),
        Runner::Nobody(Some(_)) => format!("{unit} is not installed"),
        Runner::Nobody(None) => "in no crontab".to_owned(),
    };
    let found = format!("{who}, {}", said(last));
    let advice = match runner {
        Runner::Nobody(Some(_)) => {
            format!("install what is in systemd/, then `systemctl enable --now {unit}`")
        }
        Runner::Nobody(None) => format!("take the line of `calsync {job}` from crontab.example"),
        _ if is_recent(last, cadence, now) && went_well(last) => {
            return Check::ok(&name(job), found);
        }
        _ if is_recent(last, cadence, now) => "`calsync status` says what failed".to_owned(),
        Runner::Timer => {
            format!("look at `systemctl status {unit} calsync@{job}.service`")
        }
        Runner::Cron => format!("is cron running? try `calsync {job}`"),
    };
    Check::warn(&name(job), found, advice)
}

fn said(last: &Last<'_>) -> String {
    match last {
        Last::Unknown => "last run unknown".to_owned(),
        Last::Never => "never ran".to_owned(),
        Last::Run(run) => {
            let outcome = run.outcome.as_str();
            format!("last run {} ({outcome})", moment(run.started_at))
        }
    }
}

fn is_recent(last: &Last<'_>, cadence: Duration, now: DateTime<Utc>) -> bool {
    match last {
        Last::Unknown => true,
        Last::Never => false,
        // What began in the future was recorded by a wrong clock.
        Last::Run(run) => (now - run.started_at)
            .to_std()
            .is_ok_and(|age| age <= cadence * MISSED),
    }
}

/// Whether it did its work the last time, or left it to the next.
fn went_well(last: &Last<'_>) -> bool {
    match last {
        Last::Unknown | Last::Never => true,
        Last::Run(run) => !matches!(run.outcome, Outcome::Failed | Outcome::Partial),
    }
}

fn name(job: &str) -> String {
    format!("timer {job}")
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::super::check::Verdict;
    use super::*;
    use crate::model::run::Outcome;

    #[test]
    fn a_crontab_runs_what_its_lines_name() {
        let shipped = include_str!("../../../crontab.example");
        for (job, _) in CADENCES {
            assert!(is_in(shipped, job), "{job}");
        }
        let line = "*/10 * * * * calsync /usr/bin/calsync -q pull >/dev/null";
        assert!(is_in(line, "pull") && !is_in(line, "auto-sync"));
        assert!(!is_in(&format!("# {line}"), "pull"));
        assert!(!is_in("* * * * * git pull", "pull"));
    }

    #[test]
    fn a_job_is_missed_after_three_times_its_cadence() {
        let now: DateTime<Utc> = "2026-03-10T12:00:00Z".parse().unwrap();
        let cadence = Duration::from_secs(600);
        let judged = |seconds, runner: &Runner| {
            let run = JobRun {
                job: "pull".to_owned(),
                outcome: Outcome::Ok,
                started_at: now - TimeDelta::seconds(seconds),
                duration_ms: 1,
                counts: std::collections::BTreeMap::new(),
                failures: Vec::new(),
            };
            judge(("pull", cadence), runner, &Last::Run(&run), now).verdict
        };
        assert_eq!(judged(1800, &Runner::Timer), Verdict::Ok);
        assert_eq!(judged(1800, &Runner::Cron), Verdict::Ok);
        assert_eq!(judged(1801, &Runner::Cron), Verdict::Warn);
        assert_eq!(judged(0, &Runner::Nobody(None)), Verdict::Warn);
    }
}
