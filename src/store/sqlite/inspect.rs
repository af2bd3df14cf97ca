//! A look at a store that changes nothing.

use std::sync::mpsc;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

use super::connection;
use super::error::Outcome;
use super::migrations;
use super::url::SqliteUrl;
use crate::store::Inspection;

/// What is to be seen, and the connection that saw it; there is none of a file
/// that is not there, or is still empty.
pub(super) fn look(
    url: &SqliteUrl,
    patience: Duration,
) -> Outcome<(Connection, Option<Inspection>)> {
    let size = match std::fs::metadata(url.path()) {
        Ok(file) => file.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
        Err(error) => return Err(error.into()),
    };
    if size == 0 {
        return Ok((Connection::open_in_memory()?, None));
    }
    let connection = connection::open_viewer(url.path())?;
    let versions = migrations::versions(&connection, url)?;
    let inspection = Inspection {
        version: versions.found,
        newest: versions.now,
        is_sound: is_sound(&connection, patience)?,
    };
    Ok((connection, Some(inspection)))
}

/// Whether SQLite finds nothing wrong; none when it takes too long, or may take
/// no time.
fn is_sound(connection: &Connection, patience: Duration) -> Outcome<Option<bool>> {
    if patience.is_zero() {
        return Ok(None);
    }
    let handle = connection.get_interrupt_handle();
    let (done, waits) = mpsc::channel::<()>();
    let clock = std::thread::spawn(move || {
        if waits.recv_timeout(patience) == Err(mpsc::RecvTimeoutError::Timeout) {
            handle.interrupt();
        }
    });
    let sql = "PRAGMA quick_check(1)";
    let verdict = connection.query_row(sql, [], |row| row.get::<_, String>(0));
    drop(done);
    clock.join().ok();
    match verdict {
        Ok(verdict) => Ok(Some(verdict == "ok")),
        Err(error) if is_interrupted(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn is_interrupted(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::model::lease::{Lease, LeaseName};
    use crate::store::{KeyRing, StoreError};

    const PATIENCE: Duration = Duration::from_secs(60);

    async fn seen(url: &SqliteUrl) -> Result<Option<Inspection>, StoreError> {
        crate::store::inspect(url, PATIENCE).await
    }

    #[tokio::test]
    async fn a_look_makes_and_migrates_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let url = SqliteUrl::new(dir.path().join("below/calsync.db"));
        assert_eq!(seen(&url).await.unwrap(), None);
        assert!(!dir.path().join("below").exists());
        crate::store::open(&url, KeyRing::default()).await.unwrap();
        let found = seen(&url).await.unwrap().unwrap();
        assert_eq!((found.version, found.is_sound), (found.newest, Some(true)));
        let hasty = crate::store::inspect(&url, Duration::ZERO).await.unwrap();
        assert_eq!(hasty.unwrap().is_sound, None);
        let older = "DELETE FROM schema_migration WHERE version > 6";
        Connection::open(url.path())
            .unwrap()
            .execute_batch(older)
            .unwrap();
        assert_eq!(seen(&url).await.unwrap().unwrap().version, 6);
        assert_eq!(seen(&url).await.unwrap().unwrap().version, 6);
    }

    #[tokio::test]
    async fn what_is_no_store_of_ours_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let url = SqliteUrl::new(dir.path().join("notes.txt"));
        std::fs::write(url.path(), "no database, but long enough to be looked at").unwrap();
        let error = seen(&url).await.unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    }

    #[tokio::test]
    async fn what_is_only_viewed_cannot_be_written() {
        let dir = tempfile::tempdir().unwrap();
        let url = SqliteUrl::new(dir.path().join("calsync.db"));
        crate::store::open(&url, KeyRing::default()).await.unwrap();
        let store = crate::store::view(&url, KeyRing::default()).await.unwrap();
        assert_eq!(store.user_list().await.unwrap(), Vec::new());
        let now = DateTime::UNIX_EPOCH;
        let lease = Lease {
            name: LeaseName::Job("pull"),
            owner: "nobody".to_owned(),
            until: now,
        };
        let error = store.lease_acquire(&lease, now).await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    }
}
