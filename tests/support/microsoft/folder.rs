//! A calendar at Microsoft, and what people do in it.

use calsync::sandbox::Microsoft;
use serde_json::Value;

/// A calendar at Microsoft.
pub(crate) struct Folder {
    microsoft: Microsoft,
    pub(crate) id: String,
}

impl Folder {
    pub(crate) fn new(microsoft: &Microsoft, id: &str) -> Self {
        Self {
            microsoft: microsoft.clone(),
            id: id.to_owned(),
        }
    }

    /// Puts an event in; its immutable id.
    pub(crate) fn put(&self, event: impl Into<Value>) -> String {
        let id = self.microsoft.put_event(&self.id, event.into());
        assert_ne!(id, "", "no such calendar");
        id
    }

    pub(crate) fn edit(&self, id: &str, patch: Value) {
        assert!(self.microsoft.edit_event(id, patch), "no event {id}");
    }

    pub(crate) fn delete(&self, id: &str) {
        assert!(self.microsoft.delete_event(id), "no event {id}");
    }

    /// Moves the occurrence of a day to another hour of the series' zone.
    pub(crate) fn move_occurrence(&self, series: &str, day: &str, start: &str, end: &str) {
        let moved = self.microsoft.move_occurrence(series, day, start, end);
        moved.expect("the series has this occurrence");
    }

    pub(crate) fn cancel_occurrence(&self, series: &str, day: &str) {
        let cancelled = self.microsoft.cancel_occurrence(series, day);
        cancelled.expect("the series has this occurrence");
    }

    /// Old links of the calendar are lost from now on.
    pub(crate) fn expire_links(&self) {
        self.microsoft.expire_delta_links(&self.id);
    }
}
