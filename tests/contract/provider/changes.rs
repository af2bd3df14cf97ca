//! What people do to events, as it comes with the next token.

use calsync::model::change::Change;
use calsync::model::id::ExternalId;

use super::bench::Bench;
use super::picture::Picture;
use super::service::{Draft, event};

/// What follows a token brings a picture to the same timeline as a listing
/// from the beginning.
async fn after(bench: &Bench, mut picture: Picture) -> Vec<String> {
    bench.follow(&mut picture).await.unwrap();
    let anew = bench.list().await.unwrap();
    assert_eq!(picture.timeline(), anew.timeline());
    picture.timeline()
}

fn standup() -> Draft {
    event("standup", "2026-03-10T09:00", "2026-03-10T09:30").daily(3)
}

pub(crate) async fn a_new_event_comes_with_the_next_token(bench: Bench) {
    let before = bench.list().await.unwrap();
    bench.put(event("lunch", "2026-03-10T12:00", "2026-03-10T13:00"));
    bench.put(standup());
    let expected = [
        "03-10 09:00-09:30 standup",
        "03-10 12:00-13:00 lunch",
        "03-11 09:00-09:30 standup",
        "03-12 09:00-09:30 standup",
    ];
    assert_eq!(after(&bench, before).await, expected);
}

pub(crate) async fn a_change_comes_with_the_next_token(bench: Bench) {
    let lunch = bench.put(event("lunch", "2026-03-10T12:00", "2026-03-10T13:00"));
    let before = bench.list().await.unwrap();
    let etag = before.event("lunch").etag.clone();
    bench.service.rename(&lunch, "dinner");
    let mut picture = bench.list().await.unwrap();
    assert_eq!(after(&bench, before).await, ["03-10 12:00-13:00 dinner"]);
    bench.follow(&mut picture).await.unwrap();
    assert_ne!(picture.event("dinner").etag, etag);
}

pub(crate) async fn a_deletion_comes_with_the_next_token(bench: Bench) {
    let lunch = bench.put(event("lunch", "2026-03-10T12:00", "2026-03-10T13:00"));
    bench.put(event("tea", "2026-03-10T16:00", "2026-03-10T17:00"));
    let before = bench.list().await.unwrap();
    bench.service.delete(&lunch);
    assert_eq!(after(&bench, before).await, ["03-10 16:00-17:00 tea"]);
}

pub(crate) async fn a_series_happens_as_often_as_it_says(bench: Bench) {
    bench.put(standup());
    let expected = [
        "03-10 09:00-09:30 standup",
        "03-11 09:00-09:30 standup",
        "03-12 09:00-09:30 standup",
    ];
    assert_eq!(bench.list().await.unwrap().timeline(), expected);
}

pub(crate) async fn a_series_keeps_its_wall_time_when_the_clocks_change(bench: Bench) {
    let weekend = event("run", "2026-03-28T09:00", "2026-03-28T10:00");
    bench.put(weekend.zone("Europe/Berlin").daily(3));
    let expected = [
        "03-28 08:00-09:00 run",
        "03-29 07:00-08:00 run",
        "03-30 07:00-08:00 run",
    ];
    assert_eq!(bench.list().await.unwrap().timeline(), expected);
}

pub(crate) async fn a_moved_occurrence_comes_with_the_next_token(bench: Bench) {
    let series = bench.put(standup());
    let before = bench.list().await.unwrap();
    bench
        .service
        .move_occurrence(&series, "2026-03-11", "15:00", "16:00");
    let expected = [
        "03-10 09:00-09:30 standup",
        "03-11 15:00-16:00 standup",
        "03-12 09:00-09:30 standup",
    ];
    assert_eq!(after(&bench, before).await, expected);
}

pub(crate) async fn a_cancelled_occurrence_comes_with_the_next_token(bench: Bench) {
    let series = bench.put(standup());
    let before = bench.list().await.unwrap();
    bench.service.cancel_occurrence(&series, "2026-03-11");
    let expected = ["03-10 09:00-09:30 standup", "03-12 09:00-09:30 standup"];
    assert_eq!(after(&bench, before).await, expected);
}

pub(crate) async fn a_renamed_series_keeps_its_moved_occurrence(bench: Bench) {
    let series = bench.put(standup());
    bench
        .service
        .move_occurrence(&series, "2026-03-11", "15:00", "16:00");
    let before = bench.list().await.unwrap();
    bench.service.rename(&series, "daily");
    let times: Vec<_> = after(&bench, before).await;
    let times: Vec<_> = times.iter().map(|line| &line[..17]).collect();
    let expected = [
        "03-10 09:00-09:30",
        "03-11 15:00-16:00",
        "03-12 09:00-09:30",
    ];
    assert_eq!(times, expected);
}

pub(crate) async fn a_deleted_series_takes_everything_along(bench: Bench) {
    let series = bench.put(standup());
    bench
        .service
        .move_occurrence(&series, "2026-03-11", "15:00", "16:00");
    bench.put(event("lunch", "2026-03-10T12:00", "2026-03-10T13:00"));
    let before = bench.list().await.unwrap();
    bench.service.delete(&series);
    assert_eq!(after(&bench, before).await, ["03-10 12:00-13:00 lunch"]);
}

pub(crate) async fn a_full_listing_shows_the_same_as_changes(bench: Bench) {
    let before = bench.list().await.unwrap();
    let series = bench.put(standup());
    let lunch = bench.put(event("lunch", "2026-03-10T12:00", "2026-03-10T13:00"));
    bench
        .service
        .move_occurrence(&series, "2026-03-12", "17:00", "18:00");
    bench.service.cancel_occurrence(&series, "2026-03-10");
    bench.service.delete(&lunch);
    let expected = ["03-11 09:00-09:30 standup", "03-12 17:00-18:00 standup"];
    assert_eq!(after(&bench, before).await, expected);
}

pub(crate) async fn what_is_read_again_is_as_it_is_now(bench: Bench) {
    let [lunch, tea] = ["lunch", "tea"].map(|title| {
        let draft = event(title, "2026-03-10T12:00", "2026-03-10T13:00");
        ExternalId::new(bench.put(draft))
    });
    bench.service.rename(lunch.as_str(), "dinner");
    bench.service.delete(tea.as_str());
    let asked = [lunch.clone(), tea.clone()];
    let request = bench.request(None);
    let changes = bench.provider.reread(&bench.session, &request, &asked);
    let changes = changes.await.unwrap();
    assert_eq!(changes.len(), 2);
    assert!(changes.contains(&Change::Removed(tea)));
    let listed = bench.list().await.unwrap().events[&lunch].clone();
    assert_eq!(listed.title.as_deref(), Some("dinner"));
    assert!(changes.contains(&Change::Upsert(Box::new(listed))));
}
