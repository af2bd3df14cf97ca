//! The application's users and when they work.

use chrono::{DateTime, Timelike, Utc};
use serde::{Deserialize, Serialize};

use super::id::UserId;
use super::time::Zone;

/// A user of the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The application's id of the user.
    pub id: UserId,
    /// The address.
    pub email: Option<String>,
    /// The zone that the user lives in.
    pub timezone: Zone,
    /// When the user works; absent means always.
    pub working_hours: Option<WorkingHours>,
}

/// The hours of a day in which a user works, in the user's zone. An end before
/// the start crosses midnight; equal ends mean the whole day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Hours", into = "Hours")]
pub struct WorkingHours {
    start: u8,
    end: u8,
}

/// The JSON of working hours, before it is checked.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hours {
    start: u8,
    end: u8,
}

/// Hours that no clock shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("working hours {start} to {end} are not a start of 0 to 23 and an end of 0 to 24")]
pub struct InvalidHours {
    start: u8,
    end: u8,
}

impl WorkingHours {
    /// From `start` (0 to 23) up to `end` (0 to 24).
    ///
    /// # Errors
    /// When an hour is beyond the day.
    pub fn new(start: u8, end: u8) -> Result<Self, InvalidHours> {
        if start <= 23 && end <= 24 {
            Ok(Self { start, end })
        } else {
            Err(InvalidHours { start, end })
        }
    }

    /// Whether an instant lies inside, by the clocks of the zone.
    #[must_use]
    pub fn contain(&self, at: DateTime<Utc>, zone: &Zone) -> bool {
        let hour = u8::try_from(zone.wall(at).hour()).unwrap_or(0);
        if self.start < self.end {
            (self.start..self.end).contains(&hour)
        } else {
            hour >= self.start || hour < self.end
        }
    }
}

impl std::fmt::Display for WorkingHours {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:02}:00 to {:02}:00", self.start, self.end)
    }
}

impl TryFrom<Hours> for WorkingHours {
    type Error = InvalidHours;

    fn try_from(hours: Hours) -> Result<Self, InvalidHours> {
        Self::new(hours.start, hours.end)
    }
}

impl From<WorkingHours> for Hours {
    fn from(hours: WorkingHours) -> Self {
        Self {
            start: hours.start,
            end: hours.end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn working_hours_follow_the_wall_clock_of_the_zone() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let cases = [
            ((9, 17), "2026-01-12T08:00:00Z", true),
            ((9, 17), "2026-01-12T07:59:59Z", false),
            ((9, 17), "2026-01-12T16:00:00Z", false),
            ((9, 17), "2026-07-13T07:00:00Z", true),
            ((9, 17), "2026-07-13T06:59:59Z", false),
            ((22, 6), "2026-01-12T21:00:00Z", true),
            ((22, 6), "2026-01-12T04:59:59Z", true),
            ((22, 6), "2026-01-12T05:00:00Z", false),
            ((0, 24), "2026-01-12T23:30:00Z", true),
            ((8, 8), "2026-01-12T03:00:00Z", true),
        ];
        for ((start, end), at, inside) in cases {
            let hours = WorkingHours::new(start, end).unwrap();
            assert_eq!(
                hours.contain(at.parse().unwrap(), &berlin),
                inside,
                "{start}-{end} {at}"
            );
        }
    }

    #[test]
    fn hours_beyond_the_day_are_refused() {
        assert!(WorkingHours::new(24, 3).is_err());
        assert!(serde_json::from_str::<WorkingHours>(r#"{"start":9,"end":25}"#).is_err());
    }
}
