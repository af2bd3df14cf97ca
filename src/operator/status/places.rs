//! Where store and queue are, and whether they can be used. Nothing is made
//! that is not there yet, and the store is only read.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::context::Context;
use crate::queue::{QueueLocation, QueueStatus};
use crate::store::{self, KeyRing, Store, StoreError};

/// Whether a place can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// It can.
    Ready,
    /// It is made when it is first needed.
    Missing,
    /// The next job brings it up to date.
    Outdated,
    /// It cannot.
    Unusable,
}

/// The store.
#[derive(Serialize)]
pub(super) struct StorePlace {
    pub(super) location: String,
    pub(super) state: State,
    /// Why it is not ready.
    pub(super) error: Option<String>,
    /// The size of its file.
    pub(super) bytes: u64,
    /// What was written and is not in that file yet.
    pub(super) wal_bytes: u64,
}

/// The queue.
#[derive(Serialize)]
pub(super) struct QueuePlace {
    /// Without any password.
    pub(super) location: String,
    pub(super) state: State,
    /// Why it is not ready.
    pub(super) error: Option<String>,
    pub(super) lines: Vec<Backlog>,
}

/// What is in the queue of a provider.
#[derive(Serialize)]
pub(super) struct Backlog {
    #[serde(flatten)]
    pub(super) status: QueueStatus,
    /// How long the oldest has waited.
    pub(super) oldest_age_s: Option<i64>,
}

/// Looks at the store; the store itself only where it can be read.
pub(super) async fn store(cx: &Context) -> (StorePlace, Option<Arc<dyn Store>>) {
    let url = cx.store_url();
    let (state, error, store) = match view(cx).await {
        Ok((State::Outdated, _)) => {
            let advice = "its schema is older than this calsync: the next job brings it up to \
                          date, or `calsync migrate` does";
            (State::Outdated, Some(advice.to_owned()), None)
        }
        Ok((state, store)) => (state, None, store),
        Err(error) => (State::Unusable, Some(error.to_string()), None),
    };
    let mut log = OsString::from(url.path());
    log.push("-wal");
    let place = StorePlace {
        location: url.to_string(),
        state,
        error,
        bytes: size(url.path()),
        wal_bytes: size(Path::new(&log)),
    };
    (place, store)
}

impl StorePlace {
    /// Notes that reading from it failed.
    pub(super) fn fail(&mut self, error: &StoreError) {
        self.state = State::Unusable;
        self.error = Some(error.to_string());
    }
}

async fn view(cx: &Context) -> Result<(State, Option<Arc<dyn Store>>), StoreError> {
    let url = cx.store_url();
    let Some(found) = store::inspect(&url, Duration::ZERO).await? else {
        return Ok((State::Missing, None));
    };
    if found.version != found.newest {
        return Ok((State::Outdated, None));
    }
    // No token is read, so that no key is needed.
    let store = store::view(&url, KeyRing::default()).await?;
    Ok((State::Ready, Some(store)))
}

/// The size of a file, 0 where there is none.
fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}

/// Looks at the queue.
pub(super) async fn queue(cx: &Context, now: DateTime<Utc>) -> QueuePlace {
    let location = cx.queue_location();
    let missing = matches!(&location, QueueLocation::Sqlite(path) if is_missing(path));
    let (state, error, lines) = if missing {
        (State::Missing, None, Vec::new())
    } else {
        match waiting(cx).await {
            Ok(status) => (State::Ready, None, status),
            Err(error) => (State::Unusable, Some(format!("{error:#}")), Vec::new()),
        }
    };
    QueuePlace {
        location: location.to_string(),
        state,
        error,
        lines: lines.into_iter().map(|it| Backlog::of(it, now)).collect(),
    }
}

/// Whether there is no file, or nothing in it; one that cannot be looked at is
/// there.
fn is_missing(path: &Path) -> bool {
    match std::fs::metadata(path) {
        Ok(file) => file.is_file() && file.len() == 0,
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

async fn waiting(cx: &Context) -> anyhow::Result<Vec<QueueStatus>> {
    Ok(cx.queue().await?.status().await?)
}

impl Backlog {
    fn of(status: QueueStatus, now: DateTime<Utc>) -> Self {
        let oldest_age_s = status.oldest.map(|at| (now - at).num_seconds().max(0));
        Self {
            status,
            oldest_age_s,
        }
    }
}
