//! The result of a command on stdout: tables and sentences for people, JSON
//! for programs.

use std::io::{self, ErrorKind, Write};

use comfy_table::{ContentArrangement, Table, TableStyle};
use serde::Serialize;

/// Where and how a result is written.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// Whether a program reads it.
    pub json: bool,
    /// Whether the summary of a cycle is not wanted.
    pub quiet: bool,
}

impl Output {
    /// A list: one JSON array, or a table with a line for each row.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn list<T: Serialize>(
        self,
        header: &[&str],
        rows: &[T],
        cells: impl Fn(&T) -> Vec<String>,
    ) -> io::Result<()> {
        if self.json {
            return self.json(&rows);
        }
        if rows.is_empty() {
            return self.line("none");
        }
        let mut table = Table::new();
        table
            .load_style(TableStyle::new())
            .set_content_arrangement(ContentArrangement::Disabled)
            .set_header(header);
        for row in rows {
            table.add_row(cells(row).into_iter().map(|cell| plain(&cell)));
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        let lines: Vec<_> = table
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect();
        self.line(&lines.join("\n"))
    }

    /// One value: a JSON object, or the given text.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn value(self, value: &impl Serialize, text: &str) -> io::Result<()> {
        if self.json {
            self.json(value)
        } else {
            self.line(text)
        }
    }

    /// Text for people.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn line(self, text: &str) -> io::Result<()> {
        write(text.as_bytes())
    }

    /// Tells what to do while the command waits, beside the result.
    pub fn tell(self, text: &str) {
        // Nobody is left to be told when stderr is closed.
        writeln!(io::stderr(), "{text}").ok();
    }

    fn json(self, value: &impl Serialize) -> io::Result<()> {
        write(serde_json::to_string(value)?.as_bytes())
    }
}

/// Text on one line, and without what a terminal would obey.
/// Titles are written by strangers.
pub(super) fn plain(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// Writes a line. Who stops reading early (`| head -1`) is not told.
fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let written = out
        .write_all(bytes)
        .and_then(|()| out.write_all(b"\n"))
        .and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(io::Error::new(
            error.kind(),
            format!("the result cannot be written to stdout: {error}"),
        )),
        Ok(()) => Ok(()),
    }
}

/// A number with its noun.
pub(super) fn counted(number: u64, noun: &str) -> String {
    let plural = match (number, noun.ends_with("ch")) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    format!("{number} {noun}{plural}")
}

/// An instant as people read it.
pub(super) fn moment(at: chrono::DateTime<chrono::Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// A value that may be missing.
pub(super) fn or_dash(text: Option<String>) -> String {
    text.unwrap_or_else(|| "-".to_owned())
}

/// `yes` or `no`.
pub(super) fn yes(flag: bool) -> String {
    if flag { "yes" } else { "no" }.to_owned()
}
