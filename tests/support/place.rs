//! A calendar at Google, and what people do in it.

use calsync::sandbox::google::Google;
use serde_json::Value;

/// A calendar at Google.
pub(crate) struct Place {
    google: Google,
    pub(crate) id: String,
}

impl Place {
    pub(crate) fn new(google: &Google, id: &str) -> Self {
        Self {
            google: google.clone(),
            id: id.to_owned(),
        }
    }

    pub(crate) fn put(&self, event: impl Into<Value>) -> String {
        self.google.put_event(&self.id, event.into())
    }

    pub(crate) fn edit(&self, id: &str, patch: Value) {
        assert!(self.google.edit_event(&self.id, id, patch), "no event {id}");
    }

    pub(crate) fn delete(&self, id: &str) {
        assert!(self.google.delete_event(&self.id, id), "no event {id}");
    }

    /// Moves the occurrence that starts at an instant to another of an hour.
    pub(crate) fn move_occurrence(&self, series: &str, original: &str, start: &str, end: &str) {
        let moved = self
            .google
            .move_occurrence(&self.id, series, original, start, end);
        moved.expect("the series has this occurrence");
    }

    pub(crate) fn cancel_occurrence(&self, series: &str, original: &str) {
        let cancelled = self.google.cancel_occurrence(&self.id, series, original);
        cancelled.expect("the series has this occurrence");
    }

    /// Old tokens of the calendar answer 410 from now on.
    pub(crate) fn expire_tokens(&self) {
        self.google.expire_sync_tokens(&self.id);
    }
}
