//! What only a queue in an SQLite file has to answer for.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::sync::Arc;

use calsync::queue::{Queue, QueueError, QueueLocation, open};
use futures_util::future::join_all;
use rusqlite::Connection;

use super::bench::{Google, at, google, settings};

async fn open_file(path: &Path) -> Result<Arc<dyn Queue>, QueueError> {
    open(settings(QueueLocation::Sqlite(path.to_owned()))).await
}

async fn refusal(path: &Path) -> QueueError {
    match open_file(path).await {
        Ok(_) => panic!("it was opened"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_new_queue_is_created_for_its_owner_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state/queue.db");
    let queue = open_file(&path).await.unwrap();
    queue.push(google(&["a"])).await.unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    for entry in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
}

#[tokio::test]
async fn many_may_open_a_new_queue_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("queue.db");
    let opened = join_all((0..8).map(|_| open_file(&path))).await;
    for queue in &opened {
        let queue = queue.as_ref().unwrap();
        queue.push(google(&["a"])).await.unwrap();
    }
    let claim = opened[0].as_ref().unwrap().claim(Google, 100, at(1)).await;
    assert_eq!(claim.unwrap().deliveries.len(), 8);
}

#[tokio::test]
async fn a_queue_of_a_newer_program_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("queue.db");
    drop(open_file(&path).await.unwrap());
    let file = Connection::open(&path).unwrap();
    file.pragma_update(None, "user_version", 700).unwrap();
    let refused = refusal(&path).await;
    assert!(matches!(refused, QueueError::Unusable { .. }), "{refused}");
    assert!(refused.to_string().contains("version 700"), "{refused}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_kept() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notes.txt");
    let text = "not a database\n".repeat(100);
    std::fs::write(&path, &text).unwrap();
    let refused = refusal(&path).await;
    assert!(matches!(refused, QueueError::Unusable { .. }), "{refused}");
    assert!(refused.to_string().contains("queue.url"), "{refused}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn a_database_of_something_else_is_refused_and_kept() {
    for version in 0..2 {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("notes.db");
        let file = Connection::open(&path).unwrap();
        file.execute_batch("CREATE TABLE notes (note TEXT)")
            .unwrap();
        file.pragma_update(None, "user_version", version).unwrap();
        let refused = refusal(&path).await;
        assert!(matches!(refused, QueueError::Unusable { .. }), "{refused}");
        assert!(refused.to_string().contains("queue.url"), "{refused}");
        let sql =
            "SELECT count(*), (SELECT journal_mode FROM pragma_journal_mode) FROM sqlite_schema";
        let left = file.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)));
        assert_eq!(left.unwrap(), (1, "delete".to_owned()));
    }
}

#[tokio::test]
async fn what_root_creates_belongs_to_the_owner_of_the_directory() {
    let directory = tempfile::tempdir().unwrap();
    let nobody = Some(65534);
    if chown(directory.path(), nobody, nobody).is_err() {
        eprintln!("SKIPPED: only root can give files away");
        return;
    }
    let queue = open_file(&directory.path().join("queue.db")).await.unwrap();
    queue.push(google(&["a"])).await.unwrap();
    let files: Vec<_> = std::fs::read_dir(directory.path()).unwrap().collect();
    assert_eq!(files.len(), 3);
    for file in files {
        let file = file.unwrap().metadata().unwrap();
        assert_eq!((Some(file.uid()), Some(file.gid())), (nobody, nobody));
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_not_available() {
    let directory = tempfile::tempdir().unwrap();
    let blocker = directory.path().join("file");
    std::fs::write(&blocker, "").unwrap();
    for path in [blocker.join("queue.db"), directory.path().into()] {
        let refused = refusal(&path).await;
        assert!(
            matches!(refused, QueueError::Unavailable { .. }),
            "{refused}"
        );
        assert!(refused.to_string().contains("queue.url"), "{refused}");
    }
}

#[tokio::test]
async fn a_push_waits_for_another_process() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("queue.db");
    let queue = open_file(&path).await.unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let push = queue.push(google(&["a"]));
    tokio::pin!(push);
    tokio::select! {
        biased;
        _ = &mut push => panic!("it did not wait"),
        () = std::future::ready(()) => {}
    }
    other.execute_batch("COMMIT").unwrap();
    push.await.unwrap();
}
