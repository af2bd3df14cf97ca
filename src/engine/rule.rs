//! Recurrence lines in floating time (RFC 5545, 3.3.10 and 3.8.5).
//!
//! Rules are expanded as wall clock times without any zone: the zone is
//! applied to each result afterwards, so that its rules come from the
//! system's tz database. `UNTIL`, `RDATE` and `EXDATE` are brought into the
//! same frame before.

mod walk;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use rrule::{RRule, RRuleSet, Tz, Unvalidated};

use self::walk::{check, fast_forward};
use crate::model::recurrence::Recurrence;
use crate::model::time::Zone;

/// More occurrences than this inside one window are not believed.
const MOST: u16 = 10_000;

/// Where the wall times of a series are and what zone they belong to.
pub(super) struct Frame<'a> {
    /// The wall time of the first occurrence.
    pub first: NaiveDateTime,
    /// The zone of the wall times; none for an all-day series.
    pub zone: Option<&'a Zone>,
}

/// The wall times of a series between two wall times, both included.
///
/// # Errors
/// When a line cannot be read; the text says why.
pub(super) fn wall_times(
    frame: &Frame<'_>,
    recurrence: &Recurrence,
    from: NaiveDateTime,
    to: NaiveDateTime,
) -> Result<BTreeSet<NaiveDateTime>, String> {
    let mut times = BTreeSet::from([frame.first]);
    let mut excluded = BTreeSet::new();
    for line in recurrence.lines() {
        let line = Line::parse(line)?;
        match line.name.as_str() {
            "RRULE" => times.extend(rule_times(frame, line.value, from, to)?),
            "RDATE" => times.extend(line.dates(frame)?),
            "EXRULE" => excluded.extend(rule_times(frame, line.value, from, to)?),
            "EXDATE" => excluded.extend(line.dates(frame)?),
            _ => {}
        }
    }
    times.retain(|time| (from..=to).contains(time) && !excluded.contains(time));
    Ok(times)
}

/// A content line: `NAME;PARAMETER=…:VALUE`.
struct Line<'a> {
    name: String,
    zone: Option<&'a str>,
    value: &'a str,
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Result<Self, String> {
        let (head, value) = line.split_once(':').ok_or("a line has no colon")?;
        let mut parts = head.split(';');
        let name = parts.next().unwrap_or_default().trim().to_ascii_uppercase();
        let zone = parts
            .filter_map(|part| part.split_once('='))
            .find(|(key, _)| key.eq_ignore_ascii_case("TZID"))
            .map(|(_, zone)| zone.trim_matches('"'));
        Ok(Self {
            name,
            zone,
            value: value.trim(),
        })
    }

    /// The dates of an `RDATE` or `EXDATE` as wall times of the series.
    fn dates(&self, frame: &Frame<'_>) -> Result<Vec<NaiveDateTime>, String> {
        let zone = self.zone.and_then(|name| Zone::parse(name).ok());
        let texts = self.value.split(',').filter(|text| !text.trim().is_empty());
        texts
            .map(|text| {
                // A period counts with its beginning.
                let start = text.split('/').next().unwrap_or_default();
                Ok(match parse_moment(start.trim())? {
                    Moment::Date(date) => date.and_time(frame.first.time()),
                    Moment::Wall(wall) => frame.in_own_zone(wall, zone.as_ref()),
                    Moment::Utc(wall) => frame.in_own_zone(wall, Some(&Zone::utc())),
                })
            })
            .collect()
    }
}

impl Frame<'_> {
    /// A wall time of another zone as a wall time of the series; of an
    /// all-day series, its day.
    fn in_own_zone(&self, wall: NaiveDateTime, zone: Option<&Zone>) -> NaiveDateTime {
        match (self.zone, zone) {
            (None, _) => wall.date().and_time(self.first.time()),
            (Some(own), Some(other)) if own != other => own.wall(other.instant(wall)),
            (Some(_), _) => wall,
        }
    }

    /// The last wall time that `UNTIL` allows.
    fn until(&self, text: &str) -> Result<NaiveDateTime, String> {
        let last_of = |date: NaiveDate| date.and_time(NaiveTime::MIN) + TimeDelta::seconds(86_399);
        Ok(match parse_moment(text)? {
            Moment::Date(date) => last_of(date),
            Moment::Wall(wall) | Moment::Utc(wall) if self.zone.is_none() => last_of(wall.date()),
            Moment::Wall(wall) => wall,
            Moment::Utc(wall) => self.in_own_zone(wall, Some(&Zone::utc())),
        })
    }
}

/// A date or date-time of RFC 5545.
enum Moment {
    Date(NaiveDate),
    Wall(NaiveDateTime),
    Utc(NaiveDateTime),
}

fn parse_moment(text: &str) -> Result<Moment, String> {
    let fail = |_| "a date cannot be read".to_owned();
    match text.strip_suffix('Z') {
        Some(text) => parse_wall(text).map(Moment::Utc).map_err(fail),
        None if text.contains('T') => parse_wall(text).map(Moment::Wall).map_err(fail),
        None => NaiveDate::parse_from_str(text, "%Y%m%d")
            .map(Moment::Date)
            .map_err(fail),
    }
}

fn parse_wall(text: &str) -> chrono::ParseResult<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S")
}

/// The wall times of one rule between two wall times, both included.
fn rule_times(
    frame: &Frame<'_>,
    value: &str,
    from: NaiveDateTime,
    to: NaiveDateTime,
) -> Result<Vec<NaiveDateTime>, String> {
    let (text, until) = without_until(frame, value)?;
    let to = until.map_or(to, |until| until.min(to));
    if to < from || to < frame.first {
        return Ok(Vec::new());
    }
    let rule: RRule<Unvalidated> = text.parse().map_err(|error| format!("{error}"))?;
    let rule = rule
        .validate(floating(frame.first))
        .map_err(|error| format!("{error}"))?;
    check(&rule, to - frame.first)?;
    let start = fast_forward(&rule, frame.first, from);
    let result = RRuleSet::new(floating(start))
        .rrule(rule)
        .after(floating(from))
        .before(floating(to))
        .all(MOST);
    if result.dates.len() >= usize::from(MOST) {
        return Err(format!(
            "it has {MOST} or more occurrences inside the window"
        ));
    }
    Ok(result.dates.iter().map(DateTime::naive_utc).collect())
}

/// A rule without its `UNTIL`, and that as a wall time. The parser takes only
/// one of the forms that providers send.
fn without_until(
    frame: &Frame<'_>,
    value: &str,
) -> Result<(String, Option<NaiveDateTime>), String> {
    let mut until = None;
    let mut kept = Vec::new();
    for part in value
        .split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        match part.split_once('=') {
            Some((key, text)) if key.eq_ignore_ascii_case("UNTIL") => {
                until = Some(frame.until(text.trim())?);
            }
            Some((key, _)) if key.to_ascii_uppercase().starts_with("X-") => {}
            _ => kept.push(part),
        }
    }
    Ok((kept.join(";"), until))
}

fn floating(wall: NaiveDateTime) -> DateTime<Tz> {
    wall.and_utc().with_timezone(&Tz::UTC)
}
