//! `calsync migrate`.

use serde_json::json;

use crate::support::program::Program;

#[test]
fn a_second_migration_finds_nothing_to_do() {
    let program = Program::new();
    let first = program.json("migrate");
    assert_eq!(first["found_version"], 0);
    let version = &first["version"];
    let second = program.json("migrate");
    assert_eq!(
        second,
        json!({ "found_version": version, "version": version })
    );
    assert!(program.text("migrate").ends_with("the newest\n"));
}
