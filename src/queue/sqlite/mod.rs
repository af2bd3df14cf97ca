//! The queue in an SQLite file of its own, which any number of processes may
//! use at once.

mod columns;
mod dead;
mod deliveries;
mod error;
mod file;
mod status;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::Connection;

use self::deliveries::Wanted;
use self::error::Outcome;
use self::writer::Writer;
use super::{Claim, DeadEntry, DeliveryId, Queue, QueueStatus, Result, Returned, Terms, entry};
use crate::model::account::ProviderKind;
use crate::model::notification::Notification;

/// A queue in an SQLite file.
struct SqliteQueue {
    path: PathBuf,
    terms: Terms,
    writer: Writer,
}

/// Opens the queue in a file, creates it as needed.
pub(super) async fn open(path: &Path, terms: Terms) -> Result<Arc<dyn Queue>> {
    // An absolute path is never read as a URI or as `:memory:`.
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let file = path.clone();
    let started = Writer::start(move || file::open(&file)).await;
    let writer = started.map_err(|fault| fault.at(&path))?;
    Ok(Arc::new(SqliteQueue {
        path,
        terms,
        writer,
    }))
}

impl SqliteQueue {
    /// Works in a transaction; what it wrote is durable when this returns.
    async fn transact<T: Send + 'static>(
        &self,
        work: impl FnMut(&Connection) -> Outcome<T> + Send + 'static,
    ) -> Result<T> {
        let done = self.writer.call(work).await;
        done.map_err(|fault| fault.at(&self.path))
    }
}

#[async_trait]
impl Queue for SqliteQueue {
    async fn push(&self, notifications: Vec<Notification>) -> Result<()> {
        let written = notifications
            .iter()
            .map(|notification| (notification.provider, entry::write(notification)));
        let entries: Vec<_> = written.collect();
        self.transact(move |tx| deliveries::push(tx, &entries))
            .await
    }

    async fn claim(
        &self,
        provider: ProviderKind,
        most: usize,
        now: DateTime<Utc>,
    ) -> Result<Claim> {
        let wanted = Wanted {
            provider,
            most,
            now,
            terms: self.terms,
        };
        self.transact(move |tx| deliveries::claim(tx, &wanted))
            .await
    }

    async fn ack(&self, provider: ProviderKind, ids: Vec<DeliveryId>) -> Result<()> {
        self.transact(move |tx| deliveries::ack(tx, provider, &ids))
            .await
    }

    async fn give_back(&self, provider: ProviderKind, returned: Returned) -> Result<()> {
        self.transact(move |tx| deliveries::give_back(tx, provider, &returned))
            .await
    }

    async fn status(&self) -> Result<Vec<QueueStatus>> {
        self.transact(status::all).await
    }

    async fn dead(&self) -> Result<Vec<DeadEntry>> {
        self.transact(dead::list).await
    }

    async fn retry(&self, ids: Option<Vec<DeliveryId>>) -> Result<u64> {
        self.transact(move |tx| dead::retry(tx, ids.as_deref()))
            .await
    }

    async fn forget(&self, ids: Vec<DeliveryId>) -> Result<u64> {
        self.transact(move |tx| dead::forget(tx, &ids)).await
    }
}
