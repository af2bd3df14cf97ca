//! `calsync doctor`.

mod fresh;
mod stored;

use std::os::unix::fs::PermissionsExt;

use calsync::jobs::CADENCES;
use serde_json::Value;

use crate::support::front::Front;
use crate::support::program::{Program, World, keys};
use crate::support::serving::{SECRET, Serving};

/// A world in which every job has run, watches are kept by a receiver behind a
/// proxy, and systemd knows the timers.
struct Clinic {
    world: World,
    front: Front,
    serving: Serving,
}

impl Clinic {
    async fn new() -> Self {
        let mut world = World::new().await;
        let google = world.sandbox.google.clone();
        let identity = world.sandbox.microsoft.token_url();
        let program = &mut world.program;
        program.set("CALSYNC__GOOGLE__AUTH_URL", &google.root_url());
        program.set("CALSYNC__GOOGLE__REVOKE_URL", &google.revoke_url());
        program.set("CALSYNC__MICROSOFT__AUTH_URL", &identity);
        program.set("CALSYNC__WEBHOOKS__SECRET", SECRET);
        install(program, "systemctl", "echo enabled");
        install(program, "crontab", "exit 1");
        let serving = Serving::start(program.command("serve-webhooks --listen 127.0.0.1:0"));
        let front = Front::of(&serving.address);
        program.set("SSL_CERT_FILE", &front.ca());
        program.set("CALSYNC__WEBHOOKS__PUBLIC_URL", &front.url);
        let receiver = serving.address.trim_start_matches("http://");
        world.sandbox.route(&front.url, receiver.parse().unwrap());
        for (job, _) in CADENCES {
            world.program.text(job);
        }
        Self {
            world,
            front,
            serving,
        }
    }

    /// What is found; nothing secret may be in it, and nothing is changed.
    fn examine(&self, code: i32) -> Findings {
        let before = contents(&self.world.program);
        let found = examine(&self.world.program, code);
        assert_eq!(contents(&self.world.program), before);
        // Trying an address is no call that Graph describes.
        self.world.sandbox.microsoft.clear_requests();
        found
    }

    fn set(&mut self, name: &str, value: &str) {
        self.world.program.set(name, value);
    }

    fn sql(&self, file: &str, sql: &str) {
        let path = self.world.program.path(file);
        let database = rusqlite::Connection::open(path).unwrap();
        database.execute_batch(sql).unwrap();
    }
}

/// What the command found.
struct Findings(Value);

impl Findings {
    fn check(&self, name: &str) -> &Value {
        let checks = self.0["checks"].as_array().unwrap();
        let found = checks.iter().find(|check| check["check"] == name);
        found.unwrap_or_else(|| panic!("no check {name}: {checks:#?}"))
    }

    /// The check ends so, and says all of this of what was found and what is to
    /// be done.
    #[track_caller]
    fn says(&self, name: &str, verdict: &str, words: &[&str]) {
        let check = self.check(name);
        assert_eq!(check["verdict"], verdict, "{check:#}");
        let found = check["found"].as_str().unwrap();
        let said = format!(
            "{found} -> {}",
            check["advice"].as_str().unwrap_or_default()
        );
        for word in words {
            assert!(said.contains(word), "{word}: {said}");
        }
    }

    /// The names of checks that are not well, with their verdicts.
    fn unwell(&self) -> Vec<(&str, &str)> {
        let checks = self.0["checks"].as_array().unwrap();
        let pairs = checks.iter().map(|check| {
            let name = check["check"].as_str().unwrap();
            (name, check["verdict"].as_str().unwrap())
        });
        pairs
            .filter(|(_, verdict)| !["ok", "skip"].contains(verdict))
            .collect()
    }
}

