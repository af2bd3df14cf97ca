//! The window and the timeline in it.

use calsync::model::change::Change;
use calsync::model::event::{EventStatus, ResponseStatus, Transparency};

use super::bench::{Bench, short};
use super::build::{Build, at, event, gone, user_id, window};

/// Events around the edges of March and a series through all of it.
fn around_march() -> Vec<Change> {
    vec![
        event("february")
            .at("2026-02-28T23:00", "2026-03-01T00:00")
            .upsert(),
        event("into")
            .at("2026-02-28T23:00", "2026-03-01T00:30")
            .upsert(),
        event("first").days("2026-03-01", "2026-03-02").upsert(),
        event("last").days("2026-03-31", "2026-04-01").upsert(),
        event("out")
            .at("2026-03-31T23:30", "2026-04-01T00:30")
            .upsert(),
        event("zero")
            .at("2026-04-01T00:00", "2026-04-01T00:00")
            .upsert(),
        event("april").days("2026-04-01", "2026-04-02").upsert(),
        event("s")
            .at("2026-02-25T09:00", "2026-02-25T10:00")
            .repeats("FREQ=DAILY;INTERVAL=5;COUNT=9")
            .upsert(),
    ]
}

const SHOWN: [&str; 11] = [
    "02-28T23:00 into",
    "03-01 first",
    "03-02T09:00 s",
    "03-07T09:00 s",
    "03-12T09:00 s",
    "03-17T09:00 s",
    "03-22T09:00 s",
    "03-27T09:00 s",
    "03-31 last",
    "03-31T23:30 out",
    "",
];

fn march() -> &'static [&'static str] {
    &SHOWN[..10]
}

pub(crate) async fn only_what_touches_the_window_is_shown(bench: Bench) {
    bench.everything(around_march()).await;
    assert_eq!(bench.timeline().await, march());
}

pub(crate) async fn a_window_that_moves_takes_untouched_events_along(bench: Bench) {
    bench.everything(around_march()).await;
    let applied = bench
        .roll(window("2026-03-02", "2026-04-02"), Vec::new())
        .await;
    assert_eq!(
        (applied.created, applied.updated, applied.removed),
        (0, 0, 0)
    );
    let mut expected = march()[2..].to_vec();
    expected.extend(["04-01 april", "04-01T00:00 zero", "04-01T09:00 s"]);
    assert_eq!(bench.timeline().await, expected);
}

pub(crate) async fn a_window_that_moves_back_shows_again_what_it_left(bench: Bench) {
    bench.everything(around_march()).await;
    bench
        .roll(window("2026-03-20", "2026-04-20"), Vec::new())
        .await;
    bench
        .roll(window("2026-03-01", "2026-04-01"), Vec::new())
        .await;
    assert_eq!(bench.timeline().await, march());
    bench
        .roll(window("2026-02-25", "2026-03-01"), Vec::new())
        .await;
    let shown = ["02-25T09:00 s", "02-28T23:00 february", "02-28T23:00 into"];
    assert_eq!(bench.timeline().await, shown);
}

pub(crate) async fn a_window_that_jumps_shows_only_what_is_there(bench: Bench) {
    bench.everything(around_march()).await;
    bench
        .roll(window("2026-05-01", "2026-06-01"), Vec::new())
        .await;
    assert!(bench.timeline().await.is_empty());
    bench
        .roll(window("2026-04-01", "2026-04-03"), Vec::new())
        .await;
    let shown = [
        "03-31T23:30 out",
        "04-01 april",
        "04-01T00:00 zero",
        "04-01T09:00 s",
    ];
    assert_eq!(bench.timeline().await, shown);
}

pub(crate) async fn a_wider_window_adds_both_sides_once(bench: Bench) {
    let long = event("long").at("2026-03-05T00:00", "2026-03-25T00:00");
    bench
        .roll(window("2026-03-10", "2026-03-20"), around_march())
        .await;
    bench
        .roll(window("2026-03-10", "2026-03-20"), vec![long.upsert()])
        .await;
    bench
        .roll(window("2026-03-01", "2026-04-01"), Vec::new())
        .await;
    bench.changes(vec![gone("long")]).await;
    assert_eq!(bench.timeline().await, march());
    bench
        .changes(vec![
            event("long")
                .at("2026-03-05T00:00", "2026-03-25T00:00")
                .upsert(),
        ])
        .await;
    bench
        .roll(window("2026-02-01", "2026-05-01"), Vec::new())
        .await;
    let long = bench
        .timeline()
        .await
        .iter()
        .filter(|row| row.ends_with("long"))
        .count();
    assert_eq!(long, 1);
}

