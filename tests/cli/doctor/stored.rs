//! What is kept: key, store and queue.

use std::os::unix::fs::PermissionsExt;

use super::Clinic;

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_opens_nothing_and_accounts_that_rest_are_counted() {
    let clinic = Clinic::new().await;
    let key = clinic.world.program.text("keygen");
    clinic.world.program.file("state/calsync.key", &key);
    let file = clinic.world.program.path("state/calsync.key");
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    let reauth = "UPDATE accounts SET status = 'needs_reauth', status_reason = 'invalid_grant',
                      status_at = '2026-03-10T12:00:00.000Z'";
    clinic.sql("state/calsync.db", reauth);
    let found = clinic.examine(1);
    found.says("key", "warn", &["0644", "chmod 600"]);
    found.says("tokens", "fail", &["1 of 1 account", "restore the key"]);
    found.says(
        "accounts",
        "warn",
        &["1 of 1 account", "calsync accounts list"],
    );
    std::fs::remove_file(&file).unwrap();
    let found = clinic.examine(1);
    found.says("key", "fail", &["missing", "restore"]);
    found.says("tokens", "skip", &[]);
    assert!(!file.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_aside_or_waits_for_long_is_a_warning() {
    let clinic = Clinic::new().await;
    let entry = r#"{"user_id":"ana","received_at":"2026-03-10T12:00:00Z"}"#;
    clinic.sql(
        "state/calsync-queue.db",
        "INSERT INTO deliveries (provider, entry) VALUES ('google', 'nonsense')",
    );
    clinic.world.program.text("drain-webhooks");
    clinic.sql(
        "state/calsync-queue.db",
        &format!("INSERT INTO deliveries (provider, entry) VALUES ('google', '{entry}')"),
    );
    let found = clinic.examine(3);
    assert_eq!(found.unwell(), [("queue", "warn")]);
    let words = [
        "1 put aside",
        "calsync queue dead",
        "2026-03-10",
        "drain-webhooks",
    ];
    found.says("queue", "warn", &words);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_another_version_is_left_as_it_is() {
    let clinic = Clinic::new().await;
    let newer = "INSERT INTO schema_migration VALUES (700, 'x', 'x')";
    clinic.sql("state/calsync.db", newer);
    let found = clinic.examine(1);
    found.says(
        "store",
        "fail",
        &["version 700", "install the newer calsync"],
    );
    found.says("accounts", "skip", &[]);
    clinic.sql(
        "state/calsync.db",
        "DELETE FROM schema_migration WHERE version IN
             (700, (SELECT max(version) FROM schema_migration WHERE version < 700))",
    );
    let found = clinic.examine(3);
    found.says("store", "warn", &["schema version", "calsync migrate"]);
    let again = clinic.examine(3);
    assert_eq!(found.check("store"), again.check("store"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_whose_rows_cannot_be_read_is_not_called_well() {
    let clinic = Clinic::new().await;
    clinic.sql("state/calsync.db", r#"UPDATE accounts SET scopes = '"x"'"#);
    let found = clinic.examine(1);
    found.says("store", "fail", &["damaged"]);
    for name in ["tokens", "watches", "accounts"] {
        found.says(name, "skip", &[]);
    }
}
