//! Tables, with colours where somebody sees them.

use std::io::{self, IsTerminal};

use crate::operator::output::plain;

/// Whether colours are wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint {
    on: bool,
}

/// What a colour says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Heading,
    Good,
    Warning,
    Bad,
}

/// A cell of a table.
pub(super) struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    pub(super) fn new(text: impl Into<String>, tone: Tone) -> Self {
        let text = text.into();
        Self { text, tone }
    }

    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::new(text, Tone::Plain)
    }
}

impl Paint {
    /// Only on a terminal that can show them, and not against `NO_COLOR`.
    pub(super) fn of_stdout() -> Self {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let dumb = set("TERM").is_none_or(|term| term == "dumb");
        Self {
            on: io::stdout().is_terminal() && set("NO_COLOR").is_none() && !dumb,
        }
    }

    /// A text that a terminal shows and does not obey.
    pub(super) fn text(self, text: &str, tone: Tone) -> String {
        let text = plain(text);
        let code = match tone {
            Tone::Heading => "1",
            Tone::Good => "32",
            Tone::Warning => "33",
            Tone::Bad => "31",
            Tone::Plain => return text,
        };
        if self.on {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text
        }
    }

    /// A table, a line for each row.
    pub(super) fn table(self, rows: &[Vec<Cell>]) -> Vec<String> {
        let widths = widths(rows);
        rows.iter().map(|row| self.row(row, &widths)).collect()
    }

    fn row(self, row: &[Cell], widths: &[usize]) -> String {
        let mut line = String::new();
        let mut missing = 0;
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(&" ".repeat(missing));
            line.push_str(&self.text(&cell.text, cell.tone));
            missing = width.saturating_sub(cell.text.chars().count()) + 2;
        }
        line
    }
}

/// The width of each column.
fn widths(rows: &[Vec<Cell>]) -> Vec<usize> {
    let mut widths = Vec::new();
    for row in rows {
        widths.resize(widths.len().max(row.len()), 0);
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.text.chars().count().max(*width);
        }
    }
    widths
}

/// A row of headings.
pub(super) fn headings<const N: usize>(names: [&str; N]) -> Vec<Cell> {
    names.map(|name| Cell::new(name, Tone::Heading)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_do_not_move_columns_and_are_left_out_where_nobody_sees_them() {
        let rows = [
            headings(["A", "B"]),
            vec![Cell::new("bad\x1b", Tone::Bad), Cell::plain("x")],
        ];
        assert_eq!(Paint { on: false }.table(&rows), ["A     B", "bad   x"]);
        let bold = "\x1b[1mA\x1b[0m     \x1b[1mB\x1b[0m";
        let red = "\x1b[31mbad \x1b[0m  x";
        assert_eq!(Paint { on: true }.table(&rows), [bold, red]);
    }
}
