//! What no cycle will need again.

use calsync::model::id::ConflictId;
use calsync::model::lease::Lease;
use calsync::model::preferences::PreferencesChange;
use calsync::model::run::{JobRun, Outcome, SyncState, SyncStatus};
use calsync::store::{Cutoffs, StaleRecords, StoreError};
use chrono::{DateTime, TimeDelta, Utc};

use super::bench::{Bench, lease, now};
use super::build::{Build, event, gone, user_id, window};

/// Everything from before a moment is stale.
fn before(at: DateTime<Utc>) -> Cutoffs {
    Cutoffs {
        events: at,
        conflicts: at,
        statuses: at,
        runs: at,
    }
}

fn later() -> Cutoffs {
    before(now() + TimeDelta::milliseconds(1))
}

async fn run(bench: &Bench, job: &str, minutes: i64) {
    let run = JobRun {
        job: job.to_owned(),
        outcome: Outcome::Ok,
        started_at: now() - TimeDelta::minutes(minutes),
        duration_ms: 1,
        counts: [].into(),
        failures: Vec::new(),
    };
    bench.store.run_save(&run).await.unwrap();
}

/// Has the user synced by itself, or not.
async fn auto_sync(bench: &Bench, is_enabled: bool) {
    let change = PreferencesChange {
        auto_sync_enabled: Some(is_enabled),
        ..PreferencesChange::default()
    };
    let changed = bench.store.preferences_change(&user_id("u"), change).await;
    changed.unwrap();
}

/// Three removed events, one settled and one open conflict, a status, and three
/// cycles of two jobs.
async fn used(bench: &Bench) {
    let page = ["a", "b", "c", "d"].map(|id| event(id).upsert());
    bench.everything(page.to_vec()).await;
    bench.braked(vec![event("a").upsert()], "c-1").await;
    let id = ConflictId::new("c-1");
    bench.store.conflict_approve(&id, now()).await.unwrap();
    bench.everything(vec![event("a").upsert()]).await;
    let back = ["e", "f"].map(|id| event(id).upsert());
    bench.changes(back.to_vec()).await;
    bench.braked(vec![event("a").upsert()], "c-2").await;
    let status = SyncStatus {
        user_id: user_id("u"),
        last_sync_at: Some(now()),
        state: SyncState::Success,
        counts: [].into(),
        failures: Vec::new(),
        updated_at: now(),
    };
    bench.store.status_save(status).await.unwrap();
    auto_sync(bench, false).await;
    run(bench, "pull", 3).await;
    run(bench, "pull", 2).await;
    run(bench, "auto-sync", 3).await;
}

const STALE: StaleRecords = StaleRecords {
    events: 3,
    conflicts: 1,
    statuses: 1,
    runs: 1,
};

pub(crate) async fn what_is_stale_is_counted_and_forgotten_once(bench: Bench) {
    used(&bench).await;
    assert_eq!(bench.store.stale_count(later()).await.unwrap(), STALE);
    let removed = bench.store.stale_remove(later(), 100).await.unwrap();
    assert_eq!(removed, STALE);
    let again = bench.store.stale_remove(later(), 100).await.unwrap();
    assert_eq!(again, StaleRecords::default());
    assert!(bench.store.status_list().await.unwrap().is_empty());
}

pub(crate) async fn what_is_young_stays(bench: Bench) {
    used(&bench).await;
    let early = before(now() - TimeDelta::minutes(3));
    let none = StaleRecords::default();
    assert_eq!(bench.store.stale_count(early).await.unwrap(), none);
    assert_eq!(bench.store.stale_remove(early, 100).await.unwrap(), none);
    assert_eq!(bench.store.stale_count(later()).await.unwrap(), STALE);
}

pub(crate) async fn a_status_that_decides_when_a_user_is_due_stays(bench: Bench) {
    used(&bench).await;
    auto_sync(&bench, true).await;
    let kept = StaleRecords {
        statuses: 0,
        ..STALE
    };
    assert_eq!(bench.store.stale_count(later()).await.unwrap(), kept);
    assert_eq!(bench.store.stale_remove(later(), 100).await.unwrap(), kept);
    assert_eq!(bench.store.status_list().await.unwrap().len(), 1);
    let scheduled = bench.store.user_schedule().await.unwrap();
    assert_eq!(scheduled[0].last_sync_at, Some(now()));
}

