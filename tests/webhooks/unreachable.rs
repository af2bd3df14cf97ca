//! A drain whose queue is not there.

use crate::support::program::Program;

#[test]
fn a_queue_that_cannot_be_reached_is_left_to_the_next_drain() {
    let mut program = Program::new();
    program.set("CALSYNC__QUEUE__URL", "redis://:s3cret@127.0.0.1:1/3");
    for arguments in ["drain-webhooks", "-q --json drain-webhooks"] {
        let ran = program.run(arguments).exits(75);
        assert!(!ran.stderr.contains("s3cret"), "{ran:?}");
        ran.says(&[
            "queue redis://127.0.0.1:1/3 is not available",
            "Connection refused",
            "is it running, and is queue.url right?",
        ]);
    }
}

#[test]
fn an_empty_environment_is_enough_to_say_what_is_missing() {
    let mut program = Program::new();
    program.unset("STATE_DIRECTORY");
    let ran = program.run("drain-webhooks").exits(78);
    ran.says(&["store.url", "no place for the database", "STATE_DIRECTORY"]);
    let store = format!("sqlite:{}", program.path("calsync.db").display());
    program.set("CALSYNC__STORE__URL", &store);
    let socket = program.path("nobody.sock").display().to_string();
    program.set("CALSYNC__QUEUE__URL", &format!("unix://{socket}"));
    let ran = program.run("drain-webhooks").exits(75);
    ran.says(&[&socket, "is not available", "is it running"]);
}

#[test]
fn a_queue_that_cannot_be_understood_is_the_operators_to_correct() {
    let mut program = Program::new();
    program.set("CALSYNC__QUEUE__URL", "redys://127.0.0.1:1");
    let ran = program.run("drain-webhooks").exits(78);
    ran.says(&[
        "queue.url is \"redys://127.0.0.1:1\"",
        "expected",
        "redis://",
    ]);
    program.set("CALSYNC__QUEUE__URL", "sqlite:notes.txt");
    program.file(
        "notes.txt",
        "no database, but long enough to be looked at as one\n",
    );
    let ran = program.run("-q drain-webhooks").exits(1);
    ran.says(&[
        "notes.txt cannot be used",
        "not an SQLite database",
        "queue.url",
    ]);
}
