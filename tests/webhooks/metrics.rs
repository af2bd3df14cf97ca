//! What the processes tell Prometheus, and what is made of it: the rules and
//! the dashboard that are shipped name nothing else.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::Value;

use super::house::House;
use super::log::JOBS;
use crate::support::program::{ANA, Ran};
use crate::support::prometheus::Exposition;

/// A house whose jobs write metrics.
pub(super) struct Measured {
    house: House,
    dir: PathBuf,
}

impl Measured {
    pub(super) async fn new() -> Self {
        let mut house = House::over_sqlite().await.unwrap();
        let dir = house.program().path("metrics");
        std::fs::create_dir(&dir).unwrap();
        let name = "CALSYNC__METRICS__TEXTFILE_DIR";
        house.world.program.set(name, dir.to_str().unwrap());
        Self { house, dir }
    }

    /// Runs a job where files are made for their owner alone.
    pub(super) fn run(&self, arguments: &str) -> Ran {
        let script = format!("umask 077; exec \"$calsync\" --json {arguments}");
        self.house.program().shell(&script)
    }

    fn text(&self, job: &str) -> String {
        std::fs::read_to_string(self.dir.join(format!("calsync_{job}.prom"))).unwrap()
    }

    pub(super) fn read(&self, job: &str) -> Exposition {
        let text = self.text(job);
        Exposition::read(&text).unwrap_or_else(|why| panic!("{job}: {why}\n{text}"))
    }

    /// What the receiver answers.
    pub(super) fn scrape(&self) -> Exposition {
        let answer = self.house.receiver().get("/metrics");
        assert_eq!(answer.status, 200);
        Exposition::read(&answer.body).unwrap_or_else(|why| panic!("{why}\n{}", answer.body))
    }
}

/// A series of a job.
fn of(job: &str, metric: &str, more: &str) -> String {
    format!("calsync_job_{metric}{{name=\"{job}\"{more}}}")
}

fn outcome(name: &str) -> String {
    format!(",outcome=\"{name}\"")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_job_writes_a_file_that_its_result_is_read_from() {
    let measured = Measured::new().await;
    let mut helps = BTreeMap::new();
    for (arguments, _) in JOBS {
        let run = measured.run(arguments).exits(0).json();
        let job = run["job"].as_str().unwrap();
        let told = measured.read(job);
        check(&told, &run);
        for (name, family) in told.families {
            let known = helps.entry(name.clone()).or_insert_with(|| family.clone());
            assert_eq!(*known, family, "{name} is described in two ways");
        }
    }
    let files = std::fs::read_dir(&measured.dir).unwrap();
    let files: Vec<_> = files.map(Result::unwrap).collect();
    assert_eq!(files.len(), JOBS.len(), "{files:?}");
    for file in files {
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o644, "{file:?}");
    }
}

