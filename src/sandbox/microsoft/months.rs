//! The day on which a monthly or yearly pattern falls.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::rule::Pattern;

/// The day in the month of `month`; a day of month that it does not have is
/// its last, as Outlook does it.
pub(super) fn day_in(month: Date, pattern: &Pattern) -> Option<Date> {
    match pattern {
        Pattern::Absolute(day) => {
            let last = month.days_in_month();
            month.with().day((*day).min(last)).build().ok()
        }
        Pattern::Relative(days, 0) => last_of(month, days),
        Pattern::Relative(days, index) => nth_of(month, days, *index),
        Pattern::Daily | Pattern::Weekly(..) => None,
    }
}

fn nth_of(month: Date, days: &[Weekday], index: usize) -> Option<Date> {
    let first = month.first_of_month();
    first
        .series(1.day())
        .take(usize::from(month.days_in_month().unsigned_abs()))
        .filter(|day| days.contains(&day.weekday()))
        .nth(index - 1)
}

fn last_of(month: Date, days: &[Weekday]) -> Option<Date> {
    let last = month.last_of_month();
    last.series(-1.day())
        .take(7)
        .find(|day| days.contains(&day.weekday()))
}
