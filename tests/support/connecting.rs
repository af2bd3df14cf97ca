//! `calsync connect` while it waits for somebody.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command};

use super::program::Ran;

/// A command that waits; it is killed when this is dropped.
pub(crate) struct Connecting {
    child: Child,
    stderr: BufReader<ChildStderr>,
    said: String,
}

impl Connecting {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Self {
            child,
            stderr,
            said: String::new(),
        }
    }

    /// What it shows apart from its sentences: an address, or a code.
    pub(crate) fn shows(&mut self) -> String {
        loop {
            let begun = self.said.len();
            let read = self.stderr.read_line(&mut self.said).unwrap();
            assert_ne!(read, 0, "it shows nothing: {}", self.said);
            if let Some(shown) = self.said[begun..].strip_prefix("  ") {
                return shown.trim().to_owned();
            }
        }
    }

    /// All that it said so far.
    pub(crate) fn said(&self) -> &str {
        &self.said
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Ran {
        self.stderr.read_to_string(&mut self.said).unwrap();
        let mut stdout = String::new();
        let mut result = self.child.stdout.take().unwrap();
        result.read_to_string(&mut stdout).unwrap();
        Ran {
            code: self.child.wait().unwrap().code(),
            stdout,
            stderr: std::mem::take(&mut self.said),
        }
    }
}

impl Drop for Connecting {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
