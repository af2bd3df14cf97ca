//! `calsync prefs`.

use serde_json::json;

use crate::support::program::Program;

fn program() -> Program {
    let program = Program::new();
    program.file("users.jsonl", r#"{"id":"ana"}"#);
    program.text("users import users.jsonl");
    program
}

#[test]
fn what_is_not_named_stays_as_it_is() {
    let program = program();
    program.text("prefs set --user ana --past-days 7 --conflict-strategy manual");
    let set = program.json("prefs set --user ana --auto-sync-enabled false");
    let expected = json!({
        "user_id": "ana", "auto_sync_enabled": false, "sync_frequency_minutes": 10,
        "conflict_strategy": "manual", "duplicate_strategy": "manual",
        "write_enabled": false, "past_days": 7, "future_days": null,
    });
    assert_eq!(set, expected);
    assert_eq!(program.json("prefs show --user ana"), expected);
}

#[test]
fn people_read_a_preference_a_line() {
    let text = program().text("prefs show --user ana");
    assert!(text.starts_with("user_id                 ana\nauto_sync_enabled       true\n"));
    assert!(
        text.ends_with("future_days             as configured\n"),
        "{text}"
    );
}

#[test]
fn a_user_who_does_not_exist_has_no_preferences() {
    let program = program();
    for arguments in [
        "prefs show --user ben",
        "prefs set --user ben --past-days 1",
    ] {
        let ran = program.run(arguments).exits(2);
        ran.says(&["user ben does not exist", "calsync users list"]);
    }
}

#[test]
fn what_cannot_be_set_is_refused() {
    let program = program();
    for (arguments, reason) in [
        ("", "required"),
        ("--sync-frequency-minutes 0", "1..=10080"),
        ("--conflict-strategy coin", "prefer_task"),
        ("--write-enabled maybe", "true, false"),
    ] {
        let ran = program.run(&format!("prefs set --user ana {arguments}"));
        ran.exits(2).says(&[reason]);
    }
}
