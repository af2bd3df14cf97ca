//! How far a rule is walked before the window begins.

use chrono::{Datelike, Days, Months, NaiveDateTime, TimeDelta};
use rrule::{Frequency, RRule, Validated};

/// A rule that counts its occurrences has to be walked from its first; one
/// whose walk is longer than this is not believed.
const FARTHEST: i64 = 1_000_000;

/// Refuses a rule that would keep everybody waiting while it is counted.
pub(super) fn check(rule: &RRule<Validated>, span: TimeDelta) -> Result<(), String> {
    let period = match rule.get_freq() {
        Frequency::Secondly => 1,
        Frequency::Minutely => 60,
        Frequency::Hourly => 3600,
        Frequency::Daily | Frequency::Weekly | Frequency::Monthly | Frequency::Yearly => 86_400,
    };
    let steps = span.num_seconds() / period / i64::from(rule.get_interval()).max(1);
    match rule.get_count() {
        Some(count) if i64::from(count).min(steps) > FARTHEST => {
            Err(format!("it counts more than {FARTHEST} occurrences"))
        }
        _ => Ok(()),
    }
}

/// A start from which the rule gives the same times from `from` on, so that an
/// old series does not cost the years before. A rule that counts its
/// occurrences has to be walked from its first.
///
/// The parts that a rule takes from its start (the weekday, the day of the
/// month) were made explicit when it was validated against its real start.
pub(super) fn fast_forward(
    rule: &RRule<Validated>,
    first: NaiveDateTime,
    from: NaiveDateTime,
) -> NaiveDateTime {
    let interval = u32::from(rule.get_interval());
    if rule.get_count().is_some() || interval == 0 || from <= first {
        return first;
    }
    let by_length = |period: TimeDelta| {
        let step = period.num_seconds() * i64::from(interval);
        let steps = (from - first).num_seconds() / step - 1;
        first + TimeDelta::seconds(step * steps.max(0))
    };
    match rule.get_freq() {
        Frequency::Secondly => by_length(TimeDelta::seconds(1)),
        Frequency::Minutely => by_length(TimeDelta::minutes(1)),
        Frequency::Hourly => by_length(TimeDelta::hours(1)),
        Frequency::Daily => by_length(TimeDelta::days(1)),
        Frequency::Weekly => by_length(TimeDelta::weeks(1)),
        Frequency::Monthly => by_months(first, from, interval),
        Frequency::Yearly => by_months(first, from, interval * 12),
    }
}

/// The first day of a period of so many months, at least one period before
/// `from`.
fn by_months(first: NaiveDateTime, from: NaiveDateTime, months: u32) -> NaiveDateTime {
    let passed = (from.year() - first.year()) * 12 + from.month0().cast_signed()
        - first.month0().cast_signed();
    let steps = u32::try_from(passed).unwrap_or(0) / months;
    if steps < 2 {
        return first;
    }
    let first_of_month = first
        .checked_sub_days(Days::new(u64::from(first.day0())))
        .unwrap_or(first);
    first_of_month
        .checked_add_months(Months::new((steps - 1) * months))
        .unwrap_or(first)
}
