//! Time: instants in UTC, event times with the zone they were entered in, and
//! the window of the timeline. Longer than most, since a quarter of it is tests.
//!
//! Zone rules come from the system's tz database (jiff), the bundled one is
//! the fallback.

use std::fmt;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// A time zone of the tz database.
#[derive(Clone)]
pub struct Zone(TimeZone);

/// A name that no tz database knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("time zone {0:?} is not a name of the tz database, such as Europe/Berlin")]
pub struct UnknownZone(pub String);

impl Zone {
    /// Finds a zone by its IANA name, in the system's database first.
    ///
    /// # Errors
    /// When neither the system's nor the bundled database knows the name.
    pub fn parse(name: &str) -> Result<Self, UnknownZone> {
        if name == "UTC" {
            return Ok(Self::utc());
        }
        jiff::tz::db()
            .get(name)
            .or_else(|_| TimeZoneDatabase::bundled().get(name))
            .map(Self)
            .map_err(|_| UnknownZone(name.to_owned()))
    }

    /// Coordinated Universal Time.
    #[must_use]
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// The IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// What a clock on the wall of this zone shows at an instant.
    #[must_use]
    pub fn wall(&self, at: DateTime<Utc>) -> NaiveDateTime {
        let offset = jiff::Timestamp::from_second(at.timestamp())
            .map_or(0, |stamp| self.0.to_offset(stamp).seconds());
        at.naive_utc() + TimeDelta::seconds(i64::from(offset))
    }

    /// The instant at which a clock on the wall of this zone shows the given
    /// time. A time that is skipped is read with the offset before the gap
    /// (02:30 becomes 03:30), of a repeated one the first counts (RFC 5545,
    /// 3.3.5).
    #[must_use]
    pub fn instant(&self, wall: NaiveDateTime) -> DateTime<Utc> {
        civil(wall)
            .and_then(|civil| self.0.to_ambiguous_timestamp(civil).compatible().ok())
            .and_then(|stamp| DateTime::from_timestamp(stamp.as_second(), 0))
            .unwrap_or_else(|| wall.and_utc())
    }

    /// Midnight, or the first moment of a day that has none.
    #[must_use]
    pub fn day_start(&self, day: NaiveDate) -> DateTime<Utc> {
        self.instant(day.and_time(chrono::NaiveTime::MIN))
    }
}

/// The same wall time for jiff; `None` beyond the years that it knows.
fn civil(wall: NaiveDateTime) -> Option<jiff::civil::DateTime> {
    jiff::civil::DateTime::new(
        i16::try_from(wall.year()).ok()?,
        i8::try_from(wall.month()).ok()?,
        i8::try_from(wall.day()).ok()?,
        i8::try_from(wall.hour()).ok()?,
        i8::try_from(wall.minute()).ok()?,
        i8::try_from(wall.second()).ok()?,
        0,
    )
    .ok()
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Zone {}

impl fmt::Debug for Zone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// When an event takes place. Both ends exclude the end itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventTime {
    /// Whole days: dates, never instants.
    AllDay {
        /// The first day.
        start: NaiveDate,
        /// The day after the last.
        end: NaiveDate,
    },
    /// A span between two instants; zero length is allowed.
    Timed {
        /// The beginning.
        start: DateTime<Utc>,
        /// The end, not before the beginning.
        end: DateTime<Utc>,
        /// The zone it was entered in, which says what "weekly" means.
        zone: Zone,
    },
}

impl EventTime {
    /// Whole days; an end that is not after the start makes one day.
    #[must_use]
    pub fn all_day(start: NaiveDate, end: NaiveDate) -> Self {
        let next = start.checked_add_days(Days::new(1)).unwrap_or(start);
        Self::AllDay {
            start,
            end: end.max(next),
        }
    }

    /// A span; an end before the start becomes the start.
    #[must_use]
    pub fn timed(start: DateTime<Utc>, end: DateTime<Utc>, zone: Zone) -> Self {
        Self::Timed {
            start,
            end: end.max(start),
            zone,
        }
    }

    /// The length that an empty span is given.
    pub const SHORTEST: TimeDelta = TimeDelta::minutes(1);

