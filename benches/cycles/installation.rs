//! An installation of calsync in a directory of its own, run by its binary.

use std::path::PathBuf;
use std::process::Command;

use calsync::sandbox::{google, microsoft};
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::child::{self, Measured};
use super::source::Source;

/// The file of the store.
const STORE: &str = "calsync.db";

/// calsync with its store; its Google is a source.
pub(crate) struct Installation {
    dir: TempDir,
    url: String,
}

impl Installation {
    /// One that knows the accounts of a source, and has asked for nothing yet.
    pub(crate) fn of(source: &Source) -> Self {
        let new = Self {
            dir: tempfile::tempdir().unwrap(),
            url: source.ready.url.clone(),
        };
        let accounts = source.ready.accounts.iter().enumerate();
        let users: String = accounts
            .clone()
            .map(|(number, _)| json!({ "id": format!("u-{number}"), "timezone": "Europe/Berlin" }))
            .map(|user| format!("{user}\n"))
            .collect();
        let accounts: String = accounts
            .map(|(number, (email, token))| {
                json!({ "user_id": format!("u-{number}"), "provider": source.ready.provider, "email": email,
                    "refresh_token": token })
            })
            .map(|account| format!("{account}\n"))
            .collect();
        child::run(&mut new.command(&["users", "import", "-"]), &users);
        let import = ["accounts", "import", "--no-discover", "-"];
        child::run(&mut new.command(&import), &accounts);
        new
    }

    /// A copy of it as it is now.
    pub(crate) fn copy(&self) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(self.dir.path()).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), dir.path().join(file.file_name())).unwrap();
        }
        let url = self.url.clone();
        Self { dir, url }
    }

    /// Runs a job; answers what it took and its report.
    pub(crate) fn job(&self, arguments: &[&str]) -> (Measured, Value) {
        let arguments: Vec<_> = ["--json"].iter().chain(arguments).copied().collect();
        let measured = child::run(&mut self.command(&arguments), "");
        let report = serde_json::from_str(&measured.stdout).unwrap();
        (measured, report)
    }

    /// The store, to look at what happened.
    pub(crate) fn store(&self) -> Connection {
        Connection::open(self.path(STORE)).unwrap()
    }

    /// A file in its directory.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_calsync"));
        command
            .args(["--quiet"])
            .args(arguments)
            .env_clear()
            .env("STATE_DIRECTORY", self.dir.path())
            .env(
                "CALSYNC__STORE__URL",
                format!("sqlite:{}", self.path(STORE).display()),
            );
        command.envs(providers(&self.url));
        command
    }
}

/// The settings of both providers.
fn providers(url: &str) -> [(&'static str, String); 8] {
    [
        ("CALSYNC__GOOGLE__CLIENT_ID", google::CLIENT_ID.to_owned()),
        (
            "CALSYNC__GOOGLE__CLIENT_SECRET",
            google::CLIENT_SECRET.to_owned(),
        ),
        (
            "CALSYNC__GOOGLE__API_URL",
            format!("{url}/google/calendar/v3/"),
        ),
        ("CALSYNC__GOOGLE__TOKEN_URL", format!("{url}/google/token")),
        (
            "CALSYNC__MICROSOFT__CLIENT_ID",
            microsoft::CLIENT_ID.to_owned(),
        ),
        (
            "CALSYNC__MICROSOFT__CLIENT_SECRET",
            microsoft::CLIENT_SECRET.to_owned(),
        ),
        (
            "CALSYNC__MICROSOFT__API_URL",
            format!("{url}/microsoft/v1.0"),
        ),
        (
            "CALSYNC__MICROSOFT__TOKEN_URL",
            format!("{url}/microsoft/common/oauth2/v2.0/token"),
        ),
    ]
}
