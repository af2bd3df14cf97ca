//! Graph's times: a wall time without offset, in a zone that is named beside
//! it, which is UTC as we ask for it.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, TimeDelta, Utc};

use super::Unreadable;
use crate::model::time::{EventTime, OriginalStart, Zone};
use crate::provider::microsoft::time_zone;
use crate::provider::microsoft::types::DateTimeTimeZone;
use crate::provider::text::Text;

/// The length of a date at the beginning of a time.
const DATE: usize = "2026-03-02".len();

/// When an event takes place. Of whole days only the dates count, whatever
/// the zone. Without an end it is a moment, or one day. `zone` is the one that
/// it was entered in.
pub(super) fn event_time(
    start: Option<&DateTimeTimeZone<'_>>,
    end: Option<&DateTimeTimeZone<'_>>,
    all_day: bool,
    zone: &Zone,
) -> Result<EventTime, Unreadable> {
    if all_day {
        let start = date(start)?.ok_or("no start")?;
        let end = date(end)?.unwrap_or(start);
        return Ok(EventTime::all_day(start, end));
    }
    let start = moment(start)?.ok_or("no start")?;
    let end = moment(end)?.unwrap_or(start);
    Ok(EventTime::timed(start, end, zone.clone()))
}

/// Whether a span may as well be whole days, which a bare occurrence does not
/// say: it is as long as the shortest day of a zone, or nothing at midnight.
pub(super) fn may_be_days(time: &EventTime) -> bool {
    match time {
        EventTime::AllDay { .. } => true,
        EventTime::Timed { start, end, .. } => {
            *end - *start >= TimeDelta::hours(23) || start == end && start.time() == NaiveTime::MIN
        }
    }
}

/// The slot of its series that an exception stands for; where nothing is said
/// of it, its own. Of whole days it is the day whose midnight is given, in UTC
/// or in the zone of the event.
pub(super) fn original_start(
    given: Option<&Text<'_>>,
    time: &EventTime,
    zone: &Zone,
) -> OriginalStart {
    let Some(at) = given.and_then(|given| instant(given.as_str())) else {
        return time.slot();
    };
    match time {
        EventTime::Timed { .. } => OriginalStart::At(at.trunc_subsecs(0)),
        EventTime::AllDay { .. } if at.time() == NaiveTime::MIN => {
            OriginalStart::Date(at.date_naive())
        }
        EventTime::AllDay { .. } => OriginalStart::Date(zone.wall(at).date()),
    }
}

/// A timestamp; Graph fills in the year 1 where there is none.
pub(super) fn instant(text: &str) -> Option<DateTime<Utc>> {
    let at = with_offset(text).or_else(|| wall(text).map(|wall| wall.and_utc()))?;
    (at.date_naive() > NaiveDate::from_ymd_opt(1, 12, 31)?).then_some(at)
}

/// The instant of a time; none when nothing is given. Fractions of a second
/// are cut: they would tell an occurrence from itself.
fn moment(given: Option<&DateTimeTimeZone<'_>>) -> Result<Option<DateTime<Utc>>, Unreadable> {
    let Some((given, text)) = text(given) else {
        return Ok(None);
    };
    let at = wall(text).map(|wall| {
        let zone = given.time_zone.as_ref();
        let zone = zone.and_then(|zone| time_zone::zone(zone.as_str()));
        zone.unwrap_or_else(Zone::utc).instant(wall)
    });
    let at = at.or_else(|| with_offset(text));
    let at = at.ok_or("a time that cannot be read")?;
    Ok(Some(at.trunc_subsecs(0)))
}

/// The date of a time; none when nothing is given.
fn date(given: Option<&DateTimeTimeZone<'_>>) -> Result<Option<NaiveDate>, Unreadable> {
    let Some((_, text)) = text(given) else {
        return Ok(None);
    };
    let date = text.get(..DATE).and_then(|date| date.parse().ok());
    date.map(Some).ok_or("a date that cannot be read")
}

/// A time and its text, if it has one.
fn text<'g, 'a>(
    given: Option<&'g DateTimeTimeZone<'a>>,
) -> Option<(&'g DateTimeTimeZone<'a>, &'g str)> {
    let given = given?;
    let text = given.date_time.as_ref()?.as_str().trim();
    (!text.is_empty()).then_some((given, text))
}

/// A time with an offset. The documents know none, some answers do.
fn with_offset(text: &str) -> Option<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(text).ok()?;
    Some(at.to_utc())
}

/// A wall time, with any number of digits after the second.
fn wall(text: &str) -> Option<NaiveDateTime> {
    // As if it were UTC, since that is read several times faster.
    let to_the_second = with_offset(&format!("{text}Z")).map(|at| at.naive_utc());
    let to_the_minute = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok();
    to_the_second.or_else(to_the_minute)
}
