//! From a rule of RFC 5545 to Graph's pattern.

use std::collections::HashMap;

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime};

use super::{DAYS, PLACES, SHORTEST_MONTH, month_length};
use crate::model::recurrence::Recurrence;
use crate::model::time::{EventTime, Zone};
use crate::provider::microsoft::time_zone;
use crate::provider::microsoft::types::{PatternedRecurrence, RecurrencePattern, RecurrenceRange};

/// The pattern of a series whose first occurrence is given; none when Graph
/// has nothing that means the same.
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "the first pattern that is sent is a write's")
)]
pub(in crate::provider::microsoft) fn pattern(
    recurrence: &Recurrence,
    first: &EventTime,
) -> Option<PatternedRecurrence> {
    let [line] = recurrence.lines() else {
        return None;
    };
    let rule = Rule::parse(line)?;
    let start = wall(first);
    Some(PatternedRecurrence {
        pattern: Some(rule.pattern(start.date())?),
        range: Some(rule.range(start, first)?),
    })
}

/// The wall time of an event's beginning in its own zone.
fn wall(time: &EventTime) -> NaiveDateTime {
    match time {
        EventTime::AllDay { start, .. } => start.and_time(NaiveTime::MIN),
        EventTime::Timed { start, zone, .. } => zone.wall(*start),
    }
}

/// A rule, in parts that Graph may have a counterpart for.
struct Rule {
    frequency: String,
    interval: i32,
    /// Weekdays in Graph's words, with their place if they have one.
    days: Vec<(Option<i32>, &'static str)>,
    month_days: Vec<i32>,
    months: Vec<i32>,
    place: Option<i32>,
    week_start: &'static str,
    count: Option<i32>,
    until: Option<String>,
}

impl Rule {
    /// Reads a line; none when it is no rule or has parts without counterpart.
    fn parse(line: &str) -> Option<Self> {
        let (name, value) = line.split_once(':')?;
        let mut parts = HashMap::new();
        for part in value.split(';').map(str::trim).filter(|p| !p.is_empty()) {
            let (key, value) = part.split_once('=')?;
            let value = value.trim().to_ascii_uppercase();
            if parts
                .insert(key.trim().to_ascii_uppercase(), value)
                .is_some()
            {
                return None;
            }
        }
        let mut take = |key: &str| parts.remove(key);
        let rule = Self {
            frequency: take("FREQ")?,
            interval: take("INTERVAL").map_or(Some(1), |text| positive(&text))?,
            days: list(take("BYDAY"), placed_day)?,
            month_days: list(take("BYMONTHDAY"), number)?,
            months: list(take("BYMONTH"), number)?,
            place: take("BYSETPOS").map_or(Some(None), |text| number(&text).map(Some))?,
            week_start: take("WKST").map_or(Some("monday"), |text| day(&text))?,
            count: take("COUNT").map_or(Some(None), |text| positive(&text).map(Some))?,
            until: take("UNTIL"),
        };
        (name.trim().eq_ignore_ascii_case("RRULE") && parts.is_empty()).then_some(rule)
    }

    /// The pattern of a series that begins on a day.
    fn pattern(&self, start: NaiveDate) -> Option<RecurrencePattern> {
        let pattern = match self.frequency.as_str() {
            "DAILY" => self.daily(),
            "WEEKLY" => self.weekly(start),
            "MONTHLY" => self.monthly(start),
            "YEARLY" => self.yearly(start),
            _ => None,
        }?;
        Some(RecurrencePattern {
            interval: Some(self.interval),
            ..pattern
        })
    }

    /// Every so many days; on certain weekdays it is a week's pattern.
    fn daily(&self) -> Option<RecurrencePattern> {
        match self.days.as_slice() {
            [] => self.is_plain().then(|| of_kind("daily")),
            _ if self.interval == 1 => self.week(),
            _ => None,
        }
    }

    /// Certain days of the week, else the day of the beginning.
    fn weekly(&self, start: NaiveDate) -> Option<RecurrencePattern> {
        let mut pattern = self.week()?;
        let days = pattern.days_of_week.get_or_insert_default();
        if days.is_empty() {
            let index = start.weekday().num_days_from_sunday();
            days.extend(DAYS.get(index as usize).map(|(day, _)| (*day).to_owned()));
        }
        Some(pattern)
    }

    /// The days of the week.
    fn week(&self) -> Option<RecurrencePattern> {
        if !self.is_plain() || self.days.iter().any(|(place, _)| place.is_some()) {
            return None;
        }
        Some(RecurrencePattern {
            days_of_week: Some(self.day_names()),
            first_day_of_week: Some(self.week_start.to_owned()),
            ..of_kind("weekly")
        })
    }

    /// A day of each month, by number or by weekday.
    fn monthly(&self, start: NaiveDate) -> Option<RecurrencePattern> {
        if !self.months.is_empty() {
            return None;
        }
        if !self.days.is_empty() {
            return self.relative("relativeMonthly");
        }
        Some(RecurrencePattern {
            day_of_month: Some(self.day_of_month(start, SHORTEST_MONTH, 31)?),
            ..of_kind("absoluteMonthly")
        })
    }

