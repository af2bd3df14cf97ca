//! What look-alikes hide of each other, and when it shows again.

use calsync::model::calendar::AccessRole;
use calsync::model::id::ConflictId;
use calsync::store::{Coverage, Cutoffs, Note};
use chrono::TimeDelta;

use super::bench::{Bench, discovery, now};
use super::build::{Build, event, listed, window};
use super::twins::{Both, discover};

/// `m` is hidden behind `g`.
async fn hidden(bench: Bench) -> Both {
    let both = Both::of(bench).await;
    both.put([event("g"), event("m")]).await;
    assert_eq!(both.note([both.settled("c-1", "g", "m")]).await, (0, 1, 0));
    assert_eq!(both.timeline().await, ["03-10T09:00 g"]);
    both
}

const SHOWN: [&str; 2] = ["03-10T09:00 g", "03-10T09:00 m"];

pub(crate) async fn a_hidden_event_shows_again_when_its_question_is_moot(bench: Bench) {
    let both = hidden(bench).await;
    both.note([Note::Drop(ConflictId::new("c-1"))]).await;
    assert_eq!(both.timeline().await, SHOWN);
    assert_eq!(both.pairs().await, ["g m"]);
}

pub(crate) async fn a_hidden_event_stays_hidden_when_it_is_pulled_again(bench: Bench) {
    let both = hidden(bench).await;
    let edited = event("m").with(|event| event.location = Some("hall".to_owned()));
    both.put([edited]).await;
    assert_eq!(both.timeline().await, ["03-10T09:00 g"]);
}

pub(crate) async fn an_event_that_returns_is_not_hidden(bench: Bench) {
    let both = hidden(bench).await;
    both.remove("m").await;
    both.put([event("m")]).await;
    assert_eq!(both.timeline().await, SHOWN);
}

pub(crate) async fn a_hidden_event_shows_while_the_other_is_not_there(bench: Bench) {
    let both = hidden(bench).await;
    let only = ["03-10T09:00 m"];
    both.remove("g").await;
    assert_eq!(both.timeline().await, only, "removed");
    both.put([event("g")]).await;
    assert_eq!(both.timeline().await, ["03-10T09:00 g"]);
    both.active(&both.bench.calendar, false).await;
    assert_eq!(both.timeline().await, only, "not synced");
    both.active(&both.bench.calendar, true).await;
    both.bench
        .discover(vec![listed("x", AccessRole::Owner)])
        .await;
    assert_eq!(both.timeline().await, SHOWN, "no longer listed");
    both.bench
        .discover(vec![listed("main", AccessRole::Owner)])
        .await;
    assert_eq!(both.timeline().await, ["03-10T09:00 g"]);
    let april = window("2026-04-01", "2026-05-01");
    both.bench.roll(april, Vec::new()).await;
    assert_eq!(both.timeline().await, only, "out of its window");
    both.bench
        .roll(window("2026-03-01", "2026-04-01"), Vec::new())
        .await;
    both.bench.braked(Vec::new(), "c-park").await;
    assert_eq!(both.timeline().await, SHOWN, "waits to be removed");
}

pub(crate) async fn a_hidden_event_shows_at_once_when_the_other_moves(bench: Bench) {
    let both = hidden(bench).await;
    both.put([event("g").at("2026-03-11T09:00", "2026-03-11T10:00")])
        .await;
    let shown = ["03-10T09:00 m", "03-11T09:00 g"];
    assert_eq!(both.timeline().await, shown);
}

pub(crate) async fn a_hidden_day_is_hidden_behind_a_day(bench: Bench) {
    let both = Both::of(bench).await;
    let day = |id| event(id).days("2026-03-20", "2026-03-21");
    both.put([day("g"), day("m")]).await;
    both.note([both.settled("c-1", "m", "g")]).await;
    assert_eq!(both.timeline().await, ["03-20 m"]);
}

pub(crate) async fn a_series_is_hidden_where_the_other_takes_place(bench: Bench) {
    let both = Both::of(bench).await;
    both.put([
        event("g").repeats("FREQ=DAILY;COUNT=3"),
        event("m").repeats("FREQ=DAILY;COUNT=4"),
    ])
    .await;
    both.note([both.settled("c-1", "g", "m")]).await;
    let shown = [
        "03-10T09:00 g",
        "03-11T09:00 g",
        "03-12T09:00 g",
        "03-13T09:00 m",
    ];
    assert_eq!(both.timeline().await, shown, "nothing vanished");
}

