//! The integration tests, as one binary.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[cfg(feature = "sandbox")]
mod cli;
mod contract;
mod floors;
#[cfg(feature = "sandbox")]
mod graph;
#[cfg(feature = "sandbox")]
mod openapi;
mod paths;
#[cfg(feature = "sandbox")]
mod sandbox;
mod shipped;
mod source;
#[cfg(feature = "sandbox")]
mod stories;
#[cfg(feature = "sandbox")]
mod support;
#[cfg(feature = "sandbox")]
mod webhooks;
