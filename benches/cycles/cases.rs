//! What is measured.

use calsync::model::account::ProviderKind::{self, Google, Microsoft};

use super::child::{self, Measured};
use super::drain;
use super::installation::Installation;
use super::minimal;
use super::population::Population;
use super::source::Source;
use super::table::Table;

/// A case: its name, and what measures it.
type Case = (&'static str, fn(&mut Table));

/// Every case that runs processes.
pub(crate) const ALL: &[Case] = &[
    ("first-10k", |table| first_pull(table, Google, 10_000, 9)),
    ("first-100k", |table| first_pull(table, Google, 100_000, 5)),
    ("no-change", |table| no_change(table, Google, 100, 10)),
    ("idle", idle),
    ("drain", drain::measure),
    ("microsoft-first-10k", |table| {
        first_pull(table, Microsoft, 10_000, 9)
    }),
    ("microsoft-first-100k", |table| {
        first_pull(table, Microsoft, 100_000, 5)
    }),
    ("microsoft-no-change", |table| {
        no_change(table, Microsoft, 250, 4)
    }),
];

/// The first pull of one calendar, beside the minimal program.
fn first_pull(table: &mut Table, provider: ProviderKind, events: u32, runs: usize) {
    let mut source = Source::start(Population {
        provider,
        accounts: 1,
        calendars: 1,
        events,
    });
    let fresh = Installation::of(&source);
    // The first runs fill the source's memory and are not counted.
    pull(&fresh, events);
    let listing = source.first_listing();
    insert(&listing, events);
    // In turns, so that a busy machine is as busy for both.
    let (ours, theirs): (Vec<_>, Vec<_>) = (0..runs)
        .map(|_| (pull(&fresh, events), insert(&listing, events)))
        .unzip();
    let ours = table.add(&format!("{provider}: first pull, {events} events"), &ours);
    let theirs = table.add(
        &format!("{provider}: minimal program, {events} events"),
        &theirs,
    );
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    table.note("  times the minimal program", &format!("{ratio:.2}"));
}

/// A first pull into a copy of an installation.
fn pull(fresh: &Installation, events: u32) -> Measured {
    let installation = fresh.copy();
    let (measured, report) = installation.job(&["pull", "--all-hours"]);
    let store = installation.store();
    let count = "SELECT max((SELECT count(*) FROM calendar_events),
                            (SELECT count(*) FROM calendar_occurrences))";
    let stored: u32 = store.query_row(count, [], |row| row.get(0)).unwrap();
    assert!(stored >= events, "{stored} events: {report}");
    measured
}

/// The minimal program.
fn insert(listing: &str, events: u32) -> Measured {
    let dir = tempfile::tempdir().unwrap();
    let database = dir.path().join("minimal.db");
    let measured = child::run(&mut minimal::command(listing, &database), "");
    let store = rusqlite::Connection::open(database).unwrap();
    let count = "SELECT count(*) FROM event";
    let stored: u32 = store.query_row(count, [], |row| row.get(0)).unwrap();
    assert!(stored >= events, "{stored} events");
    measured
}

/// A cycle of 1,000 calendars where nothing changed: one request each, and no
/// write to the tables of events.
fn no_change(table: &mut Table, provider: ProviderKind, accounts: usize, calendars: usize) {
    let mut source = Source::start(Population {
        provider,
        accounts,
        calendars,
        events: 20,
    });
    let installation = Installation::of(&source);
    installation.job(&["auto-sync"]);
    refuse_writes(&installation);
    let cycle = || {
        source.requests();
        let (measured, report) = installation.job(&["auto-sync", "--force"]);
        assert_eq!(source.requests(), 1000, "{report}");
        assert_eq!(report["counts"]["synced"], 1000, "{report}");
        measured
    };
    let runs: Vec<_> = std::iter::repeat_with(cycle).take(6).skip(1).collect();
    table.add(
        &format!("{provider}: no-change cycle, 1000 calendars"),
        &runs,
    );
    table.note("  requests", "1000");
    table.note("  writes to the event tables", "0");
}

/// From now on a write to the tables of events fails the cycle.
fn refuse_writes(installation: &Installation) {
    let store = installation.store();
    for table in ["calendar_events", "calendar_occurrences"] {
        for what in ["INSERT", "UPDATE", "DELETE"] {
            let trigger = format!(
                "CREATE TRIGGER no_{what}_{table} BEFORE {what} ON {table}
                 BEGIN SELECT raise(ABORT, 'nothing changed'); END"
            );
            store.execute_batch(&trigger).unwrap();
        }
    }
}

/// A cycle in which nobody is due.
fn idle(table: &mut Table) {
    let mut source = Source::start(Population {
        provider: Google,
        accounts: 20,
        calendars: 3,
        events: 50,
    });
    let installation = Installation::of(&source);
    installation.job(&["auto-sync"]);
    source.requests();
    let cycle = || {
        let (measured, report) = installation.job(&["auto-sync"]);
        assert_eq!(report["counts"]["scheduled"], 0, "{report}");
        measured
    };
    let runs: Vec<_> = std::iter::repeat_with(cycle).take(30).collect();
    assert_eq!(source.requests(), 0);
    table.add("auto-sync, nothing due, 20 users", &runs);
}