pub(crate) async fn an_exception_of_the_kept_series_stands_for_its_occurrence(bench: Bench) {
    let both = Both::of(bench).await;
    let series = |id| event(id).repeats("FREQ=DAILY;COUNT=3");
    let moved = event("g moved")
        .instead_of("g", "2026-03-11T09:00")
        .at("2026-03-11T15:00", "2026-03-11T16:00");
    both.put([series("g"), moved, series("m")]).await;
    both.note([both.settled("c-1", "g", "m")]).await;
    let shown = ["03-10T09:00 g", "03-11T15:00 g moved", "03-12T09:00 g"];
    assert_eq!(both.timeline().await, shown);
    let cancelled = event("g moved").instead_of("g", "2026-03-11T09:00");
    both.put([cancelled.cancelled()]).await;
    let shown = ["03-10T09:00 g", "03-11T09:00 m", "03-12T09:00 g"];
    assert_eq!(both.timeline().await, shown, "it takes place there still");
}

pub(crate) async fn an_exception_is_hidden_for_itself_only(bench: Bench) {
    let both = Both::of(bench).await;
    let series = |id| event(id).repeats("FREQ=DAILY;COUNT=2");
    let moved = |id: &str, series, hour: &str| {
        let (start, end) = (
            format!("2026-03-11T{hour}:00"),
            format!("2026-03-11T{hour}:30"),
        );
        event(id)
            .instead_of(series, "2026-03-11T09:00")
            .at(&start, &end)
    };
    both.put([series("g"), series("m"), moved("m moved", "m", "15")])
        .await;
    both.note([both.settled("c-1", "g", "m")]).await;
    let shown = ["03-10T09:00 g", "03-11T09:00 g", "03-11T15:00 m moved"];
    assert_eq!(both.timeline().await, shown);
    both.put([moved("g moved", "g", "16")]).await;
    both.note([both.settled("c-2", "g moved", "m moved")]).await;
    let shown = ["03-10T09:00 g", "03-11T16:00 g moved"];
    assert_eq!(both.timeline().await, shown);
}

pub(crate) async fn no_event_is_hidden_behind_one_that_is(bench: Bench) {
    let both = Both::of(bench).await;
    both.put(["g1", "g2", "m"].map(event)).await;
    let ring = [
        both.settled("c-1", "g1", "m"),
        both.settled("c-2", "m", "g2"),
        both.settled("c-3", "m", "g1"),
    ];
    assert_eq!(both.note(ring).await, (0, 1, 0));
    assert_eq!(both.shown().await, ["g1", "g2"]);
    // The pair of two that nothing hides is all that may be asked about.
    assert_eq!(both.pairs().await, ["g1 m c-1 one"]);
}

pub(crate) async fn what_a_hidden_event_hid_shows_again(bench: Bench) {
    let both = Both::of(bench).await;
    both.put(["g", "m1", "m2", "m3"].map(event)).await;
    let notes = [
        both.settled("c-1", "g", "m1"),
        both.ask("c-2", "g", "m2"),
        both.ask("c-3", "g", "m3"),
    ];
    assert_eq!(both.note(notes).await, (2, 1, 0));
    assert_eq!(both.shown().await, ["g", "m2", "m3"]);
    let newest = Note::Settle {
        id: ConflictId::new("c-2"),
        kept: both.id("m2"),
        strategy: "prefer_newest",
    };
    assert_eq!(both.note([newest]).await, (0, 1, 2));
    assert_eq!(both.shown().await, ["m1", "m2", "m3"]);
    let questions = ["c-1 moot", "c-2 resolved", "c-3 moot"];
    assert_eq!(both.questions().await, questions);
}

pub(crate) async fn what_keeps_an_event_hidden_is_not_forgotten(bench: Bench) {
    let both = hidden(bench).await;
    both.put([event("g2").at("2026-03-11T09:00", "2026-03-11T10:00")])
        .await;
    both.put([event("m2").at("2026-03-11T09:00", "2026-03-11T10:00")])
        .await;
    both.note([both.ask("c-2", "g2", "m2")]).await;
    assert!(both.keep("c-2", "both").await);
    let all = Cutoffs {
        events: now(),
        conflicts: now() + TimeDelta::days(400),
        statuses: now(),
        runs: now(),
    };
    let store = &both.bench.store;
    assert_eq!(store.stale_count(all).await.unwrap().conflicts, 0);
    let moot = ["c-1", "c-2"].map(|id| Note::Drop(ConflictId::new(id)));
    both.note(moot).await;
    assert_eq!(store.stale_remove(all, 10).await.unwrap().conflicts, 2);
    assert_eq!(both.shown().await, ["g", "g2", "m", "m2"]);
}

pub(crate) async fn hiding_removes_nothing(bench: Bench) {
    let both = hidden(bench).await;
    both.bench.stage(Vec::new()).await;
    let outlook = discover(&both.bench, &both.mailbox, "outlook").await;
    let removals = both.bench.store.event_removals(&outlook, Coverage::Changes);
    let removals = removals.await.unwrap();
    assert_eq!((removals.live, removals.removed), (1, 0));
    let refreshed = discovery(&both.mailbox, vec![listed("outlook", AccessRole::Owner)]);
    both.bench.store.calendar_discover(refreshed).await.unwrap();
    assert_eq!(both.timeline().await, ["03-10T09:00 g"]);
}
