//! Carries decisions out.

pub mod progress;
