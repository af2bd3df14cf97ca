//! The store in an SQLite file.
//!
//! One thread owns the connection that writes, another the one that reads;
//! write-ahead logging gives readers a snapshot, and every write is one
//! transaction that begins with the write lock.

mod accounts;
mod apply;
mod calendars;
mod conflicts;
mod connection;
mod content;
mod convert;
mod discovery;
mod error;
mod event_row;
mod events;
mod file;
mod follow;
mod incomplete;
mod inspect;
mod known;
mod leases;
mod link_plan;
mod links;
mod logins;
mod look_alikes;
mod migrations;
mod outbox;
mod removal;
mod roll;
mod runs;
mod stage;
mod stale;
mod statuses;
mod tasks;
mod timeline;
mod tokens;
mod twins;
mod url;
mod users;
mod watches;
mod window;
mod writes;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::OnceCell;

use self::connection::Worker;
use self::error::Outcome;
use self::migrations::Versions;
pub use self::url::SqliteUrl;
use super::keyring::KeyRing;
use super::{Inspection, Opened, Result, Store};

/// A store in an SQLite file.
pub(super) struct SqliteStore {
    url: SqliteUrl,
    keys: Arc<KeyRing>,
    writer: Worker,
    reader: OnceCell<Worker>,
    open_reader: OpenReader,
}

/// Opens the connection that reads.
type OpenReader = fn(&Path) -> Outcome<Connection>;

/// Opens the store in a file, creates and migrates it as needed.
pub(super) async fn open(url: &SqliteUrl, keys: KeyRing) -> Result<Opened> {
    let (store, versions) = SqliteStore::open(url, keys).await?;
    Ok(Opened {
        store: Arc::new(store),
        found_version: versions.found,
        version: versions.now,
    })
}

/// Opens the store in a file only to read from it.
pub(super) async fn view(url: &SqliteUrl, keys: KeyRing) -> Result<Arc<dyn Store>> {
    let location = url.clone();
    let opened = Worker::start(move || Ok((connection::open_viewer(location.path())?, ())));
    let (viewer, ()) = opened.await.map_err(|fault| fault.at(url))?;
    Ok(Arc::new(SqliteStore {
        url: url.clone(),
        keys: Arc::new(keys),
        writer: viewer,
        reader: OnceCell::new(),
        // One that may write would tidy up the file when it is closed.
        open_reader: connection::open_viewer,
    }))
}

/// Looks at the store in a file, and leaves it as it is.
pub(super) async fn inspect(url: &SqliteUrl, patience: Duration) -> Result<Option<Inspection>> {
    let location = url.clone();
    let looked = Worker::start(move || inspect::look(&location, patience));
    let found = looked.await.map(|(_, found)| found);
    found.map_err(|fault| fault.at(url))
}

impl SqliteStore {
    /// Opens the connection that writes; the one that reads waits until
    /// something is read.
    async fn open(url: &SqliteUrl, keys: KeyRing) -> Result<(Self, Versions)> {
        let location = url.clone();
        let opened = Worker::start(move || {
            file::prepare(location.path())?;
            let mut connection = connection::open_writer(location.path(), connection::BUSY)?;
            let versions = migrations::migrate(&mut connection, &location)?;
            stage::create(&connection)?;
            Ok((connection, versions))
        });
        let (writer, versions) = opened.await.map_err(|fault| fault.at(url))?;
        let store = Self {
            url: url.clone(),
            keys: Arc::new(keys),
            writer,
            reader: OnceCell::new(),
            open_reader: connection::open_reader,
        };
        Ok((store, versions))
    }

    /// Reads from one snapshot.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Outcome<T> + Send + 'static,
    ) -> Result<T> {
        let done = async {
            let reader = self.reader.get_or_try_init(|| self.open_reader()).await?;
            reader
                .call(|connection| work(&connection.transaction()?))
                .await
        };
        done.await.map_err(|fault| fault.at(&self.url))
    }

    /// The thread that reads.
    async fn open_reader(&self) -> Outcome<Worker> {
        let (url, open) = (self.url.clone(), self.open_reader);
        let opened = Worker::start(move || Ok((open(url.path())?, ())));
        opened.await.map(|(worker, ())| worker)
    }

    /// Writes: all of it or nothing.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Outcome<T> + Send + 'static,
    ) -> Result<T> {
        self.transact(TransactionBehavior::Immediate, work).await
    }

    /// Works beside the database, in temporary tables: takes no lock that
    /// another process would have to wait for.
    async fn beside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Outcome<T> + Send + 'static,
    ) -> Result<T> {
        self.transact(TransactionBehavior::Deferred, work).await
    }

    /// Writes what may not get lost even if the power fails right after: a
    /// provider that rotated a token forgets the old one.
    async fn write_durably<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Outcome<T> + Send + 'static,
    ) -> Result<T> {
        let done = self.writer.call(|connection| {
            connection.pragma_update(None, "synchronous", "FULL")?;
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let result = work(&tx).and_then(|value| Ok(tx.commit().map(|()| value)?));
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            result
        });
        done.await.map_err(|fault| fault.at(&self.url))
    }

    /// Works in a transaction of the connection that writes.
    async fn transact<T: Send + 'static>(
        &self,
        behavior: TransactionBehavior,
        work: impl FnOnce(&Transaction<'_>) -> Outcome<T> + Send + 'static,
    ) -> Result<T> {
        let done = self.writer.call(move |connection| {
            let tx = connection.transaction_with_behavior(behavior)?;
            let value = work(&tx)?;
            tx.commit()?;
            Ok(value)
        });
        done.await.map_err(|fault| fault.at(&self.url))
    }
}
