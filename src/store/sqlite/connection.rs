//! Connections and the threads that own them: nothing here blocks an async
//! thread, and a connection is never shared.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use super::error::{Fault, Outcome};

/// How long a write waits for another process.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// Work for the thread of a connection.
type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// A thread that owns a connection and works on it, one job after the other.
/// It ends when the worker is dropped and its jobs are done.
pub(super) struct Worker(mpsc::Sender<Job>);

impl Worker {
    /// Starts a thread that opens a connection; answers with what opening
    /// found out.
    pub(super) async fn start<T: Send + 'static>(
        open: impl FnOnce() -> Outcome<(Connection, T)> + Send + 'static,
    ) -> Outcome<(Self, T)> {
        let (jobs, queue) = mpsc::channel::<Job>();
        let (reply, answer) = oneshot::channel();
        std::thread::Builder::new()
            .name("sqlite".to_owned())
            .spawn(move || match open() {
                Ok((connection, found)) => {
                    let _ = reply.send(Ok(found));
                    work(connection, &queue);
                }
                Err(fault) => {
                    let _ = reply.send(Err(fault));
                }
            })?;
        let found = answer.await.unwrap_or(Err(Fault::Panicked))?;
        Ok((Self(jobs), found))
    }

    /// Has the thread do a job. The job is done also when nobody waits for it
    /// any longer.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let _ = reply.send(job(connection));
        });
        self.0.send(job).map_err(|_| Fault::Panicked)?;
        answer.await.unwrap_or(Err(Fault::Panicked))
    }
}

/// Does jobs until there can be no more. One that panics has dropped its
/// transaction, which rolls it back, and its reply, which tells the caller.
fn work(mut connection: Connection, queue: &mpsc::Receiver<Job>) {
    while let Ok(job) = queue.recv() {
        let _ = catch_unwind(AssertUnwindSafe(|| job(&mut connection)));
    }
}

/// Opens the connection that writes. The file must exist.
pub(super) fn open_writer(path: &Path, busy: Duration) -> Outcome<Connection> {
    let connection = open(path, busy)?;
    // Of a new file only. A first pull of 100,000 events takes less time than
    // with the usual pages of half the size; larger ones still would gain
    // little, and what a small write costs grows with them.
    connection.pragma_update(None, "page_size", 8192)?;
    patiently(busy, || {
        Ok(connection.pragma_update(None, "journal_mode", "WAL")?)
    })?;
    connection.execute_batch(
        "PRAGMA synchronous = NORMAL;
         PRAGMA temp_store = FILE;
         PRAGMA cache_size = -16384;
         PRAGMA journal_size_limit = 67108864;",
    )?;
    Ok(connection)
}

/// Opens a connection that only reads.
pub(super) fn open_reader(path: &Path) -> Outcome<Connection> {
    let connection = open(path, BUSY)?;
    connection.pragma_update(None, "query_only", "ON")?;
    Ok(connection)
}

/// Opens a connection that cannot write.
pub(super) fn open_viewer(path: &Path) -> Outcome<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    Ok(connection)
}

/// Opens a connection with what all of them have in common.
fn open(path: &Path, busy: Duration) -> Outcome<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(busy)?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    // Plans that follow from the statement alone: otherwise each is compiled
    // anew for each value that it is given.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Repeats what SQLite refuses without waiting, such as the change of the
/// journal mode while others open the same new file.
fn patiently<T>(limit: Duration, mut attempt: impl FnMut() -> Outcome<T>) -> Outcome<T> {
    let begin = Instant::now();
    loop {
        match attempt() {
            Err(fault) if fault.is_busy() && begin.elapsed() < limit => {
                std::thread::sleep(Duration::from_millis(5));
            }
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn worker() -> Worker {
        let open = || Ok((Connection::open_in_memory()?, ()));
        Worker::start(open).await.unwrap().0
    }

    #[tokio::test]
    async fn a_job_that_panics_leaves_nobody_waiting_and_the_thread_alive() {
        let worker = worker().await;
        let failed = worker.call(|_| -> Outcome<()> { panic!("a fault") }).await;
        assert!(matches!(failed, Err(Fault::Panicked)));
        let one = worker
            .call(
                |connection| Ok(connection.query_row("SELECT 1", [], |row| row.get::<_, i64>(0))?),
            )
            .await;
        assert_eq!(one.unwrap(), 1);
    }

    #[tokio::test]
    async fn a_panic_while_opening_is_an_error() {
        let open = || -> Outcome<(Connection, ())> { panic!("a fault") };
        let failed = Worker::start(open).await;
        assert!(matches!(failed, Err(Fault::Panicked)));
    }

    #[tokio::test]
    async fn a_write_that_waited_long_enough_is_refused_as_busy() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("calsync.db");
        std::fs::write(&path, "").unwrap();
        let holder = open_writer(&path, BUSY).unwrap();
        holder.execute_batch("BEGIN IMMEDIATE").unwrap();
        let waiter = open_writer(&path, Duration::from_millis(20)).unwrap();
        let refused = Fault::from(waiter.execute_batch("BEGIN IMMEDIATE").unwrap_err());
        assert!(refused.is_busy());
    }
}
