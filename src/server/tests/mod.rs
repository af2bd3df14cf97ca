//! The receiver over connections in memory.

mod desk;
mod limits;
mod metrics;
mod notifications;
mod queue;
mod schedule;
mod stopping;
