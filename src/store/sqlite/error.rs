//! From what SQLite says to what callers decide on.

use std::path::Path;

use rusqlite::ErrorCode;

use super::url::SqliteUrl;
use crate::store::StoreError;

/// What goes wrong below the seam.
#[derive(Debug)]
pub(super) enum Fault {
    /// SQLite refused.
    Sqlite(rusqlite::Error),
    /// The file system refused.
    File(std::io::Error),
    /// A stored value cannot be understood.
    Damaged(String),
    /// The thread that works on the database failed.
    Panicked,
    /// Decided already.
    Store(StoreError),
}

/// The result of work below the seam.
pub(super) type Outcome<T> = Result<T, Fault>;

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self::File(error)
    }
}

impl Fault {
    /// The fault as the seam speaks of it.
    pub(super) fn at(self, url: &SqliteUrl) -> StoreError {
        let location = url.to_string();
        match self {
            Self::Store(error) => error,
            Self::Damaged(reason) => StoreError::Corrupt { location, reason },
            Self::Panicked => StoreError::Unavailable {
                location,
                reason: "the thread that works on it failed; this is a fault of calsync, \
                         please report it with the message above"
                    .to_owned(),
            },
            Self::File(error) => StoreError::Unavailable {
                location,
                reason: file_reason(&error, url.path()),
            },
            Self::Sqlite(error) => sqlite_error(&error, url),
        }
    }

    /// Whether another process is in the way.
    pub(super) fn is_busy(&self) -> bool {
        matches!(
            self,
            Self::Sqlite(error) if matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
            )
        )
    }
}

/// A fault for something that is not there.
pub(super) fn no_such(message: String) -> Fault {
    Fault::Store(StoreError::NoSuch(message))
}

/// Why a file or directory could not be made, and the way out.
fn file_reason(error: &std::io::Error, path: &Path) -> String {
    let directory = path.parent().unwrap_or(path).display();
    format!(
        "its file or directory cannot be created ({error}): check that {directory} is a \
         directory that this user may write, or set store.url to another place"
    )
}

/// SQLite's verdict in the terms of the seam.
fn sqlite_error(error: &rusqlite::Error, url: &SqliteUrl) -> StoreError {
    let location = url.to_string();
    match unavailable_reason(error, url.path()) {
        Some(reason) => StoreError::Unavailable { location, reason },
        None => StoreError::Corrupt {
            location,
            reason: damage(error),
        },
    }
}

/// What stands in the way for now, and the way out; `None` when waiting will
/// not help.
fn unavailable_reason(error: &rusqlite::Error, path: &Path) -> Option<String> {
    let file = path.display();
    let reason = match error.sqlite_error_code()? {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => format!(
            "another process keeps it locked: wait until it is done, or find it with `fuser {file}`"
        ),
        ErrorCode::DiskFull => "the disk is full, or the one that holds temporary files \
                                ($SQLITE_TMPDIR, /var/tmp): free some space"
            .to_owned(),
        ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly => format!(
            "it cannot be opened for writing ({error}): check that this user may write {file} and \
             its directory, or set store.url to another place"
        ),
        ErrorCode::SystemIoFailure | ErrorCode::FileLockingProtocolFailed => format!(
            "reading or writing failed ({error}): check the disk and the file system of {file}"
        ),
        ErrorCode::OutOfMemory => "there is not enough memory: free some".to_owned(),
        _ => return None,
    };
    Some(reason)
}

/// What is wrong with the content, and the way out.
fn damage(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            "the file is not an SQLite database: move it away, or set store.url to another place"
                .to_owned()
        }
        Some(ErrorCode::DatabaseCorrupt) => {
            format!("{error}: restore a backup, or move the file away and import again")
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    fn verdict(code: i32) -> StoreError {
        let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
        Fault::from(error).at(&SqliteUrl::new("/srv/calsync.db"))
    }

    #[test]
    fn what_may_pass_is_unavailable_and_names_the_way_out() {
        let cases = [
            (ffi::SQLITE_BUSY, "fuser /srv/calsync.db"),
            (ffi::SQLITE_FULL, "free some space"),
            (ffi::SQLITE_CANTOPEN, "may write /srv/calsync.db"),
            (ffi::SQLITE_READONLY, "may write /srv/calsync.db"),
            (ffi::SQLITE_PERM, "may write /srv/calsync.db"),
            (ffi::SQLITE_IOERR, "check the disk"),
        ];
        for (code, way_out) in cases {
            let error = verdict(code);
            assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
            assert!(error.to_string().contains(way_out), "{error}");
            assert!(error.to_string().contains("sqlite:/srv/calsync.db"));
        }
    }

    #[test]
    fn what_does_not_pass_is_damage() {
        for code in [ffi::SQLITE_NOTADB, ffi::SQLITE_CORRUPT, ffi::SQLITE_ERROR] {
            let error = verdict(code);
            assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
        }
    }
}
