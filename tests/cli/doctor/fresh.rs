//! Where little or nothing is set up yet.

use super::{Findings, examine};
use crate::support::program::{Program, Ran};

/// Without systemd or cron.
fn fresh() -> Program {
    let mut program = Program::new();
    program.set("PATH", "/nonexistent");
    program
}

#[test]
fn a_queue_that_is_away_is_named_without_its_password() {
    let mut program = fresh();
    program.set("CALSYNC__QUEUE__URL", "redis://:s3cret@127.0.0.1:1");
    let found = examine(&program, 1);
    found.says("queue", "fail", &["redis://127.0.0.1:1 is not available"]);
    assert!(!found.0.to_string().contains("s3cret"));
}

#[test]
fn a_fresh_machine_is_told_what_is_not_there_yet_and_left_as_it_is() {
    let program = fresh();
    let found = examine(&program, 3);
    found.says("configuration", "ok", &["no file"]);
    for name in ["key", "store", "queue"] {
        found.says(name, "skip", &["not there yet"]);
    }
    found.says("client", "warn", &["no provider", "google.client_id"]);
    found.says("public_url", "skip", &["not set"]);
    found.says("timer auto-sync", "warn", &["in no crontab"]);
    assert!(!program.path("state").exists());
}

#[test]
fn a_configuration_that_cannot_be_read_is_a_finding() {
    let program = fresh();
    let broken = |ran: Ran| {
        let found = Findings(ran.exits(78).silent().json());
        assert_eq!(found.0["healthy"], false);
        found
    };
    program.file("config.toml", "[sync]\npast_day = 3\n");
    let found = broken(program.run("--json --config config.toml doctor"));
    found.says(
        "configuration",
        "fail",
        &["config.toml", "past_day", "past_days"],
    );
    let found = broken(program.run("--json --config nowhere.toml doctor"));
    found.says("configuration", "fail", &["nowhere.toml", "cannot be read"]);
    let ran = program
        .run("--config config.toml doctor")
        .exits(78)
        .silent();
    assert!(ran.stdout.starts_with("FAIL  configuration"), "{ran:?}");
    assert_eq!(ran.stdout.lines().count(), 1, "{ran:?}");
    let ran = program.run("--config config.toml status").exits(78);
    ran.says(&["past_day"]);
}

#[test]
fn what_should_be_mended_in_the_configuration_is_a_warning_here_and_no_log() {
    let program = fresh();
    program.file("config.toml", "[webhooks]\nsecret = \"short\"\n");
    let ran = program
        .run("--json --config config.toml doctor")
        .exits(3)
        .silent();
    let found = Findings(ran.json());
    found.says("configuration", "warn", &["config.toml", "may be guessed"]);
    assert!(!found.0.to_string().contains("\"short\""));
}
