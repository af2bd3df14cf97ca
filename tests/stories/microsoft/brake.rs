//! A source that shrinks is a question; a window that moves on is none.

use calsync::model::conflict::{ConflictKind, ResolutionStatus};
use calsync::model::run::Outcome;
use calsync::sandbox::microsoft::{ApiError, Effect, Fault, Kind};

use crate::support::microsoft::appointment::appointment;
use crate::support::story::{ANA, World, expect};

/// So many events of one hour on 3 March, synced; their ids.
async fn with_events(count: usize) -> (World, Vec<String>) {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    let work = world.folder("Work");
    let put = |number| {
        let event = appointment(&format!("event {number:02}"));
        work.put(event.at("2026-03-03T09:00", "Europe/Berlin"))
    };
    let ids = (0..count).map(put).collect();
    world.auto_sync().await;
    assert_eq!(world.timeline(ANA).await.len(), count);
    world.minutes_later(10);
    (world, ids)
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
async fn a_full_round_that_reads_empty_removes_nothing() {
    let (world, _) = with_events(3).await;
    let work = world.folder("Work");
    world.microsoft().empty(&work.id, true);
    work.expire_links();
    let run = world.auto_sync().await;
    let counts = [("synced", 1), ("conflicts", 1), ("events_removed", 0)];
    expect(&run, Outcome::Partial, &counts);
    assert_eq!(run.failures[0].kind, "mass_delete");
    let id = question(&world).await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await.len(), 3);

    // It was a fault: the events are listed again, and nothing is asked.
    world.microsoft().empty(&work.id, false);
    work.expire_links();
    world.minutes_later(10);
    let counts = [("events_removed", 0), ("events_created", 0)];
    expect(&world.auto_sync().await, Outcome::Ok, &counts);
    let store = world.store().await;
    let settled = store.conflict_find(&id).await.unwrap().unwrap();
    assert_eq!(settled.resolution_status, ResolutionStatus::Moot);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await.len(), 3);
}

#[tokio::test]
async fn an_incremental_round_that_is_empty_says_that_nothing_changed() {
    let (world, _) = with_events(3).await;
    world.upset(Fault::new(Effect::EmptyList).on(Kind::Delta));
    let counts = [("conflicts", 0), ("events_removed", 0)];
    expect(&world.auto_sync().await, Outcome::Ok, &counts);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await.len(), 3);
}

#[tokio::test]
async fn more_than_a_quarter_lost_waits_for_approval_and_goes_with_it() {
    let (world, ids) = with_events(40).await;
    let work = world.folder("Work");
    ids[..11].iter().for_each(|id| work.delete(id));
    let counts = [("conflicts", 1), ("events_removed", 0)];
    expect(&world.auto_sync().await, Outcome::Partial, &counts);
    question(&world).await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await.len(), 40);
    // A full round asks nothing new.
    expect(&world.pull_full().await, Outcome::Ok, &[("conflicts", 0)]);

    assert_eq!(approve(&world).await, Some(11));
    assert_eq!(approve(&world).await, None, "approved twice");
    world.a_second_cycle_does_nothing().await;
    let timeline = world.timeline(ANA).await;
    assert_eq!(timeline.len(), 29);
    assert_eq!(timeline[0], "2026-03-03 08:00Z 60m event 11");
}

#[tokio::test]
async fn a_small_loss_passes() {
    let (world, ids) = with_events(40).await;
    let work = world.folder("Work");
    ids[..10].iter().for_each(|id| work.delete(id));
    let counts = [("events_removed", 10), ("conflicts", 0)];
    expect(&world.auto_sync().await, Outcome::Ok, &counts);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await.len(), 30);
}

#[tokio::test]
async fn everything_lost_without_a_trace_waits_for_approval() {
    let (world, _) = with_events(3).await;
    let work = world.folder("Work");
    world.microsoft().forget_everything(&work.id);
    world.auto_sync().await;
    assert_eq!(world.timeline(ANA).await.len(), 3, "nobody said so yet");
    world.minutes_later(10);
    expect(
        &world.pull_full().await,
        Outcome::Partial,
        &[("conflicts", 1)],
    );
    assert_eq!(world.timeline(ANA).await.len(), 3);
    assert_eq!(approve(&world).await, Some(3));
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, [""; 0]);
}

#[tokio::test]
async fn a_403_on_one_page_is_no_end_of_the_round() {
    let (world, ids) = with_events(3).await;
    // The first page holds everything and names another, which is refused.
    world.upset(Fault::new(Effect::RepeatPage).on(Kind::Delta));
    let denied = Fault::refuse(&ApiError::access_denied());
    world.upset(denied.on(Kind::Delta).nth(2));
    world.folder("Work").delete(&ids[0]);
    let run = world.pull_full().await;
    expect(
        &run,
        Outcome::Failed,
        &[("failed", 1), ("events_removed", 0)],
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
async fn what_the_window_leaves_behind_is_not_lost() {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.configure("sync.past_days", "3");
    world.configure("sync.future_days", "30");
    let work = world.folder("Work");
    for number in 0..40 {
        let event = appointment(&format!("event {number:02}"));
        work.put(event.at("2026-03-03T09:00", "Europe/Berlin"));
    }
    work.put(appointment("fair").at("2026-03-20T09:00", "Europe/Berlin"));
    world.auto_sync().await;
    assert_eq!(world.timeline(ANA).await.len(), 41);
    world.at("2026-03-16T06:00:00Z");
    let counts = [("conflicts", 0), ("events_removed", 0), ("failed", 0)];
    expect(&world.auto_sync().await, Outcome::Ok, &counts);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ["2026-03-20 08:00Z 60m fair"]);
    let kept = "SELECT count(*) FROM calendar_events WHERE removed_at IS NULL";
    assert_eq!(world.column(kept), ["41"], "out of the window, not gone");
}