    /// The time, or as long as [`SHORTEST`](Self::SHORTEST) where it is empty:
    /// providers refuse to be given a time without length.
    #[must_use]
    pub fn widened(self) -> Self {
        match self {
            Self::AllDay { start, end } => Self::all_day(start, end),
            Self::Timed { start, end, zone } if end <= start => Self::Timed {
                start,
                end: start + Self::SHORTEST,
                zone,
            },
            time @ Self::Timed { .. } => time,
        }
    }

    /// Whether it is the same span as another, whatever the zones.
    #[must_use]
    pub fn is_same_moment(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Timed { start, end, .. },
                Self::Timed {
                    start: other_start,
                    end: other_end,
                    ..
                },
            ) => (start, end) == (other_start, other_end),
            (Self::AllDay { .. }, _) | (_, Self::AllDay { .. }) => self == other,
        }
    }

    /// The slot that this time begins in, which names an occurrence within
    /// its series.
    #[must_use]
    pub fn slot(&self) -> OriginalStart {
        match self {
            Self::AllDay { start, .. } => OriginalStart::Date(*start),
            Self::Timed { start, .. } => OriginalStart::At(*start),
        }
    }
}

/// Where an occurrence stands in the unmodified pattern of its series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OriginalStart {
    /// Of an all-day series.
    Date(NaiveDate),
    /// Of a timed series.
    At(DateTime<Utc>),
}

/// The part of time that the timeline covers, from `start` up to `end`.
///
/// Its edges are midnights in UTC, so that it moves once a day. The same
/// predicate decides for whoever fetches, prunes or shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
}

impl Window {
    /// The most days on either side of today, whatever the application writes
    /// into a user's preferences.
    pub const MOST_DAYS: u32 = 3650;

    /// The window of a day: so many days before it, so many from it on,
    /// [`MOST_DAYS`](Self::MOST_DAYS) at most.
    #[must_use]
    pub fn around(now: DateTime<Utc>, past_days: u32, future_days: u32) -> Self {
        let midnight = now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
        let days = |days: u32| TimeDelta::days(i64::from(days.min(Self::MOST_DAYS)));
        Self {
            start: midnight - days(past_days),
            end: midnight + days(future_days),
        }
    }

    /// A window between two instants; an end before the start is empty.
    #[must_use]
    pub fn new(start: DateTime<Utc>, end: DateTime<Utc>) -> Self {
        Self {
            start,
            end: end.max(start),
        }
    }

    /// The first instant inside.
    #[must_use]
    pub fn start(&self) -> DateTime<Utc> {
        self.start
    }

    /// The first instant after it.
    #[must_use]
    pub fn end(&self) -> DateTime<Utc> {
        self.end
    }

    /// Whether any part of the given time lies inside. Days are compared as
    /// days: an all-day event is inside when one of its days is.
    #[must_use]
    pub fn touches(&self, time: &EventTime) -> bool {
        match time {
            EventTime::AllDay { start, end } => {
                *start <= self.last_day() && *end > self.start.date_naive()
            }
            EventTime::Timed { start, end, .. } => {
                *start < self.end && (*end > self.start || *start >= self.start)
            }
        }
    }

    /// Whether the given time is over before this window begins.
    #[must_use]
    pub fn is_after(&self, time: &EventTime) -> bool {
        match time {
            EventTime::AllDay { end, .. } => *end <= self.start.date_naive(),
            EventTime::Timed { start, end, .. } => *end <= self.start && *start < self.start,
        }
    }

    /// The parts of this window that an older one does not cover.
    #[must_use]
    pub fn beyond(&self, old: &Self) -> Vec<Self> {
        if old.end <= self.start || old.start >= self.end {
            return vec![*self];
        }
        let before = Self {
            start: self.start,
            end: old.start,
        };
        let after = Self {
            start: old.end,
            end: self.end,
        };
        [before, after]
            .into_iter()
            .filter(|part| part.start < part.end)
            .collect()
    }