pub(crate) async fn open_questions_live_events_and_last_cycles_stay(bench: Bench) {
    used(&bench).await;
    bench.store.stale_remove(later(), 100).await.unwrap();
    let open = bench.store.conflict_list(false).await.unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].id, ConflictId::new("c-2"));
    assert_eq!(bench.timeline().await.len(), 3);
    let latest = bench.store.run_latest().await.unwrap();
    let jobs: Vec<_> = latest.iter().map(|run| run.job.as_str()).collect();
    assert_eq!(jobs, ["auto-sync", "pull"]);
}

pub(crate) async fn a_write_forgets_no_more_than_it_may(bench: Bench) {
    used(&bench).await;
    let first = bench.store.stale_remove(later(), 2).await.unwrap();
    assert_eq!(first.events, 2);
    let second = bench.store.stale_remove(later(), 2).await.unwrap();
    assert_eq!(second.events, 1);
    assert_eq!(first.and(second), STALE);
}

pub(crate) async fn a_forgotten_event_may_return(bench: Bench) {
    bench.everything(vec![event("a").upsert()]).await;
    bench.changes(vec![gone("a")]).await;
    bench.store.stale_remove(later(), 100).await.unwrap();
    bench.changes(vec![gone("a")]).await;
    let applied = bench.changes(vec![event("a").upsert()]).await;
    assert_eq!(applied.created, 1);
    assert_eq!(bench.timeline().await, ["03-10T09:00 a"]);
}

pub(crate) async fn a_timeline_rolls_where_nothing_is_pulled(bench: Bench) {
    let days = [
        event("march").at("2026-03-10T09:00", "2026-03-10T10:00"),
        event("april").at("2026-04-10T09:00", "2026-04-10T10:00"),
    ];
    bench
        .everything(days.map(|day| day.upsert()).to_vec())
        .await;
    assert_eq!(bench.timeline().await, ["03-10T09:00 march"]);
    let april = window("2026-04-01", "2026-05-01");
    let held = lease(&bench.calendar, "cycle");
    for _ in 0..2 {
        let rolled = bench.store.timeline_roll(&bench.calendar, &held, april);
        rolled.await.unwrap();
        assert_eq!(bench.timeline().await, ["04-10T09:00 april"]);
        assert_eq!(bench.calendar().await.window, Some(april));
    }
}

pub(crate) async fn a_timeline_rolls_only_under_its_lease_and_after_a_pull(bench: Bench) {
    let april = window("2026-04-01", "2026-05-01");
    let held = lease(&bench.calendar, "cycle");
    let rolled = bench.store.timeline_roll(&bench.calendar, &held, april);
    rolled.await.unwrap();
    assert_eq!(bench.calendar().await.window, None);
    let foreign = Lease {
        owner: "other".to_owned(),
        ..held
    };
    let refused = bench.store.timeline_roll(&bench.calendar, &foreign, april);
    let refused = refused.await.unwrap_err();
    assert!(matches!(refused, StoreError::LeaseLost(_)), "{refused}");
}

pub(crate) async fn records_of_writes_and_links_of_gone_tasks_go(bench: Bench) {
    bench.linked().await;
    bench.application("UPDATE tasks SET deleted_at = '2026-03-10'");
    let step = calsync::store::Step {
        outbox: super::linked::put(calsync::store::Action::Delete {
            etag: Some("1".to_owned()),
        }),
        ..bench.one().await.step()
    };
    bench.decide(vec![step]).await;
    let entry = bench.due().await.remove(0);
    bench.settle(&entry, calsync::store::Sent::Deleted).await;
    let runs = async || bench.store.stale_count(later()).await.unwrap().runs;
    // Two writes; the task may still be planned again.
    assert_eq!(runs().await, 2);
    bench.application("DELETE FROM tasks");
    assert_eq!(runs().await, 3);
    let removed = bench.store.stale_remove(later(), 100).await.unwrap();
    assert_eq!(removed.runs, 3);
    assert_eq!(runs().await, 0);
}
