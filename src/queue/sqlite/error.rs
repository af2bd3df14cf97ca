//! From what SQLite says to what callers decide on.

use std::path::Path;

use rusqlite::ErrorCode;

use crate::queue::QueueError;

/// What goes wrong below the seam: why, and the way out. Whoever waits for the
/// same transaction is told the same.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    /// Trying again later may help.
    Passing(String),
    /// It will not.
    Lasting(String),
}

/// The result of work below the seam.
pub(super) type Outcome<T> = Result<T, Fault>;

impl Fault {
    /// The thread that works on the file failed.
    pub(super) fn panicked() -> Self {
        Self::Passing(
            "the thread that works on it failed; this is a fault of calsync, please report it \
             with the message above"
                .to_owned(),
        )
    }

    /// The fault as the seam speaks of it.
    pub(super) fn at(self, path: &Path) -> QueueError {
        let location = format!("sqlite:{}", path.display());
        match self {
            Self::Passing(reason) => QueueError::Unavailable { location, reason },
            Self::Lasting(reason) => QueueError::Unusable { location, reason },
        }
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self::Passing(format!(
            "its file or directory cannot be created ({error}): check that this user may write \
             there, or set queue.url to another place"
        ))
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        let reason = match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                "another process keeps it locked: wait until it is done, or find it with `fuser` \
                 and the file"
                    .to_owned()
            }
            Some(ErrorCode::DiskFull) => "the disk is full: free some space".to_owned(),
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
                format!(
                    "it cannot be opened for writing ({error}): check that this user may write \
                     the file and its directory, or set queue.url to another place"
                )
            }
            Some(ErrorCode::SystemIoFailure | ErrorCode::FileLockingProtocolFailed) => {
                format!("reading or writing failed ({error}): check the disk and its file system")
            }
            Some(ErrorCode::OutOfMemory) => "there is not enough memory: free some".to_owned(),
            _ => return Self::Lasting(damage(&error)),
        };
        Self::Passing(reason)
    }
}

/// What is wrong with the content, and the way out.
fn damage(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            "the file is not an SQLite database: move it away, or set queue.url to another place"
                .to_owned()
        }
        Some(ErrorCode::DatabaseCorrupt) => {
            format!("{error}: move the file away, and sync with `calsync pull --all-hours`")
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    fn verdict(code: i32) -> QueueError {
        let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
        Fault::from(error).at(Path::new("/srv/queue.db"))
    }

    #[test]
    fn what_may_pass_is_unavailable_and_names_the_way_out() {
        let cases = [
            (ffi::SQLITE_BUSY, "`fuser`"),
            (ffi::SQLITE_FULL, "free some space"),
            (ffi::SQLITE_CANTOPEN, "queue.url"),
            (ffi::SQLITE_READONLY, "queue.url"),
            (ffi::SQLITE_PERM, "queue.url"),
            (ffi::SQLITE_IOERR, "check the disk"),
        ];
        for (code, way_out) in cases {
            let error = verdict(code);
            assert!(matches!(error, QueueError::Unavailable { .. }), "{error}");
            assert!(error.to_string().contains(way_out), "{error}");
            assert!(error.to_string().contains("sqlite:/srv/queue.db"));
        }
    }

    #[test]
    fn what_does_not_pass_is_unusable() {
        for code in [ffi::SQLITE_NOTADB, ffi::SQLITE_CORRUPT, ffi::SQLITE_ERROR] {
            let error = verdict(code);
            assert!(matches!(error, QueueError::Unusable { .. }), "{error}");
        }
    }
}
