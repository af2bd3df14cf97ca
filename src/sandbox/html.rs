//! Pages that people see, as plain HTML.

use super::answer::Answer;

/// A page with a title.
pub(super) fn html(status: u16, title: &str, body: &str) -> Answer {
    Answer {
        content_type: "text/html; charset=utf-8",
        body: format!(
            "<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>"
        ),
        ..Answer::empty(status)
    }
}

/// Text that a page shows as it is.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
