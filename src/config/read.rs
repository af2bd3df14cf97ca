//! Takes values out of the layers, one key at a time, and names the place when
//! one will not do.

use std::path::{Path, PathBuf};

use config::{Value, ValueKind};

use super::error::ConfigError;
use super::layers::{Layers, layers, variable};
use super::schema;
use super::sources::Sources;
use super::values::Expected;

/// The layers, and what is needed to read them.
pub(super) struct Reader<'a> {
    pub(super) sources: &'a Sources,
    /// The file that was read.
    pub(super) file: Option<PathBuf>,
    layers: Layers,
}

/// A value with its place.
pub(super) struct Found<'a> {
    /// The file and line, or the variable.
    pub(super) place: String,
    /// `section.key`.
    pub(super) key: String,
    pub(super) kind: &'a ValueKind,
    /// Where a relative path begins: the file's directory; for a variable, the
    /// working directory.
    pub(super) dir: PathBuf,
    /// Whether the file holds it, not a variable.
    pub(super) in_file: bool,
    hidden: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn open(sources: &'a Sources) -> Result<Self, ConfigError> {
        let file = sources.file()?;
        let layers = layers(sources, file.as_ref())?;
        Ok(Self {
            sources,
            layers,
            file: file.map(|(path, _)| path),
        })
    }

    /// The value that a key was given, if any.
    pub(super) fn find(&self, section: &str, key: &str) -> Option<Found<'_>> {
        let ValueKind::Table(table) = &self.layers.get(section)?.kind else {
            return None;
        };
        let value = table.get(key)?;
        let in_file = self.file.as_deref().filter(|file| stands_in(value, file));
        Some(Found {
            place: place(value, in_file, section, key),
            key: format!("{section}.{key}"),
            kind: &value.kind,
            in_file: in_file.is_some(),
            dir: in_file
                .and_then(Path::parent)
                .map(Path::to_path_buf)
                .unwrap_or_default(),
            hidden: schema::section(section).is_some_and(|s| s.hides(key)),
        })
    }

    /// The value of a key, read by `read`; `None` if it was not given.
    pub(super) fn get<T>(
        &self,
        section: &str,
        key: &str,
        read: impl FnOnce(&Found<'_>) -> Result<T, Expected>,
    ) -> Result<Option<T>, ConfigError> {
        let Some(found) = self.find(section, key) else {
            return Ok(None);
        };
        read(&found)
            .map(Some)
            .map_err(|expected| found.wrong(&expected))
    }
}

impl Found<'_> {
    /// The value, where a number is wanted: a variable holds only text.
    pub(super) fn numeric(&self) -> ValueKind {
        match self.kind {
            ValueKind::String(text) if !self.in_file => text
                .trim()
                .parse()
                .map_or(self.kind.clone(), ValueKind::I64),
            kind => kind.clone(),
        }
    }

    /// The error that says what was expected here.
    pub(super) fn wrong(&self, expected: &Expected) -> ConfigError {
        ConfigError::value(&self.place, &self.key, &self.shown(), expected)
    }

    fn shown(&self) -> String {
        match self.kind {
            ValueKind::Array(_) => "a list".to_owned(),
            ValueKind::Nil | ValueKind::Table(_) => "a table".to_owned(),
            ValueKind::String(text) if text.trim().is_empty() => "empty".to_owned(),
            _ if self.hidden => "a value that is not shown".to_owned(),
            ValueKind::String(text) => format!("{:?}", without_password(text)),
            ValueKind::Boolean(yes) => format!("the boolean {yes}"),
            number => format!("the number {number}"),
        }
    }
}

/// A URL may hold a password before an `@` or behind a `?`.
fn without_password(text: &str) -> String {
    let (text, query) = text
        .split_once('?')
        .map_or((text, ""), |(text, _)| (text, "?***"));
    let after = |mark: &str| text.find(mark).map(|at| at + mark.len());
    let start = after("//").or_else(|| after(":")).unwrap_or(0);
    match text[start..].rfind('@') {
        Some(end) => format!("{}***{}{query}", &text[..start], &text[start + end..]),
        None => format!("{text}{query}"),
    }
}

fn stands_in(value: &Value, file: &Path) -> bool {
    let file = file.display().to_string();
    value
        .origin()
        .and_then(|origin| origin.strip_prefix(&file))
        .is_some_and(|rest| rest.starts_with(", line "))
}

fn place(value: &Value, in_file: Option<&Path>, section: &str, key: &str) -> String {
    match value.origin() {
        Some(origin) if in_file.is_some() || origin == "API_BASE_URL" => origin.to_owned(),
        _ => variable(section, key),
    }
}
