//! Migrations of files that are empty, full, edited or newer.

use super::*;

fn url() -> SqliteUrl {
    SqliteUrl::new("/test")
}

#[test]
fn a_second_run_finds_nothing_to_do() {
    let mut connection = Connection::open_in_memory().unwrap();
    let first = migrate(&mut connection, &url()).unwrap();
    let now = u32::try_from(MIGRATIONS.len()).unwrap();
    assert_eq!(first, Versions { found: 0, now });
    let second = migrate(&mut connection, &url()).unwrap();
    assert_eq!(second, Versions { found: now, now });
}

#[test]
fn an_edited_migration_is_damage() {
    let mut connection = Connection::open_in_memory().unwrap();
    migrate(&mut connection, &url()).unwrap();
    connection
        .execute("UPDATE schema_migration SET sha256 = 'other'", [])
        .unwrap();
    let error = migrate(&mut connection, &url()).unwrap_err().at(&url());
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
}

#[test]
fn a_newer_schema_is_refused() {
    let mut connection = Connection::open_in_memory().unwrap();
    migrate(&mut connection, &url()).unwrap();
    connection
        .execute("INSERT INTO schema_migration VALUES (700, 'x', 'x')", [])
        .unwrap();
    let error = migrate(&mut connection, &url()).unwrap_err().at(&url());
    assert!(
        matches!(error, StoreError::Newer { found: 700, known, .. } if known < 700),
        "{error}"
    );
}

/// A file of schema 7: its foreign keys are on.
fn seventh() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(
            "PRAGMA foreign_keys = ON;
             CREATE TABLE schema_migration (version INTEGER PRIMARY KEY, sha256 TEXT NOT NULL,
                                            applied_at TEXT NOT NULL) STRICT",
        )
        .unwrap();
    for (index, sql) in MIGRATIONS[..7].iter().enumerate() {
        connection.execute_batch(sql).unwrap();
        let row = (version(index + 1), checksum(sql));
        let sql = "INSERT INTO schema_migration VALUES (?1, ?2, 'then')";
        connection.execute(sql, row).unwrap();
    }
    connection
}

/// Two people; u-1 has two accounts of one login, whose address changed.
const PEOPLE: &str = "
INSERT INTO users (id) VALUES ('u-1'), ('u-2');
INSERT INTO accounts (id, user_id, provider, subject, email, refresh_token, token_revision,
                      status, status_reason, status_at)
VALUES ('a-1', 'u-1', 'google', NULL, 'ana@example.com', 'v1.r1', 3, 'active', NULL, NULL),
       ('a-2', 'u-1', 'microsoft', 's-2', 'old@example.com', 'v1.r2', 1, 'active', NULL, NULL),
       ('a-3', 'u-1', 'microsoft', 's-2', 'new@example.com', 'v1.r3', 1, 'needs_reauth', 'gone',
        '2026-03-01T00:00:00.000Z'),
       ('a-4', 'u-2', 'microsoft', 's-2', 'old@example.com', 'v1.r4', 1, 'active', NULL, NULL);
INSERT INTO calendars (id, account_id, user_id, provider, external_id, name, access_role)
VALUES ('c-1', 'a-1', 'u-1', 'google', 'main', 'Main', 'owner'),
       ('c-2', 'a-2', 'u-1', 'microsoft', 'main', 'Main', 'owner');
INSERT INTO calendar_events (id, calendar_id, external_id, all_day, status, transparency,
                             organizer_self, busy)
VALUES ('e-1', 'c-1', 'x-1', 0, 'confirmed', 'opaque', 1, 1),
       ('e-2', 'c-2', 'x-2', 0, 'confirmed', 'opaque', 1, 1);
INSERT INTO calendar_occurrences (user_id, calendar_id, event_id, starts_at, all_day, busy)
VALUES ('u-1', 'c-1', 'e-1', '2026-03-02T09:00:00Z', 0, 1),
       ('u-1', 'c-2', 'e-2', '2026-03-03T09:00:00Z', 0, 1);
