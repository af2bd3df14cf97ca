//! The text of a job's file, from how the cycle went and from the text that
//! was there before.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::state::State;
use crate::model::run::{JobRun, Outcome};
use crate::server::{Kind, Text};

/// How often cycles ended how. It is what has to be known of those before.
const RUNS: &str = "calsync_job_runs_total";

/// When a cycle last did what it was there for.
const SUCCESS: &str = "calsync_job_last_success_timestamp_seconds";

/// After a cycle that was skipped.
pub(super) fn skipped(before: &str, job: &str) -> String {
    let series = series_of_runs(job, Outcome::Skipped);
    let Some(number) = value::<u64>(before, &series) else {
        let mut text = Text::default();
        runs(&mut text, job, |outcome| {
            u64::from(outcome == Outcome::Skipped)
        });
        return text.into_string();
    };
    let count = |line: &str| match value::<u64>(line, &series) {
        Some(_) => format!("{series} {}\n", number + 1),
        None => format!("{line}\n"),
    };
    before.lines().map(count).collect()
}

/// After a cycle that ended in any other way.
pub(super) fn ended(before: &str, run: &JobRun, state: Option<&State>) -> String {
    let mut text = Text::default();
    last(&mut text, run);
    let succeeded = matches!(run.outcome, Outcome::Ok | Outcome::Partial);
    let success = match succeeded {
        true => seconds(run.started_at) + took(run),
        false => value(before, &format!("{SUCCESS}{{name=\"{}\"}}", run.job)).unwrap_or(0.0),
    };
    let help = "When a cycle last did its work (outcome ok or partial); 0: never.";
    let mut family = text.family(SUCCESS, Kind::Gauge, help);
    family.sample(&[("name", &run.job)], success);
    runs(&mut text, &run.job, |outcome| {
        let ended_so = value(before, &series_of_runs(&run.job, outcome)).unwrap_or(0);
        ended_so + u64::from(outcome == run.outcome)
    });
    if let Some(state) = state {
        state.write(&mut text);
    }
    text.into_string()
}

/// How the last cycle went.
fn last(text: &mut Text, run: &JobRun) {
    let job = ("name", run.job.as_str());
    let mut gauge = |name, help, value: f64| {
        text.family(name, Kind::Gauge, help).sample(&[job], value);
    };
    gauge(
        "calsync_job_last_start_timestamp_seconds",
        "When the last cycle began that was not skipped.",
        seconds(run.started_at),
    );
    gauge(
        "calsync_job_last_duration_seconds",
        "How long the last cycle took.",
        took(run),
    );
    let name = "calsync_job_last_failures";
    let help =
        "What the last cycle reported for a person: failures, and what it was not set up for.";
    let mut failures = text.family(name, Kind::Gauge, help);
    failures.sample(&[job], run.failures.len());
    let name = "calsync_job_last_outcome";
    let help = "How the last cycle ended: 1 for this outcome, 0 for the others.";
    let mut outcomes = text.family(name, Kind::Gauge, help);
    for outcome in Outcome::ALL {
        if outcome != Outcome::Skipped {
            let labels = [job, ("outcome", outcome.as_str())];
            outcomes.sample(&labels, u8::from(outcome == run.outcome));
        }
    }
    let name = "calsync_job_last_items";
    let help = "What the last cycle counted, by what it is.";
    let mut items = text.family(name, Kind::Gauge, help);
    for (what, number) in &run.counts {
        items.sample(&[job, ("what", what)], number);
    }
}

fn runs(text: &mut Text, job: &str, number: impl Fn(Outcome) -> u64) {
    let help = "Cycles, by how they ended; skipped: another instance was at work.";
    let mut family = text.family(RUNS, Kind::Counter, help);
    for outcome in Outcome::ALL {
        let labels = [("name", job), ("outcome", outcome.as_str())];
        family.sample(&labels, number(outcome));
    }
}

fn series_of_runs(job: &str, outcome: Outcome) -> String {
    format!("{RUNS}{{name=\"{job}\",outcome=\"{}\"}}", outcome.as_str())
}

