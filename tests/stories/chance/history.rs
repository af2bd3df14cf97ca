//! What people and the application did.

use std::collections::HashSet;

use crate::support::planner::Seen;

/// A field as both sides show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Title,
    Place,
    Text,
    When,
}

impl Field {
    pub(super) const ALL: [Self; 4] = [Self::Title, Self::Place, Self::Text, Self::When];

    pub(super) fn of(self, seen: &Seen) -> &str {
        match self {
            Self::Title => &seen.title,
            Self::Place => &seen.place,
            Self::Text => &seen.text,
            Self::When => &seen.when,
        }
    }
}

/// A value that somebody gave a field; no other edit gives the same.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) task: String,
    pub(super) field: Field,
    pub(super) value: String,
}

/// Everything that was done in a seed.
#[derive(Debug, Default)]
pub(super) struct History {
    /// As sentences.
    pub(super) lines: Vec<String>,
    /// Every task there ever was.
    pub(super) tasks: Vec<String>,
    pub(super) made: Vec<Made>,
    /// Values that somebody saw, and changed or took away.
    pub(super) overwritten: HashSet<String>,
    /// The number of the last value.
    number: u32,
}

impl History {
    pub(super) fn note(&mut self, line: String) {
        self.lines.push(line);
    }

    /// A number that no other value has.
    pub(super) fn number(&mut self) -> u32 {
        self.number += 1;
        self.number
    }

    /// Somebody gave a field another value on a side that said this before.
    pub(super) fn edited(&mut self, task: &str, field: Field, before: &Seen, after: &Seen) {
        self.overwritten.insert(field.of(before).to_owned());
        let value = field.of(after).to_owned();
        if !value.is_empty() {
            self.made.push(Made {
                task: task.to_owned(),
                field,
                value,
            });
        }
    }

    /// Somebody took away what said this.
    pub(super) fn gone(&mut self, seen: &Seen) {
        let all = Field::ALL.map(|field| field.of(seen).to_owned());
        self.overwritten.extend(all);
    }
}
