//! `calsync keygen`.

use std::collections::BTreeSet;

use crate::support::program::{Program, keys};

#[test]
fn a_key_is_32_bytes_in_base64_and_new_each_time() {
    let mut program = Program::new();
    program.unset("STATE_DIRECTORY");
    let made: BTreeSet<_> = (0..3).map(|_| program.text("keygen")).collect();
    assert_eq!(made.len(), 3);
    assert!(made.iter().all(|key| key.trim_end().len() == 44));
    assert_eq!(keys(&program.json("keygen")), ["encryption_key"]);
}

#[test]
fn a_key_serves_as_the_key_of_the_store() {
    let mut program = Program::new();
    let key = program.text("keygen");
    program.set("CALSYNC__SECURITY__ENCRYPTION_KEY", key.trim_end());
    program.run("migrate").exits(0).silent();
    assert!(!program.path("state/calsync.key").exists());
}

#[test]
fn a_broken_configuration_does_not_stand_in_the_way() {
    let program = Program::new();
    program.file("config.toml", "[");
    program.run("--config config.toml keygen").exits(0).silent();
}