INSERT INTO tasks (id, user_id) VALUES ('t-1', 'u-1');
INSERT INTO calendar_links (task_id, user_id, calendar_id, generation, state)
VALUES ('t-1', 'u-1', 'c-1', 0, 'pending');
CREATE VIEW mine AS SELECT email FROM accounts;
CREATE TRIGGER theirs AFTER INSERT ON tasks BEGIN SELECT 1; END;";

fn rows(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

const SCHEMA: &str = "SELECT type || ' ' || name FROM sqlite_schema
    WHERE name NOT LIKE 'sqlite_%' AND name NOT LIKE 'accounts_%' ORDER BY 1";

#[test]
fn a_full_store_keeps_everything_when_its_accounts_are_built_anew() {
    let mut connection = seventh();
    connection.execute_batch(PEOPLE).unwrap();
    let kept = |connection: &Connection| {
        let tables = [
            "calendars",
            "calendar_events",
            "calendar_links",
            "calendar_occurrences",
        ];
        let counts =
            tables.map(|table| rows(connection, &format!("SELECT count(*) || '' FROM {table}")));
        let shown = rows(
            connection,
            "SELECT event_id FROM calendar_timeline ORDER BY 1",
        );
        let accounts = "SELECT concat_ws(' ', id, user_id, provider, email, refresh_token, \
                        token_revision, status, status_reason, status_at) \
                        FROM accounts ORDER BY id";
        (
            counts,
            shown,
            rows(connection, accounts),
            rows(connection, SCHEMA),
        )
    };
    let before = kept(&connection);
    assert_eq!(before.1, ["e-1", "e-2"]);
    migrate(&mut connection, &url()).unwrap();
    assert_eq!(kept(&connection), before);
    let subjects = "SELECT coalesce(subject, '-') FROM accounts ORDER BY id";
    assert_eq!(rows(&connection, subjects), ["-", "s-2", "-", "s-2"]);
    assert_eq!(rows(&connection, "SELECT email FROM mine").len(), 4);
    let indices = "SELECT name FROM pragma_index_list('accounts') WHERE origin = 'c' ORDER BY 1";
    let expected = [
        "accounts_address",
        "accounts_by_address",
        "accounts_subject",
        "accounts_untold",
    ];
    assert_eq!(rows(&connection, indices), expected);
    connection
        .execute("DELETE FROM accounts WHERE id = 'a-1'", [])
        .unwrap();
    assert_eq!(rows(&connection, "SELECT id FROM calendars"), ["c-2"]);
}

#[test]
fn foreign_keys_are_on_again_also_after_a_failure() {
    let mut connection = seventh();
    connection.execute_batch(PEOPLE).unwrap();
    connection
        .execute_batch("CREATE TABLE accounts_new (id TEXT)")
        .unwrap();
    assert!(migrate(&mut connection, &url()).is_err());
    let keys = "SELECT foreign_keys || '' FROM pragma_foreign_keys";
    assert_eq!(rows(&connection, keys), ["1"]);
    assert_eq!(found_version(&connection, &url()).unwrap(), 7);
    assert_eq!(
        rows(
            &connection,
            "SELECT event_id FROM calendar_timeline ORDER BY 1"
        )
        .len(),
        2
    );
}

#[test]
fn the_timeline_of_a_user_is_found_by_index() {
    let mut connection = seventh();
    migrate(&mut connection, &url()).unwrap();
    let plan = "EXPLAIN QUERY PLAN SELECT * FROM calendar_timeline
                WHERE user_id = 'u' AND all_day = 0 AND starts_at < '2026-03-03'";
    let mut statement = connection.prepare(plan).unwrap();
    let steps = statement
        .query_map([], |row| row.get::<_, String>(3))
        .unwrap();
    let steps: Vec<_> = steps.map(Result::unwrap).collect();
    assert!(
        steps[0].contains("calendar_occurrences_timed"),
        "{steps:#?}"
    );
    assert!(
        steps.iter().all(|step| !step.starts_with("SCAN")),
        "{steps:#?}"
    );
}
