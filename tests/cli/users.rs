//! `calsync users`.

use std::io::Write;
use std::process::Stdio;

use serde_json::json;

use crate::support::program::{Program, Ran};

#[test]
fn users_are_imported_and_listed() {
    let program = Program::new();
    let hours = json!({ "start": 22, "end": 6 });
    let users = json!([
        { "id": "ana", "email": "ana@example.com", "timezone": "Europe/Zurich",
          "working_hours": hours },
        { "id": "ben" },
    ]);
    program.file("users.json", &users.to_string());
    assert_eq!(
        program.json("users import users.json"),
        json!({ "users": 2 })
    );
    let expected = json!([
        { "id": "ana", "email": "ana@example.com", "timezone": "Europe/Zurich",
          "working_hours": hours },
        { "id": "ben", "email": null, "timezone": "UTC", "working_hours": null },
    ]);
    assert_eq!(program.json("users list"), expected);
    let table = "\
ID   EMAIL            TIMEZONE       WORKING HOURS
ana  ana@example.com  Europe/Zurich  22:00 to 06:00
ben  -                UTC            always\n";
    let ran = program.run("users list").exits(0).silent();
    assert_eq!(ran.stdout, table);
}

#[test]
fn standard_input_is_an_import_file() {
    let program = Program::new();
    let mut command = program.command("users import -");
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"{\"id\":\"ana\"}\n").unwrap();
    drop(input);
    let ran = Ran::of(child.wait_with_output().unwrap()).exits(0);
    assert_eq!(ran.stdout, "1 user imported\n");
    let ran = program
        .shell("echo '{}' | $calsync users import -")
        .exits(2);
    ran.says(&["on standard input, line 1", "missing field `id`"]);
}

#[test]
fn nothing_is_imported_when_one_line_is_wrong() {
    let cases = [
        (r#"{"id":"x","timezone":"Mars/Base"}"#, "\"Mars/Base\""),
        (r#"{"id":"a b"}"#, "1 to 40 characters"),
        (r#"{"id":"x","mail":"x"}"#, "unknown field `mail`"),
        (
            r#"{"id":"x","working_hours":{"start":25,"end":3}}"#,
            "working hours 25",
        ),
        (r#"{"id":"#, "EOF"),
        (r#"{"email":"x"}"#, "missing field `id`"),
    ];
    let program = Program::new();
    program.text("migrate");
    for (line, reason) in cases {
        program.file("users.jsonl", &format!("{{\"id\":\"ana\"}}\n\n{line}\n"));
        let ran = program.run("users import users.jsonl").exits(2);
        ran.says(&["users.jsonl, line 3", reason, "nothing was imported"]);
    }
    assert_eq!(program.text("users list"), "none\n");
}

#[test]
fn an_import_file_must_exist() {
    let ran = Program::new().run("users import none.jsonl").exits(2);
    ran.says(&["none.jsonl", "No such file"]);
}
