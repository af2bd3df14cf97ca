//! Deletions of events, at one revision.

use super::bench::Bench;
use super::service::event;
use super::writes::{came_too_late, full, hour, plain};

pub(crate) async fn a_deleted_event_is_no_longer_listed(bench: Bench) {
    bench.put(event("tea", "2026-03-10T16:00", "2026-03-10T17:00"));
    let created = bench.created(full()).await;
    let mut picture = bench.list().await.unwrap();
    bench.delete(&created).await.unwrap();
    bench.follow(&mut picture).await.unwrap();
    for timeline in [picture.timeline(), bench.timeline().await] {
        assert_eq!(timeline, ["03-10 16:00-17:00 tea"]);
    }
}

pub(crate) async fn what_is_gone_is_deleted(bench: Bench) {
    let created = bench.created(full()).await;
    bench.delete(&created).await.unwrap();
    bench.delete(&created).await.unwrap();
    let meeting = event("meeting", "2026-03-10T09:00", "2026-03-10T10:00");
    let meeting = bench.entered(meeting).await;
    bench.service.delete(meeting.external_id.as_str());
    bench.delete(&meeting).await.unwrap();
    assert_eq!(bench.timeline().await, Vec::<String>::new());
}

pub(crate) async fn a_deletion_for_an_older_revision_leaves_the_event(bench: Bench) {
    let created = bench.created(plain("report", hour())).await;
    let id = created.external_id.as_str();
    bench.service.rename(id, "renamed");
    let outcome = bench.delete(&created).await;
    assert!(came_too_late(&outcome), "{outcome:?}");
    let renamed = bench.listed(&created.external_id).await;
    bench.service.rename_before_write(1, id, "renamed again");
    let outcome = bench.delete(&renamed).await;
    assert!(came_too_late(&outcome), "{outcome:?}");
    assert_eq!(bench.timeline().await, ["03-10 09:00-10:00 renamed again"]);
}

pub(crate) async fn a_deletion_whose_answer_is_lost_succeeds(bench: Bench) {
    let created = bench.created(full()).await;
    bench.service.lose_answers_of_writes(1);
    bench.delete(&created).await.unwrap();
    assert_eq!(bench.timeline().await, Vec::<String>::new());
}

pub(crate) async fn a_deleted_series_takes_everything_along(bench: Bench) {
    let series = event("run", "2026-03-10T09:00", "2026-03-10T10:00").daily(3);
    let series = bench.entered(series).await;
    let id = series.external_id.as_str();
    bench
        .service
        .move_occurrence(id, "2026-03-11", "15:00", "16:00");
    let series = bench.listed(&series.external_id).await;
    bench.delete(&series).await.unwrap();
    assert_eq!(bench.timeline().await, Vec::<String>::new());
}
