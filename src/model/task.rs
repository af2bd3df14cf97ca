//! The application's side: what its users plan.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use super::content::Content;
use super::id::{TaskId, UserId};
use super::time::{EventTime, Zone};

/// A task of the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The application's id.
    pub id: TaskId,
    /// Whose it is.
    pub user_id: UserId,
    /// What travels to the event and back.
    pub content: Content,
    /// The zone that it names; none means its user's.
    pub timezone: Option<Zone>,
    /// The application's word for how far it has come.
    pub status: String,
    /// When the application, or a sync, last changed it.
    pub updated_at: DateTime<Utc>,
    /// When it was deleted.
    pub deleted_at: Option<DateTime<Utc>>,
}

/// A time as the application writes it.
#[derive(Clone, Copy, Debug)]
pub struct WrittenTime<'a> {
    /// The beginning: a day (`2026-03-29`), an instant (RFC 3339), or a time
    /// on the wall of the zone (`2026-03-29T09:00`).
    pub start: &'a str,
    /// The end, likewise; none gives the task its usual length.
    pub end: Option<&'a str>,
    /// Whether it takes whole days.
    pub all_day: bool,
}

/// A time that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no time: write 2026-03-29T09:00:00Z, or 2026-03-29 for a task that takes whole days"
)]
pub struct UnreadableTime(pub String);

impl WrittenTime<'_> {
    /// How long a task lasts that does not say until when.
    pub const USUAL: TimeDelta = TimeDelta::minutes(30);

    /// The time, to the second. Whole days end with the day after the last; an
    /// end that is not after the start makes one day, and of other times the
    /// shortest that events can have.
    ///
    /// # Errors
    /// When a text is no time.
    pub fn read(&self, zone: Zone) -> Result<EventTime, UnreadableTime> {
        if self.all_day {
            let start = day(self.start, &zone)?;
            let end = self.end.map(|text| day(text, &zone)).transpose()?;
            return Ok(EventTime::all_day(start, end.unwrap_or(start)));
        }
        let start = instant(self.start, &zone)?;
        let end = self.end.map(|text| instant(text, &zone)).transpose()?;
        let end = end.unwrap_or(start + Self::USUAL);
        Ok(EventTime::timed(start, end, zone).widened())
    }
}

/// An instant, cut to the second.
fn instant(text: &str, zone: &Zone) -> Result<DateTime<Utc>, UnreadableTime> {
    let written = text.trim();
    let absolute = DateTime::parse_from_rfc3339(written).map(|at| at.to_utc());
    let at = absolute.or_else(|_| wall(written).map(|wall| zone.instant(wall)));
    let at = at.map_err(|_| UnreadableTime(text.to_owned()))?;
    Ok(DateTime::from_timestamp(at.timestamp(), 0).unwrap_or(at))
}

/// A time on a wall, to the minute or finer.
fn wall(text: &str) -> chrono::ParseResult<NaiveDateTime> {
    let text = text.replace(' ', "T");
    text.parse()
        .or_else(|_| NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M"))
}

/// A day; of an instant, the day that it is in the zone.
fn day(text: &str, zone: &Zone) -> Result<NaiveDate, UnreadableTime> {
    let plain = text.trim().parse();
    plain.or_else(|_| instant(text, zone).map(|at| zone.wall(at).date()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> Zone {
        Zone::parse("Europe/Berlin").unwrap()
    }

    fn read(start: &str, end: Option<&str>, all_day: bool) -> EventTime {
        let written = WrittenTime {
            start,
            end,
            all_day,
        };
        written.read(berlin()).unwrap()
    }

    fn timed(start: &str, end: &str) -> EventTime {
        EventTime::timed(start.parse().unwrap(), end.parse().unwrap(), berlin())
    }

    #[test]
    fn instants_and_times_on_the_wall_are_read() {
        let expected = timed("2026-07-01T07:00:00Z", "2026-07-01T08:00:00Z");
        for (start, end) in [
            ("2026-07-01T07:00:00Z", "2026-07-01T10:00:00+02:00"),
            ("2026-07-01T07:00:00.9Z", "2026-07-01 10:00:00"),
            ("2026-07-01T09:00", "2026-07-01T10:00:00"),
            (" 2026-07-01 09:00", "2026-07-01 10:00"),
        ] {
            assert_eq!(read(start, Some(end), false), expected, "{start}");
        }
    }

    #[test]
    fn a_task_without_an_end_has_its_usual_length() {
        let half_an_hour = timed("2026-07-01T07:00:00Z", "2026-07-01T07:30:00Z");
        assert_eq!(read("2026-07-01T07:00:00Z", None, false), half_an_hour);
        let one = read("2026-07-01", Some("2026-07-02"), true);
        assert_eq!(read("2026-07-01", None, true), one);
    }

    #[test]
    fn a_time_without_length_gets_the_shortest() {
        let minute = timed("2026-07-01T07:00:00Z", "2026-07-01T07:01:00Z");
        for end in ["2026-07-01T07:00:00Z", "2026-07-01T06:00:00Z"] {
            assert_eq!(read("2026-07-01T07:00:00Z", Some(end), false), minute);
        }
        let one = read("2026-07-01", Some("2026-07-02"), true);
        assert_eq!(read("2026-07-01", Some("2026-07-01"), true), one);
    }

    #[test]
    fn whole_days_may_be_written_as_midnights_of_the_zone() {
        let days = read("2026-07-01", Some("2026-07-03"), true);
        let midnights = read("2026-06-30T22:00:00Z", Some("2026-07-02T22:00:00Z"), true);
        assert_eq!(midnights, days);
    }

    #[test]
    fn what_is_no_time_is_named() {
        for text in ["", "soon", "2026-02-30", "2026-07-01T25:00:00Z"] {
            let written = WrittenTime {
                start: text,
                end: None,
                all_day: true,
            };
            let refused = written.read(berlin()).unwrap_err();
            assert_eq!(refused, UnreadableTime(text.to_owned()));
        }
    }
}
