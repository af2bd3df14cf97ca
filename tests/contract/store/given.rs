//! Series whose occurrences are listed beside them, and listings of a window.

use calsync::model::change::Change;
use calsync::model::event::{Event, EventKind, Occurrences};
use calsync::model::id::ExternalId;
use calsync::model::recurrence::Recurrence;
use calsync::store::{Applied, Coverage};

use super::apply::counts;
use super::bench::Bench;
use super::build::{Build, at, event, window};

/// A series that says nothing of its occurrences itself.
fn series() -> Event {
    event("s").with(|event| {
        event.kind = EventKind::Series {
            recurrence: Recurrence(vec!["RRULE:FREQ=DAILY".to_owned()]),
            occurrences: Occurrences::Listed,
        }
    })
}

/// An occurrence of an hour.
fn occurrence(id: &str, start: &str) -> Change {
    let start = at(start);
    let end = start + chrono::TimeDelta::hours(1);
    Change::Occurrence {
        external_id: ExternalId::new(id),
        series: ExternalId::new("s"),
        time: calsync::model::time::EventTime::timed(start, end, calsync::model::time::Zone::utc()),
    }
}

fn listing() -> Vec<Change> {
    vec![
        occurrence("o1", "2026-03-11T09:00"),
        series().upsert(),
        occurrence("o2", "2026-03-12T10:00"),
        event("x")
            .at("2026-03-13T15:00", "2026-03-13T16:00")
            .instead_of("s", "2026-03-13T09:00")
            .upsert(),
    ]
}

const SHOWN: [&str; 3] = ["03-11T09:00 s", "03-12T10:00 s", "03-13T15:00 x"];

pub(crate) async fn listed_occurrences_are_shown_whatever_the_rule_says(bench: Bench) {
    let applied = bench.of_march(listing()).await;
    assert_eq!(counts(&applied), (2, 0, 0));
    assert_eq!(bench.timeline().await, SHOWN);
    assert_eq!(bench.of_march(listing()).await, Applied::default());
}

pub(crate) async fn a_series_that_is_listed_anew_loses_what_is_not_listed_with_it(bench: Bench) {
    bench.of_march(listing()).await;
    let anew = vec![series().upsert(), occurrence("o2", "2026-03-12T11:00")];
    let applied = bench.changes(anew).await;
    assert_eq!(counts(&applied), (0, 1, 1));
    assert_eq!(bench.timeline().await, ["03-12T11:00 s"]);
}

pub(crate) async fn a_series_that_became_a_single_event_leaves_no_exceptions(bench: Bench) {
    bench.of_march(listing()).await;
    let single = event("s").at("2026-03-11T09:00", "2026-03-11T10:00");
    let applied = bench.changes(vec![single.upsert()]).await;
    assert_eq!(counts(&applied), (0, 1, 1));
    assert_eq!(bench.timeline().await, ["03-11T09:00 s"]);
}

pub(crate) async fn an_exception_stands_for_the_listed_occurrence_of_its_id(bench: Bench) {
    let mut listing = listing();
    listing.push(occurrence("x", "2026-03-13T09:00"));
    bench.of_march(listing).await;
    assert_eq!(bench.timeline().await, SHOWN);
}

pub(crate) async fn a_listing_of_a_window_says_nothing_of_what_lies_outside(bench: Bench) {
    let first = vec![
        event("old")
            .at("2026-03-02T09:00", "2026-03-02T10:00")
            .upsert(),
        event("mid").upsert(),
        event("late")
            .at("2026-03-30T09:00", "2026-03-30T10:00")
            .upsert(),
    ];
    bench.of_march(first).await;
    let later = window("2026-03-05", "2026-04-05");
    bench.stage(vec![event("mid").upsert()]).await;
    let removals = bench.removals(Coverage::Window(later)).await;
    assert_eq!((removals.live, removals.removed), (2, 1));
    let mut plan = bench.plan(Coverage::Window(later));
    plan.window = later;
    assert_eq!(counts(&bench.apply(plan).await), (0, 0, 1));
    assert_eq!(bench.timeline().await, ["03-10T09:00 mid"]);
    // Its row was not touched: it shows again when the window does.
    let march = bench.plan(Coverage::Changes);
    assert_eq!(counts(&bench.apply(march).await), (0, 0, 0));
    assert_eq!(
        bench.timeline().await,
        ["03-02T09:00 old", "03-10T09:00 mid"]
    );
}

