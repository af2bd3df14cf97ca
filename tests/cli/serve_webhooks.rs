//! `calsync serve-webhooks`.

mod activation;
mod crash;
mod redis;

use std::net::TcpListener;

use serde_json::json;

use crate::support::program::Program;
use crate::support::serving::{SECRET, Serving, google, graph, request};

/// A program that may receive.
fn program() -> Program {
    let mut program = Program::new();
    program.set("CALSYNC__WEBHOOKS__SECRET", SECRET);
    program
}

/// Its receiver, on any port.
fn serve(program: &Program) -> Serving {
    Serving::start(program.command("serve-webhooks --listen 127.0.0.1:0"))
}

/// How many notifications of each provider wait.
fn waiting(program: &Program) -> (u64, u64) {
    let status = program.json("queue status");
    let of = |index: usize| status[index]["waiting"].as_u64().unwrap();
    (of(0), of(1))
}

#[test]
fn what_providers_post_waits_in_the_queue() {
    let program = program();
    let serving = serve(&program);
    assert_eq!(serving.status(&google("ana", None)), 204);
    assert_eq!(serving.status(&graph("ana", 3)), 202);
    assert_eq!(serving.status(&google("ana", Some("forged"))), 403);
    assert_eq!(
        serving.status(&request("POST /webhooks/microsoft/lifecycle", &[], "x")),
        400
    );
    let ran = serving.stop("TERM").exits(0);
    assert_eq!(ran.stdout, "");
    assert_eq!(waiting(&program), (1, 3));
}

#[test]
fn the_log_says_where_it_listens_and_nothing_secret() {
    let program = program();
    let listening = "-vv serve-webhooks --listen 127.0.0.1:0";
    let serving = Serving::start(program.command(listening));
    let address = serving.address.clone();
    let forged = google("ana", Some("a-forged-token"));
    assert_eq!(serving.status(&google("ana", None)), 204);
    assert_eq!(serving.status(&forged), 403);
    assert_eq!(serving.status(&forged), 403);
    let ran = serving.stop("INT").exits(0);
    let lines = ran.stderr.lines().filter(|line| line.contains(&address));
    assert_eq!(lines.count(), 1, "{}", ran.stderr);
    let refused = ran
        .stderr
        .lines()
        .filter(|line| line.contains("no watch of ours"));
    assert_eq!(refused.count(), 1, "{}", ran.stderr);
    for secret in [SECRET, "a-forged-token", "user_ana_", "o3hgv1538example"] {
        assert!(!ran.stderr.contains(secret), "{secret}: {}", ran.stderr);
    }
}

#[test]
fn without_a_secret_nothing_is_received() {
    let program = Program::new();
    let ran = program.run("serve-webhooks --listen 127.0.0.1:0").exits(78);
    ran.says(&["webhooks.secret is not set", "calsync keygen"]);
    assert!(!program.store().exists());
}

#[test]
fn an_address_that_is_taken_is_named_with_a_way_out() {
    let program = program();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ran = program.run(&format!("serve-webhooks --listen {address}"));
    ran.exits(1).says(&[&address, "in use", "--listen"]);
}

#[test]
fn a_store_that_cannot_be_used_keeps_out_nothing_but_schedules() {
    let mut program = program();
    program.set(
        "CALSYNC__WEBHOOKS__SERVICE_TOKEN",
        "token-of-the-application",
    );
    std::fs::create_dir(program.path("state")).unwrap();
    program.file("state/calsync.db", "this is no database, and never was one");
    program.file("state/calsync.key", "");
    let serving = serve(&program);
    assert_eq!(serving.status(&google("ana", None)), 204);
    let ready = serving.get("/readyz");
    assert_eq!(
        (ready.status, &*ready.body),
        (503, "not available: store\n")
    );
    let headers = [("authorization", "Bearer token-of-the-application")];
    let body = json!({ "user_id": "ana", "write_enabled": false }).to_string();
    let post = request("POST /integrations/calendar/sync/schedule", &headers, &body);
    assert_eq!(serving.status(&post), 503);
    let ran = serving.stop("TERM").exits(0);
    let lines = ran.stderr.lines();
    let told = lines.filter(|line| line.contains("ERROR") && line.contains("calsync.key"));
    assert_eq!(told.count(), 1, "{}", ran.stderr);
}

#[test]
fn a_queue_that_cannot_be_used_ends_the_receiver() {
    let mut program = program();
    program.file(
        "notes.txt",
        "not a database, but long enough to be looked at\n",
    );
    program.set("CALSYNC__QUEUE__URL", "sqlite:notes.txt");
    let ran = program.run("serve-webhooks --listen 127.0.0.1:0").exits(1);
    ran.says(&["notes.txt cannot be used", "queue.url"]);
}

#[test]
fn wrong_arguments_are_named() {
    let program = program();
    for (arguments, word) in [
        ("--listen 8080", "--listen"),
        ("--idle-exit 10", "a duration with its unit"),
        ("--idle-exit 0s", "from 1 second"),
    ] {
        let ran = program.run(&format!("serve-webhooks {arguments}"));
        ran.exits(2).says(&[word]);
    }
}

#[test]
fn many_requests_are_answered_at_once() {
    let program = program();
    let serving = serve(&program);
    std::thread::scope(|scope| {
        for thread in 0..32 {
            let serving = &serving;
            scope.spawn(move || {
                for _ in 0..5 {
                    assert_eq!(serving.status(&google(&format!("u-{thread}"), None)), 204);
                    assert_eq!(serving.status(&graph(&format!("u-{thread}"), 2)), 202);
                }
            });
        }
    });
    serving.stop("TERM").exits(0);
    assert_eq!(waiting(&program), (160, 320));
}

#[test]
fn who_serves_tells_how_it_is() {
    let program = program();
    let serving = serve(&program);
    assert_eq!(serving.get("/healthz").body, "ok\n");
    assert_eq!(serving.status(&google("ana", None)), 204);
    let metrics = serving.get("/metrics").body;
    let queued = "calsync_webhook_notifications_total{provider=\"google\",outcome=\"queued\"} 1";
    assert!(metrics.lines().any(|line| line == queued), "{metrics}");
    serving.stop("TERM").exits(0);
}

#[test]
fn the_application_sets_a_schedule() {
    let mut program = program();
    program.set(
        "CALSYNC__WEBHOOKS__SERVICE_TOKEN",
        "token-of-the-application",
    );
    program.file("users.jsonl", r#"{"id":"ana"}"#);
    program.text("users import users.jsonl");
    let serving = serve(&program);
    let body = json!({ "user_id": "ana", "sync_frequency_minutes": 45 }).to_string();
    let headers = [("authorization", "Bearer token-of-the-application")];
    let post = request("POST /integrations/calendar/sync/schedule", &headers, &body);
    // The store may not be open yet.
    let mut answers = std::iter::repeat_with(|| serving.ask(&post).unwrap());
    let answer = answers.find(|answer| answer.status != 503).unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    let told: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(told, program.json("prefs show --user ana"));
    assert_eq!(told["sync_frequency_minutes"], 45);
    serving.stop("TERM").exits(0);
}

#[test]
fn a_receiver_that_nobody_asks_ends_by_itself() {
    let program = program();
    let ran = program.run("serve-webhooks --listen 127.0.0.1:0 --idle-exit 1s");
    let ran = ran.exits(0);
    assert!(
        ran.stderr.contains("systemd passed no socket"),
        "{}",
        ran.stderr
    );
}