pub(crate) async fn touched_and_untouched_events_meet_in_a_moving_window(bench: Bench) {
    bench.everything(around_march()).await;
    let page = vec![
        event("april").days("2026-04-02", "2026-04-03").upsert(),
        event("new")
            .at("2026-04-02T08:00", "2026-04-02T09:00")
            .upsert(),
        event("x")
            .instead_of("s", "2026-04-01T09:00")
            .cancelled()
            .upsert(),
        gone("out"),
    ];
    bench.roll(window("2026-03-30", "2026-04-03"), page).await;
    let shown = [
        "03-31 last",
        "04-01T00:00 zero",
        "04-02 april",
        "04-02T08:00 new",
    ];
    assert_eq!(bench.timeline().await, shown);
}

pub(crate) async fn the_timeline_is_in_order_of_time(bench: Bench) {
    let page = vec![
        event("late")
            .at("2026-03-10T11:00", "2026-03-10T12:00")
            .upsert(),
        event("b").upsert(),
        event("a").upsert(),
        event("day").days("2026-03-10", "2026-03-11").upsert(),
        event("before").days("2026-03-09", "2026-03-12").upsert(),
    ];
    bench.changes(page).await;
    let shown = [
        "03-09 before",
        "03-10 day",
        "03-10T09:00 a",
        "03-10T09:00 b",
        "03-10T11:00 late",
    ];
    assert_eq!(bench.timeline().await, shown);
}

pub(crate) async fn the_timeline_is_cut_by_parts_of_days_and_instants(bench: Bench) {
    bench.changes(around_march()).await;
    let cases: [(&str, &str, &[&str]); 5] = [
        (
            "2026-03-01T00:00",
            "2026-03-01T00:30",
            &["02-28T23:00 into", "03-01 first"],
        ),
        ("2026-03-01T00:30", "2026-03-02T09:00", &["03-01 first"]),
        (
            "2026-03-02T09:59:59.5Z",
            "2026-03-02T12:00:00Z",
            &["03-02T09:00 s"],
        ),
        ("2026-03-02T10:00", "2026-03-07T09:00", &[]),
        ("2026-03-31T12:00", "2026-03-31T12:01", &["03-31 last"]),
    ];
    let (user, nobody) = (user_id("u"), user_id("v"));
    for (from, to, shown) in cases {
        let rows = bench
            .store
            .timeline_list(&user, at(from), at(to))
            .await
            .unwrap();
        let rows: Vec<_> = rows.iter().map(short).collect();
        assert_eq!(rows, shown, "{from} {to}");
    }
    let rows = bench
        .store
        .timeline_list(&nobody, at("2026-01-01"), at("2027-01-01"));
    assert!(rows.await.unwrap().is_empty());
}

pub(crate) async fn the_timeline_says_what_is_busy_and_declined(bench: Bench) {
    let page = vec![
        event("a")
            .with(|event| event.location = Some("room".to_owned()))
            .upsert(),
        event("b")
            .with(|event| event.transparency = Transparency::Transparent)
            .upsert(),
        event("c")
            .with(|event| event.response = Some(ResponseStatus::Declined))
            .upsert(),
        event("d")
            .with(|event| event.status = EventStatus::Tentative)
            .upsert(),
    ];
    bench.changes(page).await;
    let rows = bench.rows().await;
    let said: Vec<_> = rows
        .iter()
        .map(|row| (row.busy, row.status.as_str()))
        .collect();
    let expected = [
        (true, "confirmed"),
        (false, "confirmed"),
        (false, "declined"),
        (true, "tentative"),
    ];
    assert_eq!(said, expected);
    assert_eq!(rows[0].location.as_deref(), Some("room"));
    assert_eq!(rows[0].calendar_id, bench.calendar);
    assert!(!rows[0].all_day);
}
