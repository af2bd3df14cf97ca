//! From a series to its occurrences inside a window (RFC 5545, 3.8.5).

use crate::model::recurrence::Recurrence;
use crate::model::time::{EventTime, OriginalStart, Window};

/// The occurrences of a series inside a window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expansion {
    /// When each takes place, in order.
    pub times: Vec<EventTime>,
    /// Why the rule could not be read; the series then counts as its first
    /// occurrence alone.
    pub unparsed: Option<String>,
}

/// Expands a series inside a window. `exceptions` are the occurrences that
/// events of their own replace, cancelled ones included: they are left out.
#[must_use]
pub fn expand(
    _first: &EventTime,
    _recurrence: &Recurrence,
    _exceptions: &[OriginalStart],
    _window: &Window,
) -> Expansion {
    Expansion::default()
}
