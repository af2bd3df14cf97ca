//! The jobs: what a timer runs. A job picks; how a calendar is synced is
//! `sync`'s. One cycle of a job runs at a time.

mod attention;
mod auto_sync;
mod cleanup;
mod cycle;
mod drain_webhooks;
mod heartbeat;
mod marks;
mod pull;
mod renew_watches;
mod resolve_conflicts;
mod serve_webhooks;
mod textfile;
mod users;

use std::future::Future;
use std::time::Duration;

pub use self::auto_sync::{AutoSync, Forecast};
pub use self::cleanup::Cleanup;
pub use self::cycle::run_cycle;
pub use self::drain_webhooks::DrainWebhooks;
pub use self::heartbeat::with_heartbeat;
pub use self::marks::Marks;
pub use self::pull::Pull;
pub use self::renew_watches::RenewWatches;
pub use self::resolve_conflicts::ResolveConflicts;
pub use self::serve_webhooks::ServeWebhooks;
use crate::context::Context;
use crate::sync::Report;

/// A job.
pub trait Job {
    /// The name: of the subcommand, the lease and the records.
    const NAME: &'static str;
    /// What it counts, in the order of the documentation.
    const COUNTS: &'static [&'static str];
    /// How its cycles are marked in the log.
    const MARKS: Marks;
    /// Whether its metrics tell what is in the store; one job's do.
    const TELLS_STATE: bool = false;

    /// How often a timer runs it.
    const CADENCE: Duration;

    /// Runs one cycle, holding leases under the given name.
    fn run(&self, cx: &Context, owner: &str) -> impl Future<Output = anyhow::Result<Report>>;

    /// How long a cycle takes up new work, and which setting says so.
    fn time_limit(&self, cx: &Context) -> (Duration, &'static str) {
        (cx.config.sync.cycle_time_limit, "sync.cycle_time_limit")
    }
}

/// The jobs by name, with how often a timer runs them.
pub const CADENCES: [(&str, Duration); 6] = [
    of::<AutoSync>(),
    of::<Pull>(),
    of::<DrainWebhooks>(),
    of::<RenewWatches>(),
    of::<ResolveConflicts>(),
    of::<Cleanup>(),
];

const fn of<J: Job>() -> (&'static str, Duration) {
    (J::NAME, J::CADENCE)
}

/// An argument that names something which does not exist.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WrongArgument(pub String);

/// A command that did only part of what it was to do.
#[derive(Debug, thiserror::Error)]
#[error("{failed} of {all} {what}")]
pub struct Incomplete {
    failed: usize,
    all: usize,
    what: &'static str,
}

impl Incomplete {
    /// Fails when anything did.
    ///
    /// # Errors
    /// When `failed` is not 0.
    pub fn check(failed: usize, all: usize, what: &'static str) -> anyhow::Result<()> {
        if failed == 0 {
            Ok(())
        } else {
            Err(Self { failed, all, what }.into())
        }
    }
}
