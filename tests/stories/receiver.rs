//! From an edit at Google to the timeline: notification, receiver, queue,
//! drain.

use calsync::model::run::Outcome;
use calsync::sandbox::google::Channel;
use calsync::sandbox::push::Mishap;

use crate::support::event::event;
use crate::support::story::{ANA, World, expect};
use crate::support::webhooks::{PUBLIC_URL, Receiving};
use crate::support::wire;

const LUNCH: [&str; 1] = ["2026-03-03 11:00Z 60m lunch"];

/// Ana's "Work" is watched, and a receiver is at work.
async fn watched() -> (World, Receiving) {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.with_webhooks();
    let receiving = world.receive().await;
    world.auto_sync().await;
    expect(&world.renew_watches().await, Outcome::Ok, &[("created", 1)]);
    world.all_is_told().await;
    assert_eq!(
        world.queued().await,
        (0, 0),
        "a greeting is no notification"
    );
    world.google().clear_requests();
    world.google().clear_sent();
    (world, receiving)
}

fn channel(world: &World) -> Channel {
    world
        .google()
        .channels(&world.calendar("Work").id)
        .remove(0)
}

fn enter_lunch(world: &World) {
    let lunch = event("lunch").at("2026-03-03T12:00", "Europe/Berlin");
    world.calendar("Work").put(lunch);
}

/// How each notification since the last look was answered.
fn answers(world: &World) -> Vec<Option<u16>> {
    let sent = world.google().sent();
    sent.iter().map(|sent| sent.status).collect()
}

#[tokio::test]
async fn an_edit_arrives_with_the_next_drain() {
    let (world, _receiving) = watched().await;
    enter_lunch(&world);
    world.all_is_told().await;
    assert_eq!(answers(&world), [Some(204)]);
    assert_eq!(world.queued().await, (1, 0));
    expect(
        &world.drain().await,
        Outcome::Ok,
        &[("claimed", 1), ("synced", 1)],
    );
    assert_eq!(world.timeline(ANA).await, LUNCH);
    world.a_further_drain_does_nothing().await;
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn a_storm_costs_one_pull_and_forgeries_cost_nothing() {
    let (world, _receiving) = watched().await;
    let channel = channel(&world);
    enter_lunch(&world);
    assert!(world.google().storm(&channel.id, 400));
    world.google().mishap(Mishap::Duplicated, 50);
    assert!(world.google().storm(&channel.id, 50));
    world.google().mishap(Mishap::Forged, 100);
    assert!(world.google().storm(&channel.id, 100));
    world.all_is_told().await;
    let refused = answers(&world)
        .into_iter()
        .filter(|answer| *answer == Some(403));
    assert_eq!((answers(&world).len(), refused.count()), (601, 100));
    assert_eq!(world.queued().await, (501, 0));
    let run = world.drain().await;
    expect(
        &run,
        Outcome::Ok,
        &[("claimed", 501), ("coalesced", 500), ("synced", 1)],
    );
    assert_eq!(wire::listings(world.google()).len(), 1);
    assert_eq!(world.timeline(ANA).await, LUNCH);
    world.a_further_drain_does_nothing().await;
}

#[tokio::test]
async fn a_late_notification_after_many_is_served_as_well() {
    let (world, _receiving) = watched().await;
    world.google().mishap(Mishap::Delayed, 1);
    enter_lunch(&world);
    assert!(world.google().storm(&channel(&world).id, 20));
    world.all_is_told().await;
    expect(
        &world.drain().await,
        Outcome::Ok,
        &[("claimed", 20), ("synced", 1)],
    );
    let dinner = event("dinner").at("2026-03-03T19:00", "Europe/Berlin");
    world.google().mishap(Mishap::Lost, 1);
    world.calendar("Work").put(dinner);
    world.google().release();
    world.all_is_told().await;
    expect(
        &world.drain().await,
        Outcome::Ok,
        &[("claimed", 1), ("synced", 1)],
    );
    let both = [LUNCH[0], "2026-03-03 18:00Z 60m dinner"];
    assert_eq!(world.timeline(ANA).await, both);
    world.a_further_drain_does_nothing().await;
}

#[tokio::test]
async fn what_a_lost_notification_would_have_told_is_found_by_polling() {
    let (world, _receiving) = watched().await;
    world.google().mishap(Mishap::Lost, 1);
    enter_lunch(&world);
    world.all_is_told().await;
    world.a_further_drain_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, [""; 0]);
    expect(
        &world.pull().await,
        Outcome::Ok,
        &[("synced", 1), ("events_created", 1)],
    );
    assert_eq!(world.timeline(ANA).await, LUNCH);
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn a_notification_that_found_no_receiver_is_lost_and_found_by_polling() {
    let (world, receiving) = watched().await;
    drop(receiving);
    world.sandbox.unroute(PUBLIC_URL);
    enter_lunch(&world);
    world.all_is_told().await;
    assert_eq!(answers(&world), [None]);
    let _receiving = world.receive().await;
    let told_again = world.google().redeliver().await as u64;
    world.drain().await;
    expect(
        &world.pull().await,
        Outcome::Ok,
        &[("synced", 1), ("events_created", 1 - told_again)],
    );
    assert_eq!(world.timeline(ANA).await, LUNCH);
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn the_old_watch_goes_on_until_the_new_one_delivers() {
    let (world, _receiving) = watched().await;
    world.at("2026-03-08T18:00:00Z");
    world.google().mishap(Mishap::Delayed, 1);
    let lunch = event("lunch").at("2026-03-09T12:00", "Europe/Berlin");
    world.calendar("Work").put(lunch);
    expect(&world.renew_watches().await, Outcome::Ok, &[("renewed", 1)]);
    // Told by the watch that has been stopped since.
    world.google().release();
    world.all_is_told().await;
    expect(
        &world.drain().await,
        Outcome::Ok,
        &[("claimed", 1), ("synced", 1)],
    );
    let dinner = event("dinner").at("2026-03-09T19:00", "Europe/Berlin");
    world.calendar("Work").put(dinner);
    world.all_is_told().await;
    expect(
        &world.drain().await,
        Outcome::Ok,
        &[("claimed", 1), ("synced", 1)],
    );
    let both = [
        "2026-03-09 11:00Z 60m lunch",
        "2026-03-09 18:00Z 60m dinner",
    ];
    assert_eq!(world.timeline(ANA).await, both);
    world.a_further_drain_does_nothing().await;
}
