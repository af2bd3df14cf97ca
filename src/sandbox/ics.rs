//! Loads an iCalendar file (RFC 5545) into a calendar of the model.

mod event;
mod layout;

use std::collections::HashSet;
use std::path::Path;

use icalendar::parser::{Calendar, Component, read_calendar, unfold};

use super::google::{CalendarSpec, Google};

/// Why a file could not be loaded at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IcsError {
    /// It could not be read.
    #[error("cannot read {file}")]
    Read {
        /// The file.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is no iCalendar file, or only part of one.
    #[error("{file}, line {line}: {reason}")]
    Broken {
        /// The file.
        file: String,
        /// Where, from 1.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
}

/// What came of a file.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The id of the new calendar.
    pub calendar: String,
    /// Its title.
    pub name: String,
    /// IANA name of its zone.
    pub zone: String,
    /// How many entries it has now: events, series and changed occurrences.
    pub events: usize,
    /// What was left out.
    pub skipped: Vec<Skipped>,
}

/// An entry that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Where it begins in the file, from 1.
    pub line: usize,
    /// Its `UID`, empty if it has none.
    pub uid: String,
    /// Why.
    pub reason: String,
}

/// Loads a file into a new calendar of the account.
///
/// # Errors
/// The file cannot be read, or is no whole iCalendar file. Single entries that
/// make no sense are left out and reported.
pub fn load(google: &Google, email: &str, path: &Path) -> Result<Loaded, IcsError> {
    let file = path.display().to_string();
    let text = std::fs::read(path).map_err(|source| IcsError::Read {
        file: file.clone(),
        source,
    })?;
    load_text(google, email, &file, &String::from_utf8_lossy(&text))
}

/// Loads the text of a file that is called `file` in messages.
///
/// # Errors
/// As [`load`].
pub fn load_text(google: &Google, email: &str, file: &str, text: &str) -> Result<Loaded, IcsError> {
    let broken = |(line, reason)| IcsError::Broken {
        file: file.to_owned(),
        line,
        reason,
    };
    let lines = layout::event_lines(text).map_err(broken)?;
    let unfolded = unfold(text);
    let parsed = read_calendar(&unfolded).map_err(|reason| broken((1, reason)))?;
    let entries: Vec<&Component<'_>> = parsed
        .components
        .iter()
        .filter(|one| one.name == "VEVENT")
        .collect();
    if entries.len() != lines.len() {
        let line = lines.get(entries.len()).copied().unwrap_or(1);
        return Err(broken((
            line,
            "an entry from here on cannot be read".to_owned(),
        )));
    }
    Ok(fill(
        google,
        email,
        file,
        &parsed,
        entries.into_iter().zip(lines).collect(),
    ))
}

fn fill(
    google: &Google,
    email: &str,
    file: &str,
    parsed: &Calendar<'_>,
    mut entries: Vec<(&Component<'_>, usize)>,
) -> Loaded {
    let name = head(parsed, "X-WR-CALNAME").unwrap_or_else(|| stem(file));
    let zone = head(parsed, "X-WR-TIMEZONE").unwrap_or_else(|| "UTC".to_owned());
    let calendar = google.add_calendar(email, CalendarSpec::named(&name, &zone));
    let mut loaded = Loaded {
        calendar,
        name,
        zone: zone.clone(),
        events: 0,
        skipped: Vec::new(),
    };
    // Series first, so that changed occurrences find theirs.
    entries.sort_by_key(|(entry, _)| entry.find_prop("RECURRENCE-ID").is_some());
    let mut series = HashSet::new();
    for (entry, line) in entries {
        match event::convert(entry, &zone, &series)
            .and_then(|event| accept(google, &loaded.calendar, event))
        {
            Ok(event) => {
                series.extend(
                    event
                        .get("recurrence")
                        .and(event["id"].as_str())
                        .map(str::to_owned),
                );
                google.put_event(&loaded.calendar, event);
                loaded.events += 1;
            }
            Err(reason) => loaded.skipped.push(Skipped {
                line,
                uid: event::text(entry, "UID").unwrap_or_default(),
                reason,
            }),
        }
    }
    loaded
}

/// Refuses what Google would refuse, but for what it imports nevertheless:
/// events that end when they begin, and cancelled occurrences.
fn accept(
    google: &Google,
    calendar: &str,
    event: serde_json::Value,
) -> Result<serde_json::Value, String> {
    if event["status"] == "cancelled" || event["start"] == event["end"] {
        return Ok(event);
    }
    google.complaint(calendar, &event).map_or(Ok(event), Err)
}

fn head(parsed: &Calendar<'_>, name: &str) -> Option<String> {
    let property = parsed
        .properties
        .iter()
        .find(|property| property.name == name)?;
    Some(property.val.clone().unescape_text().as_str().to_owned())
}

fn stem(file: &str) -> String {
    Path::new(file).file_stem().map_or_else(
        || file.to_owned(),
        |stem| stem.to_string_lossy().into_owned(),
    )
}
