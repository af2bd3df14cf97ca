//! The file of a queue, readable by nobody else, and its schema.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, fchown};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::error::{Fault, Outcome};

/// The version of the schema, kept in the file's header.
const VERSION: i64 = 1;

const SCHEMA: &str = include_str!("schema.sql");

/// How often the lock is asked for, once a millisecond, before another process
/// is in the way. A receiver that is busy gives it back only for moments, which
/// longer pauses would miss.
const PATIENCE: i32 = 5000;

/// Opens the file, creates it as needed.
pub(super) fn open(path: &Path) -> Outcome<Connection> {
    create(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_handler(Some(wait))?;
    prepare(&mut connection)?;
    log_ahead(&connection)?;
    // What was pushed survives that the power fails right after.
    connection.execute_batch(
        "PRAGMA synchronous = FULL;
         PRAGMA journal_size_limit = 67108864;",
    )?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// Creates the file (mode 0600) and its directory (0700) where they are
/// missing. What exists keeps its mode.
fn create(path: &Path) -> Outcome<()> {
    // To close any handle of a file takes away the locks that SQLite holds on
    // it in this process: nobody may get to open it before ours is closed.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(directory) = path.parent() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)?;
    }
    let created = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match created {
        Ok(file) => give_away(&file, path),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// What root creates belongs to whoever the directory belongs to: the service
/// has to use it too. SQLite does the same with the files beside it.
fn give_away(file: &File, path: &Path) -> Outcome<()> {
    const ROOT: u32 = 0;
    let owner = std::fs::metadata(path.parent().unwrap_or(path))?;
    if file.metadata()?.uid() == ROOT && owner.uid() != ROOT {
        fchown(file, Some(owner.uid()), Some(owner.gid()))?;
    }
    Ok(())
}

/// Waits for a lock; whether to ask again.
fn wait(times: i32) -> bool {
    std::thread::sleep(Duration::from_millis(1));
    times < PATIENCE
}

/// Turns on write-ahead logging. SQLite refuses that without waiting while
/// others open the same new file.
fn log_ahead(connection: &Connection) -> Outcome<()> {
    for times in 0.. {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if is_busy(&error) && wait(times) => {}
            done => return Ok(done?),
        }
    }
    Ok(())
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
}

/// Creates the schema in a new file; refuses what a newer program wrote.
fn prepare(connection: &mut Connection) -> Outcome<()> {
    if version(connection)? == VERSION && is_ours(connection)? {
        return Ok(());
    }
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    match version(&tx)? {
        0 if !is_empty(&tx)? => return Err(foreign()),
        0 => {
            tx.execute_batch(SCHEMA)?;
            tx.pragma_update(None, "user_version", VERSION)?;
        }
        VERSION if !is_ours(&tx)? => return Err(foreign()),
        VERSION => {}
        other => {
            return Err(Fault::Lasting(format!(
                "it has schema version {other}, this calsync knows versions up to {VERSION}: \
                 install the newer calsync that wrote it"
            )));
        }
    }
    Ok(tx.commit()?)
}

fn foreign() -> Fault {
    Fault::Lasting(
        "the file is another program's database: set queue.url to a file of its own".to_owned(),
    )
}

/// Whether our tables are there: others count their versions too.
fn is_ours(connection: &Connection) -> Outcome<bool> {
    let sql = "SELECT count(*) = 2 FROM sqlite_schema
        WHERE type = 'table' AND name IN ('deliveries', 'dead')";
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}

fn is_empty(connection: &Connection) -> Outcome<bool> {
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)";
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}

fn version(connection: &Connection) -> Outcome<i64> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}
