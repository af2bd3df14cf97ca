//! What a job did, or would do, for people and programs.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::output::{Output, moment, or_dash};
use crate::model::id::UserId;
use crate::model::run::JobRun;
use crate::store::Scheduled;

/// Failures that are shown to people; programs get all.
const SHOWN: usize = 20;

/// Prints what a cycle did.
///
/// # Errors
/// When stdout cannot be written.
pub fn summary(out: Output, run: &JobRun, counts: &[&str]) -> std::io::Result<()> {
    if out.quiet && !out.json {
        return Ok(());
    }
    out.value(run, &text(run, counts))
}

fn text(run: &JobRun, counts: &[&str]) -> String {
    let seconds = std::time::Duration::from_millis(run.duration_ms).as_secs_f64();
    let counted: Vec<_> = counts
        .iter()
        .filter_map(|name| run.counts.get(*name).map(|number| (name, number)))
        .filter(|(_, number)| **number > 0)
        .map(|(name, number)| format!("{number} {}", name.replace('_', " ")))
        .collect();
    let counted = if counted.is_empty() {
        "nothing to do".to_owned()
    } else {
        counted.join(", ")
    };
    let mut lines = vec![format!(
        "{}: {} in {seconds:.1} s: {counted}",
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

#[derive(Serialize)]
struct Due {
    user_id: UserId,
    last_sync_at: Option<DateTime<Utc>>,
    sync_frequency_minutes: u32,
}

/// Prints the users that a cycle would sync.
///
/// # Errors
/// When stdout cannot be written.
pub fn due_list(out: Output, due: &[Scheduled]) -> std::io::Result<()> {
    let rows: Vec<_> = due
        .iter()
        .map(|scheduled| Due {
            user_id: scheduled.user.id.clone(),
            last_sync_at: scheduled.last_sync_at,
            sync_frequency_minutes: scheduled.preferences.sync_frequency_minutes,
        })
        .collect();
    out.list(&["user", "last sync", "every"], &rows, |row| {
        vec![
            row.user_id.to_string(),
            or_dash(row.last_sync_at.map(moment)),
            format!("{} min", row.sync_frequency_minutes),
        ]
    })
}
