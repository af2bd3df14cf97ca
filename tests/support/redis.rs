//! A private redis-server: nobody else's, without a port, gone with the test.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Once;

use tempfile::TempDir;

/// Makes it a failure that redis-server is missing.
const REQUIRED: &str = "CALSYNC_TESTS_REQUIRE_REDIS";

/// A redis-server of a test.
pub(crate) struct Redis {
    dir: TempDir,
    url: String,
    server: Option<Child>,
}

impl Redis {
    /// One that forgets everything when it ends. `None`: redis-server is
    /// missing, and the test cannot be made here.
    pub(crate) fn start() -> Option<Self> {
        Self::on_socket("appendonly no")
    }

    /// One that keeps whatever it confirmed.
    pub(crate) fn start_durable() -> Option<Self> {
        Self::on_socket("appendonly yes\nappendfsync always")
    }

    fn on_socket(persistence: &str) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("redis.sock").display().to_string();
        let config = format!("port 0\nunixsocket {socket}\n{persistence}");
        Self::start_with(dir, &config, format!("unix://{socket}"))
    }

    /// One with a directory, configuration and URL of its own.
    pub(crate) fn start_with(dir: TempDir, config: &str, url: String) -> Option<Self> {
        if !is_installed() {
            return None;
        }
        let mut text = format!("dir {}\nsave \"\"\n", dir.path().display());
        writeln!(text, "{config}").unwrap();
        std::fs::write(dir.path().join("redis.conf"), text).unwrap();
        let server = Some(launch(dir.path()));
        Some(Self { dir, url, server })
    }

    /// Where it is, as `queue.url` says it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.server.as_ref().map(Child::id).unwrap()
    }

    /// Ends it with SIGKILL.
    pub(crate) fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().unwrap();
            server.wait().unwrap();
        }
    }

    /// Ends it with SIGKILL if it runs, and starts it again in the same place.
    pub(crate) fn restart(&mut self) {
        self.kill();
        self.server = Some(launch(self.dir.path()));
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Starts the server of a directory; returns when it can be used.
fn launch(dir: &Path) -> Child {
    let mut command = Command::new("redis-server");
    let command = command.arg(dir.join("redis.conf")).stdin(Stdio::null());
    let mut server = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let mut said = String::new();
    loop {
        let Some(Ok(line)) = lines.next() else {
            server.wait().unwrap();
            panic!("redis-server did not start:\n{said}");
        };
        if line.contains("eady to accept connections") {
            break;
        }
        writeln!(said, "{line}").unwrap();
    }
    // It would stop at a full pipe.
    std::thread::spawn(move || lines.for_each(drop));
    server
}

/// Whether there is a redis-server; says so when there is none.
fn is_installed() -> bool {
    static SAID: Once = Once::new();
    let mut command = Command::new("redis-server");
    let found = command.arg("--version").stdout(Stdio::null()).status();
    if found.is_ok_and(|status| status.success()) {
        return true;
    }
    assert!(
        std::env::var_os(REQUIRED).is_none_or(|value| value != "1"),
        "redis-server is not installed, and {REQUIRED} is set"
    );
    // Around the test harness, which shows nothing of a test that passes.
    SAID.call_once(|| {
        let note = "\nSKIPPED: every test over Redis; redis-server is not installed \
                    (apt-get install redis-server)\n";
        std::io::stderr().write_all(note.as_bytes()).unwrap();
    });
    false
}
