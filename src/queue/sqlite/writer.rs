//! The thread that owns the connection, and what makes it fast: everything
//! that waits for it is done in one transaction, which costs one wait for the
//! disk, and is answered after it.

#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::error::{Fault, Outcome};

/// How many jobs share a transaction at most, and as many more may wait.
const GROUP: usize = 512;

/// Hands jobs to the thread, which ends when this is dropped and its jobs are
/// done.
pub(super) struct Writer(mpsc::Sender<Box<dyn Job>>);

/// Something to be done in a transaction; more than once if the first was
/// given up.
trait Job: Send {
    /// Does it and keeps the result; whether its writes count.
    fn attempt(&mut self, connection: &Connection) -> bool;
    /// Tells the result, or why there is none.
    fn answer(self: Box<Self>, ended: Outcome<()>);
}

/// A job, and who waits for it.
struct Waiting<W, T> {
    work: W,
    result: Option<Outcome<T>>,
    reply: oneshot::Sender<Outcome<T>>,
}

impl<W, T> Job for Waiting<W, T>
where
    W: FnMut(&Connection) -> Outcome<T> + Send,
    T: Send,
{
    fn attempt(&mut self, connection: &Connection) -> bool {
        let worked = catch_unwind(AssertUnwindSafe(|| (self.work)(connection)));
        let result = worked.unwrap_or_else(|_| Err(Fault::panicked()));
        self.result.insert(result).is_ok()
    }

    fn answer(self: Box<Self>, ended: Outcome<()>) {
        let result = match (self.result, ended) {
            (Some(Err(own)), _) => Err(own),
            (_, Err(common)) => Err(common),
            (Some(done), Ok(())) => done,
            (None, Ok(())) => Err(Fault::panicked()),
        };
        // Nobody may be waiting any longer.
        let _ = self.reply.send(result);
    }
}

impl Writer {
    /// Starts the thread, which first opens the connection.
    pub(super) async fn start(
        open: impl FnOnce() -> Outcome<Connection> + Send + 'static,
    ) -> Outcome<Self> {
        let (jobs, queue) = mpsc::channel(GROUP);
        let (reply, answer) = oneshot::channel();
        std::thread::Builder::new()
            .name("queue".to_owned())
            .spawn(move || match open() {
                Ok(connection) => {
                    let _ = reply.send(Ok(()));
                    serve(connection, queue);
                }
                Err(fault) => {
                    let _ = reply.send(Err(fault));
                }
            })?;
        answer.await.unwrap_or_else(|_| Err(Fault::panicked()))?;
        Ok(Self(jobs))
    }

    /// Has the thread do a job: all of it or nothing. What it wrote is durable
    /// when this returns. The job is done also when nobody waits for it any
    /// longer.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        work: impl FnMut(&Connection) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Waiting {
            work,
            result: None,
            reply,
        });
        self.0.send(job).await.map_err(|_| Fault::panicked())?;
        answer.await.unwrap_or_else(|_| Err(Fault::panicked()))
    }
}

/// Does jobs until there can be no more.
fn serve(mut connection: Connection, mut queue: mpsc::Receiver<Box<dyn Job>>) {
    let mut jobs = Vec::new();
    while queue.blocking_recv_many(&mut jobs, GROUP) > 0 {
        settle(&mut connection, std::mem::take(&mut jobs));
    }
}

/// How a transaction for several jobs failed.
enum Broken {
    /// It did not begin.
    Closed(Fault),
    /// It was given up, perhaps for the sake of one of the jobs.
    Midway(Fault),
}

/// Does jobs in one transaction and answers them.
fn settle(connection: &mut Connection, mut jobs: Vec<Box<dyn Job>>) {
    let ended = match together(connection, &mut jobs) {
        Ok(()) => Ok(()),
        Err(Broken::Midway(_)) if jobs.len() > 1 => {
            for job in jobs {
                settle(connection, vec![job]);
            }
            return;
        }
        Err(Broken::Closed(fault) | Broken::Midway(fault)) => Err(fault),
    };
    for job in jobs {
        job.answer(ended.clone());
    }
}

fn together(connection: &mut Connection, jobs: &mut [Box<dyn Job>]) -> Result<(), Broken> {
    let mut tx = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|error| Broken::Closed(error.into()))?;
    for job in jobs {
        apart(&mut tx, &mut **job).map_err(Broken::Midway)?;
    }
    tx.commit().map_err(|error| Broken::Midway(error.into()))
}

/// Does one job such that its failure leaves its neighbours' work alone.
fn apart(tx: &mut Transaction<'_>, job: &mut dyn Job) -> Outcome<()> {
    let savepoint = tx.savepoint()?;
    if job.attempt(&savepoint) {
        savepoint.commit()?;
    } else {
        drop(savepoint);
    }
    if tx.is_autocommit() {
        // Out of space, for one: SQLite has rolled back everything.
        return Err(Fault::Passing(
            "writing failed: check the disk and its file system".to_owned(),
        ));
    }
    Ok(())
}
