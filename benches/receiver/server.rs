//! The processes that are measured.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::{bare, post};

/// Ticks of processor time in a second, on every Linux.
const TICKS: u64 = 100;

/// A server that runs; ends with this.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: SocketAddr,
    _state: Option<TempDir>,
}

impl Server {
    /// The receiver, with a queue at a URL or an embedded one.
    pub(crate) fn receiver(queue: Option<&str>) -> Self {
        let state = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_calsync"));
        command
            .args(["serve-webhooks", "--listen", "127.0.0.1:0"])
            .env_clear()
            .env("STATE_DIRECTORY", state.path())
            .env("CALSYNC__WEBHOOKS__SECRET", post::SECRET);
        if let Some(queue) = queue {
            command.env("CALSYNC__QUEUE__URL", queue);
        }
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let address = lines.find_map(|line| {
            let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
            line["address"]
                .as_str()?
                .strip_prefix("http://")?
                .parse()
                .ok()
        });
        // It would stop at a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            process,
            address: address.unwrap(),
            _state: Some(state),
        }
    }

    /// The bare handler.
    pub(crate) fn bare(queue: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let command = command.env(bare::ROLE, queue).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut line = String::new();
        let stdout = process.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        Self {
            process,
            address: line.trim().parse().unwrap(),
            _state: None,
        }
    }

    /// The processor time that it took so far.
    pub(crate) fn cpu(&self) -> Duration {
        let stat = format!("/proc/{}/stat", self.process.id());
        let stat = std::fs::read_to_string(stat).unwrap();
        let after_name = stat.rsplit(')').next().unwrap();
        let times = after_name.split_ascii_whitespace().skip(11).take(2);
        let ticks: u64 = times.map(|text| text.parse::<u64>().unwrap()).sum();
        Duration::from_millis(ticks * 1000 / TICKS)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}
