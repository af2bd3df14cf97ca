//! A redis-server of the benchmark's own.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A server on a socket in a directory; ends with this.
pub(crate) struct Redis {
    dir: TempDir,
    server: Child,
}

impl Redis {
    /// Starts one that keeps nothing on disk. `None`: there is no
    /// redis-server.
    pub(crate) fn start() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("redis.sock");
        let options = [
            "--port",
            "0",
            "--save",
            "",
            "--appendonly",
            "no",
            "--unixsocket",
        ];
        let mut command = Command::new("redis-server");
        command.args(options).arg(&socket).stdout(Stdio::null());
        let server = command.spawn().ok()?;
        let limit = Instant::now() + Duration::from_secs(10);
        while !socket.exists() {
            assert!(Instant::now() < limit, "redis-server does not start");
            std::thread::sleep(Duration::from_millis(10));
        }
        Some(Self { dir, server })
    }

    /// Its URL.
    pub(crate) fn url(&self) -> String {
        format!("unix://{}", self.dir.path().join("redis.sock").display())
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        let client = redis::Client::open(self.url()).unwrap();
        let mut connection = client.get_connection().unwrap();
        redis::cmd("FLUSHALL").exec(&mut connection).unwrap();
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }
}
