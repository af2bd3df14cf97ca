//! A source that shrinks is a question: nothing is removed before somebody
//! answers.

use calsync::model::conflict::{ConflictKind, ResolutionStatus};
use calsync::model::run::Outcome;
use calsync::sandbox::google::{ApiError, Effect, Fault, Kind};
use serde_json::json;

use crate::support::event::event;
use crate::support::story::{ANA, World, expect};

/// So many events of one hour on 3 March, synced.
async fn with_events(count: usize) -> World {
    let world = World::start("2026-03-02T06:00:00Z").await;
    let work = world.calendar("Work");
    for number in 0..count {
        work.put(event(&format!("event {number:02}")).at("2026-03-03T09:00", "Europe/Berlin"));
    }
    world.auto_sync().await;
    assert_eq!(world.timeline(ANA).await.len(), count);
    world.minutes_later(10);
    world
}

fn delete(world: &World, numbers: std::ops::Range<usize>) {
    for number in numbers {
        world.calendar("Work").delete(&format!("event{number:02}"));
    }
}

/// The one open question.
async fn question(world: &World) -> calsync::model::id::ConflictId {
    let open = world.conflicts().await;
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!(open[0].kind, ConflictKind::MassDelete);
    open[0].id.clone()
}

async fn approve(world: &World) -> Option<u64> {
    let store = world.store().await;
    let all = store.conflict_list(false).await.unwrap();
    let approved = store.conflict_approve(&all[0].id, world.now()).await;
    approved.unwrap()
}

#[tokio::test]
async fn a_full_listing_that_reads_empty_removes_nothing() {
    let world = with_events(3).await;
    let work = world.calendar("Work");
    world.google().empty(&work.id, true);
    work.expire_tokens();
    let run = world.auto_sync().await;
    expect(
        &run,
        Outcome::Partial,
        &[("synced", 1), ("conflicts", 1), ("events_removed", 0)],
    );
    assert_eq!(run.failures[0].kind, "mass_delete");
    assert!(
        run.failures[0].message.contains("lost 3 of 3 events"),
        "{run:?}"
    );
    let id = question(&world).await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await.len(), 3);

    // It was a fault: the events are listed again, and nothing is asked.
    world.google().empty(&work.id, false);
    work.expire_tokens();
    world.minutes_later(10);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("events_removed", 0), ("events_created", 0)],
    );
    let settled = world
        .store()
        .await
        .conflict_find(&id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(settled.resolution_status, ResolutionStatus::Moot);
    assert_eq!(approve(&world).await, None);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await.len(), 3);
}

#[tokio::test]
async fn an_incremental_listing_that_is_empty_says_that_nothing_changed() {
    let world = with_events(3).await;
    world.inject(Fault::new(Effect::EmptyList).on(Kind::EventsList));
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("conflicts", 0), ("events_removed", 0)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await.len(), 3);
}

#[tokio::test]
async fn more_than_a_quarter_lost_waits_for_approval_and_goes_with_it() {
    let world = with_events(40).await;
    delete(&world, 0..11);
    let run = world.auto_sync().await;
    expect(
        &run,
        Outcome::Partial,
        &[("conflicts", 1), ("events_removed", 0)],
    );
    question(&world).await;
    assert_eq!(world.timeline(ANA).await.len(), 40);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await.len(), 40);

    assert_eq!(approve(&world).await, Some(11));
    assert_eq!(approve(&world).await, None, "approved twice");
    assert_eq!(world.conflicts().await, []);
    let timeline = world.timeline(ANA).await;
    assert_eq!(timeline.len(), 29);
    assert_eq!(timeline[0], "2026-03-03 08:00Z 60m event 11");
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, timeline);
}

#[tokio::test]
async fn a_parked_event_that_changes_is_there_again() {
    let world = with_events(40).await;
    delete(&world, 0..11);
    world.auto_sync().await;
    let back = json!({ "status": "confirmed", "summary": "restored" });
    world.calendar("Work").edit("event00", back);
    world.minutes_later(10);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("events_updated", 1), ("events_created", 0)],
    );
    assert_eq!(approve(&world).await, Some(10));
    world.a_second_cycle_does_nothing().await;
    let timeline = world.timeline(ANA).await;
    assert_eq!(timeline.len(), 30);
    assert!(timeline.contains(&"2026-03-03 08:00Z 60m restored".to_owned()));
}

#[tokio::test]
async fn a_small_loss_passes() {
    let world = with_events(40).await;
    delete(&world, 0..10);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("events_removed", 10), ("conflicts", 0)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await.len(), 30);
}

#[tokio::test]
async fn losses_that_follow_join_the_open_question() {
    let world = with_events(40).await;
    delete(&world, 0..20);
    world.auto_sync().await;
    let first = question(&world).await;
    delete(&world, 20..35);
    world.minutes_later(10);
    expect(
        &world.auto_sync().await,
        Outcome::Partial,
        &[("events_removed", 0)],
    );
    assert_eq!(question(&world).await, first);
    assert_eq!(approve(&world).await, Some(35));
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await.len(), 5);
}

#[tokio::test]
async fn a_403_on_one_page_is_no_end_of_the_listing() {
    let world = with_events(3).await;
    // The first page holds everything and names another, which is refused.
    world.inject(Fault::new(Effect::RepeatPage).on(Kind::EventsList));
    world.inject(
        Fault::refuse(&ApiError::forbidden())
            .on(Kind::EventsList)
            .nth(2),
    );
    delete(&world, 0..1);
    let run = world.pull_full().await;
    expect(
        &run,
        Outcome::Failed,
        &[("failed", 1), ("events_removed", 0), ("requests", 2)],
    );
    assert_eq!(run.failures[0].kind, "forbidden");
    assert_eq!(world.timeline(ANA).await.len(), 3);
    world.minutes_later(10);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("events_removed", 1)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await.len(), 2);
}

#[tokio::test]
async fn a_further_full_listing_asks_nothing_new() {
    let world = with_events(40).await;
    delete(&world, 0..11);
    world.auto_sync().await;
    let first = question(&world).await;
    world.minutes_later(10);
    let counts = [
        ("conflicts", 0),
        ("events_removed", 0),
        ("events_updated", 0),
    ];
    expect(&world.pull_full().await, Outcome::Ok, &counts);
    assert_eq!(question(&world).await, first);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await.len(), 40);
}
