//! The real binary, subcommand by subcommand, against the sandbox on loopback.

mod accounts;
mod auto_sync;
mod calendars;
mod cleanup;
mod conflicts;
mod connect;
mod demo;
mod doctor;
mod events;
mod explain;
mod global;
mod keygen;
mod keys;
mod manual;
mod microsoft;
mod migrate;
mod prefs;
mod pull;
mod queue;
mod resolve_conflicts;
mod serve_webhooks;
mod status;
mod stopping;
mod store;
mod tasks;
mod users;
