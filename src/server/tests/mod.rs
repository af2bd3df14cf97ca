//! The receiver over connections in memory.

mod callers;
mod consent;
mod desk;
mod limits;
mod metrics;
mod notifications;
mod office;
mod queue;
mod schedule;
mod stopping;
