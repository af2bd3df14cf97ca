//! The cost of expanding a series, by its age.

use std::hint::black_box;
use std::time::Instant;

use calsync::context::read_clock;
use calsync::engine::timeline::expand;
use calsync::model::recurrence::Recurrence;
use calsync::model::time::{EventTime, Window, Zone};
use chrono::{DateTime, TimeDelta, Utc};

use super::table::Table;

/// How often a series is expanded.
const TIMES: u32 = 200;

/// Expands an endless daily series that began in 1970, and one of last month.
pub(crate) fn expansion(table: &mut Table, filter: &str) {
    if !"series".contains(filter) {
        return;
    }
    let now = read_clock();
    let old = expand_daily(DateTime::UNIX_EPOCH + TimeDelta::hours(9), now);
    let young = expand_daily(now - TimeDelta::days(31), now);
    table.note(
        "daily series since 1970, one expansion",
        &format!("{old} ns"),
    );
    table.note(
        "daily series since last month, one expansion",
        &format!("{young} ns"),
    );
}

/// Nanoseconds that one expansion into the window of a day takes.
fn expand_daily(begun: DateTime<Utc>, now: DateTime<Utc>) -> u128 {
    let zone = Zone::parse("Europe/Berlin").unwrap();
    let first = EventTime::timed(begun, begun + TimeDelta::hours(1), zone);
    let rule = Recurrence(vec!["RRULE:FREQ=DAILY".to_owned()]);
    let window = Window::around(now, 30, 90);
    let begun = Instant::now();
    for _ in 0..TIMES {
        let expansion = expand(black_box(&first), black_box(&rule), &[], &window);
        assert!(expansion.times.len() >= 119);
    }
    begun.elapsed().as_nanos() / u128::from(TIMES)
}
