//! Pure decisions: functions from values to values.

pub mod conflict;
pub mod create;
pub mod due;
pub mod duplicate;
pub mod look_alike;
pub mod merge;
pub mod plan;
pub mod reconcile;
mod rule;
pub mod timeline;
pub mod watch;
