//! A run of the binary that somebody else kills.

use std::process::{Child, Command};
use std::sync::{Arc, Mutex};

use crate::support::program::Ran;
use crate::support::serving::send;

/// Who kills it; clones kill the same one.
#[derive(Clone, Default)]
pub(crate) struct Killer(Arc<Mutex<Option<u32>>>);

impl Killer {
    /// Starts the command that is to be killed.
    pub(crate) fn start(&self, mut command: Command) -> Mortal {
        // It may come to where it is killed before its number is known here.
        let mut process = self.0.lock().unwrap();
        let child = command.spawn().unwrap();
        *process = Some(child.id());
        Mortal(child)
    }

    /// Ends it with SIGKILL, while it still runs.
    pub(crate) fn kill(&self) {
        let process = self.0.lock().unwrap().unwrap();
        assert!(send(process, "KILL"));
    }
}

/// A run of the binary.
pub(crate) struct Mortal(Child);

impl Mortal {
    /// Waits for the end.
    pub(crate) fn end(self) -> Ran {
        Ran::of(self.0.wait_with_output().unwrap())
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }
}
