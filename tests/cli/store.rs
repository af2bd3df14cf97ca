//! Stores that cannot be used.

use crate::support::program::Program;

const USERS: &str = "users import users.jsonl";

fn program_with_users(count: u32) -> Program {
    let program = Program::new();
    let users: String = (0..count)
        .map(|n| format!("{{\"id\":\"u-{n}\",\"email\":\"u-{n}@example.com\"}}\n"))
        .collect();
    program.file("users.jsonl", &users);
    program
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let program = Program::new();
    program.text("migrate");
    std::fs::remove_file(program.store()).unwrap();
    for ending in ["-wal", "-shm"] {
        std::fs::remove_file(program.path(&format!("state/calsync.db{ending}"))).ok();
    }
    let garbage = "not a database ".repeat(500);
    program.file("state/calsync.db", &garbage);
    let ran = program.run("users list").exits(1);
    ran.says(&["state/calsync.db", "not an SQLite database", "store.url"]);
    let left = std::fs::read_to_string(program.store()).unwrap();
    assert_eq!(left, garbage);
}

#[test]
fn a_store_of_a_newer_calsync_is_refused() {
    let program = Program::new();
    program.text("migrate");
    let store = rusqlite::Connection::open(program.store()).unwrap();
    let newer = "INSERT INTO schema_migration SELECT 999, sha256, applied_at FROM schema_migration";
    store.execute(&format!("{newer} LIMIT 1"), []).unwrap();
    drop(store);
    let ran = program.run("users list").exits(1);
    ran.says(&["version 999", "install the newer calsync"]);
}

#[test]
fn a_place_below_a_file_is_no_place_for_a_store() {
    let mut program = Program::new();
    program.file("file", "");
    let place = program.path("file/calsync.db").display().to_string();
    program.set("CALSYNC__STORE__URL", &format!("sqlite:{place}"));
    let ran = program.run("users list").exits(78);
    ran.says(&["/file", "cannot be made", "store.url"]);
    let key = program.text("keygen");
    program.set("CALSYNC__SECURITY__ENCRYPTION_KEY", key.trim_end());
    let ran = program.run("users list").exits(75);
    ran.says(&["/file", "cannot be created", "store.url"]);
}

#[test]
fn a_store_that_another_process_keeps_locked_is_tried_again_later() {
    let program = program_with_users(1);
    program.text("migrate");
    let store = rusqlite::Connection::open(program.store()).unwrap();
    store.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let ran = program.run(USERS).exits(75);
    ran.says(&["locked", "fuser"]);
    store.execute_batch("ROLLBACK").unwrap();
    assert_eq!(program.text("users list"), "none\n");
}

#[test]
fn a_full_disk_leaves_the_store_as_it_was() {
    let program = program_with_users(2000);
    program.text("migrate");
    let script = format!("trap '' XFSZ; ulimit -f 64; exec $calsync {USERS}");
    let ran = program.shell(&script).exits(75);
    ran.says(&["state/calsync.db", "check the disk"]);
    assert_eq!(program.text("users list"), "none\n");
    assert_eq!(program.text(USERS), "2000 users imported\n");
}
