//! Pure decisions: functions from values to values.

pub mod conflict;
pub mod due;
pub mod merge;
pub mod plan;
mod rule;
pub mod timeline;
pub mod watch;
