//! Leases that are kept alive while work goes on.

use std::time::Duration;

use tokio::time::Instant;

use crate::context::Context;
use crate::model::lease::LEASE;
use crate::sync::clock::Clock;

/// How often the leases of a cycle are extended.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// Works while the leases of an owner are kept alive.
pub async fn with_heartbeat<T>(cx: &Context, owner: &str, work: impl Future<Output = T>) -> T {
    with_heartbeat_of(cx, cx.clock, owner, work).await
}

/// The same by a clock of its own, in a command that lives longer than a cycle.
pub(super) async fn with_heartbeat_of<T>(
    cx: &Context,
    clock: Clock,
    owner: &str,
    work: impl Future<Output = T>,
) -> T {
    let mut heartbeat = tokio::time::interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            _ = heartbeat.tick() => extend_leases(cx, clock, owner).await,
        }
    }
}

/// A lease that is lost all the same is noticed by who writes under it.
async fn extend_leases(cx: &Context, clock: Clock, owner: &str) {
    let until = clock.now() + LEASE;
    let extended = match cx.store().await {
        Ok(store) => store.lease_extend(owner, until).await.map_err(Into::into),
        Err(error) => Err(error),
    };
    if let Err(error) = extended {
        tracing::warn!(%error, "leases not extended");
    }
}
