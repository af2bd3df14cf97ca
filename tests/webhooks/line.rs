//! The queue, and what a story does to it that calsync does not offer.

use std::path::PathBuf;
use std::time::Duration;

use calsync::queue::{QueueLocation, QueueSettings, QueueStatus};
use rusqlite::Connection;

use crate::support::program::Program;
use crate::support::redis::Redis;

/// What the queue is made of.
pub(crate) enum Line {
    Sqlite(PathBuf),
    Redis(Redis),
}

/// Nobody writes to the queue until this is dropped.
pub(crate) enum Frozen {
    Sqlite { _locked: Connection },
    Redis(redis::Connection),
}

impl Line {
    /// In the file where calsync keeps it by default.
    pub(crate) fn beside_the_store(program: &Program) -> Self {
        Self::Sqlite(program.path("state/calsync-queue.db"))
    }

    /// Where it is, as `queue.url` says it.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Redis(server) => server.url().to_owned(),
        }
    }

    /// What is in it, by provider.
    pub(crate) async fn status(&self) -> Vec<QueueStatus> {
        let location = match self {
            Self::Sqlite(path) => QueueLocation::Sqlite(path.clone()),
            Self::Redis(server) => QueueLocation::Redis(server.url().into()),
        };
        let settings = QueueSettings {
            location,
            hold: Duration::from_secs(300),
            max_attempts: 10,
        };
        let queue = calsync::queue::open(settings).await.unwrap();
        queue.status().await.unwrap()
    }

    /// Whatever is held, or was given back until later, is due.
    pub(crate) fn holds_end(&self) {
        match self {
            Self::Sqlite(path) => {
                let sql = "UPDATE deliveries SET due_at = '2020-01-01T00:00:00.000Z'
                    WHERE due_at IS NOT NULL";
                Connection::open(path).unwrap().execute(sql, []).unwrap();
            }
            Self::Redis(server) => end_holds(&mut connect(server)),
        }
    }

    /// Its write-ahead log, if it has one, is empty.
    pub(crate) fn log_begins_anew(&self) {
        if let Self::Sqlite(path) = self {
            empty_log(&Connection::open(path).unwrap());
        }
    }

    /// Keeps everybody from writing to it.
    pub(crate) fn freeze(&self) -> Frozen {
        match self {
            Self::Sqlite(path) => {
                let locked = Connection::open(path).unwrap();
                locked.execute_batch("BEGIN IMMEDIATE").unwrap();
                Frozen::Sqlite { _locked: locked }
            }
            Self::Redis(server) => {
                let mut connection = connect(server);
                redis::cmd("CLIENT")
                    .arg(&["PAUSE", "600000", "WRITE"])
                    .exec(&mut connection)
                    .unwrap();
                Frozen::Redis(connection)
            }
        }
    }
}

/// Has a database file hold everything itself.
pub(crate) fn empty_log(database: &Connection) {
    let busy = database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
    assert_eq!(busy, Ok(0));
}

impl Drop for Frozen {
    fn drop(&mut self) {
        if let Self::Redis(connection) = self {
            redis::cmd("CLIENT").arg("UNPAUSE").exec(connection).ok();
        }
    }
}

fn connect(server: &Redis) -> redis::Connection {
    let client = redis::Client::open(server.url()).unwrap();
    client.get_connection().unwrap()
}

fn end_holds(connection: &mut redis::Connection) {
    for provider in ["google", "microsoft"] {
        for set in ["held", "returned"] {
            let key = format!("calendar_webhooks:{provider}:{set}");
            let ids: Vec<String> = redis::cmd("ZRANGE")
                .arg((&key, 0, -1))
                .query(connection)
                .unwrap();
            for id in ids {
                let mut add = redis::cmd("ZADD");
                add.arg((&key, 1, id)).exec(connection).unwrap();
            }
        }
    }
}
