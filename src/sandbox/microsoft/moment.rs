//! `dateTimeTimeZone`: a wall-clock time and the zone it is meant in.

use jiff::{Timestamp, civil};
use serde_json::{Value, json};

use super::errors::ApiError;
use super::zones::Zone;

/// A start or an end.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Moment {
    pub(super) wall: civil::DateTime,
    pub(super) zone: Zone,
}

impl Moment {
    /// Reads one as strictly as the service does.
    pub(super) fn parse(value: &Value, which: &str) -> Result<Self, ApiError> {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let wall = text("dateTime").and_then(wall);
        let wall = wall.ok_or_else(|| {
            ApiError::invalid(&format!("The {which} dateTime is missing or malformed."))
        })?;
        let zone = match text("timeZone") {
            None => return Err(ApiError::zone("")),
            Some(name) => Zone::accepted(name).ok_or_else(|| ApiError::zone(name))?,
        };
        Ok(Self { wall, zone })
    }

    /// Reads what a test or the demo wrote: an offset is honoured, any zone
    /// name that is known somewhere will do, a date alone is its midnight.
    pub(super) fn lenient(value: &Value) -> Option<Self> {
        let name = value.get("timeZone").and_then(Value::as_str);
        let zone = name.and_then(Zone::any).unwrap_or_else(Zone::utc);
        let text = value.get("dateTime")?.as_str()?;
        Self::read(text, zone)
    }

    /// A wall-clock time of `zone`, or an instant seen there.
    pub(super) fn read(text: &str, zone: Zone) -> Option<Self> {
        let wall = match text.parse::<Timestamp>() {
            Ok(instant) => zone.wall(instant),
            Err(_) => text
                .parse::<civil::DateTime>()
                .or_else(|_| text.parse::<civil::Date>().map(|day| day.at(0, 0, 0, 0)))
                .ok()?,
        };
        Some(Self { wall, zone })
    }

    /// The instant.
    pub(super) fn instant(&self) -> Timestamp {
        self.zone.instant(self.wall)
    }

    /// Another instant in the same zone. One that clocks there show for the
    /// second time in a night is said in UTC.
    pub(super) fn placed(&self, at: Timestamp) -> Self {
        let in_zone = |zone: Zone| Self {
            wall: zone.wall(at),
            zone,
        };
        let there = in_zone(self.zone.clone());
        match there.instant() == at {
            true => there,
            false => in_zone(Zone::utc()),
        }
    }

    /// Whether it is midnight.
    pub(super) fn is_midnight(&self) -> bool {
        self.wall.time() == civil::Time::midnight()
    }

    /// As it is answered to somebody who prefers `zone`; the midnight of an
    /// all-day event is midnight everywhere.
    pub(super) fn json(&self, zone: &Zone, all_day: bool) -> Value {
        let wall = match all_day {
            true => self.wall,
            false => zone.wall(self.instant()),
        };
        json!({ "dateTime": format!("{}.{:07}", wall.strftime("%Y-%m-%dT%H:%M:%S"), wall.subsec_nanosecond() / 100),
            "timeZone": zone.name })
    }
}

/// A wall-clock time without offset.
fn wall(text: &str) -> Option<civil::DateTime> {
    let shape = text.len() >= 16 && text.as_bytes()[10] == b'T' && !text.ends_with(['Z', 'z']);
    let offset = text.get(11..)?.contains(['+', '-']);
    (shape && !offset).then(|| text.parse().ok())?
}

/// An ISO 8601 time of a query: without an offset it is UTC.
pub(super) fn query_instant(text: &str) -> Option<Timestamp> {
    Moment::read(text, Zone::utc()).map(|moment| moment.instant())
}

/// An instant with seven decimals.
pub(super) fn stamp(at: Timestamp) -> String {
    format!(
        "{}.{:07}Z",
        at.strftime("%Y-%m-%dT%H:%M:%S"),
        at.subsec_nanosecond() / 100
    )
}
