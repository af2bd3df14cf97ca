//! A recurrence as a value: six patterns, three ranges.

use jiff::civil::{Date, Weekday};
use serde_json::{Map, Value, json};

use super::errors::ApiError;

/// On which days a series may happen.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Pattern {
    /// Every n-th day.
    Daily,
    /// Some days of every n-th week, which begins on the day given.
    Weekly(Vec<Weekday>, Weekday),
    /// A day of a month.
    Absolute(i8),
    /// The n-th of some weekdays in a month; 0 is the last.
    Relative(Vec<Weekday>, usize),
}

/// Where a series ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Range {
    /// Never.
    NoEnd,
    /// On this day, which may be the last.
    EndDate(Date),
    /// After so many.
    Numbered(usize),
}

/// A recurrence, checked.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rule {
    pub(super) pattern: Pattern,
    pub(super) interval: i32,
    /// Only this month: the pattern is yearly.
    pub(super) month: Option<i8>,
    pub(super) range: Range,
    pub(super) first: Date,
}

impl Rule {
    /// Reads `recurrence` as strictly as the service does.
    pub(super) fn parse(recurrence: &Value) -> Result<Self, ApiError> {
        let read = || -> Option<Self> {
            let (pattern, range) = (recurrence.get("pattern")?, recurrence.get("range")?);
            let kind = word(pattern, "type")?;
            let month = match kind.ends_with("Yearly") {
                true => Some(number(pattern, "month", 1, 12)? as i8),
                false => None,
            };
            Some(Self {
                pattern: read_pattern(&kind, pattern)?,
                interval: number(pattern, "interval", 1, 999)? as i32,
                month,
                range: read_range(range)?,
                first: date(range, "startDate")?,
            })
        };
        let rule = read().ok_or_else(|| ApiError::invalid("The recurrence is not valid."))?;
        match rule.range {
            Range::EndDate(last) if last < rule.first => {
                Err(ApiError::invalid("The recurrence ends before it begins."))
            }
            _ => Ok(rule),
        }
    }
}

/// The recurrence as it is answered: members of other types have fillers.
pub(super) fn filled(recurrence: &Value, zone: &str) -> Value {
    let pattern = with_defaults(
        &recurrence["pattern"],
        &[
            ("month", json!(0)),
            ("dayOfMonth", json!(0)),
            ("firstDayOfWeek", json!("sunday")),
            ("index", json!("first")),
        ],
    );
    let range = with_defaults(
        &recurrence["range"],
        &[
            ("endDate", json!("0001-01-01")),
            ("recurrenceTimeZone", json!(zone)),
            ("numberOfOccurrences", json!(0)),
        ],
    );
    json!({ "pattern": pattern, "range": range })
}

fn with_defaults(value: &Value, defaults: &[(&str, Value)]) -> Value {
    let mut all: Map<String, Value> = value.as_object().cloned().unwrap_or_default();
    for (name, default) in defaults {
        let slot = all.entry(*name).or_insert(Value::Null);
        if slot.is_null() {
            *slot = default.clone();
        }
    }
    Value::Object(all)
}

fn read_pattern(kind: &str, pattern: &Value) -> Option<Pattern> {
    match kind {
        "daily" => Some(Pattern::Daily),
        "weekly" => {
            let begins = match pattern.get("firstDayOfWeek") {
                None | Some(Value::Null) => Weekday::Sunday,
                Some(day) => weekday(day)?,
            };
            Some(Pattern::Weekly(weekdays(pattern)?, begins))
        }
        "absoluteMonthly" | "absoluteYearly" => {
            Some(Pattern::Absolute(
                number(pattern, "dayOfMonth", 1, 31)? as i8
            ))
        }
        "relativeMonthly" | "relativeYearly" => {
            Some(Pattern::Relative(weekdays(pattern)?, index(pattern)?))
        }
        _ => None,
    }
}

fn read_range(range: &Value) -> Option<Range> {
    match word(range, "type")?.as_str() {
        "noEnd" => Some(Range::NoEnd),
        "endDate" => Some(Range::EndDate(date(range, "endDate")?)),
        "numbered" => Some(Range::Numbered(
            number(range, "numberOfOccurrences", 1, 999)? as usize,
        )),
        _ => None,
    }
}

fn index(pattern: &Value) -> Option<usize> {
    match word(pattern, "index").as_deref() {
        None | Some("first") => Some(1),
        Some("second") => Some(2),
        Some("third") => Some(3),
        Some("fourth") => Some(4),
        Some("last") => Some(0),
        Some(_) => None,
    }
}

fn weekdays(pattern: &Value) -> Option<Vec<Weekday>> {
    let days: Option<Vec<Weekday>> = pattern
        .get("daysOfWeek")?
        .as_array()?
        .iter()
        .map(weekday)
        .collect();
    days.filter(|days| !days.is_empty())
}

fn weekday(value: &Value) -> Option<Weekday> {
    match value.as_str()?.to_ascii_lowercase().as_str() {
        "monday" => Some(Weekday::Monday),
        "tuesday" => Some(Weekday::Tuesday),
        "wednesday" => Some(Weekday::Wednesday),
        "thursday" => Some(Weekday::Thursday),
        "friday" => Some(Weekday::Friday),
        "saturday" => Some(Weekday::Saturday),
        "sunday" => Some(Weekday::Sunday),
        _ => None,
    }
}

/// An enum value with a small first letter, as answers write it.
fn word(value: &Value, name: &str) -> Option<String> {
    let text = value.get(name)?.as_str()?;
    let mut letters = text.chars();
    let first = letters.next()?.to_ascii_lowercase();
    Some(first.to_string() + letters.as_str())
}

fn number(value: &Value, name: &str, from: i64, to: i64) -> Option<i64> {
    let number = value.get(name)?.as_i64()?;
    (from..=to).contains(&number).then_some(number)
}

fn date(value: &Value, name: &str) -> Option<Date> {
    value.get(name)?.as_str()?.parse().ok()
}
