//! Shows the line of a broken file, with a caret, without showing a secret.

use super::schema;

/// The line of a byte offset, counted from 1.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    before(text, offset).matches('\n').count() + 1
}

/// The line of the offset and below it a caret under its column. What might
/// be part of a secret is blotted out.
pub(super) fn excerpt(text: &str, offset: usize) -> String {
    let head = before(text, offset);
    let start = head.rfind('\n').map_or(0, |at| at + 1);
    let line = text[start..].lines().next().unwrap_or_default();
    let column = head[start..].chars().count();
    let number = line_of(text, offset).to_string();
    let gutter = " ".repeat(number.len());
    let shown = blotted(line);
    format!(
        "{number} | {shown}\n{gutter} | {}^ column {}",
        " ".repeat(column),
        column + 1
    )
}

fn before(text: &str, offset: usize) -> &str {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Only a line that is a heading, or begins with the name of a key that holds
/// no secret, is shown as it stands: anything else may be, or may continue, a
/// secret whose quotes or name are what is broken.
fn blotted(line: &str) -> String {
    let bare = line.trim_start();
    let heading = bare.starts_with('[') && !bare.contains(['=', '"', '\'']);
    let (name, value) = line.split_once('=').unwrap_or(("", line));
    if heading || plain(name.trim()) {
        return line.to_owned();
    }
    let blots: String = value.chars().map(blot).collect();
    let named = line.contains('=')
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || " _".contains(c));
    match named {
        true => format!("{name}={blots}"),
        false => line.chars().map(blot).collect(),
    }
}

fn blot(c: char) -> char {
    if c.is_whitespace() { c } else { '*' }
}

fn plain(key: &str) -> bool {
    schema::SECTIONS
        .iter()
        .any(|section| section.plain.contains(&key))
}
