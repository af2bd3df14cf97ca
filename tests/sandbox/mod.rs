//! The sandbox keeps the contract, seen by a plain HTTP client.

mod faults;
mod files;
mod listing;
mod microsoft;
mod oauth;
mod series;
mod support;
mod tokens;
mod window;
mod writing;
