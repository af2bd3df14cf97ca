//! The key file of the embedded default.

use std::os::unix::fs::PermissionsExt;

use crate::support::program::Program;

#[test]
fn the_first_use_makes_a_key_that_nobody_else_may_read_and_says_so() {
    let program = Program::new();
    let ran = program.run("users list").exits(0);
    assert!(ran.stderr.contains("keep a copy"), "{}", ran.stderr);
    let mode = std::fs::metadata(program.path("state/calsync.key")).unwrap();
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);
    program.run("users list").exits(0).silent();
}

#[test]
fn a_key_file_with_something_else_in_it_is_refused() {
    let program = Program::new();
    program.text("migrate");
    program.file("state/calsync.key", "secret");
    let ran = program.run("users list").exits(78);
    assert!(!ran.stderr.contains("secret"));
    ran.says(&["calsync.key", "32 bytes", "backup"]);
}

#[test]
fn a_key_file_that_others_may_read_is_warned_of() {
    let program = Program::new();
    program.text("migrate");
    let open = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(program.path("state/calsync.key"), open).unwrap();
    let ran = program.run("users list").exits(0);
    assert!(ran.stderr.contains("mode 0640"), "{}", ran.stderr);
    assert!(ran.stderr.contains("chmod 600"), "{}", ran.stderr);
}

#[test]
fn a_key_file_that_cannot_be_read_is_refused() {
    let program = Program::new();
    std::fs::create_dir_all(program.path("state/calsync.key")).unwrap();
    let ran = program.run("users list").exits(78);
    ran.says(&["calsync.key", "directory", "security.encryption_key"]);
    assert!(!program.store().exists());
}

#[test]
fn a_store_that_lost_its_key_gets_no_other_one() {
    let program = Program::new();
    program.text("migrate");
    let key = program.path("state/calsync.key");
    std::fs::remove_file(&key).unwrap();
    let ran = program.run("users list").exits(78);
    ran.says(&["calsync.key", "missing", "backup", "calsync keygen"]);
    assert!(!key.exists());
}
