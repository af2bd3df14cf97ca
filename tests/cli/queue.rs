//! `calsync queue`.

use std::time::Duration;

use calsync::context::read_clock;
use calsync::model::account::ProviderKind::{Google, Microsoft};
use calsync::queue::{QueueLocation, QueueSettings};
use serde_json::{Value, json};

use crate::support::front::make_certificates;
use crate::support::program::Program;
use crate::support::redis::{Redis, Settings};

/// A program whose queue, in a file, holds two dead entries and one that
/// waits.
async fn program_with_dead() -> Program {
    let program = Program::new();
    let path = program.path("state/calsync-queue.db");
    let settings = QueueSettings {
        location: QueueLocation::Sqlite(path.clone()),
        hold: Duration::from_secs(60),
        max_attempts: 3,
    };
    let queue = calsync::queue::open(settings).await.unwrap();
    let file = rusqlite::Connection::open(path).unwrap();
    let entry = r#"{"user_id":"ana","received_at":"2026-03-10T12:00:00Z"}"#;
    for (provider, entry) in [
        ("google", "nonsense"),
        ("google", "[]"),
        ("microsoft", entry),
    ] {
        let sql = "INSERT INTO deliveries (provider, entry) VALUES (?1, ?2)";
        file.execute(sql, (provider, entry)).unwrap();
    }
    let claim = queue.claim(Google, 10, read_clock()).await.unwrap();
    assert_eq!(claim.dead, 2);
    program
}

#[tokio::test]
async fn what_waits_and_what_is_dead_is_counted() {
    let program = program_with_dead().await;
    let expected = json!([
        { "provider": "google", "waiting": 0, "held": 0, "dead": 2, "oldest": null },
        { "provider": "microsoft", "waiting": 1, "held": 0, "dead": 0,
          "oldest": "2026-03-10T12:00:00Z" },
    ]);
    assert_eq!(program.json("queue status"), expected);
    let table = "\
PROVIDER   WAITING  HELD  DEAD  OLDEST
google     0        0     2     -
microsoft  1        0     0     2026-03-10 12:00:00Z\n";
    let ran = program.run("queue status").exits(0).silent();
    assert_eq!(ran.stdout, table);
}

#[tokio::test]
async fn dead_entries_are_listed_with_their_reasons() {
    let program = program_with_dead().await;
    let dead = program.json("queue dead");
    assert_eq!(dead[0]["provider"], Value::from(Google.as_str()));
    assert_eq!(dead[0]["entry"], "nonsense");
    assert_eq!(dead[1]["reason"], "not a JSON object");
    let table = program.text("queue dead");
    let last = table.lines().last().unwrap();
    let words: Vec<_> = last.split_whitespace().collect();
    assert_eq!(words[..2], [&*dead[1]["id"].to_string(), "google"]);
    assert_eq!(words[4..], ["not", "a", "JSON", "object", "[]"]);
}

#[tokio::test]
async fn dead_entries_wait_again() {
    let program = program_with_dead().await;
    let id = program.json("queue dead")[0]["id"].clone();
    let retried = program.json(&format!("queue retry {id}"));
    assert_eq!(retried, json!({ "retried": 1 }));
    assert_eq!(program.json("queue status")[0]["waiting"], 1);
    let text = program.text("queue retry --all");
    assert_eq!(text, "1 notification waiting again\n");
    assert_eq!(program.text("queue dead"), "none\n");
    assert_eq!(program.json("queue status")[0]["waiting"], 2);
    let ran = program.run(&format!("queue retry {id}")).exits(2);
    ran.says(&["was not put aside", "calsync queue dead"]);
}

#[test]
fn what_waits_again_has_to_be_named() {
    let program = Program::new();
    for arguments in ["", "x", "-1", "1 --all"] {
        program.run(&format!("queue retry {arguments}")).exits(2);
    }
    assert!(!program.path("state").exists());
}

#[test]
fn a_queue_that_is_not_there_is_tried_again_later() {
    let mut program = Program::new();
    program.set("CALSYNC__QUEUE__URL", "redis://:s3cret@127.0.0.1:1");
    let ran = program.run("queue status").exits(75);
    assert!(!ran.stderr.contains("s3cret"), "{ran:?}");
    ran.says(&["queue redis://127.0.0.1:1 is not available", "queue.url"]);
    program.file(
        "notes.txt",
        "not a database, but long enough to be looked at\n",
    );
    program.set("CALSYNC__QUEUE__URL", "sqlite:notes.txt");
    let ran = program.run("queue status").exits(1);
    ran.says(&["notes.txt cannot be used", "not an SQLite database"]);
}

#[test]
fn an_outage_of_the_queue_is_no_news_of_a_quiet_cycle() {
    let mut program = Program::new();
    program.set("CALSYNC__QUEUE__URL", "redis://127.0.0.1:1");
    program.run("-q drain-webhooks").exits(75).silent();
    for arguments in ["drain-webhooks", "-q queue status"] {
        let ran = program.run(arguments).exits(75);
        assert!(ran.stderr.contains("is not available"), "{ran:?}");
    }
}

/// A server that speaks TLS alone and knows the user `ana`.
fn secure_server() -> Option<Redis> {
    let dir = tempfile::tempdir().unwrap();
    make_certificates(dir.path());
    let config = format!(
        "tls-auth-clients no\ntls-cert-file {0}/cert.pem\ntls-key-file {0}/key.pem\n\
         tls-ca-cert-file {0}/ca.pem\nuser default off\n\
         user ana on >s3cret ~calendar_webhooks:* +@all -@dangerous",
        dir.path().display()
    );
    Redis::start_on_port(dir, |port| Settings {
        config: format!("port 0\nbind 127.0.0.1\ntls-port {port}\n{config}"),
        url: format!("rediss://ana:s3cret@localhost:{port}/0"),
    })
}

#[test]
fn redis_is_spoken_to_over_tls_and_with_a_password() {
    let Some(server) = secure_server() else {
        return;
    };
    let mut program = Program::new();
    program.set("CALSYNC__QUEUE__URL", server.url());
    let ran = program.run("queue status").exits(75);
    ran.says(&["certificate", "$SSL_CERT_FILE"]);
    let ca = server.dir().join("ca.pem").display().to_string();
    program.set("SSL_CERT_FILE", &ca);
    let status = program.json("queue status");
    assert_eq!(status[0]["waiting"], 0);
    assert_eq!(status[1]["provider"], Value::from(Microsoft.as_str()));
    for wrong in ["ana:wr0ng@", ""] {
        let url = server.url().replace("ana:s3cret@", wrong);
        program.set("CALSYNC__QUEUE__URL", &url);
        let ran = program.run("-vv queue status").exits(1);
        assert!(!ran.stderr.contains("wr0ng"), "{ran:?}");
        ran.says(&["refuses the user or the password", "queue.url"]);
    }
}
