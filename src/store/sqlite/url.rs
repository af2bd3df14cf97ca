//! Where an SQLite store is.

use std::fmt;
use std::path::{Path, PathBuf};

/// The location of an SQLite store: a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqliteUrl(PathBuf);

impl SqliteUrl {
    /// The store in a file. A relative path counts from the current
    /// directory.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        // An absolute path is never read as a URI or as `:memory:`.
        Self(std::path::absolute(&path).unwrap_or(path))
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl fmt::Display for SqliteUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "sqlite:{}", self.0.display())
    }
}
