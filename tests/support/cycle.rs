//! The jobs as stories run them, and what their cycles counted.

use calsync::jobs::{AutoSync, Pull};
use calsync::model::run::{JobRun, Outcome};

/// The job that syncs everybody, due or not, and what rests.
pub(crate) fn force() -> AutoSync {
    AutoSync {
        force: true,
        ..AutoSync::default()
    }
}

/// The job that lists what changed, at any hour.
pub(crate) fn pull() -> Pull {
    let all_hours = true;
    Pull {
        all_hours,
        ..Pull::default()
    }
}

/// The outcome and some of the counts of a cycle.
#[track_caller]
pub(crate) fn expect(run: &JobRun, outcome: Outcome, counts: &[(&str, u64)]) {
    let found: Vec<_> = counts
        .iter()
        .map(|(name, _)| (*name, run.counts[*name]))
        .collect();
    assert_eq!(
        (run.outcome, found.as_slice()),
        (outcome, counts),
        "{run:#?}"
    );
}
