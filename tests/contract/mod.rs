//! A suite for each seam, run over every backend.

#[cfg(feature = "sandbox")]
mod provider;
mod queue;
mod sqlite;
mod store;