    /// The last day of which some part lies inside.
    #[must_use]
    pub fn last_day(&self) -> NaiveDate {
        (self.end - TimeDelta::seconds(1)).date_naive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn wall_times_follow_the_zone_through_both_changes() {
        let cases = [
            (
                "Europe/Berlin",
                "2026-03-28T02:30:00",
                "2026-03-28T01:30:00Z",
            ),
            (
                "Europe/Berlin",
                "2026-03-29T02:30:00",
                "2026-03-29T01:30:00Z",
            ),
            (
                "Europe/Berlin",
                "2026-10-25T02:30:00",
                "2026-10-25T00:30:00Z",
            ),
            (
                "Europe/Berlin",
                "2026-10-26T02:30:00",
                "2026-10-26T01:30:00Z",
            ),
            (
                "America/New_York",
                "2026-03-08T02:30:00",
                "2026-03-08T07:30:00Z",
            ),
            (
                "America/New_York",
                "2026-11-01T01:30:00",
                "2026-11-01T05:30:00Z",
            ),
        ];
        for (zone, wall, instant) in cases {
            let zone = Zone::parse(zone).unwrap();
            assert_eq!(
                zone.instant(wall.parse().unwrap()),
                at(instant),
                "{zone} {wall}"
            );
        }
    }

    #[test]
    fn a_window_holds_what_touches_it_and_nothing_else() {
        let window = Window::around(at("2026-03-10T15:00:00Z"), 1, 1);
        assert_eq!(window.start(), at("2026-03-09T00:00:00Z"));
        assert_eq!(window.end(), at("2026-03-11T00:00:00Z"));
        let timed = |a: &str, b: &str| window.touches(&EventTime::timed(at(a), at(b), Zone::utc()));
        assert!(timed("2026-03-08T23:00:00Z", "2026-03-09T00:00:01Z"));
        assert!(!timed("2026-03-08T23:00:00Z", "2026-03-09T00:00:00Z"));
        assert!(timed("2026-03-09T00:00:00Z", "2026-03-09T00:00:00Z"));
        assert!(!timed("2026-03-11T00:00:00Z", "2026-03-11T01:00:00Z"));
        let days = |a: &str, b: &str| window.touches(&EventTime::all_day(day(a), day(b)));
        assert!(days("2026-03-08", "2026-03-10"));
        assert!(!days("2026-03-08", "2026-03-09"));
        assert!(days("2026-03-10", "2026-03-11"));
        assert!(!days("2026-03-11", "2026-03-12"));
    }

    #[test]
    fn what_a_window_adds_to_an_older_one_is_only_the_difference() {
        let window = |a: &str, b: &str| {
            let midnight = |text: &str| at(&format!("2026-{text}T00:00:00Z"));
            Window::new(midnight(a), midnight(b))
        };
        let old = window("02-01", "03-01");
        let cases = [
            (window("02-01", "03-01"), vec![]),
            (window("02-02", "03-02"), vec![window("03-01", "03-02")]),
            (window("01-31", "03-01"), vec![window("01-31", "02-01")]),
            (window("02-10", "02-20"), vec![]),
            (window("04-01", "05-01"), vec![window("04-01", "05-01")]),
            (
                window("01-01", "04-01"),
                vec![window("01-01", "02-01"), window("03-01", "04-01")],
            ),
        ];
        for (new, parts) in cases {
            assert_eq!(new.beyond(&old), parts, "{new:?}");
        }
    }

    #[test]
    fn degenerate_times_are_mended() {
        let one = EventTime::all_day(day("2026-03-02"), day("2026-03-02"));
        assert_eq!(
            one,
            EventTime::all_day(day("2026-03-02"), day("2026-03-03"))
        );
        let instant = at("2026-03-02T08:00:00Z");
        let zero = EventTime::timed(instant, at("2026-03-02T07:00:00Z"), Zone::utc());
        assert_eq!(zero, EventTime::timed(instant, instant, Zone::utc()));
    }

    #[test]
    fn an_unknown_zone_is_refused_by_name() {
        let error = Zone::parse("Europe/Atlantis").unwrap_err();
        assert!(error.to_string().contains("Europe/Atlantis"));
    }
}
