//! What only a store in an SQLite file has to answer for.

use std::path::{Path, PathBuf};

use calsync::store::{Coverage, EncryptionKey, KeyRing, Opened, SqliteUrl, StoreError, open};
use rusqlite::Connection;
use tempfile::TempDir;

use super::store::{Bench, at, event};

fn keys() -> KeyRing {
    KeyRing::new(vec![EncryptionKey::generate()])
}

async fn open_file(path: &Path) -> Result<Opened, StoreError> {
    open(&SqliteUrl::new(path), keys()).await
}

fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state").join("calsync.db");
    (directory, path)
}

fn file(bench: &Bench) -> PathBuf {
    bench.directory().join("calsync.db")
}

/// Changes a store from outside.
fn meddle(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

fn refusal(opened: Result<Opened, StoreError>) -> StoreError {
    match opened {
        Ok(_) => panic!("it was opened"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_new_store_is_created_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (_directory, path) = place();
    let opened = open_file(&path).await.unwrap();
    let newest = opened.version;
    assert_eq!(opened.found_version, 0);
    opened.store.user_list().await.unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    for entry in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
    drop(opened);
    let again = open_file(&path).await.unwrap();
    assert_eq!((again.found_version, again.version), (newest, newest));
}

#[tokio::test]
async fn many_may_open_a_new_store_at_once() {
    let (_directory, path) = place();
    let opened = (0..8).map(|_| open_file(&path));
    for opened in futures_util::future::join_all(opened).await {
        opened.unwrap().store.user_list().await.unwrap();
    }
}

#[tokio::test]
async fn a_store_of_a_newer_program_is_refused() {
    let (_directory, path) = place();
    let newest = open_file(&path).await.unwrap().version;
    meddle(&path, "INSERT INTO schema_migration VALUES (700, 'x', 'x')");
    let refused = refusal(open_file(&path).await);
    assert!(
        matches!(
            refused,
            StoreError::Newer { found: 700, known, .. } if known == newest
        ),
        "{refused}"
    );
}

#[tokio::test]
async fn an_edited_schema_is_refused() {
    let (_directory, path) = place();
    drop(open_file(&path).await.unwrap());
    meddle(&path, "UPDATE schema_migration SET sha256 = 'x'");
    let refused = refusal(open_file(&path).await);
    assert!(matches!(refused, StoreError::Corrupt { .. }), "{refused}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_kept() {
    let (directory, _) = place();
    let path = directory.path().join("notes.txt");
    let text = "not a database\n".repeat(100);
    std::fs::write(&path, &text).unwrap();
    let refused = refusal(open_file(&path).await);
    assert!(matches!(refused, StoreError::Corrupt { .. }), "{refused}");
    assert!(refused.to_string().contains("is not an SQLite database"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_not_available() {
    let (directory, _) = place();
    let blocker = directory.path().join("file");
    std::fs::write(&blocker, "").unwrap();
    for path in [
        blocker.join("calsync.db"),
        "/proc/calsync.db".into(),
        directory.path().into(),
    ] {
        let refused = refusal(open_file(&path).await);
        assert!(
            matches!(refused, StoreError::Unavailable { .. }),
            "{refused}"
        );
        assert!(refused.to_string().contains("store.url"), "{refused}");
    }
}

#[tokio::test]
async fn a_write_waits_for_another_process() {
    let bench = Bench::over_sqlite().await;
    let other = Connection::open(file(&bench)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let write = bench.store.calendar_set_active(&bench.calendar, false);
    tokio::pin!(write);
    tokio::select! {
        biased;
        _ = &mut write => panic!("it did not wait"),
        () = std::future::ready(()) => {}
    }
    assert_eq!(bench.store.calendar_list(None).await.unwrap().len(), 1);
    other.execute_batch("COMMIT").unwrap();
    assert!(write.await.unwrap());
}

#[tokio::test]
async fn staging_takes_no_lock() {
    let bench = Bench::over_sqlite().await;
    let other = Connection::open(file(&bench)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    bench.stage(vec![change("a")]).await;
    assert_eq!(bench.removals(Coverage::Everything).await.staged, 1);
    bench.store.event_unstage(&bench.calendar).await.unwrap();
    other.execute_batch("COMMIT").unwrap();
}

fn change(id: &str) -> calsync::model::change::Change {
    calsync::model::change::Change::Upsert(Box::new(event(id)))
}

#[tokio::test]
async fn a_listing_that_repeats_itself_touches_no_row() {
    let bench = Bench::over_sqlite().await;
    bench.everything(vec![change("a"), change("b")]).await;
    let dump = |table: &str| -> Vec<String> {
        let connection = Connection::open(file(&bench)).unwrap();
        let columns = columns(&connection, table);
        let sql = format!("SELECT rowid || json_array({columns}) FROM {table}");
        let mut rows = connection.prepare(&sql).unwrap();
        rows.query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    };
    let trigger = "CREATE TRIGGER no_events_%w BEFORE %o ON calendar_events
        BEGIN SELECT raise(ABORT, 'a row is touched'); END;";
    for operation in ["INSERT", "UPDATE", "DELETE"] {
        let trigger = trigger.replace("%w", operation).replace("%o", operation);
        meddle(&file(&bench), &trigger);
        let occurrences = trigger.replace("calendar_events", "calendar_occurrences");
        meddle(
            &file(&bench),
            &occurrences.replace("no_events", "no_occurrences"),
        );
    }
    let before = (dump("calendar_events"), dump("calendar_occurrences"));
    bench.everything(vec![change("a"), change("b")]).await;
    bench.changes(vec![]).await;
    assert_eq!(
        (dump("calendar_events"), dump("calendar_occurrences")),
        before
    );
}

fn columns(connection: &Connection, table: &str) -> String {
    let sql = "SELECT group_concat('\"' || name || '\"') FROM pragma_table_info(?1)";
    connection
        .query_row(sql, [table], |row| row.get(0))
        .unwrap()
}

#[tokio::test]
async fn a_process_that_ends_takes_its_stage_along() {
    let first = Bench::over_sqlite().await;
    first.stage(vec![change("a")]).await;
    let url = SqliteUrl::new(file(&first));
    let second = open(&url, keys()).await.unwrap();
    let removals = second
        .store
        .event_removals(&first.calendar, Coverage::Everything);
    assert_eq!(removals.await.unwrap().staged, 0);
    let applied = second
        .store
        .event_apply(first.plan(Coverage::Changes))
        .await;
    assert_eq!(applied.unwrap().created, 0);
}

#[tokio::test]
async fn a_failed_apply_leaves_everything_as_it_was() {
    let bench = Bench::over_sqlite().await;
    bench.everything(vec![change("a")]).await;
    let calendar = bench.calendar().await;
    meddle(
        &file(&bench),
        "CREATE TRIGGER full BEFORE UPDATE OF sync_token ON calendars
         BEGIN SELECT raise(ABORT, 'stop'); END",
    );
    bench.stage(vec![change("b")]).await;
    let mut plan = bench.plan(Coverage::Everything);
    plan.now = at("2026-03-11");
    assert!(bench.store.event_apply(plan.clone()).await.is_err());
    assert_eq!(bench.timeline().await, ["03-10T09:00 a"]);
    assert_eq!(bench.calendar().await, calendar);
    meddle(&file(&bench), "DROP TRIGGER full");
    let applied = bench.apply(plan).await;
    assert_eq!(
        (applied.created, applied.removed),
        (1, 1),
        "the stage is still there"
    );
}

#[tokio::test]
async fn tokens_are_not_in_the_file() {
    let bench = Bench::over_sqlite().await;
    for entry in std::fs::read_dir(bench.directory()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let secret = b"1//refresh";
        assert!(!bytes.windows(secret.len()).any(|part| part == secret));
    }
}

#[tokio::test]
async fn a_key_that_is_missing_is_named_with_its_account() {
    let bench = Bench::over_sqlite().await;
    let url = SqliteUrl::new(file(&bench));
    for ring in [keys(), KeyRing::default()] {
        let stranger = open(&url, ring).await.unwrap();
        let refused = stranger
            .store
            .account_tokens(&bench.account)
            .await
            .unwrap_err();
        assert!(
            matches!(&refused, StoreError::NoKey { account } if *account == bench.account),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn tokens_moved_to_another_account_are_damage() {
    let bench = Bench::over_sqlite().await;
    let other = bench.import("u", "other@example.org").await;
    meddle(
        &file(&bench),
        &format!(
            "UPDATE accounts SET refresh_token =
                 (SELECT refresh_token FROM accounts WHERE id = '{}')
             WHERE id = '{}'",
            other.id, bench.account
        ),
    );
    let refused = bench
        .store
        .account_tokens(&bench.account)
        .await
        .unwrap_err();
    assert!(matches!(refused, StoreError::Corrupt { .. }), "{refused}");
}

#[tokio::test]
async fn a_rotated_key_encrypts_anew() {
    let (_directory, path) = place();
    let (old, new) = (EncryptionKey::generate(), EncryptionKey::generate());
    let url = SqliteUrl::new(&path);
    let ring = |keys: &[&EncryptionKey]| KeyRing::new(keys.iter().map(|k| (*k).clone()).collect());
    let account = {
        let store = open(&url, ring(&[&old])).await.unwrap().store;
        store
            .user_upsert(vec![super::store::user("u")])
            .await
            .unwrap();
        let import = vec![super::store::login("u", "u@example.org", "1//r")];
        store.account_upsert(import).await.unwrap().remove(0)
    };
    let both = open(&url, ring(&[&new, &old])).await.unwrap().store;
    assert_eq!(both.account_rekey().await.unwrap(), 1);
    assert_eq!(both.account_rekey().await.unwrap(), 0);
    let only_new = open(&url, ring(&[&new])).await.unwrap().store;
    assert!(
        only_new
            .account_tokens(&account.id)
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn what_the_application_writes_odd_stops_nobody() {
    let bench = Bench::over_sqlite().await;
    meddle(
        &file(&bench),
        "INSERT INTO users (id) VALUES ('plain');
         INSERT INTO users (id, timezone, working_hours)
             VALUES ('odd', 'Europe/Atlantis', '{\"start\":99}');
         INSERT INTO calendar_preferences (user_id) VALUES ('odd'), ('u');",
    );
    bench.import("odd", "odd@example.org").await;
    let users = bench.store.user_list().await.unwrap();
    let zones: Vec<_> = users.iter().map(|user| user.timezone.name()).collect();
    assert_eq!(zones, ["UTC", "UTC", "UTC"]);
    assert!(users.iter().all(|user| user.working_hours.is_none()));
    for due in bench.store.user_schedule().await.unwrap() {
        let id = due.user.id.clone();
        assert_eq!(
            due.preferences,
            calsync::model::preferences::Preferences::default_of(id)
        );
    }
}

#[tokio::test]
async fn users_are_stored_all_or_none() {
    let bench = Bench::over_sqlite().await;
    meddle(
        &file(&bench),
        "CREATE TRIGGER full BEFORE INSERT ON users WHEN NEW.id = 'b'
         BEGIN SELECT raise(ABORT, 'stop'); END",
    );
    let users = ["a", "b", "c"].map(super::store::user);
    assert!(bench.store.user_upsert(users.into()).await.is_err());
    assert_eq!(bench.store.user_list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn ids_and_words_that_make_no_sense_are_refused_by_the_schema() {
    let bench = Bench::over_sqlite().await;
    let connection = Connection::open(file(&bench)).unwrap();
    for id in ["", "a b", "ü", "a/b", &"x".repeat(41)] {
        assert!(
            connection
                .execute("INSERT INTO users (id) VALUES (?1)", [id])
                .is_err(),
            "{id:?}"
        );
    }
    let sql = "INSERT INTO calendar_preferences (user_id, conflict_strategy) VALUES ('u', 'x')";
    assert!(connection.execute(sql, []).is_err());
}
