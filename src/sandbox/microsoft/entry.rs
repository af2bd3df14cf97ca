//! What a listing or a round holds: parts of items by name.

use jiff::civil::Date;

use super::item::{Item, Window};

/// One line of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// A single event, or the master of a series.
    Item(u64),
    /// An occurrence, changed or not.
    Occurrence(u64, Date),
    /// A single event as it was before its last change.
    Stale(u64),
    /// Something that is not, or no longer, in the window.
    Removed(u64, Option<Date>),
}

/// What of an item lies in a window, occurrence by occurrence.
pub(super) fn parts(item: &Item, window: &Window) -> Vec<Entry> {
    let key = item.key;
    match &item.series {
        Some(_) => {
            let days = item.days_in(window).into_iter();
            days.map(|day| Entry::Occurrence(key, day)).collect()
        }
        None if item.is_in(None, window) => vec![Entry::Item(key)],
        None => Vec::new(),
    }
}
