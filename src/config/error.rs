//! What is wrong with the configuration, said to the person who can mend it.

use std::fmt::Display;
use std::path::Path;

use super::schema;

/// What is wrong with the configuration: where, what was found, what is
/// expected there. Its text is the whole message and holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

impl ConfigError {
    /// A file that cannot be read.
    pub(super) fn unreadable(file: &Path, why: &std::io::Error, way_out: &str) -> Self {
        Self(format!(
            "{}: cannot be read: {why}\n{way_out}",
            file.display()
        ))
    }

    /// A file that is not TOML; `excerpt` shows the line and points into it.
    pub(super) fn syntax(place: &str, message: &str, excerpt: &str) -> Self {
        Self(format!("{place}: this is not TOML: {message}\n{excerpt}"))
    }

    /// A section that does not exist.
    pub(super) fn unknown_section(place: &str, name: &str) -> Self {
        let known: Vec<_> = schema::SECTIONS.iter().map(|s| s.name).collect();
        let all: Vec<_> = known.iter().map(|name| format!("[{name}]")).collect();
        let near = schema::nearest(name, &known).map(|near| format!("[{near}]"));
        Self(unknown(
            place,
            &format!("section [{name}]"),
            near,
            &format!("sections: {}", all.join(" ")),
        ))
    }

    /// A key that its section does not have.
    pub(super) fn unknown_key(place: &str, section: &schema::Section, key: &str) -> Self {
        let known: Vec<_> = section.keys().collect();
        let near = schema::nearest(key, &known).map(|near| format!("`{near}`"));
        let all = format!("keys of [{}]: {}", section.name, known.join(" "));
        Self(unknown(
            place,
            &format!("key `{key}` in [{}]", section.name),
            near,
            &all,
        ))
    }

    /// A value that will not do. `found` must not show a secret.
    pub(super) fn value(place: &str, key: &str, found: &str, expected: &dyn Display) -> Self {
        Self(format!("{place}: {key} is {found}; expected {expected}"))
    }

    /// A setting that is wrong for another reason.
    pub(super) fn setting(place: &str, key: &str, trouble: &dyn Display) -> Self {
        Self(format!("{place}: {key}: {trouble}"))
    }

    /// A setting that is needed now and was not given.
    #[must_use]
    pub fn missing(key: &str, what: &str) -> Self {
        Self(format!(
            "{key} is not set: give {what} in the configuration file or the environment \
             (config.example.toml describes every setting)"
        ))
    }

    /// A key file that cannot be used.
    #[must_use]
    pub fn key_file(path: &Path, why: &str) -> Self {
        Self(format!(
            "encryption key file {}: {why} (security.encryption_key sets a key of your own)",
            path.display()
        ))
    }

    /// A log filter that is none.
    #[must_use]
    pub fn log_filter(found: &str) -> Self {
        Self(format!(
            "CALSYNC_LOG is {found:?}; expected a log filter, like \"calsync=debug\""
        ))
    }

    /// The directory of the key file and the store, which cannot be made.
    #[must_use]
    pub fn state_dir(dir: &Path, why: &std::io::Error) -> Self {
        Self(format!(
            "directory {} cannot be made: {why}; set store.url to a place that this user may write",
            dir.display()
        ))
    }

    /// Neither file nor variable is to blame.
    pub(super) fn other(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

fn unknown(place: &str, what: &str, near: Option<String>, all: &str) -> String {
    let near = near
        .map(|near| format!("; did you mean {near}?"))
        .unwrap_or_default();
    format!("{place}: unknown {what}{near}\n{all}")
}
