//! Removals that wait for approval.

use calsync::model::change::Change;
use calsync::model::conflict::ResolutionStatus;
use calsync::model::id::ConflictId;
use calsync::store::{Applied, Coverage, Removals};

use super::bench::{Bench, now};
use super::build::{Build, at, event, gone, unreadable};

fn page(ids: &[&str]) -> Vec<Change> {
    ids.iter().map(|id| event(id).upsert()).collect()
}

/// Three events, two of which wait to be removed.
async fn two_of_three(bench: &Bench) {
    bench.everything(page(&["a", "b", "c"])).await;
    let applied = bench.braked(page(&["a"]), "c-1").await;
    assert_eq!((applied.parked, applied.removed), (2, 0));
}

async fn approve(bench: &Bench, id: &str) -> Option<u64> {
    let id = ConflictId::new(id);
    bench.store.conflict_approve(&id, now()).await.unwrap()
}

async fn status(bench: &Bench, id: &str) -> ResolutionStatus {
    let found = bench
        .store
        .conflict_find(&ConflictId::new(id))
        .await
        .unwrap();
    found.unwrap().resolution_status
}

pub(crate) async fn parked_events_stay_visible(bench: Bench) {
    two_of_three(&bench).await;
    assert_eq!(bench.timeline().await.len(), 3);
    let conflicts = bench.store.conflict_list(true).await.unwrap();
    assert_eq!(conflicts, [bench.conflict("c-1")]);
    let removals = bench.removals(Coverage::Changes).await;
    assert_eq!(
        removals,
        Removals {
            live: 1,
            removed: 0,
            staged: 0
        }
    );
}

pub(crate) async fn approval_removes_what_waits(bench: Bench) {
    two_of_three(&bench).await;
    assert_eq!(approve(&bench, "c-1").await, Some(2));
    assert_eq!(bench.timeline().await, ["03-10T09:00 a"]);
    assert_eq!(status(&bench, "c-1").await, ResolutionStatus::Resolved);
    assert_eq!(approve(&bench, "c-1").await, None);
    assert_eq!(approve(&bench, "c-unknown").await, None);
    assert!(bench.store.conflict_list(true).await.unwrap().is_empty());
    let settled = bench.store.conflict_list(false).await.unwrap();
    assert_eq!(settled[0].resolved_at, Some(now()));
    assert_eq!(bench.changes(page(&["b"])).await.created, 1);
}

pub(crate) async fn an_event_that_is_listed_again_no_longer_waits(bench: Bench) {
    two_of_three(&bench).await;
    assert_eq!(bench.changes(page(&["b"])).await, Applied::default());
    assert_eq!(status(&bench, "c-1").await, ResolutionStatus::Open);
    assert_eq!(bench.removals(Coverage::Changes).await.live, 2);
    assert_eq!(approve(&bench, "c-1").await, Some(1));
    assert_eq!(bench.timeline().await, ["03-10T09:00 a", "03-10T09:00 b"]);
}

pub(crate) async fn an_unreadable_event_that_is_listed_no_longer_waits(bench: Bench) {
    two_of_three(&bench).await;
    bench.changes(vec![unreadable("b")]).await;
    assert_eq!(approve(&bench, "c-1").await, Some(1));
    assert_eq!(bench.timeline().await, ["03-10T09:00 a", "03-10T09:00 b"]);
}

pub(crate) async fn a_question_without_events_is_moot(bench: Bench) {
    two_of_three(&bench).await;
    assert_eq!(
        bench.everything(page(&["a", "b", "c"])).await,
        Applied::default()
    );
    assert_eq!(status(&bench, "c-1").await, ResolutionStatus::Moot);
    assert_eq!(approve(&bench, "c-1").await, None);
    assert_eq!(bench.timeline().await.len(), 3);
    assert_eq!(bench.braked(page(&["a"]), "c-2").await.parked, 2);
    assert_eq!(status(&bench, "c-2").await, ResolutionStatus::Open);
}

pub(crate) async fn later_removals_wait_under_the_same_question(bench: Bench) {
    two_of_three(&bench).await;
    assert_eq!(bench.braked(Vec::new(), "c-2").await.parked, 1);
    assert_eq!(bench.store.conflict_list(false).await.unwrap().len(), 1);
    assert_eq!(approve(&bench, "c-1").await, Some(3));
    assert!(bench.timeline().await.is_empty());
}

pub(crate) async fn what_waits_is_not_removed_by_the_next_listing(bench: Bench) {
    two_of_three(&bench).await;
    bench.stage(vec![gone("b")]).await;
    assert_eq!(bench.removals(Coverage::Changes).await.removed, 0);
    assert_eq!(bench.changes(Vec::new()).await.removed, 0);
    bench.stage(page(&["a"])).await;
    assert_eq!(bench.removals(Coverage::Everything).await.removed, 0);
    assert_eq!(bench.everything(Vec::new()).await, Applied::default());
    assert_eq!(bench.timeline().await.len(), 3);
    assert_eq!(approve(&bench, "c-1").await, Some(2));
}

pub(crate) async fn nothing_to_remove_asks_nothing(bench: Bench) {
    bench.everything(page(&["a"])).await;
    assert_eq!(bench.braked(page(&["a"]), "c-1").await, Applied::default());
    assert!(bench.store.conflict_list(false).await.unwrap().is_empty());
}

pub(crate) async fn approval_gives_a_series_its_occurrences_back(bench: Bench) {
    let series = || event("s").repeats("FREQ=DAILY;COUNT=2").upsert();
    let moved = event("moved")
        .instead_of("s", "2026-03-11T09:00")
        .at("2026-03-12T09:00", "2026-03-12T10:00");
    bench.everything(vec![series(), moved.upsert()]).await;
    bench.braked(vec![series()], "c-1").await;
    assert_eq!(
        bench.timeline().await,
        ["03-10T09:00 s", "03-12T09:00 moved"]
    );
    assert_eq!(approve(&bench, "c-1").await, Some(1));
    assert_eq!(bench.timeline().await, ["03-10T09:00 s", "03-11T09:00 s"]);
}

pub(crate) async fn questions_are_listed_oldest_first(bench: Bench) {
    bench.everything(page(&["a"])).await;
    for (id, found) in [("c-2", "2026-03-10T13:00"), ("c-1", "2026-03-10T14:00")] {
        let mut plan = bench.plan(Coverage::Everything);
        let mut conflict = bench.conflict(id);
        conflict.detected_at = at(found);
        plan.park = Some(conflict);
        bench.apply(plan).await;
        bench.changes(page(&["a"])).await;
    }
    let conflicts = bench.store.conflict_list(false).await.unwrap();
    let ids: Vec<_> = conflicts.iter().map(|c| c.id.as_str()).collect();
    assert_eq!(ids, ["c-2", "c-1"]);
}
