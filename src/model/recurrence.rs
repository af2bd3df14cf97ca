//! The recurrence of a series, as the provider wrote it.

/// `RRULE`, `EXRULE`, `RDATE` and `EXDATE` lines of RFC 5545, without
/// `DTSTART`. They are kept as they came, also when they do not parse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recurrence(pub Vec<String>);

impl Recurrence {
    /// The lines.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.0
    }
}
