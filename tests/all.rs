//! The integration tests, as one binary.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod floors;
#[cfg(feature = "sandbox")]
mod openapi;
mod paths;
#[cfg(feature = "sandbox")]
mod sandbox;
mod shipped;
mod source;
