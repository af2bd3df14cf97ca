//! The zone names that a mailbox server knows: Windows names, and a
//! documented list of IANA names.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, civil};
use serde::Deserialize;

/// The names of the contract's part 8; where it gives two, both.
const IANA: &str = "Etc/GMT+12 Etc/GMT+11 Pacific/Honolulu America/Anchorage America/Santa_Isabel America/Los_Angeles \
    America/Phoenix America/Chihuahua America/Denver America/Guatemala America/Chicago America/Mexico_City America/Regina \
    America/Bogota America/New_York America/Indiana/Indianapolis America/Caracas America/Asuncion America/Halifax \
    America/Cuiaba America/La_Paz America/Santiago America/St_Johns America/Sao_Paulo America/Argentina/Buenos_Aires \
    America/Cayenne America/Godthab America/Montevideo America/Bahia Etc/GMT+2 Atlantic/Azores Atlantic/Cape_Verde \
    Africa/Casablanca Etc/GMT Europe/London Atlantic/Reykjavik Europe/Berlin Europe/Budapest Europe/Paris Europe/Warsaw \
    Africa/Lagos Africa/Windhoek Europe/Bucharest Asia/Beirut Africa/Cairo Asia/Damascus Africa/Johannesburg Europe/Kyiv \
    Europe/Kiev Europe/Istanbul Asia/Jerusalem Asia/Amman Asia/Baghdad Europe/Kaliningrad Asia/Riyadh Africa/Nairobi \
    Asia/Tehran Asia/Dubai Asia/Baku Europe/Moscow Indian/Mauritius Asia/Tbilisi Asia/Yerevan Asia/Kabul Asia/Karachi \
    Asia/Tashkent Asia/Kolkata Asia/Colombo Asia/Kathmandu Asia/Almaty Asia/Dhaka Asia/Yekaterinburg Asia/Yangon \
    Asia/Rangoon Asia/Bangkok Asia/Novosibirsk Asia/Shanghai Asia/Krasnoyarsk Asia/Singapore Australia/Perth Asia/Taipei \
    Asia/Ulaanbaatar Asia/Irkutsk Asia/Tokyo Asia/Seoul Australia/Adelaide Australia/Darwin Australia/Brisbane \
    Australia/Sydney Pacific/Port_Moresby Australia/Hobart Asia/Yakutsk Pacific/Guadalcanal Asia/Vladivostok \
    Pacific/Auckland Etc/GMT-12 Pacific/Fiji Asia/Magadan Pacific/Tongatapu Pacific/Apia Pacific/Kiritimati";

/// The table of the Unicode project.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Table {
    windows_to_iana: BTreeMap<String, String>,
    iana_to_windows: BTreeMap<String, String>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    serde_json::from_str(include_str!("windows-zones.json")).expect("the table is well-formed")
});

/// A time zone and the name it was given by.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Zone {
    /// As it was given.
    pub(super) name: String,
    /// Its rules.
    pub(super) rules: TimeZone,
}

impl Zone {
    /// UTC.
    pub(super) fn utc() -> Self {
        Self {
            name: "UTC".to_owned(),
            rules: TimeZone::UTC,
        }
    }

    /// A zone by a name that the service accepts.
    pub(super) fn accepted(name: &str) -> Option<Self> {
        let known = TABLE.windows_to_iana.contains_key(name)
            || IANA.split_whitespace().any(|iana| iana == name);
        known.then(|| Self::any(name))?
    }

    /// A zone by any Windows or IANA name.
    pub(super) fn any(name: &str) -> Option<Self> {
        if name == "UTC" {
            return Some(Self::utc());
        }
        let iana = TABLE.windows_to_iana.get(name).map_or(name, String::as_str);
        Some(Self {
            name: name.to_owned(),
            rules: rules(iana)?,
        })
    }

    /// The Windows name, which is how a zone is remembered.
    pub(super) fn windows(&self) -> &str {
        let windows = TABLE.iana_to_windows.get(&self.name);
        windows.map_or(self.name.as_str(), String::as_str)
    }

    /// The instant at which a wall clock here shows `wall`; in a gap the
    /// offset before it counts, of a repeated hour the first (RFC 5545).
    pub(super) fn instant(&self, wall: civil::DateTime) -> Timestamp {
        let zoned = self.rules.to_ambiguous_zoned(wall).compatible();
        zoned.map(|zoned| zoned.timestamp()).unwrap_or_default()
    }

    /// What a wall clock here shows at `instant`.
    pub(super) fn wall(&self, instant: Timestamp) -> civil::DateTime {
        self.rules.to_datetime(instant)
    }
}

/// The rules of an IANA zone. A system may lack the older names, which the
/// table of Windows zones uses.
fn rules(iana: &str) -> Option<TimeZone> {
    static BUNDLED: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
    TimeZone::get(iana).or_else(|_| BUNDLED.get(iana)).ok()
}

/// Every Windows name, for `supportedTimeZones`.
pub(super) fn windows_names() -> impl Iterator<Item = &'static str> {
    TABLE.windows_to_iana.keys().map(String::as_str)
}

/// Every accepted IANA name.
pub(super) fn iana_names() -> impl Iterator<Item = &'static str> {
    IANA.split_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_that_is_accepted_has_rules() {
        let homeless: Vec<&str> = windows_names()
            .chain(iana_names())
            .filter(|name| Zone::accepted(name).is_none())
            .collect();
        assert_eq!(homeless, Vec::<&str>::new());
    }

    #[test]
    fn a_zone_is_remembered_by_its_windows_name() {
        let berlin = Zone::accepted("Europe/Berlin").expect("a documented name");
        assert_eq!(berlin.windows(), "W. Europe Standard Time");
        assert!(Zone::accepted("Europe/Zurich").is_none());
        assert!(Zone::any("Europe/Zurich").is_some());
    }
}
