//! The receiver under load, on loopback.
//!
//! ```text
//! cargo bench --bench receiver [-- FILTER]      FILTER: redis, embedded
//! ```
//!
//! `calsync serve-webhooks` takes notifications of Google over connections
//! that are kept, first as fast as it can, then at half that rate; with Redis
//! in turns with a bare handler that does nothing but the same one LPUSH.
//! Servers and Redis are processes of their own, of which the bare handler is
//! this executable again.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints its figures and ends where it cannot go on"
)]

mod bare;
mod cases;
mod load;
mod post;
mod redis;
mod server;
mod table;

fn main() {
    match std::env::var_os(bare::ROLE) {
        Some(_) => bare::serve(),
        None => cases::measure(),
    }
}
