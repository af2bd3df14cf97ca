//! Windows names of time zones and those of the tz database, by the Unicode
//! CLDR's table (`windows-zones.json`).
//!
//! Graph names zones as Windows does, and accepts a few names of the tz
//! database besides. A name that nobody knows never costs an event: its times
//! come in UTC anyway.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::model::time::Zone;

/// What Graph calls a zone by when it has no name for it.
const UNNAMED: &str = "tzone://microsoft/";

/// The table, its keys in lower case.
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let shipped: Table = serde_json::from_str(include_str!("windows-zones.json"))
        .expect("the shipped table is read by a test");
    Table {
        windows_to_iana: lower(shipped.windows_to_iana),
        iana_to_windows: lower(shipped.iana_to_windows),
    }
});

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Table {
    windows_to_iana: HashMap<String, String>,
    iana_to_windows: HashMap<String, String>,
}

fn lower(names: HashMap<String, String>) -> HashMap<String, String> {
    let named = names.into_iter().filter(|(name, _)| !name.is_empty());
    named
        .map(|(name, other)| (name.to_ascii_lowercase(), other))
        .collect()
}

/// The zone of a Windows name or one of the tz database, in any case.
pub(super) fn zone(name: &str) -> Option<Zone> {
    let name = name.trim();
    let key = name.to_ascii_lowercase();
    let name = match key.strip_prefix(UNNAMED).unwrap_or(&key) {
        // Windows' and ours, where the table says Etc/UTC.
        "utc" => "UTC",
        _ if key.starts_with(UNNAMED) => return None,
        _ => TABLE.windows_to_iana.get(&key).map_or(name, String::as_str),
    };
    Zone::parse(name).ok()
}

/// The Windows name of a zone, which every mailbox knows.
pub(super) fn windows_name(zone: &Zone) -> Option<&'static str> {
    let key = zone.name().to_ascii_lowercase();
    TABLE.iana_to_windows.get(&key).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Option<String> {
        zone(name).map(|zone| zone.name().to_owned())
    }

    #[test]
    fn a_windows_name_is_a_zone_in_any_case() {
        let cases = [
            ("W. Europe Standard Time", "Europe/Berlin"),
            ("w. europe standard time", "Europe/Berlin"),
            (" Pacific Standard Time ", "America/Los_Angeles"),
            ("UTC", "UTC"),
            ("utc", "UTC"),
            ("tzone://Microsoft/Utc", "UTC"),
        ];
        for (name, expected) in cases {
            assert_eq!(named(name).as_deref(), Some(expected), "{name}");
        }
    }

    #[test]
    fn a_name_of_the_tz_database_stays_as_it_is() {
        for name in [
            "Europe/Zurich",
            "America/Argentina/Buenos_Aires",
            "Etc/GMT+12",
        ] {
            assert_eq!(named(name).as_deref(), Some(name));
        }
    }

    #[test]
    fn a_name_that_nobody_knows_is_no_zone() {
        for name in [
            "",
            "tzone://Microsoft/Custom",
            "Customized Time Zone",
            "Mars/Olympus",
        ] {
            assert_eq!(named(name), None, "{name}");
        }
    }

    #[test]
    fn every_zone_of_the_table_is_known_to_the_tz_database() {
        for (windows, iana) in &TABLE.windows_to_iana {
            assert!(Zone::parse(iana).is_ok(), "{windows}: {iana}");
        }
    }

    #[test]
    fn a_zone_has_a_windows_name() {
        let cases = [
            ("Europe/Berlin", Some("W. Europe Standard Time")),
            ("Europe/Zurich", Some("W. Europe Standard Time")),
            ("Asia/Calcutta", Some("India Standard Time")),
            ("UTC", Some("UTC")),
            ("Etc/GMT+12", Some("Dateline Standard Time")),
        ];
        for (name, expected) in cases {
            let zone = Zone::parse(name).unwrap();
            assert_eq!(windows_name(&zone), expected, "{name}");
        }
    }

    #[test]
    fn there_and_back_keeps_the_windows_name() {
        for windows in TABLE.windows_to_iana.keys() {
            let there = zone(windows).unwrap();
            let back = windows_name(&there).map(str::to_ascii_lowercase);
            assert_eq!(back.as_ref(), Some(windows), "{windows}");
        }
    }
}
