//! The values everything speaks in: no I/O, no async, valid once built.

pub mod account;
pub mod calendar;
pub mod change;
pub mod conflict;
pub mod content;
pub mod event;
pub mod id;
pub mod lease;
pub mod link;
pub mod look_alike;
pub mod notification;
pub mod preferences;
pub mod recurrence;
pub mod run;
pub mod task;
pub mod time;
pub mod timeline;
pub mod user;
pub mod watch;
