//! Import files: JSON, one object a line or one array.

use std::io::Read;
use std::path::Path;

use anyhow::bail;
use serde::de::DeserializeOwned;

use crate::jobs::WrongArgument;

/// Larger files are no import files.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// The objects of a file, or of standard input for `-`. Nothing is returned
/// unless every one of them can be read.
///
/// # Errors
/// When the file cannot be read, or an object in it; the text names the line.
pub(super) fn objects<T: DeserializeOwned>(file: &Path) -> anyhow::Result<Vec<T>> {
    let name = match file == Path::new("-") {
        true => "on standard input".to_owned(),
        false => file.display().to_string(),
    };
    let mut text = String::new();
    let read = |text: &mut String| -> std::io::Result<usize> {
        if file == Path::new("-") {
            return std::io::stdin()
                .lock()
                .take(MOST_BYTES)
                .read_to_string(text);
        }
        std::fs::File::open(file)?
            .take(MOST_BYTES)
            .read_to_string(text)
    };
    read(&mut text)
        .map_err(|error| WrongArgument(format!("import file {name} cannot be read: {error}")))?;
    parse(&text).map_err(|error| {
        WrongArgument(format!("import file {name}, {error}; nothing was imported")).into()
    })
}

fn parse<T: DeserializeOwned>(text: &str) -> anyhow::Result<Vec<T>> {
    // Some editors begin a file with a byte order mark.
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('[') {
        return elements(text);
    }
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| {
            serde_json::from_str(line)
                .map_err(|error| anyhow::anyhow!("line {}: {}", index + 1, reason(&error)))
        })
        .collect()
}

/// The elements of an array; an error names the line that the element begins
/// on, or stands on.
fn elements<T: DeserializeOwned>(text: &str) -> anyhow::Result<Vec<T>> {
    match serde_json::from_str(text) {
        Ok(objects) => Ok(objects),
        Err(error) => bail!("line {}: {}", error.line(), reason(&error)),
    }
}

/// The parser's words without its own position, which counts within the line,
/// and without a text that stands where none belongs: it may be a token.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    match text.rsplit_once("\", expected ") {
        Some((found, expected)) if found.starts_with("invalid type: string ") => {
            format!("invalid type: a text, expected {expected}")
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Result<Vec<u8>, String> {
        parse(text).map_err(|error| error.to_string())
    }

    #[test]
    fn lines_and_arrays_are_read_alike() {
        assert_eq!(numbers("1\n\n2\r\n3"), Ok(vec![1, 2, 3]));
        assert_eq!(numbers(" [1,\n2, 3]\n"), Ok(vec![1, 2, 3]));
        assert_eq!(numbers(""), Ok(vec![]));
        assert_eq!(numbers("\u{feff}1\n"), Ok(vec![1]));
    }

    #[test]
    fn a_bad_line_is_named() {
        let line = numbers("1\n\nx\n").unwrap_err();
        assert!(line.starts_with("line 3: expected"), "{line}");
        let element = numbers("[1,\n2,\n300]").unwrap_err();
        assert!(element.starts_with("line 3: invalid value"), "{element}");
        let text = numbers("\"1//secret\"").unwrap_err();
        assert_eq!(text, "line 1: invalid type: a text, expected u8");
        let cut = numbers("[1,").unwrap_err();
        assert!(cut.starts_with("line 1: EOF"), "{cut}");
    }
}