/// A file says what the result says.
#[track_caller]
fn check(told: &Exposition, run: &Value) {
    let job = run["job"].as_str().unwrap();
    let started: chrono::DateTime<chrono::Utc> =
        run["started_at"].as_str().unwrap().parse().unwrap();
    let near = |metric: &str, expected: f64| {
        let found = told.value(&of(job, metric, ""));
        assert!((found - expected).abs() < 0.001, "{metric}: {found}");
    };
    let duration = run["duration_ms"].as_f64().unwrap() / 1e3;
    let start = started.timestamp_millis() as f64 / 1e3;
    near("last_start_timestamp_seconds", start);
    near("last_success_timestamp_seconds", start + duration);
    near("last_duration_seconds", duration);
    near(
        "last_failures",
        run["failures"].as_array().unwrap().len() as f64,
    );
    for (name, expected) in [
        ("ok", 1.0),
        ("partial", 0.0),
        ("failed", 0.0),
        ("deferred", 0.0),
    ] {
        let found = told.value(&of(job, "last_outcome", &outcome(name)));
        assert_eq!(found, expected, "{name}");
        let found = told.value(&of(job, "runs_total", &outcome(name)));
        assert_eq!(found, expected, "{name}");
    }
    for (what, number) in run["counts"].as_object().unwrap() {
        let found = told.value(&of(job, "last_items", &format!(",what=\"{what}\"")));
        assert_eq!(Some(found), number.as_f64(), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn auto_sync_tells_what_needs_a_person() {
    let measured = Measured::new().await;
    measured.run("auto-sync --force").exits(0);
    let told = measured.read("auto-sync");
    assert_eq!(told.value("calsync_accounts{status=\"active\"}"), 2.0);
    assert_eq!(told.value("calsync_accounts{status=\"needs_reauth\"}"), 0.0);
    assert_eq!(told.value("calsync_calendars_synced"), 2.0);
    assert_eq!(
        told.value("calsync_conflicts_open{kind=\"mass_delete\"}"),
        0.0
    );
    measured.house.world.sandbox.google.revoke(ANA);
    measured.run("auto-sync --force").exits(3);
    let told = measured.read("auto-sync");
    assert_eq!(told.value("calsync_accounts{status=\"active\"}"), 1.0);
    assert_eq!(told.value("calsync_accounts{status=\"needs_reauth\"}"), 1.0);
    let partial = of("auto-sync", "last_outcome", &outcome("partial"));
    assert_eq!(told.value(&partial), 1.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cycle_that_fails_keeps_when_the_job_last_succeeded() {
    let mut measured = Measured::new().await;
    measured.run("pull --all-hours").exits(0);
    let success = of("pull", "last_success_timestamp_seconds", "");
    let before = measured.read("pull").value(&success);
    for provider in ["GOOGLE", "MICROSOFT"] {
        let name = format!("CALSYNC__{provider}__CLIENT_ID");
        measured.house.world.program.unset(&name);
    }
    measured.run("pull --all-hours").exits(78);
    let told = measured.read("pull");
    assert_eq!(told.value(&success), before);
    for (name, last) in [("ok", 0.0), ("failed", 1.0)] {
        assert_eq!(
            told.value(&of("pull", "last_outcome", &outcome(name))),
            last
        );
        assert_eq!(told.value(&of("pull", "runs_total", &outcome(name))), 1.0);
    }
    assert_eq!(told.value(&of("pull", "last_failures", "")), 1.0);
    // Nothing was wrong with the job.
    let text = measured.text("pull");
    measured.run("pull --user nobody").exits(2);
    assert_eq!(measured.text("pull"), text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_skipped_cycle_leaves_what_the_others_told() {
    let measured = Measured::new().await;
    measured.run("cleanup").exits(0);
    let before = measured.text("cleanup");
    let lease = "INSERT INTO leases VALUES ('job:cleanup', 'another',
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+5 minutes'))";
    measured.house.store().execute(lease, []).unwrap();
    let run = measured.run("cleanup").exits(0).json();
    assert_eq!(run["outcome"], "skipped");
    let skipped = of("cleanup", "runs_total", &outcome("skipped"));
    let expected = before.replace(&format!("{skipped} 0"), &format!("{skipped} 1"));
    assert_ne!(before, expected);
    assert_eq!(measured.text("cleanup"), expected);
    std::fs::remove_file(measured.dir.join("calsync_cleanup.prom")).unwrap();
    measured.run("cleanup").exits(0);
    assert_eq!(measured.read("cleanup").value(&skipped), 1.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_that_cannot_be_written_are_a_warning_and_nothing_else() {
    let measured = Measured::new().await;
    std::fs::remove_dir(&measured.dir).unwrap();
    let ran = measured.run("cleanup").exits(0);
    assert_eq!(ran.json()["outcome"], "ok");
    let lines = ran.stderr.lines().filter(|line| line.contains("WARN"));
    let lines: Vec<_> = lines.collect();
    assert_eq!(lines.len(), 1, "{}", ran.stderr);
    assert!(lines[0].contains("metrics.textfile_dir"), "{}", lines[0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_receiver_tells_what_it_took_and_what_waits() {
    let mut measured = Measured::new().await;
    measured.house.edit();
    measured.house.is_told().await;
    let took = measured.scrape();
    assert!(took.value("calsync_queue_push_seconds_count") > 0.0);
    let queued = measured.house.queued().await;
    // A receiver looks at the queue when it starts, and again a second later.
    measured.house.stop_serving();
    measured.house.serve();
    let waits = measured.scrape();
    for (provider, number) in ["google", "microsoft"].into_iter().zip(queued) {
        let provider = format!("provider=\"{provider}\"");
        let of = |metric: &str, more: &str| format!("calsync_{metric}{{{provider}{more}}}");
        let taken = of("webhook_notifications_total", &outcome("queued"));
        assert!(took.value(&taken) >= number as f64, "{provider}");
        let waiting = of("queue_depth", ",state=\"waiting\"");
        assert!(number > 0, "{provider}");
        assert_eq!(waits.value(&waiting), number as f64, "{provider}");
        assert!(waits.value(&of("queue_oldest_age_seconds", "")) >= 0.0);
    }
    assert_eq!(waits.value("calsync_queue_up"), 1.0);
}
