//! Global options, the configuration, exit codes.

use crate::support::program::{ANA, Program, World};

/// A configuration and what is said about it.
#[track_caller]
fn refused(config: &str, words: &[&str]) {
    let program = Program::new();
    program.file("config.toml", config);
    let ran = program.run("--config config.toml status");
    ran.exits(78).says(words);
    assert!(!program.store().exists());
}

#[test]
fn no_subcommand_is_answered_by_the_help() {
    let ran = Program::new().run("").exits(2);
    ran.says(&["Usage: calsync", "auto-sync", "Global options:"]);
}

#[test]
fn the_version_is_that_of_the_crate() {
    let version = concat!("calsync ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(Program::new().text("--version"), version);
}

#[test]
fn the_long_help_names_every_exit_code() {
    let help = Program::new().text("--help");
    for code in ["0 ", "1 ", "2 ", "3 ", "75", "78"] {
        assert!(help.contains(&format!("\n  {code}  ")), "{code}: {help}");
    }
}

#[test]
fn an_unknown_subcommand_or_option_is_a_wrong_argument() {
    let program = Program::new();
    let ran = program.run("auto-snyc").exits(2);
    ran.says(&["unrecognized subcommand 'auto-snyc'", "'auto-sync'"]);
    let ran = program.run("pull --fully").exits(2);
    ran.says(&["unexpected argument '--fully'", "'--full'"]);
    let ran = program.run("status -q -v").exits(2);
    ran.says(&["cannot be used with"]);
    assert!(!program.store().exists());
}

#[test]
fn a_broken_configuration_is_shown_with_its_line() {
    refused(
        "[sync]\npast_days = [\n",
        &["config.toml, line 2", "not TOML"],
    );
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest_known_one() {
    refused(
        "[sync]\npast_dais = 3\n",
        &["line 2", "`past_dais`", "did you mean `past_days`?"],
    );
    refused("[snyc]\n", &["[snyc]", "did you mean [sync]?"]);
}

#[test]
fn a_value_of_a_wrong_type_is_refused_with_what_is_expected() {
    refused(
        "[sync]\npast_days = \"3\"\n",
        &[
            "line 2",
            "sync.past_days",
            "a whole number",
            "without quotes",
        ],
    );
}

#[test]
fn a_variable_with_an_unknown_key_is_refused() {
    let mut program = Program::new();
    program.set("CALSYNC__SYNC__PAST_DAYZ", "3");
    let ran = program.run("status").exits(78);
    ran.says(&["CALSYNC__SYNC__PAST_DAYZ", "`past_days`"]);
}

#[test]
fn a_configuration_file_that_is_named_must_exist() {
    let ran = Program::new().run("--config none.toml status").exits(78);
    ran.says(&["none.toml", "cannot be read", "--config"]);
}

#[test]
fn a_log_filter_that_is_none_is_a_wrong_configuration() {
    let mut program = Program::new();
    program.set("CALSYNC_LOG", "[[");
    program
        .run("status")
        .exits(78)
        .says(&["CALSYNC_LOG", "calsync=debug"]);
}

#[test]
fn without_a_place_for_the_store_the_way_out_is_named() {
    let mut program = Program::new();
    program.unset("STATE_DIRECTORY");
    let ran = program.run("status").exits(78);
    ran.says(&["store.url", "STATE_DIRECTORY", "HOME"]);
}

#[test]
fn logs_are_json_where_no_terminal_is_and_text_when_asked_for() {
    let program = Program::new();
    let ran = program.run("auto-sync").exits(0);
    let lines = ran.stderr.lines();
    assert!(lines.clone().count() >= 2);
    for line in lines {
        let log: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(log["level"].is_string(), "{line}");
    }
    let ran = program.run("--log-format human auto-sync").exits(0);
    assert!(ran.stderr.contains("INFO") && !ran.stderr.starts_with('{'));
    assert!(!ran.stderr.contains('\u{1b}'));
}

#[test]
fn a_quiet_cycle_that_succeeds_says_nothing() {
    let program = Program::new();
    program.text("migrate");
    let ran = program.run("-q auto-sync").exits(0).silent();
    assert_eq!(ran.stdout, "");
    let ran = program.run("-q --json auto-sync").exits(0).silent();
    assert_eq!(ran.json()["outcome"], "ok");
}

#[test]
fn who_stops_reading_is_not_told() {
    let program = Program::new();
    let users: String = (0..5000)
        .map(|n| format!("{{\"id\":\"u-{n}\"}}\n"))
        .collect();
    program.file("users.jsonl", &users);
    program.text("users import users.jsonl");
    for reader in ["head -1", "true"] {
        let ran = program.shell(&format!(
            "$calsync users list | {reader}; exit ${{PIPESTATUS[0]}}"
        ));
        ran.exits(0).silent();
    }
}

#[test]
fn a_result_that_cannot_be_written_is_a_failure() {
    let program = Program::new();
    program.text("migrate");
    let ran = program.shell("$calsync status > /dev/full").exits(1);
    ran.says(&["stdout", "No space left"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_most_talkative_log_names_requests_and_nothing_private() {
    let world = World::without_account().await;
    world.import_account("--no-discover");
    let entry = std::fs::read_to_string(world.program.path("accounts.jsonl")).unwrap();
    let entry: serde_json::Value = serde_json::from_str(&entry).unwrap();
    let token = entry["refresh_token"].as_str().unwrap();
    let ran = world.program.run("-vv auto-sync").exits(0);
    assert!(ran.stderr.contains("\"http.path\""), "{}", ran.stderr);
    for private in [token, ANA, "Standup", "Room 1"] {
        assert!(!ran.stderr.contains(private), "{private}");
    }
    let ran = world.program.run("auto-sync --force").exits(0);
    assert!(!ran.stderr.contains("http.path"));
}
