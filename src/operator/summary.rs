//! What a job did, or would do, for people and programs.

use std::collections::BTreeMap;
use std::io::Write;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;

use super::output::{Output, counted, moment, or_dash};
use crate::jobs::Forecast;
use crate::model::id::UserId;
use crate::model::run::{JobRun, Outcome};
use crate::sync::{Intent, Report};

/// Failures that are shown to people; programs get all.
const SHOWN: usize = 20;

/// Prints what a cycle did. Where that is not wanted, a failure is still told,
/// on stderr: cron mails it, and drops the exit code.
///
/// # Errors
/// When stdout cannot be written.
pub fn summary(out: Output, run: &JobRun, counts: &[&str]) -> std::io::Result<()> {
    let text = text(run, counts);
    let failed = matches!(run.outcome, Outcome::Failed | Outcome::Partial);
    match out.quiet && !out.json {
        true if failed => writeln!(std::io::stderr(), "calsync: {text}"),
        true => Ok(()),
        false => out.value(run, &text),
    }
}

/// Prints what a cycle would count.
///
/// # Errors
/// When stdout cannot be written.
pub fn forecast(out: Output, job: &str, counts: &[&str], report: &Report) -> std::io::Result<()> {
    let counted: BTreeMap<_, _> = counts
        .iter()
        .map(|name| ((*name).to_owned(), report.count(name)))
        .collect();
    let words = words(&counted, counts);
    let text = match words.is_empty() {
        true => format!("{job}: nothing to do"),
        false => format!("{job} would remove: {}", words.join(", ")),
    };
    out.value(
        &json!({ "job": job, "dry_run": true, "counts": counted }),
        &text,
    )
}

/// The counts that are not 0, in words and in order.
fn words(counted: &BTreeMap<String, u64>, names: &[&str]) -> Vec<String> {
    names
        .iter()
        .filter_map(|name| counted.get(*name).map(|number| (name, number)))
        .filter(|(_, number)| **number > 0)
        .map(|(name, number)| worded(name, *number))
        .collect()
}

fn text(run: &JobRun, counts: &[&str]) -> String {
    let seconds = std::time::Duration::from_millis(run.duration_ms).as_secs_f64();
    let words = words(&run.counts, counts);
    let counts = match words.is_empty() {
        true if run.outcome == Outcome::Skipped => "another instance is running".to_owned(),
        true if !run.failures.is_empty() => "nothing could be done".to_owned(),
        true => "nothing to do".to_owned(),
        false => words.join(", "),
    };
    let mut lines = vec![format!(
        "{}: {} in {seconds:.1} s: {counts}",
        run.job,
        run.outcome.as_str()
    )];
    lines.extend(
        run.failures
            .iter()
            .take(SHOWN)
            .map(|failure| format!("  {}", failure.message)),
    );
    if run.failures.len() > SHOWN {
        lines.push(format!(
            "  and {} more (--json shows all)",
            run.failures.len() - SHOWN
        ));
    }
    lines.join("\n")
}

/// A count in words: `1 event removed`.
fn worded(name: &str, number: u64) -> String {
    match name.split_once('_') {
        Some(("events", done)) => format!("{} {done}", counted(number, "event")),
        None if ["requests", "conflicts", "events", "runs"].contains(&name) => {
            counted(number, name.trim_end_matches('s'))
        }
        None if name == "deliveries" && number == 1 => "1 delivery".to_owned(),
        Some(("status", "rows")) => counted(number, "status row"),
        _ => format!("{number} {}", name.replace('_', " ")),
    }
}

#[derive(Serialize)]
struct Due<'a> {
    user_id: &'a UserId,
    last_sync_at: Option<DateTime<Utc>>,
    sync_frequency_minutes: u32,
    plan: &'a [Intent],
}

/// Prints the users that a cycle would sync, and what it would do about their
/// tasks and events.
///
/// # Errors
/// When stdout cannot be written.
pub fn plan(out: Output, users: &[Forecast]) -> std::io::Result<()> {
    let rows: Vec<_> = users
        .iter()
        .map(|user| Due {
            user_id: &user.scheduled.user.id,
            last_sync_at: user.scheduled.last_sync_at,
            sync_frequency_minutes: user.scheduled.preferences.sync_frequency_minutes,
            plan: &user.plan,
        })
        .collect();
    out.list(&["USER", "LAST SYNC", "EVERY"], &rows, |row| {
        vec![
            row.user_id.to_string(),
            or_dash(row.last_sync_at.map(moment)),
            format!("{} min", row.sync_frequency_minutes),
        ]
    })?;
    let intents: Vec<_> = rows.iter().flat_map(|row| row.plan).collect();
    if out.json || intents.is_empty() {
        return Ok(());
    }
    out.line("")?;
    out.list(&["TASK", "CALENDAR", "WOULD", "WHY"], &intents, |intent| {
        vec![
            intent.task_id.to_string(),
            intent.calendar.clone(),
            intent.does.as_str().to_owned(),
            intent.why.clone(),
        ]
    })
}