pub(crate) async fn what_a_window_newly_covers_is_swept_too(bench: Bench) {
    let mut first = listing();
    first.push(
        event("moved")
            .at("2026-04-20T09:00", "2026-04-20T10:00")
            .upsert(),
    );
    bench.of_march(first).await;
    let (narrow, wide) = (
        window("2026-03-20", "2026-04-10"),
        window("2026-03-01", "2026-05-01"),
    );
    let mut plan = bench.plan(Coverage::Window(narrow));
    plan.window = narrow;
    bench.apply(plan).await;
    assert_eq!(bench.timeline().await, Vec::<String>::new());
    // All of it is deleted while nobody looks; then the window covers it.
    bench.stage(vec![event("else").upsert()]).await;
    let removals = bench.removals(Coverage::Window(wide)).await;
    assert_eq!((removals.live, removals.removed), (3, 3));
    let mut plan = bench.plan(Coverage::Window(wide));
    plan.window = wide;
    assert_eq!(counts(&bench.apply(plan).await), (1, 0, 3));
    assert_eq!(bench.timeline().await, ["03-10T09:00 else"]);
}

pub(crate) async fn what_vanished_is_read_again_where_it_is_known(bench: Bench) {
    bench.of_march(listing()).await;
    bench.changes(vec![event("single").upsert()]).await;
    let cases: [(&str, &[&str]); 5] = [
        ("single", &["single"]),
        ("x", &["s", "x"]),
        ("o1", &["s"]),
        ("s", &["s"]),
        ("never", &[]),
    ];
    for (vanished, again) in cases {
        assert_eq!(bench.incomplete(vanished).await, again, "{vanished}");
    }
}

pub(crate) async fn exceptions_go_with_what_is_a_listed_series_no_longer(bench: Bench) {
    bench.of_march(listing()).await;
    let single = event("s").at("2026-03-11T09:00", "2026-03-11T10:00");
    let applied = bench.changes(vec![single.upsert()]).await;
    assert_eq!(counts(&applied), (0, 1, 1));
    assert_eq!(bench.timeline().await, SHOWN[..1]);
}

pub(crate) async fn occurrences_without_their_series_have_it_read_again(bench: Bench) {
    bench
        .stage(vec![occurrence("o1", "2026-03-11T09:00")])
        .await;
    assert_eq!(bench.incomplete("never").await, ["s"]);
    bench.stage(vec![series().upsert()]).await;
    assert_eq!(bench.incomplete("never").await, Vec::<String>::new());
    assert_eq!(bench.incomplete("o1").await, ["s"]);
}

pub(crate) async fn exceptions_without_their_series_are_read_again_with_it(bench: Bench) {
    let exception = || {
        event("x")
            .at("2026-03-13T15:00", "2026-03-13T16:00")
            .instead_of("s", "2026-03-13T09:00")
            .upsert()
    };
    bench.stage(vec![exception()]).await;
    assert_eq!(bench.incomplete("never").await, ["s", "x"]);
    bench.unstage_members("s").await;
    // An invitation to that day alone: whoever may not see the series has it.
    let gone = Change::Removed(ExternalId::new("s"));
    bench.of_march(vec![exception(), gone]).await;
    assert_eq!(bench.timeline().await, ["03-13T15:00 x"]);
}

pub(crate) async fn what_a_series_says_anew_replaces_what_the_pages_said(bench: Bench) {
    bench.stage(listing()).await;
    bench.stage(vec![event("single").upsert()]).await;
    bench.unstage_members("s").await;
    let anew = vec![series().upsert(), occurrence("o2", "2026-03-12T10:00")];
    bench.of_march(anew).await;
    assert_eq!(
        bench.timeline().await,
        ["03-10T09:00 single", "03-12T10:00 s"]
    );
    // Gone while it was listed: nothing of it is left.
    bench.stage(listing()).await;
    bench.unstage_members("s").await;
    let gone = Change::Removed(ExternalId::new("s"));
    bench.of_march(vec![event("single").upsert(), gone]).await;
    assert_eq!(bench.timeline().await, ["03-10T09:00 single"]);
}

pub(crate) async fn a_series_that_cannot_be_read_again_stays_as_it_is(bench: Bench) {
    bench.of_march(listing()).await;
    bench.stage(listing()).await;
    bench.unstage_members("s").await;
    let refused = Change::Unreadable {
        external_id: ExternalId::new("s"),
        reason: "refused by the provider".to_owned(),
    };
    assert_eq!(counts(&bench.of_march(vec![refused]).await), (0, 0, 0));
    assert_eq!(bench.timeline().await, SHOWN);
}

pub(crate) async fn a_series_with_contradictory_occurrences_is_read_again(bench: Bench) {
    bench.stage(listing()).await;
    bench
        .stage(vec![occurrence("o1", "2026-03-11T09:00")])
        .await;
    assert_eq!(bench.incomplete("never").await, Vec::<String>::new());
    bench
        .stage(vec![occurrence("o1", "2026-03-11T11:00")])
        .await;
    bench
        .stage(vec![occurrence("o1", "2026-03-11T11:00")])
        .await;
    assert_eq!(bench.incomplete("never").await, ["s"]);
    bench.unstage_members("s").await;
    bench.stage(listing()).await;
    assert_eq!(bench.incomplete("never").await, Vec::<String>::new());
    bench.stage(vec![occurrence("x", "2026-03-13T09:00")]).await;
    assert_eq!(bench.incomplete("never").await, ["s"]);
}