/// The value of a series in a text that was written here.
fn value<T: std::str::FromStr>(text: &str, series: &str) -> Option<T> {
    let value = |line: &str| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok();
    text.lines().find_map(value)
}

fn took(run: &JobRun) -> f64 {
    Duration::from_millis(run.duration_ms).as_secs_f64()
}

/// Seconds since 1970. What is before that is no time of a cycle.
fn seconds(at: DateTime<Utc>) -> f64 {
    let since = (at - DateTime::UNIX_EPOCH).to_std();
    since.unwrap_or_default().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(outcome: Outcome, at: &str) -> JobRun {
        JobRun {
            job: "pull".to_owned(),
            outcome,
            started_at: at.parse().unwrap(),
            duration_ms: 1500,
            counts: [("synced".to_owned(), 3)].into(),
            failures: Vec::new(),
        }
    }

    fn number(text: &str, name: &str, more: &str) -> f64 {
        let series = format!("{name}{{name=\"pull\"{more}}}");
        value(text, &series).unwrap_or_else(|| panic!("{series}: {text}"))
    }

    #[test]
    fn a_cycle_is_told_and_what_only_earlier_ones_know_is_kept() {
        let good = ended("", &run(Outcome::Ok, "2026-03-02T08:00:00.25Z"), None);
        let start = "calsync_job_last_start_timestamp_seconds";
        assert_eq!(number(&good, start, ""), 1_772_438_400.25);
        assert_eq!(number(&good, SUCCESS, ""), 1_772_438_401.75);
        assert_eq!(number(&good, "calsync_job_last_duration_seconds", ""), 1.5);
        let items = number(&good, "calsync_job_last_items", ",what=\"synced\"");
        assert_eq!(items, 3.0);
        let bad = ended(&good, &run(Outcome::Failed, "2026-03-02T09:00:00Z"), None);
        assert_eq!(number(&bad, start, ""), 1_772_442_000.0);
        assert_eq!(number(&bad, SUCCESS, ""), 1_772_438_401.75);
        for (outcome, last, all) in [
            ("ok", 0.0, 1.0),
            ("failed", 1.0, 1.0),
            ("partial", 0.0, 0.0),
        ] {
            let more = format!(",outcome=\"{outcome}\"");
            assert_eq!(number(&bad, "calsync_job_last_outcome", &more), last);
            assert_eq!(number(&bad, RUNS, &more), all);
        }
    }

    #[test]
    fn a_job_that_never_succeeded_says_so() {
        let bad = ended("", &run(Outcome::Deferred, "2026-03-02T09:00:00Z"), None);
        assert_eq!(number(&bad, SUCCESS, ""), 0.0);
        let partial = ended(&bad, &run(Outcome::Partial, "2026-03-02T10:00:00Z"), None);
        assert_eq!(number(&partial, SUCCESS, ""), 1_772_445_601.5);
    }

    #[test]
    fn a_skipped_cycle_changes_nothing_but_its_own_number() {
        let good = ended("", &run(Outcome::Ok, "2026-03-02T08:00:00Z"), None);
        let more = ",outcome=\"skipped\"";
        for before in [good.as_str(), ""] {
            let once = skipped(before, "pull");
            let twice = skipped(&once, "pull");
            assert_eq!(number(&once, RUNS, more), 1.0);
            assert_eq!(number(&twice, RUNS, more), 2.0);
            let rest = |text: &str| text.replace(more, "").lines().count();
            assert_eq!(rest(&twice), rest(&once));
            let changed = once.lines().filter(|line| !before.contains(line));
            assert!(before.is_empty() || changed.count() == 1, "{once}");
        }
    }

    #[test]
    fn a_text_that_is_not_ours_counts_for_nothing() {
        let series = series_of_runs("pull", Outcome::Skipped);
        let odd = format!("{series}\n{series} many\nx 3");
        assert_eq!(
            number(&skipped(&odd, "pull"), RUNS, ",outcome=\"skipped\""),
            1.0
        );
        assert_eq!(value::<u64>(&odd, "x"), Some(3));
    }
}
