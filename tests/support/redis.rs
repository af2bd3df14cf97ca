//! A private redis-server: nobody else's, and gone with the test.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::net::TcpListener;
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

/// How a server is set up, and where it then is.
pub(crate) struct Settings {
    /// Lines of its configuration file.
    pub(crate) config: String,
    pub(crate) url: String,
}

impl Redis {
    /// One that forgets everything when it ends. `None`: redis-server is
    /// missing, and the test cannot be made here.
    pub(crate) fn start() -> Option<Self> {
        Self::start_on_socket("appendonly no")
    }

    /// One that keeps whatever it confirmed.
    pub(crate) fn start_durable() -> Option<Self> {
        Self::start_on_socket("appendonly yes\nappendfsync always")
    }

    fn start_on_socket(persistence: &str) -> Option<Self> {
        let mut redis = Self::new(tempfile::tempdir().unwrap())?;
        let socket = redis.dir().join("redis.sock").display().to_string();
        let settings = Settings {
            config: format!("port 0\nunixsocket {socket}\n{persistence}"),
            url: format!("unix://{socket}"),
        };
        redis.begin(settings).unwrap();
        Some(redis)
    }

    /// One on a port of this machine, in a directory.
    pub(crate) fn start_on_port(dir: TempDir, on: impl Fn(u16) -> Settings) -> Option<Self> {
        let mut redis = Self::new(dir)?;
        // Somebody else may take the port meanwhile.
        let mut attempts = (0..10).map(|_| redis.begin(on(free_port())));
        let started = attempts.find(Result::is_ok);
        started.expect("one of ten ports is free").unwrap();
        Some(redis)
    }

    fn new(dir: TempDir) -> Option<Self> {
        is_installed().then_some(Self {
            dir,
            url: String::new(),
            server: None,
        })
    }

    fn begin(&mut self, settings: Settings) -> Result<(), String> {
        let place = self.dir().display();
        let text = format!("dir {place}\nsave \"\"\n{}\n", settings.config);
        std::fs::write(self.dir().join("redis.conf"), text).unwrap();
        self.url = settings.url;
        self.server = Some(launch(self.dir())?);
        Ok(())
    }

    /// Where it is, as `queue.url` says it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Its directory.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
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
        self.server = Some(launch(self.dir()).unwrap());
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Starts the server of a directory; returns when it can be used.
fn launch(dir: &Path) -> Result<Child, String> {
    let mut command = Command::new("redis-server");
    let command = command.arg(dir.join("redis.conf")).stdin(Stdio::null());
    let mut server = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let mut said = String::new();
    loop {
        let Some(Ok(line)) = lines.next() else {
            server.wait().unwrap();
            return Err(format!("redis-server did not start:\n{said}"));
        };
        if line.contains("eady to accept connections") {
            break;
        }
        writeln!(said, "{line}").unwrap();
    }
    // It would stop at a full pipe.
    std::thread::spawn(move || lines.for_each(drop));
    Ok(server)
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
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