    /// A day of one month of the year.
    fn yearly(&self, start: NaiveDate) -> Option<RecurrencePattern> {
        let month = match self.months.as_slice() {
            [month] => *month,
            // Without a month, days count from the beginning of the year.
            [] if self.days.is_empty() && self.month_days.is_empty() => {
                i32::try_from(start.month()).ok()?
            }
            _ => return None,
        };
        let length = month_length(month)?;
        let pattern = if self.days.is_empty() {
            let longest = length + i32::from(month == 2);
            RecurrencePattern {
                day_of_month: Some(self.day_of_month(start, length, longest)?),
                ..of_kind("absoluteYearly")
            }
        } else {
            self.relative("relativeYearly")?
        };
        Some(RecurrencePattern {
            month: Some(month),
            ..pattern
        })
    }

    /// A weekday by its place in the month.
    fn relative(&self, kind: &str) -> Option<RecurrencePattern> {
        let place = match (self.days.as_slice(), self.place) {
            ([(Some(place), _)], None) => *place,
            (days, Some(place)) if days.iter().all(|(own, _)| own.is_none()) => place,
            _ => return None,
        };
        let (index, _) = PLACES.iter().find(|(_, ours)| *ours == place)?;
        self.month_days.is_empty().then(|| RecurrencePattern {
            days_of_week: Some(self.day_names()),
            index: Some((*index).to_owned()),
            ..of_kind(kind)
        })
    }

    /// A day by its number, in months of `shortest` to `longest` days.
    fn day_of_month(&self, start: NaiveDate, shortest: i32, longest: i32) -> Option<i32> {
        let mut days = self.month_days.clone();
        days.sort_unstable();
        match (days.as_slice(), self.place) {
            ([], None) => i32::try_from(start.day()).ok(),
            ([-1], None) => return Some(longest),
            ([day], None) => Some(*day),
            ([begin, .., day], Some(-1)) => {
                let fits = *begin == shortest && days.iter().copied().eq(*begin..=*day);
                return (fits && *day <= 31).then_some(*day);
            }
            _ => None,
        }
        .filter(|day| (1..=shortest).contains(day))
    }

    /// Whether it says nothing of months.
    fn is_plain(&self) -> bool {
        self.month_days.is_empty() && self.months.is_empty() && self.place.is_none()
    }

    /// The weekdays in Graph's words.
    fn day_names(&self) -> Vec<String> {
        self.days.iter().map(|(_, day)| (*day).to_owned()).collect()
    }

    /// How long it goes on from the first occurrence.
    fn range(&self, start: NaiveDateTime, first: &EventTime) -> Option<RecurrenceRange> {
        let zone = match first {
            EventTime::AllDay { .. } => None,
            EventTime::Timed { zone, .. } => Some(zone),
        };
        let (kind, end) = match (&self.until, self.count) {
            (None, None) => ("noEnd", None),
            (None, Some(_)) => ("numbered", None),
            (Some(until), None) => ("endDate", Some(last_day(until, start, zone)?)),
            (Some(_), Some(_)) => return None,
        };
        Some(RecurrenceRange {
            kind: Some(kind.to_owned()),
            start_date: Some(start.date().to_string()),
            end_date: end.map(|day| day.to_string()),
            number_of_occurrences: self.count,
            recurrence_time_zone: zone.and_then(time_zone::windows_name).map(str::to_owned),
        })
    }
}

/// A pattern of which only the kind is known.
fn of_kind(kind: &str) -> RecurrencePattern {
    RecurrencePattern {
        kind: Some(kind.to_owned()),
        ..RecurrencePattern::default()
    }
}

/// The last day on which an occurrence can begin; none when that is before
/// the first.
fn last_day(until: &str, start: NaiveDateTime, zone: Option<&Zone>) -> Option<NaiveDate> {
    let parse = |text: &str| NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").ok();
    let day = if !until.contains('T') {
        NaiveDate::parse_from_str(until, "%Y%m%d").ok()?
    } else {
        let wall = match (until.strip_suffix('Z'), zone) {
            (Some(text), Some(zone)) => zone.wall(parse(text)?.and_utc()),
            (Some(text), None) => parse(text)?,
            (None, _) => parse(until)?,
        };
        let over = u64::from(zone.is_some() && wall.time() < start.time());
        wall.date().checked_sub_days(Days::new(over))?
    };
    (day >= start.date()).then_some(day)
}

/// The entries of a list that a comma separates; none is an empty list.
fn list<T>(text: Option<String>, entry: fn(&str) -> Option<T>) -> Option<Vec<T>> {
    let text = text.unwrap_or_default();
    let entries = text.split(',').filter(|_| !text.is_empty());
    entries.map(|one| entry(one.trim())).collect()
}

/// A weekday with or without its place.
fn placed_day(text: &str) -> Option<(Option<i32>, &'static str)> {
    let (place, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let place = if place.is_empty() {
        None
    } else {
        Some(number(place)?)
    };
    Some((place, day(name)?))
}

/// A weekday in Graph's words.
fn day(text: &str) -> Option<&'static str> {
    let known = |(_, ours): &&(&str, &str)| *ours == text;
    DAYS.iter().find(known).map(|(theirs, _)| *theirs)
}

fn number(text: &str) -> Option<i32> {
    text.parse().ok()
}

fn positive(text: &str) -> Option<i32> {
    number(text).filter(|number| *number > 0)
}
