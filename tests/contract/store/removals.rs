//! What a listing takes away.

use calsync::store::{Coverage, Removals};

use super::bench::Bench;
use super::build::{Build, event, gone, unreadable};

async fn three(bench: &Bench) {
    let page = ["a", "b", "c"].map(|id| event(id).upsert());
    bench.everything(page.into()).await;
}

async fn a_series_with_exceptions(bench: &Bench) {
    bench
        .everything(vec![
            event("s").repeats("FREQ=DAILY;COUNT=4").upsert(),
            event("moved")
                .instead_of("s", "2026-03-11T09:00")
                .at("2026-03-11T15:00", "2026-03-11T16:00")
                .upsert(),
            event("hole")
                .instead_of("s", "2026-03-12T09:00")
                .cancelled()
                .upsert(),
            event("other").upsert(),
        ])
        .await;
    let shown = [
        "03-10T09:00 other",
        "03-10T09:00 s",
        "03-11T15:00 moved",
        "03-13T09:00 s",
    ];
    assert_eq!(bench.timeline().await, shown);
}

pub(crate) async fn a_removed_event_leaves_the_timeline(bench: Bench) {
    three(&bench).await;
    bench.stage(vec![gone("b")]).await;
    let removals = bench.removals(Coverage::Changes).await;
    assert_eq!(
        removals,
        Removals {
            live: 3,
            removed: 1,
            staged: 1
        }
    );
    assert_eq!(bench.changes(Vec::new()).await.removed, 1);
    assert_eq!(bench.timeline().await, ["03-10T09:00 a", "03-10T09:00 c"]);
    assert_eq!(bench.changes(vec![gone("b")]).await.removed, 0);
}

pub(crate) async fn an_unknown_event_may_be_removed(bench: Bench) {
    bench.stage(vec![gone("never seen")]).await;
    let removals = bench.removals(Coverage::Changes).await;
    assert_eq!(
        removals,
        Removals {
            live: 0,
            removed: 0,
            staged: 1
        }
    );
    assert_eq!(bench.changes(Vec::new()).await.removed, 0);
}

pub(crate) async fn changes_say_nothing_of_the_rest(bench: Bench) {
    three(&bench).await;
    assert_eq!(bench.removals(Coverage::Changes).await.removed, 0);
    assert_eq!(bench.changes(vec![event("d").upsert()]).await.removed, 0);
    assert_eq!(bench.timeline().await.len(), 4);
}

pub(crate) async fn a_complete_listing_removes_what_it_does_not_mention(bench: Bench) {
    three(&bench).await;
    bench
        .stage(vec![event("a").upsert(), event("d").upsert()])
        .await;
    let removals = bench.removals(Coverage::Everything).await;
    assert_eq!(
        removals,
        Removals {
            live: 3,
            removed: 2,
            staged: 2
        }
    );
    let applied = bench.everything(Vec::new()).await;
    assert_eq!(
        (applied.created, applied.updated, applied.removed),
        (1, 0, 2)
    );
    assert_eq!(bench.timeline().await, ["03-10T09:00 a", "03-10T09:00 d"]);
}

pub(crate) async fn an_unreadable_event_stays_as_it_is(bench: Bench) {
    three(&bench).await;
    bench.stage(vec![unreadable("a"), unreadable("new")]).await;
    assert_eq!(bench.removals(Coverage::Everything).await.removed, 2);
    let applied = bench.everything(Vec::new()).await;
    assert_eq!(
        (applied.created, applied.updated, applied.removed),
        (0, 0, 2)
    );
    assert_eq!(bench.timeline().await, ["03-10T09:00 a"]);
}

pub(crate) async fn a_series_takes_its_exceptions_along(bench: Bench) {
    a_series_with_exceptions(&bench).await;
    bench.stage(vec![gone("s")]).await;
    let removals = bench.removals(Coverage::Changes).await;
    assert_eq!(
        removals,
        Removals {
            live: 3,
            removed: 2,
            staged: 1
        }
    );
    assert_eq!(bench.changes(Vec::new()).await.removed, 2);
    assert_eq!(bench.timeline().await, ["03-10T09:00 other"]);
}

pub(crate) async fn an_exception_that_is_listed_outlives_its_series(bench: Bench) {
    a_series_with_exceptions(&bench).await;
    let moved = event("moved")
        .instead_of("s", "2026-03-11T09:00")
        .at("2026-03-11T17:00", "2026-03-11T18:00");
    let applied = bench.changes(vec![gone("s"), moved.upsert()]).await;
    assert_eq!((applied.updated, applied.removed), (1, 1));
    assert_eq!(
        bench.timeline().await,
        ["03-10T09:00 other", "03-11T17:00 moved"]
    );
}

pub(crate) async fn an_event_that_returns_has_its_old_id(bench: Bench) {
    three(&bench).await;
    let before = bench.rows().await;
    bench.changes(vec![gone("b")]).await;
    let applied = bench.changes(vec![event("b").upsert()]).await;
    assert_eq!((applied.created, applied.updated), (1, 0));
    assert_eq!(bench.rows().await, before);
}

pub(crate) async fn cancelled_exceptions_are_not_counted(bench: Bench) {
    a_series_with_exceptions(&bench).await;
    let removals = bench.removals(Coverage::Everything).await;
    assert_eq!(
        removals,
        Removals {
            live: 3,
            removed: 3,
            staged: 0
        }
    );
    assert_eq!(bench.everything(Vec::new()).await.removed, 3);
    assert!(bench.timeline().await.is_empty());
    assert_eq!(bench.removals(Coverage::Everything).await.live, 0);
}
