//! Pure decisions: functions from values to values.

pub mod timeline;
