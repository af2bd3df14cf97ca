//! Whole cycles against a source on this machine.
//!
//! ```text
//! cargo bench --bench cycles [-- FILTER]      FILTER: first, no-change, idle, drain,
//!                                             series, microsoft
//! ```
//!
//! The source is a process of its own, and so is what is measured: the
//! `calsync` binary, and a minimal program that fetches, parses and inserts
//! the same pages. Both are this executable again, in another role.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints its figures and ends where it cannot go on"
)]

mod cases;
mod child;
mod drain;
mod installation;
mod minimal;
mod population;
mod proxy;
mod series;
mod source;
mod table;

use self::table::Table;

fn main() {
    match std::env::var(child::ROLE).as_deref() {
        Ok(source::ROLE) => source::serve(),
        Ok(minimal::ROLE) => minimal::run(),
        _ => measure(),
    }
}

/// Measures the cases whose name holds the filter.
fn measure() {
    let filter = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let filter = filter.unwrap_or_default();
    let mut table = Table::default();
    for (name, case) in cases::ALL {
        if name.contains(&filter) {
            case(&mut table);
        }
    }
    series::expansion(&mut table, &filter);
    table.print();
}
