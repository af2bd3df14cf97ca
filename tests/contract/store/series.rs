//! Series and their exceptions in the timeline.

use calsync::model::event::{Event, EventKind};

use super::bench::Bench;
use super::build::{Build, event, gone};

/// Three days from 10 March, at nine.
fn daily() -> Event {
    event("s").repeats("FREQ=DAILY;COUNT=3")
}

/// The second of them, in the afternoon.
fn moved() -> Event {
    event("moved")
        .instead_of("s", "2026-03-11T09:00")
        .at("2026-03-11T15:00", "2026-03-11T16:00")
}

const WITH_MOVED: [&str; 3] = ["03-10T09:00 s", "03-11T15:00 moved", "03-12T09:00 s"];
const PLAIN: [&str; 3] = ["03-10T09:00 s", "03-11T09:00 s", "03-12T09:00 s"];

pub(crate) async fn a_series_becomes_occurrences(bench: Bench) {
    assert_eq!(bench.changes(vec![daily().upsert()]).await.created, 1);
    assert_eq!(bench.timeline().await, PLAIN);
    let days = event("d")
        .days("2026-03-10", "2026-03-12")
        .repeats("FREQ=WEEKLY;COUNT=2");
    bench.changes(vec![gone("s"), days.upsert()]).await;
    assert_eq!(bench.timeline().await, ["03-10 d", "03-17 d"]);
}

pub(crate) async fn an_exception_stands_in_for_its_occurrence(bench: Bench) {
    bench.changes(vec![daily().upsert()]).await;
    bench.changes(vec![moved().upsert()]).await;
    assert_eq!(bench.timeline().await, WITH_MOVED);
}

pub(crate) async fn a_cancelled_exception_leaves_a_hole(bench: Bench) {
    bench
        .changes(vec![daily().upsert(), moved().upsert()])
        .await;
    let applied = bench.changes(vec![moved().cancelled().upsert()]).await;
    assert_eq!(
        (applied.created, applied.updated, applied.removed),
        (0, 1, 0)
    );
    assert_eq!(bench.timeline().await, ["03-10T09:00 s", "03-12T09:00 s"]);
    let other = event("o").instead_of("s", "2026-03-12T09:00").cancelled();
    let applied = bench.changes(vec![other.upsert()]).await;
    assert_eq!(
        (applied.created, applied.updated, applied.removed),
        (0, 1, 0)
    );
    assert_eq!(bench.timeline().await, ["03-10T09:00 s"]);
}

pub(crate) async fn an_exception_may_arrive_before_its_series(bench: Bench) {
    bench.changes(vec![moved().upsert()]).await;
    assert_eq!(bench.timeline().await, ["03-11T15:00 moved"]);
    bench.changes(vec![daily().upsert()]).await;
    assert_eq!(bench.timeline().await, WITH_MOVED);
}

pub(crate) async fn an_exception_that_is_gone_gives_the_occurrence_back(bench: Bench) {
    bench
        .changes(vec![daily().upsert(), moved().upsert()])
        .await;
    bench.changes(vec![gone("moved")]).await;
    assert_eq!(bench.timeline().await, PLAIN);
    bench.changes(vec![moved().cancelled().upsert()]).await;
    bench.everything(vec![daily().upsert()]).await;
    assert_eq!(bench.timeline().await, PLAIN);
}

pub(crate) async fn an_exception_that_changes_its_slot_frees_the_old_one(bench: Bench) {
    bench
        .changes(vec![daily().upsert(), moved().upsert()])
        .await;
    let shifted = moved().instead_of("s", "2026-03-12T09:00");
    bench.changes(vec![shifted.upsert()]).await;
    let shown = ["03-10T09:00 s", "03-11T09:00 s", "03-11T15:00 moved"];
    assert_eq!(bench.timeline().await, shown);
}

pub(crate) async fn an_exception_that_changes_its_series_touches_both(bench: Bench) {
    let other = event("t")
        .at("2026-03-10T20:00", "2026-03-10T21:00")
        .repeats("FREQ=DAILY;COUNT=2");
    bench
        .changes(vec![daily().upsert(), other.upsert(), moved().upsert()])
        .await;
    bench
        .changes(vec![moved().instead_of("t", "2026-03-11T20:00").upsert()])
        .await;
    let shown = [
        "03-10T09:00 s",
        "03-10T20:00 t",
        "03-11T09:00 s",
        "03-11T15:00 moved",
        "03-12T09:00 s",
    ];
    assert_eq!(bench.timeline().await, shown);
    let alone = moved().with(|event| event.kind = EventKind::Single);
    bench.changes(vec![alone.upsert()]).await;
    assert_eq!(bench.timeline().await.len(), 6);
}

pub(crate) async fn a_series_may_become_single_and_back(bench: Bench) {
    for _ in 0..2 {
        bench.changes(vec![daily().upsert()]).await;
        assert_eq!(bench.timeline().await, PLAIN);
        bench.changes(vec![event("s").upsert()]).await;
        assert_eq!(bench.timeline().await, ["03-10T09:00 s"]);
    }
}

pub(crate) async fn a_rule_that_cannot_be_read_is_reported_and_kept(bench: Bench) {
    let odd = || event("odd").repeats("FREQ=SOMETIMES").upsert();
    let applied = bench.changes(vec![odd(), daily().upsert()]).await;
    assert_eq!(applied.created, 2);
    let ids: Vec<_> = applied
        .unparsed
        .iter()
        .map(|u| u.external_id.as_str())
        .collect();
    assert_eq!(ids, ["odd"]);
    assert_eq!(bench.timeline().await.len(), 4);
    let again = bench.changes(vec![odd()]).await;
    assert!(
        again.unparsed.is_empty(),
        "what did not change was reported already"
    );
}

pub(crate) async fn a_moved_series_leaves_no_old_occurrence(bench: Bench) {
    bench.changes(vec![daily().upsert()]).await;
    let later = daily().at("2026-03-10T10:00", "2026-03-10T11:00");
    bench.changes(vec![later.upsert()]).await;
    let shown = ["03-10T10:00 s", "03-11T10:00 s", "03-12T10:00 s"];
    assert_eq!(bench.timeline().await, shown);
}
