//! Graph's patterns and the rules of RFC 5545 (3.3.10), both ways. What has no
//! counterpart on the other side is left out as a whole: half a rule is
//! another rule.
//!
//! A day that a month does not have means its last one in Outlook, where
//! RFC 5545 skips the month. Of the days from the shortest month's last up to
//! the given one, the last there is says the same as a rule.

mod reverse;
#[cfg(test)]
mod tests;

use chrono::{NaiveDate, TimeDelta};

use super::types::{PatternedRecurrence, RecurrencePattern, RecurrenceRange};
use crate::model::recurrence::Recurrence;
use crate::model::time::EventTime;

/// Graph's days of the week and those of RFC 5545.
const DAYS: [(&str, &str); 7] = [
    ("sunday", "SU"),
    ("monday", "MO"),
    ("tuesday", "TU"),
    ("wednesday", "WE"),
    ("thursday", "TH"),
    ("friday", "FR"),
    ("saturday", "SA"),
];

/// Graph's places within a month and those of RFC 5545.
const PLACES: [(&str, i32); 5] = [
    ("first", 1),
    ("second", 2),
    ("third", 3),
    ("fourth", 4),
    ("last", -1),
];

/// The last day of the shortest month.
const SHORTEST_MONTH: i32 = 28;

/// The days of each month, in its shortest year.
const MONTH_LENGTHS: [i32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// The rule of a series whose first occurrence is given; none when it has no
/// counterpart in RFC 5545, or cannot be read.
pub(super) fn rule(given: &PatternedRecurrence, first: &EventTime) -> Option<Recurrence> {
    let pattern = given.pattern.as_ref()?;
    let mut parts = frequency(pattern)?;
    parts.splice(1..1, interval(pattern)?);
    parts.extend(end(given.range.as_ref()?, first)?);
    Some(Recurrence(vec![format!("RRULE:{}", parts.join(";"))]))
}

/// `FREQ` and the parts that say on which days.
fn frequency(pattern: &RecurrencePattern) -> Option<Vec<String>> {
    let (frequency, days) = match word(pattern.kind.as_deref()).as_str() {
        "daily" => ("DAILY", Vec::new()),
        "weekly" => ("WEEKLY", week(pattern)?),
        "absolutemonthly" => ("MONTHLY", day_of_month(pattern, SHORTEST_MONTH)?),
        "relativemonthly" => ("MONTHLY", relative_day(pattern)?),
        "absoluteyearly" => {
            let month = month(pattern)?;
            let days = day_of_month(pattern, month_length(month)?)?;
            ("YEARLY", [vec![format!("BYMONTH={month}")], days].concat())
        }
        "relativeyearly" => {
            let month = format!("BYMONTH={}", month(pattern)?);
            ("YEARLY", [vec![month], relative_day(pattern)?].concat())
        }
        _ => return None,
    };
    Some([vec![format!("FREQ={frequency}")], days].concat())
}

/// `INTERVAL`, unless it is 1.
fn interval(pattern: &RecurrencePattern) -> Option<Option<String>> {
    match pattern.interval.unwrap_or(1) {
        0 | 1 => Some(None),
        number if number > 1 => Some(Some(format!("INTERVAL={number}"))),
        _ => None,
    }
}

/// The days of a week, and which of them begins it.
fn week(pattern: &RecurrencePattern) -> Option<Vec<String>> {
    let days = days(pattern)?;
    let begin = match pattern.first_day_of_week.as_deref() {
        None | Some("") => "SU",
        Some(given) => day(given)?,
    };
    let mut parts = Vec::new();
    if !days.is_empty() {
        parts.push(format!("BYDAY={}", days.join(",")));
    }
    if begin != "MO" {
        parts.push(format!("WKST={begin}"));
    }
    Some(parts)
}

/// A day by its number, in months of at least so many days.
fn day_of_month(pattern: &RecurrencePattern, shortest: i32) -> Option<Vec<String>> {
    let day = pattern.day_of_month.filter(|day| (1..=31).contains(day))?;
    if day <= shortest {
        return Some(vec![format!("BYMONTHDAY={day}")]);
    }
    let days: Vec<_> = (shortest..=day).map(|day| day.to_string()).collect();
    Some(vec![
        format!("BYMONTHDAY={}", days.join(",")),
        "BYSETPOS=-1".to_owned(),
    ])
}

/// A weekday by its place in the month; of several, the first that comes.
fn relative_day(pattern: &RecurrencePattern) -> Option<Vec<String>> {
    let place = match pattern.index.as_deref() {
        None | Some("") => 1,
        Some(given) => place(given)?,
    };
    match days(pattern)?.as_slice() {
        [] => None,
        [day] => Some(vec![format!("BYDAY={place}{day}")]),
        days => Some(vec![
            format!("BYDAY={}", days.join(",")),
            format!("BYSETPOS={place}"),
        ]),
    }
}

/// The part that ends the rule, if it ends. A last day is a whole day of the
/// series' zone.
fn end(range: &RecurrenceRange, first: &EventTime) -> Option<Option<String>> {
    match word(range.kind.as_deref()).as_str() {
        "noend" => Some(None),
        "numbered" => {
            let number = range.number_of_occurrences.filter(|number| *number > 0)?;
            Some(Some(format!("COUNT={number}")))
        }
        "enddate" => {
            let last: NaiveDate = range.end_date.as_deref()?.parse().ok()?;
            Some(Some(format!("UNTIL={}", until(last, first)?)))
        }
        _ => None,
    }
}

/// A last day as the value of `UNTIL`.
fn until(last: NaiveDate, first: &EventTime) -> Option<String> {
    match first {
        EventTime::AllDay { .. } => Some(last.format("%Y%m%d").to_string()),
        EventTime::Timed { zone, .. } => {
            let end = last.and_hms_opt(0, 0, 0)? + TimeDelta::seconds(86_399);
            Some(zone.instant(end).format("%Y%m%dT%H%M%SZ").to_string())
        }
    }
}

/// The days of the week as RFC 5545 calls them, each once.
fn days(pattern: &RecurrencePattern) -> Option<Vec<&'static str>> {
    let given = pattern.days_of_week.iter().flatten();
    let mut days = given.map(|name| day(name)).collect::<Option<Vec<_>>>()?;
    let order = |name: &&str| DAYS.iter().position(|(_, ours)| ours == name);
    days.sort_by_key(order);
    days.dedup();
    Some(days)
}

/// A day of the week as RFC 5545 calls it.
fn day(given: &str) -> Option<&'static str> {
    let known = |(theirs, _): &&(&str, &str)| theirs.eq_ignore_ascii_case(given);
    DAYS.iter().find(known).map(|(_, ours)| *ours)
}

/// A place within a month as RFC 5545 counts it.
fn place(given: &str) -> Option<i32> {
    let known = |(theirs, _): &&(&str, i32)| theirs.eq_ignore_ascii_case(given);
    PLACES.iter().find(known).map(|(_, ours)| *ours)
}

/// The number of a month.
fn month(pattern: &RecurrencePattern) -> Option<i32> {
    pattern.month.filter(|month| (1..=12).contains(month))
}

/// The days of a month in its shortest year.
fn month_length(month: i32) -> Option<i32> {
    let index = usize::try_from(month).ok()?.checked_sub(1)?;
    MONTH_LENGTHS.get(index).copied()
}

/// A value of an enumeration, for comparing.
fn word(given: Option<&str>) -> String {
    given.unwrap_or_default().to_ascii_lowercase()
}
