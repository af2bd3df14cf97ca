//! The real binary, as a timer runs it: in a directory of its own, with
//! nothing in its environment but what a test sets.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use calsync::context::read_clock;
use calsync::sandbox::Sandbox;
use calsync::sandbox::google::CalendarSpec;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{conform, services};

pub(crate) const ANA: &str = "ana@example.com";

/// A directory and an environment to run the binary in.
pub(crate) struct Program {
    dir: TempDir,
    env: BTreeMap<String, String>,
}

/// How a run of the binary ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Program {
    /// With a state directory and nothing else.
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("state").display().to_string();
        let env = BTreeMap::from([("STATE_DIRECTORY".to_owned(), state)]);
        Self { dir, env }
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.env.insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn unset(&mut self, name: &str) {
        self.env.remove(name);
    }

    /// A path in the directory.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file into the directory; runs find it by its name alone.
    pub(crate) fn file(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// The store's file.
    pub(crate) fn store(&self) -> PathBuf {
        self.path("state/calsync.db")
    }

    /// Ready to be started with these words as its arguments.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_calsync"));
        command
            .args(arguments.split_whitespace())
            .env_clear()
            .envs(&self.env)
            .current_dir(self.dir.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// A shell command in which `$calsync` is the binary.
    pub(crate) fn shell(&self, script: &str) -> Ran {
        let mut command = Command::new("/bin/bash");
        command
            .args(["-c", script])
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("calsync", env!("CARGO_BIN_EXE_calsync"))
            .envs(&self.env)
            .current_dir(self.dir.path());
        Ran::of(command.output().unwrap())
    }

    /// Runs the binary to its end.
    pub(crate) fn run(&self, arguments: &str) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// The result of a run that must succeed, as a person reads it.
    pub(crate) fn text(&self, arguments: &str) -> String {
        self.run(arguments).exits(0).stdout
    }

    /// The result of a run that must succeed, as a program reads it.
    pub(crate) fn json(&self, arguments: &str) -> Value {
        self.run(&format!("--json {arguments}")).exits(0).json()
    }
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// Nothing but the result was said.
    #[track_caller]
    pub(crate) fn silent(self) -> Self {
        assert_eq!(self.stderr, "");
        self
    }

    /// The last word on stderr names all of this; nothing is on stdout.
    #[track_caller]
    pub(crate) fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.stderr.contains(word), "{word}: {}", self.stderr);
        }
        assert_eq!(self.stdout, "");
        self
    }

    /// The only line of stdout.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.stdout.lines().count(), 1, "{self:#?}");
        serde_json::from_str(&self.stdout).unwrap()
    }
}

/// A sandbox, and the binary set up for it, with Ana and her account imported.
pub(crate) struct World {
    pub(crate) program: Program,
    pub(crate) sandbox: Sandbox,
    /// Whatever is asked of Graph conforms to its description.
    _conforming: conform::AtTheEnd,
}

impl World {
    /// Ana's calendar holds a series that happens every day.
    pub(crate) async fn new() -> Self {
        let world = Self::without_account().await;
        world.import_account("");
        world
    }

    /// Ana's account was imported, and its provider not asked for anything.
    pub(crate) async fn unvisited() -> Self {
        let world = Self::without_account().await;
        world.import_account("--no-discover");
        world
    }

    /// Ana is known, her account is not yet.
    pub(crate) async fn without_account() -> Self {
        let sandbox = Sandbox::start(read_clock(), 7).await.unwrap();
        let google = &sandbox.google;
        google.add_account(ANA);
        google.add_calendar(ANA, CalendarSpec::primary("UTC"));
        google.put_event(ANA, daily());
        let mut program = Program::new();
        for (name, value) in services::settings(&sandbox) {
            program.set(name, &value);
        }
        program.file("users.jsonl", r#"{"id": "ana", "timezone": "UTC"}"#);
        program.text("users import users.jsonl");
        Self {
            program,
            _conforming: conform::AtTheEnd(sandbox.microsoft.clone()),
            sandbox,
        }
    }

    /// Imports an account for Ana, with these options.
    pub(crate) fn import_account(&self, options: &str) -> Ran {
        let account = self.sandbox.google.add_account(ANA);
        let entry = json!({ "user_id": "ana", "provider": "google", "email": ANA,
            "refresh_token": account.refresh_token });
        self.program.file("accounts.jsonl", &entry.to_string());
        let ran = self
            .program
            .run(&format!("--json accounts import accounts.jsonl {options}"));
        self.sandbox.google.clear_requests();
        ran
    }

    /// Gives Ana an account at Microsoft whose calendar holds a review every
    /// day; answers its refresh token.
    pub(crate) fn give_microsoft(&self) -> String {
        let microsoft = &self.sandbox.microsoft;
        let account = microsoft.add_account(ANA);
        microsoft.put_event(&microsoft.default_calendar(ANA), daily_review());
        account.refresh_token
    }

    /// The application plans Ana's task `t-1`, a report of tomorrow.
    pub(crate) fn plan_a_report(&self) {
        let tomorrow = read_clock() + chrono::TimeDelta::days(1);
        let task = json!({ "id": "t-1", "user_id": "ana", "title": "report",
            "start_date": tomorrow.to_rfc3339() });
        self.program.file("tasks.json", &task.to_string());
        self.program.text("tasks import tasks.json");
    }

    /// The id of Ana's calendar.
    pub(crate) fn calendar(&self) -> String {
        let calendars = self.program.json("calendars list");
        calendars[0]["id"].as_str().unwrap().to_owned()
    }
}

fn daily_review() -> Value {
    json!({ "subject": "Review",
        "start": { "dateTime": "2026-01-05T14:00:00", "timeZone": "UTC" },
        "end": { "dateTime": "2026-01-05T15:00:00", "timeZone": "UTC" },
        "recurrence": { "pattern": { "type": "daily", "interval": 1 }, "range": { "type": "noEnd" } } })
}

fn daily() -> Value {
    json!({ "id": "daily", "summary": "Standup", "location": "Room 1",
        "start": { "dateTime": "2026-01-05T09:00:00Z", "timeZone": "UTC" },
        "end": { "dateTime": "2026-01-05T09:15:00Z", "timeZone": "UTC" },
        "recurrence": ["RRULE:FREQ=DAILY"] })
}

/// The keys of a JSON object, sorted.
#[track_caller]
pub(crate) fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}
