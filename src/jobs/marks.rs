//! The lines that mark the start and the end of a cycle in the log, each job's
//! under a target of its own, by which collectors route and alarm.

use crate::model::run::JobRun;

/// How a job marks its cycles. The target of a line is fixed where the line
/// stands in the code, so that every job has lines of its own: `marks!` makes
/// them.
pub struct Marks {
    /// The target of both lines.
    pub target: &'static str,
    /// Says that a cycle of the named job begins.
    pub started: fn(&str),
    /// Says how it ended, and what it counted.
    pub ended: fn(&JobRun),
}

/// The marks of a job: its target, and the names of its counts.
macro_rules! marks {
    ($target:literal: $($count:ident)*) => {
        $crate::jobs::marks::Marks {
            target: $target,
            started: |job| tracing::info!(target: $target, job, "cycle started"),
            ended: |run| tracing::info!(
                target: $target,
                job = run.job, outcome = run.outcome.as_str(), duration_ms = run.duration_ms,
                $(counts.$count = run.counts.get(stringify!($count)),)*
                failures = run.failures.len(),
                "cycle ended"
            ),
        }
    };
}
pub(super) use marks;
