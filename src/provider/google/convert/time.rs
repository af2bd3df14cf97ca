//! Google's times: a date, or a date and time that may lack offset and zone.

use chrono::{DateTime, NaiveDate, NaiveDateTime, SubsecRound, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::Unreadable;
use crate::model::time::{EventTime, OriginalStart, Zone};
use crate::provider::google::types::EventDateTime;

/// A time as Google gives it, on its own.
enum Moment {
    /// A day.
    Day(NaiveDate),
    /// An instant, and the zone that it was entered in.
    At(DateTime<Utc>, Zone),
}

/// When an event takes place. Without an end it is a moment, or one day.
pub(super) fn event_time(
    start: Option<&EventDateTime<'_>>,
    end: Option<&EventDateTime<'_>>,
    zone: &Zone,
) -> Result<EventTime, Unreadable> {
    match moment(start.ok_or("no start")?, zone)?.ok_or("no start")? {
        Moment::Day(start) => match end.map(|end| moment(end, zone)).transpose()?.flatten() {
            None => Ok(EventTime::all_day(start, start)),
            Some(Moment::Day(end)) => Ok(EventTime::all_day(start, end)),
            Some(Moment::At(..)) => Err("starts with a day and ends with a time"),
        },
        Moment::At(start, own) => match end.map(|end| moment(end, &own)).transpose()?.flatten() {
            None => Ok(EventTime::timed(start, start, own)),
            Some(Moment::At(end, _)) => Ok(EventTime::timed(start, end, own)),
            Some(Moment::Day(_)) => Err("starts with a time and ends with a day"),
        },
    }
}

/// The occurrence that an exception stands for: an object like a start, in
/// old samples the bare text of one.
pub(super) fn original_start(
    given: Option<&Value>,
    zone: &Zone,
) -> Result<OriginalStart, Unreadable> {
    let missing = "exception without its original start";
    let given = given.filter(|given| !given.is_null()).ok_or(missing)?;
    let found = match given {
        Value::String(text) => parse_day(text)
            .map(Moment::Day)
            .or_else(|_| parse_time(text, zone).map(|at| Moment::At(at, zone.clone())))
            .map(Some),
        other => EventDateTime::deserialize(other)
            .map_err(|_| "original start of another shape")
            .and_then(|given| moment(&given, zone)),
    };
    match found?.ok_or(missing)? {
        Moment::Day(day) => Ok(OriginalStart::Date(day)),
        Moment::At(at, _) => Ok(OriginalStart::At(at)),
    }
}

/// A time by itself; none when nothing is given. `fallback` is the zone of a
/// time whose own is absent or unknown.
fn moment(given: &EventDateTime<'_>, fallback: &Zone) -> Result<Option<Moment>, Unreadable> {
    if let Some(text) = &given.date_time {
        let own = given
            .time_zone
            .as_ref()
            .and_then(|name| Zone::parse(name.as_str()).ok());
        let zone = own.unwrap_or_else(|| fallback.clone());
        let at = parse_time(text.as_str(), &zone)?;
        return Ok(Some(Moment::At(at, zone)));
    }
    let day = given.date.as_ref().map(|text| parse_day(text.as_str()));
    Ok(day.transpose()?.map(Moment::Day))
}

/// A time, read in the zone when it has no offset. Fractions of a second are
/// cut: Google ignores them, and they would tell an occurrence from itself.
fn parse_time(text: &str, zone: &Zone) -> Result<DateTime<Utc>, Unreadable> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.to_utc().trunc_subsecs(0));
    }
    let wall = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f");
    wall.map(|wall| zone.instant(wall))
        .map_err(|_| "a time that cannot be read")
}

/// A day.
fn parse_day(text: &str) -> Result<NaiveDate, Unreadable> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| "a date that cannot be read")
}
