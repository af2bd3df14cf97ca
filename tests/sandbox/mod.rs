//! The sandbox keeps the contract, seen by a plain HTTP client.

mod browser;
mod channels;
mod consent;
mod delivered;
mod faults;
mod files;
mod listing;
mod microsoft;
mod notified;
mod oauth;
pub(crate) mod receiver;
mod redeeming;
mod series;
mod stopping;
mod support;
mod tokens;
mod watching;
mod window;
mod writing;
