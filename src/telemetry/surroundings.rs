//! Where the process runs.

use std::ffi::OsStr;
use std::fs::{File, Metadata};
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;

/// What is known about where the process runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Surroundings {
    /// stderr is a terminal.
    pub(super) terminal: bool,
    /// `NO_COLOR` is set, or the terminal cannot show colours.
    pub(super) colourless: bool,
    /// systemd started it, or stderr is the journal.
    pub(super) managed: bool,
    /// `CALSYNC_LOG`.
    pub(super) filter: Option<String>,
}

impl Surroundings {
    pub(super) fn of_process() -> Self {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let journal = set("JOURNAL_STREAM").is_some_and(|stream| {
            let stderr = io::stderr().as_fd().try_clone_to_owned();
            let stderr = stderr.and_then(|fd| File::from(fd).metadata());
            stderr.is_ok_and(|stderr| is_journal(&stream, &stderr))
        });
        let own = std::process::id().to_string();
        Self {
            terminal: io::stderr().is_terminal(),
            colourless: set("NO_COLOR").is_some() || set("TERM").is_some_and(|term| term == "dumb"),
            // A shell below a unit inherits the variables, but not the process.
            managed: set("SYSTEMD_EXEC_PID").is_some_and(|pid| *pid == *own) || journal,
            filter: std::env::var("CALSYNC_LOG")
                .ok()
                .filter(|filter| !filter.is_empty()),
        }
    }
}

/// Whether a file is the one that `JOURNAL_STREAM` names, as `device:inode`.
fn is_journal(stream: &OsStr, file: &Metadata) -> bool {
    *stream == *format!("{}:{}", file.dev(), file.ino())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_journal_is_told_by_device_and_inode() {
        let file = tempfile::tempfile().unwrap().metadata().unwrap();
        let (device, inode) = (file.dev(), file.ino());
        for (stream, expected) in [
            (format!("{device}:{inode}"), true),
            (format!("{device}:{}", inode + 1), false),
            (format!("{inode}"), false),
        ] {
            assert_eq!(is_journal(stream.as_ref(), &file), expected, "{stream}");
        }
    }
}
