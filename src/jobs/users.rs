//! Syncs the users that a job picked.

use std::collections::BTreeSet;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::WrongArgument;
use crate::context::Context;
use crate::model::id::UserId;
use crate::model::run::{SyncState, SyncStatus};
use crate::store::{Scheduled, Store, StoreError};
use crate::sync::{Report, Selection, Sync, count};

/// Users with accounts, only those named if any are, stalest first.
pub(super) async fn candidates(
    store: &dyn Store,
    named: &[UserId],
) -> anyhow::Result<Vec<Scheduled>> {
    for id in named {
        if store.user_find(id).await?.is_none() {
            let text =
                format!("user {id} does not exist; `calsync users list` shows those that do");
            return Err(WrongArgument(text).into());
        }
    }
    let named: BTreeSet<_> = named.iter().collect();
    let mut users = store.user_schedule().await?;
    users.retain(|scheduled| named.is_empty() || named.contains(&scheduled.user.id));
    users.sort_by_key(|scheduled| scheduled.last_sync_at);
    Ok(users)
}

/// Syncs users, several at a time, and saves the status of each when it is
/// done. Nothing is opened when nobody was picked.
pub(super) async fn sync_users(
    cx: &Context,
    owner: &str,
    users: &[Scheduled],
    selection: &Selection,
) -> anyhow::Result<Report> {
    if users.is_empty() {
        return Ok(Report::default());
    }
    let store = cx.store().await?.as_ref();
    let sync = cx.sync(owner).await?;
    let reports = stream::iter(users)
        .map(|scheduled| sync_user(cx, store, &sync, scheduled, selection))
        .buffer_unordered(cx.config.sync.concurrency)
        .try_fold(Report::default(), |sum, report| async {
            Ok(sum.and(report))
        })
        .await;
    sync.close().await;
    Ok(reports?)
}

/// Syncs a user and saves how it went.
pub(super) async fn sync_user(
    cx: &Context,
    store: &dyn Store,
    sync: &Sync,
    scheduled: &Scheduled,
    selection: &Selection,
) -> Result<Report, StoreError> {
    let report = sync
        .user(&scheduled.user, &scheduled.preferences, selection)
        .await?;
    if let Some(status) = status(cx, scheduled, selection, &report) {
        match store.status_save(status).await {
            // The user was removed meanwhile.
            Ok(()) | Err(StoreError::NoSuch(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(report)
}

/// The status after a sync; none when nothing of the user was even tried:
/// what rests, or cannot be used, is what the last one said.
fn status(
    cx: &Context,
    scheduled: &Scheduled,
    selection: &Selection,
    report: &Report,
) -> Option<SyncStatus> {
    let synced = report.count(count::SYNCED);
    let whole = report.count(count::SKIPPED) == 0;
    let state = match (synced, report.failed) {
        (0, 0) => return None,
        (_, 0) if whole => SyncState::Success,
        (0, _) => SyncState::Failure,
        _ => SyncState::PartialFailure,
    };
    // What was left out is not to wait for a whole interval.
    let whole = selection.calendars.is_none()
        && state != SyncState::Failure
        && report.count(count::DEFERRED) == 0;
    Some(SyncStatus {
        user_id: scheduled.user.id.clone(),
        last_sync_at: whole.then(|| cx.now()),
        state,
        counts: report
            .counts
            .iter()
            .map(|(name, n)| ((*name).to_owned(), *n))
            .collect(),
        failures: report.failures.clone(),
        updated_at: cx.clock.now(),
    })
}
