//! The integration tests, as one binary.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod floors;
mod paths;
mod shipped;
mod source;