fn examine(program: &Program, code: i32) -> Findings {
    let ran = program.run("--json doctor").exits(code).silent();
    for secret in [SECRET, "GOCSPX", "sandbox~secret", "probe_"] {
        assert!(!ran.stdout.contains(secret), "{secret}: {ran:?}");
    }
    let found = ran.json();
    assert_eq!(found["healthy"], code == 0);
    for check in found["checks"].as_array().unwrap() {
        let advised = ["warn", "fail"].contains(&check["verdict"].as_str().unwrap());
        let expected: &[&str] = match advised {
            true => &["advice", "check", "found", "verdict"],
            false => &["check", "found", "verdict"],
        };
        assert_eq!(keys(check), expected);
    }
    Findings(found)
}

/// A program that runs find under a name, written in shell.
fn install(program: &mut Program, name: &str, script: &str) {
    let bin = program.path("bin");
    std::fs::create_dir_all(&bin).unwrap();
    let path = bin.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    program.set("PATH", &bin.display().to_string());
}

/// The state directory: files and the rows of the queue.
fn contents(program: &Program) -> (Vec<String>, Vec<u64>) {
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.unwrap().file_name().into_string().unwrap()
    };
    let entries = std::fs::read_dir(program.path("state")).unwrap();
    // Those that SQLite keeps while somebody has a file open come and go.
    let mut files: Vec<_> = entries
        .map(name)
        .filter(|it| !it.contains(".db-"))
        .collect();
    files.sort();
    let status = program.json("queue status");
    let rows = ["waiting", "held", "dead"].iter().flat_map(|what| {
        let providers = status.as_array().unwrap().iter();
        providers.map(|row| row[*what].as_u64().unwrap())
    });
    (files, rows.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn where_all_is_well_every_check_says_so() {
    let clinic = Clinic::new().await;
    let found = clinic.examine(0);
    assert_eq!(found.unwell(), []);
    found.says("public_url", "ok", &["leads to this receiver"]);
    found.says("watches", "ok", &["1 of 1 active calendar watched"]);
    found.says("google client", "ok", &["knows it"]);
    found.says("microsoft client", "ok", &["knows it"]);
    found.says("microsoft.api_url", "ok", &["127.0.0.1 answers"]);
    found.says("clock", "ok", &[]);
    found.says("tokens", "ok", &["1 account"]);
    found.says(
        "timer pull",
        "ok",
        &["calsync-pull.timer is enabled", "(ok)"],
    );
    let text = clinic.world.program.text("doctor");
    clinic.world.sandbox.microsoft.clear_requests();
    let checks = found.0["checks"].as_array().unwrap();
    assert_eq!(text.lines().count(), checks.len(), "{text}");
    assert!(
        text.lines().all(|line| line.starts_with("ok    ")),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_is_wrong_is_refused_by_its_provider() {
    let mut clinic = Clinic::new().await;
    clinic.set("CALSYNC__GOOGLE__CLIENT_SECRET", "wr0ng-secret");
    clinic.set("CALSYNC__MICROSOFT__CLIENT_ID", "nobody");
    let found = clinic.examine(1);
    let google = ["invalid_client", "google.client_secret"];
    found.says("google client", "fail", &google);
    let microsoft = ["unauthorized_client: AADSTS700016", "microsoft.client_id"];
    found.says("microsoft client", "fail", &microsoft);
    assert!(!found.0.to_string().contains("wr0ng-secret"));
    clinic.world.program.unset("CALSYNC__GOOGLE__CLIENT_ID");
    let found = clinic.examine(1);
    found.says(
        "google client",
        "fail",
        &["1 account need", "google.client_id"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_nobody_answers_at_is_named() {
    let mut clinic = Clinic::new().await;
    clinic.set("CALSYNC__GOOGLE__API_URL", "http://127.0.0.1:1/calendar/v3");
    clinic.set(
        "CALSYNC__GOOGLE__REVOKE_URL",
        "https://nowhere.invalid/revoke",
    );
    // Its certificate is of an authority that this machine does not know.
    let stranger = Front::of("127.0.0.1:1");
    clinic.set("CALSYNC__MICROSOFT__AUTH_URL", &stranger.url);
    // What TLS itself logs of it.
    clinic.set("CALSYNC_LOG", "off");
    let found = clinic.examine(1);
    let expected = [
        ("google.api_url", "fail"),
        ("google.revoke_url", "fail"),
        ("microsoft.auth_url", "fail"),
    ];
    assert_eq!(found.unwell(), expected);
    found.says("google.api_url", "fail", &["refused", "google.api_url"]);
    found.says("google.revoke_url", "fail", &["DNS: "]);
    found.says("microsoft.auth_url", "fail", &["TLS: "]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_for_notifications_that_leads_elsewhere_is_told() {
    let mut clinic = Clinic::new().await;
    let other = "CALSYNC__WEBHOOKS__SECRET";
    clinic.set(other, "another secret of these tests");
    let found = clinic.examine(1);
    found.says(
        "public_url",
        "fail",
        &["refuses", "webhooks.secret", "serve-webhooks"],
    );
    found.says("watches", "warn", &["1 without a watch", "renew-watches"]);
    clinic.set(other, SECRET);
    let ours = clinic.front.url.clone();
    let google = clinic.world.sandbox.google.root_url();
    for (url, words) in [
        (format!("{ours}/elsewhere"), "something else answers"),
        (google, "something else answers"),
        ("http://127.0.0.1:1".to_owned(), "no connection"),
    ] {
        clinic.set("CALSYNC__WEBHOOKS__PUBLIC_URL", &url);
        let found = clinic.examine(1);
        found.says("public_url", "fail", &[words, "/webhooks/"]);
    }
    let plain = clinic.serving.address.clone();
    clinic.set("CALSYNC__WEBHOOKS__PUBLIC_URL", &plain);
    let found = clinic.examine(3);
    found.says("public_url", "warn", &["not https"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_address_for_notifications_polling_still_works() {
    let mut clinic = Clinic::new().await;
    clinic.world.program.unset("CALSYNC__WEBHOOKS__PUBLIC_URL");
    let found = clinic.examine(3);
    assert_eq!(found.unwell(), [("public_url", "warn")]);
    found.says("watches", "skip", &[]);
    found.says("timer renew-watches", "skip", &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_that_nobody_runs_are_named_with_their_units() {
    let mut clinic = Clinic::new().await;
    let script = r#"case "$2" in *pull*) echo disabled; exit 1;; *) echo enabled;; esac"#;
    install(&mut clinic.world.program, "systemctl", script);
    clinic.sql(
        "state/calsync.db",
        "UPDATE job_runs SET started_at = strftime('%Y-%m-%dT%H:%M:%fZ', started_at, '-1 day')
             WHERE job = 'auto-sync';
         DELETE FROM job_runs WHERE job = 'resolve-conflicts';
         UPDATE webhook_subscriptions
             SET expires_at = strftime('%Y-%m-%dT%H:%M:%fZ', expires_at, '-164 hours')",
    );
    let found = clinic.examine(3);
    let enable = "systemctl enable --now calsync-pull.timer";
    found.says("timer pull", "warn", &["is disabled", enable]);
    let look = "systemctl status calsync-auto-sync.timer";
    found.says("timer auto-sync", "warn", &["last run", look]);
    found.says("timer resolve-conflicts", "warn", &["never ran"]);
    found.says(
        "watches",
        "warn",
        &[
            "1 of 1 active calendar watched, 1 ending",
            "calsync-renew-watches.timer",
        ],
    );
    found.says("timer cleanup", "ok", &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_systemd_a_crontab_will_do() {
    let mut clinic = Clinic::new().await;
    let bin = clinic.world.program.path("bin");
    std::fs::remove_file(bin.join("systemctl")).unwrap();
    let lines = "echo '*/10 * * * * calsync -q auto-sync'; echo '# calsync pull'";
    install(&mut clinic.world.program, "crontab", lines);
    let found = clinic.examine(3);
    found.says("timer auto-sync", "ok", &["in a crontab"]);
    found.says("timer pull", "warn", &["in no crontab", "crontab.example"]);
}
