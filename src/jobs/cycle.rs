//! One cycle of a job: lease, work, hook, record, outcome.

use tokio::time::Instant;
use tracing::Instrument;

use super::heartbeat::with_heartbeat;
use super::{Job, WrongArgument, attention, textfile};
use crate::context::Context;
use crate::model::lease::{LEASE, Lease, LeaseName};
use crate::model::run::{JobRun, Outcome};
use crate::sync::{Report, count};

/// Runs one cycle of a job. A cycle that cannot begin, because another
/// instance is at it, is `skipped`.
///
/// # Errors
/// When the store or the configuration cannot be used, or an argument names
/// something that does not exist.
pub async fn run_cycle<J: Job>(job: &J, cx: &Context) -> anyhow::Result<JobRun> {
    let span = tracing::info_span!("cycle", job = J::NAME);
    marked(job, cx).instrument(span).await
}

/// However it ends, the log and the metrics say so.
async fn marked<J: Job>(job: &J, cx: &Context) -> anyhow::Result<JobRun> {
    let begun = Instant::now();
    (J::MARKS.started)(J::NAME);
    let ran = leased(job, cx, begun).await;
    let run = match &ran {
        Ok(run) => run.clone(),
        Err(error) => broken::<J>(cx, begun, error),
    };
    (J::MARKS.ended)(&run);
    if !matches!(&ran, Err(error) if error.is::<WrongArgument>()) {
        textfile::tell::<J>(cx, &run).await;
    }
    ran
}

async fn leased<J: Job>(job: &J, cx: &Context, begun: Instant) -> anyhow::Result<JobRun> {
    let store = cx.store().await?;
    let owner = uuid::Uuid::now_v7().to_string();
    let name = LeaseName::Job(J::NAME);
    let lease = Lease {
        name,
        owner: owner.clone(),
        until: cx.clock.now() + LEASE,
    };
    if !store.lease_acquire(&lease, cx.clock.now()).await? {
        tracing::info!("another instance is running, nothing done");
        return Ok(run_of::<J>(cx, begun, Outcome::Skipped, Report::default()));
    }
    let worked = watched(job, cx, &owner).await;
    if let Err(error) = store.lease_release(&lease.name, &owner).await {
        tracing::warn!(%error, "lease not released, it ends by itself");
    }
    attention::tell(cx, &owner).await;
    let run = match worked {
        Ok(report) => run_of::<J>(cx, begun, outcome(&report), report),
        Err(error) => {
            // The error itself is what matters; a wrong argument is nobody else's.
            if !error.is::<WrongArgument>() {
                let broken = broken::<J>(cx, begun, &error);
                store.run_save(&broken).await.ok();
            }
            return Err(error);
        }
    };
    store.run_save(&run).await?;
    Ok(run)
}

/// Works while the leases are kept alive and the time limit is watched.
async fn watched<J: Job>(job: &J, cx: &Context, owner: &str) -> anyhow::Result<Report> {
    let (limit, setting) = job.time_limit(cx);
    let limit = tokio::time::sleep(limit);
    let work = with_heartbeat(cx, owner, job.run(cx, owner));
    tokio::pin!(work, limit);
    let mut limited = None;
    loop {
        tokio::select! {
            report = &mut work => return Ok(with_interruption(cx, report?, limited)),
            () = &mut limit, if limited.is_none() => {
                limited = Some(setting);
                cx.stop.cancel();
            }
        }
    }
}

/// A cycle that was stopped with work left says so.
fn with_interruption(cx: &Context, mut report: Report, limited: Option<&str>) -> Report {
    if cx.stop.is_cancelled() && report.count(count::DEFERRED) > 0 {
        let why = match limited {
            Some(setting) => format!("the cycle reached {setting}"),
            None => "the cycle was asked to stop".to_owned(),
        };
        let message = format!("{why}; what is left is done by the next one");
        report.note("interrupted", message);
    }
    report
}

/// The record of a cycle that could not work, for whoever asks for the status.
fn broken<J: Job>(cx: &Context, begun: Instant, error: &anyhow::Error) -> JobRun {
    let mut report = Report::default();
    report.note("broken", format!("{error:#}"));
    run_of::<J>(cx, begun, Outcome::Failed, report)
}

fn run_of<J: Job>(cx: &Context, begun: Instant, outcome: Outcome, report: Report) -> JobRun {
    let counts = J::COUNTS
        .iter()
        .map(|name| ((*name).to_owned(), report.count(name)))
        .collect();
    JobRun {
        job: J::NAME.to_owned(),
        outcome,
        started_at: cx.now(),
        duration_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        counts,
        failures: report.failures,
    }
}

/// How a cycle ended, from what its units did.
fn outcome(report: &Report) -> Outcome {
    let interrupted = report
        .failures
        .iter()
        .any(|failure| failure.kind == "interrupted");
    let done = [count::SYNCED, count::RENEWED, count::CREATED];
    let achieved = done.iter().any(|name| report.count(name) > 0);
    match report.failed {
        0 if interrupted => Outcome::Partial,
        0 => Outcome::Ok,
        _ if achieved || interrupted => Outcome::Partial,
        failed if failed == report.unreachable => Outcome::Deferred,
        _ => Outcome::Failed,
    }
}
