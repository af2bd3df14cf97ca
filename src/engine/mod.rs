//! Pure decisions: functions from values to values.

pub mod due;
pub mod plan;
mod rule;
pub mod timeline;
pub mod watch;
