//! What a job tells monitoring: `calsync_JOB.prom` in `metrics.textfile_dir`,
//! which node_exporter's textfile collector reads, replaced as a whole after
//! each cycle.
//!
//! A cycle that is skipped only counts itself: the rest of the file is what
//! the cycle that is at work will say, or the last one said. No label names a
//! user, an account or a calendar. The job is in the label `name`, since a
//! label `job` is Prometheus' own.

mod file;
mod samples;
mod state;

use std::path::Path;

use self::file::replace;
use self::samples::{ended, skipped};
use self::state::State;
use super::Job;
use crate::context::Context;
use crate::model::run::{JobRun, Outcome};

/// Writes the file of a job after a cycle. One that cannot be written is named
/// in the log, and nothing else comes of it.
pub(super) async fn tell<J: Job>(cx: &Context, run: &JobRun) {
    let Some(dir) = &cx.config.metrics.textfile_dir else {
        return;
    };
    let state = match J::TELLS_STATE && run.outcome != Outcome::Skipped {
        true => state(cx).await,
        false => None,
    };
    if let Err(error) = write(dir, run, state.as_ref()) {
        tracing::warn!(
            "metrics are not written to {}, which has to be a directory that calsync may write \
             to (metrics.textfile_dir): {error}",
            dir.display()
        );
    }
}

fn write(dir: &Path, run: &JobRun, state: Option<&State>) -> std::io::Result<()> {
    let name = format!("calsync_{}.prom", run.job);
    replace(dir, &name, |before| match run.outcome {
        Outcome::Skipped => skipped(before, &run.job),
        _ => ended(before, run, state),
    })
}

/// What the store holds. Without it the cycle has failed, which says more.
async fn state(cx: &Context) -> Option<State> {
    let store = cx.store().await.ok()?;
    State::of(store.as_ref()).await.ok()
}
