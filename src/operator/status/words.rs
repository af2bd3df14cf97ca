//! Numbers as people read them.

use std::collections::BTreeMap;

use super::overview::Stored;
use super::places::StorePlace;
use crate::operator::output;

/// How long something took.
pub(super) fn took(ms: u64) -> String {
    match ms {
        0..1000 => format!("{ms} ms"),
        1000..60_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        _ => age(i64::try_from(ms / 1000).unwrap_or(i64::MAX)),
    }
}

/// How old something is.
pub(super) fn age(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// How large something is.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", bytes >> 10),
        _ => format!("{}.{} MiB", bytes >> 20, ((bytes & 0xf_ffff) * 10) >> 20),
    }
}

/// Numbers with what they count; those that are 0 are left out.
pub(super) fn counted<N: ToString + Default + PartialEq>(
    counts: &BTreeMap<impl AsRef<str>, N>,
) -> String {
    let some = counts.iter().filter(|(_, number)| **number != N::default());
    let parts = some.map(|(name, number)| {
        let name = name.as_ref().replace('_', " ");
        format!("{} {name}", number.to_string())
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// What there is, and how it is: a name and a sentence each.
pub(super) fn sums(stored: &Stored) -> [(&'static str, String); 5] {
    let Stored {
        users,
        accounts,
        calendars,
        watches,
        conflicts,
        ..
    } = stored;
    let accounts: Vec<_> = accounts
        .iter()
        .map(|(status, number)| format!("{number} {status}"))
        .collect();
    let open: usize = conflicts.values().sum();
    let kinds = match open {
        0 => String::new(),
        _ => format!(" ({})", counted(conflicts)),
    };
    let hooked = match watches.configured {
        true => "",
        false => " (webhooks are not configured)",
    };
    [
        (
            "users",
            format!(
                "{} ({} due, {} failing, {} to connect again)",
                users.all, users.due, users.failing, users.needs_reauth
            ),
        ),
        ("accounts", accounts.join(", ")),
        (
            "calendars",
            format!(
                "{} ({} active, {} resting after failures)",
                calendars.all, calendars.active, calendars.resting
            ),
        ),
        (
            "watches",
            format!(
                "{} ended, {} ending within 12 h, {} later, {} without{hooked}",
                watches.ended,
                watches.within_12_h,
                watches.later,
                output::counted(watches.without as u64, "calendar")
            ),
        ),
        ("conflicts", format!("{open} open{kinds}")),
    ]
}

/// How much room the store takes.
pub(super) fn room(store: &StorePlace) -> String {
    let (file, log) = (size(store.bytes), size(store.wal_bytes));
    format!("{file}, and {log} in its write-ahead log")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_the_unit_that_says_most() {
        let took = [0, 999, 1250, 60_000].map(took);
        assert_eq!(took, ["0 ms", "999 ms", "1.2 s", "1 min"]);
        let ages = [0, 59, 60, 7200, 172_799, 172_800].map(age);
        assert_eq!(ages, ["0 s", "59 s", "1 min", "2 h", "47 h", "2 d"]);
        let sizes = [1023, 1024, 1_048_576, 1_572_864].map(size);
        assert_eq!(sizes, ["1023 bytes", "1 KiB", "1.0 MiB", "1.5 MiB"]);
        let counts = BTreeMap::from([("edit", 0), ("edit_delete", 2)]);
        assert_eq!(counted(&counts), "2 edit delete");
    }
}
