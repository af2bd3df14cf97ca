//! `calsync tasks`.

use serde_json::{Value, json};

use crate::support::program::Program;

/// A program that knows Ana, who lives in Berlin, and Ben.
fn program() -> Program {
    let program = Program::new();
    let users = json!([{ "id": "ana", "timezone": "Europe/Berlin" }, { "id": "ben" }]);
    program.file("users.json", &users.to_string());
    program.text("users import users.json");
    program
}

fn import(program: &Program, tasks: &Value) -> Value {
    program.file("tasks.json", &tasks.to_string());
    program.json("tasks import tasks.json")
}

#[test]
fn tasks_are_imported_and_listed() {
    let program = program();
    let tasks = json!([
        { "id": "t-1", "user_id": "ana", "title": "Report", "description": "Long",
          "location": "Desk", "start_date": "2026-07-01T09:00", "end_date": "2026-07-01T10:30",
          "status": "in progress", "reminder_minutes": 10, "updated_at": "2026-06-01T12:00:00Z" },
        { "id": "t-2", "user_id": "ben", "all_day": true, "start_date": "2026-07-01",
          "updated_at": "2026-06-01T12:00:00Z" },
        { "id": "t-3", "user_id": "ana", "updated_at": "2026-06-01T14:00:00+02:00" },
        { "id": "t-4", "user_id": "ana", "deleted_at": "2026-06-01T12:00:00Z" },
    ]);
    assert_eq!(import(&program, &tasks), json!({ "tasks": 4 }));
    let expected = json!([
        { "id": "t-1", "user_id": "ana", "title": "Report", "description": "Long",
          "location": "Desk", "start_date": "2026-07-01T07:00:00Z",
          "end_date": "2026-07-01T08:30:00Z", "all_day": false, "timezone": "Europe/Berlin",
          "status": "in progress", "reminder_minutes": 10, "updated_at": "2026-06-01T12:00:00Z",
          "deleted_at": null },
        { "id": "t-3", "user_id": "ana", "title": null, "description": null, "location": null,
          "start_date": null, "end_date": null, "all_day": false, "timezone": null,
          "status": "open", "reminder_minutes": null, "updated_at": "2026-06-01T12:00:00Z",
          "deleted_at": null },
    ]);
    assert_eq!(program.json("tasks list --user ana"), expected);
    let table = "\
ID   USER  STATUS       START                 END                   TITLE
t-1  ana   in progress  2026-07-01T07:00:00Z  2026-07-01T08:30:00Z  Report
t-3  ana   open         -                     -                     -
t-2  ben   open         2026-07-01            2026-07-02            -\n";
    let ran = program.run("tasks list").exits(0).silent();
    assert_eq!(ran.stdout, table);
}

#[test]
fn what_was_listed_can_be_imported_again() {
    let program = program();
    let tasks = json!([
        { "id": "t-1", "user_id": "ana", "start_date": "2026-10-25T02:30", "timezone": "Europe/Berlin" },
        { "id": "t-2", "user_id": "ben", "all_day": true, "start_date": "2026-07-01" },
    ]);
    import(&program, &tasks);
    let listed = program.json("tasks list");
    assert_eq!(import(&program, &listed), json!({ "tasks": 2 }));
    assert_eq!(program.json("tasks list"), listed);
}

#[test]
fn nothing_is_imported_when_one_line_is_wrong() {
    let cases = [
        (
            r#"{"id":"x","user_id":"ana","start_date":"soon"}"#,
            "\"soon\" is no time",
        ),
        (
            r#"{"id":"x","user_id":"ana","end_date":"2026-07-01"}"#,
            "end_date without start_date",
        ),
        (
            r#"{"id":"x","user_id":"ana","timezone":"Mars/Base"}"#,
            "\"Mars/Base\"",
        ),
        (
            r#"{"id":"x","user_id":"ana","due":"x"}"#,
            "unknown field `due`",
        ),
        (r#"{"id":"","user_id":"ana"}"#, "a task needs an id"),
        (r#"{"id":"x"}"#, "missing field `user_id`"),
        (
            r#"{"id":"x","user_id":"ana","reminder_minutes":-5}"#,
            "invalid value",
        ),
    ];
    let program = program();
    for (line, reason) in cases {
        program.file(
            "tasks.jsonl",
            &format!("{{\"id\":\"t\",\"user_id\":\"ana\"}}\n\n{line}\n"),
        );
        let ran = program.run("tasks import tasks.jsonl").exits(2);
        ran.says(&["tasks.jsonl, line 3", reason, "nothing was imported"]);
    }
    assert_eq!(program.text("tasks list"), "none\n");
}

#[test]
fn tasks_need_their_user_and_stay_with_it() {
    let program = program();
    program.file("tasks.jsonl", r#"{"id":"t","user_id":"eve"}"#);
    let ran = program.run("tasks import tasks.jsonl").exits(2);
    ran.says(&["user eve does not exist", "calsync users import"]);
    import(&program, &json!([{ "id": "t", "user_id": "ana" }]));
    program.file("tasks.jsonl", r#"{"id":"t","user_id":"ben"}"#);
    let ran = program.run("tasks import tasks.jsonl").exits(2);
    ran.says(&["another user has", "cannot change its user"]);
    assert_eq!(program.json("tasks list")[0]["user_id"], "ana");
}
