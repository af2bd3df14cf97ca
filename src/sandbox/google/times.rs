//! Times on the wire: `{date}` or `{dateTime, timeZone}`.

use jiff::civil::{self, Date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::{Value, json};

use super::errors::ApiError;

/// A named time zone of the system's database.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Zone {
    pub(super) name: String,
    pub(super) rules: TimeZone,
}

impl Zone {
    /// Finds a zone by its IANA name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let rules = TimeZone::get(name).ok()?;
        Some(Self {
            name: name.to_owned(),
            rules,
        })
    }

    /// Finds a zone by its IANA name, else UTC.
    pub(super) fn named_or_utc(name: &str) -> Self {
        Self::named(name).unwrap_or_else(|| Self {
            name: "UTC".to_owned(),
            rules: TimeZone::UTC,
        })
    }

    /// The instant at which a wall clock here shows `wall`.
    pub(super) fn instant(&self, wall: civil::DateTime) -> Option<Timestamp> {
        Some(
            self.rules
                .to_ambiguous_zoned(wall)
                .compatible()
                .ok()?
                .timestamp(),
        )
    }

    /// What a wall clock here shows at `instant`.
    pub(super) fn wall(&self, instant: Timestamp) -> civil::DateTime {
        self.rules.to_datetime(instant)
    }

    /// `instant` as RFC 3339 with this zone's offset.
    pub(super) fn render(&self, instant: Timestamp) -> String {
        let zoned = instant.to_zoned(self.rules.clone());
        match zoned.offset().is_zero() {
            true => zoned.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            false => zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        }
    }
}

/// A start or an end.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum When {
    /// A day.
    Day(Date),
    /// An instant and the zone that was named with it.
    At(Timestamp, Option<Zone>),
}

impl When {
    /// Reads a start or an end of a calendar in `zone`; strict, as the API is.
    pub(super) fn parse(value: &Value, zone: &Zone, which: &str) -> Result<Self, ApiError> {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        match (text("date"), text("dateTime")) {
            (Some(date), None) => {
                let date = date.parse().map_err(|_| {
                    ApiError::invalid_body(&format!("Invalid value for {which}.date."))
                })?;
                Ok(Self::Day(date))
            }
            (None, Some(time)) => Self::timed(time, text("timeZone"), zone, which),
            (None, None) => Err(ApiError::required(&format!("Missing {which} time."))),
            (Some(_), Some(_)) => Err(ApiError::invalid_body(&format!(
                "Invalid {which} time: both date and dateTime."
            ))),
        }
    }

    fn timed(time: &str, named: Option<&str>, zone: &Zone, which: &str) -> Result<Self, ApiError> {
        let unknown =
            || ApiError::invalid_body(&format!("Invalid time zone definition for {which} time."));
        let named = named
            .map(|name| Zone::named(name).ok_or_else(unknown))
            .transpose()?;
        let instant = instant(time, named.as_ref().unwrap_or(zone));
        let instant = instant.ok_or_else(|| {
            ApiError::invalid_body(&format!("Invalid value for {which}.dateTime."))
        })?;
        Ok(Self::At(instant, named))
    }

    /// As it is sent by a calendar in `zone`.
    pub(super) fn json(&self, zone: &Zone) -> Value {
        match self {
            Self::Day(date) => json!({ "date": date.to_string() }),
            Self::At(at, named) => {
                json!({ "dateTime": zone.render(*at), "timeZone": named.as_ref().unwrap_or(zone).name })
            }
        }
    }

    /// The wall-clock time at which it stands in its own zone, else in `zone`.
    pub(super) fn wall(&self, zone: &Zone) -> civil::DateTime {
        match self {
            Self::Day(date) => date.at(0, 0, 0, 0),
            Self::At(at, named) => named.as_ref().unwrap_or(zone).wall(*at),
        }
    }

    /// The instant; a day begins at midnight in `zone`.
    pub(super) fn instant(&self, zone: &Zone) -> Timestamp {
        match self {
            Self::At(at, _) => *at,
            Self::Day(date) => zone.instant(date.at(0, 0, 0, 0)).unwrap_or_default(),
        }
    }

    /// What stands behind the series id in the id of this occurrence.
    pub(super) fn suffix(&self) -> String {
        match self {
            Self::Day(date) => date.strftime("%Y%m%d").to_string(),
            Self::At(at, _) => at.strftime("%Y%m%dT%H%M%SZ").to_string(),
        }
    }

    /// The same kind of time, at another wall-clock time.
    pub(super) fn moved_to(&self, wall: civil::DateTime, zone: &Zone) -> Option<Self> {
        match self {
            Self::Day(_) => Some(Self::Day(wall.date())),
            Self::At(_, named) => Some(Self::At(
                named.as_ref().unwrap_or(zone).instant(wall)?,
                named.clone(),
            )),
        }
    }

    /// This plus the time from `start` to `end`: days for days, else elapsed time.
    pub(super) fn plus(&self, start: &Self, end: &Self) -> Option<Self> {
        match (self, start, end) {
            (Self::Day(day), Self::Day(from), Self::Day(to)) => {
                let days = from.until(*to).ok()?.get_days();
                Some(Self::Day(day.checked_add(days.days()).ok()?))
            }
            (Self::At(at, named), Self::At(from, _), Self::At(to, _)) => {
                let length: SignedDuration = to.duration_since(*from);
                Some(Self::At(at.checked_add(length).ok()?, named.clone()))
            }
            _ => None,
        }
    }
}

/// An instant with an offset, or a wall-clock time of `zone`.
pub(super) fn instant(text: &str, zone: &Zone) -> Option<Timestamp> {
    match text.parse::<Timestamp>() {
        Ok(instant) => Some(instant),
        Err(_) => zone.instant(text.parse().ok()?),
    }
}
