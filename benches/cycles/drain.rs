//! Drains of a full queue and of an empty one.

use std::time::Duration;

use calsync::model::account::ProviderKind::Google;
use calsync::model::notification::Notification;
use calsync::queue::{QueueLocation, QueueSettings};

use super::child::Measured;
use super::installation::Installation;
use super::population::Population;
use super::source::Source;
use super::table::Table;

/// Notifications of each calendar.
const EACH: usize = 100;

/// Notifications that are pushed at once.
const BATCH: usize = 1000;

/// Measures both.
pub(crate) fn measure(table: &mut Table) {
    let mut source = Source::start(Population {
        provider: Google,
        accounts: 100,
        calendars: 10,
        events: 20,
    });
    let installation = Installation::of(&source);
    installation.job(&["auto-sync"]);
    let told = told(&installation);
    let drain = || {
        fill(&installation, &told);
        source.requests();
        let (measured, report) = installation.job(&["drain-webhooks"]);
        assert_eq!(report["counts"]["claimed"], 100_000, "{report}");
        assert_eq!(report["counts"]["synced"], 1000, "{report}");
        assert_eq!(source.requests(), 1000, "{report}");
        measured
    };
    let runs: Vec<_> = std::iter::repeat_with(drain).take(4).skip(1).collect();
    table.add("drain of 100000 for 1000 calendars", &runs);
    table.note("  requests", "1000");
    table.add("drain, empty queue", &empty(&mut source, &installation));
}

/// Drains that find nothing.
fn empty(source: &mut Source, installation: &Installation) -> Vec<Measured> {
    source.requests();
    let cycle = || {
        let (measured, report) = installation.job(&["drain-webhooks"]);
        assert_eq!(report["counts"]["claimed"], 0, "{report}");
        measured
    };
    let runs = std::iter::repeat_with(cycle).take(30).collect();
    assert_eq!(source.requests(), 0);
    runs
}

/// Has every calendar watched, as far as the store knows; a notification of
/// each.
fn told(installation: &Installation) -> Vec<Notification> {
    let store = installation.store();
    let watches = "INSERT INTO webhook_subscriptions
            (id, provider, user_id, calendar_id, state, callback, requested_at)
        SELECT 'user_' || user_id || '_' || id, provider, user_id, id, 'requested', '',
               '2026-01-01T00:00:00.000Z'
        FROM calendars";
    assert_eq!(store.execute(watches, []).unwrap(), 1000);
    let sql = "SELECT user_id, id FROM webhook_subscriptions";
    let mut rows = store.prepare(sql).unwrap();
    let told = rows.query_map([], |row| {
        let (user, watch): (String, String) = (row.get(0)?, row.get(1)?);
        Ok(Notification {
            provider: Google,
            user_id: user.parse().unwrap(),
            watch: Some(watch),
            resource: Some("o3hgv1538sdjfhs".to_owned()),
            what: "exists".to_owned(),
            received_at: None,
        })
    });
    told.unwrap().collect::<Result<_, _>>().unwrap()
}

/// Queues so many notifications of each calendar, those of one far from each
/// other.
fn fill(installation: &Installation, told: &[Notification]) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let queue = calsync::queue::open(QueueSettings {
            location: QueueLocation::Sqlite(installation.path("calsync-queue.db")),
            hold: Duration::from_secs(300),
            max_attempts: 10,
        });
        let queue = queue.await.unwrap();
        for _ in 0..EACH {
            for batch in told.chunks(BATCH) {
                queue.push(batch.to_vec()).await.unwrap();
            }
        }
    });
}
