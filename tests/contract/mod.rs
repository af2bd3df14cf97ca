//! A suite for each seam, run over every backend.

mod sqlite;
mod store;
