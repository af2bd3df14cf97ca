//! Notifications are served by pulls that began after them, and by nothing
//! else.

use std::pin::pin;
use std::sync::Arc;

use calsync::jobs::DrainWebhooks;
use calsync::model::account::ProviderKind;
use calsync::model::lease::{Lease, LeaseName};
use calsync::model::run::{JobRun, Outcome};
use calsync::sandbox::google::{ApiError, Fault, Kind};
use chrono::TimeDelta;
use serde_json::json;
use tokio::sync::Notify;

use crate::support::event::event;
use crate::support::story::{ANA, World, account, email, expect};
use crate::support::webhooks::notification;
use crate::support::wire;

const LUNCH: [&str; 1] = ["2026-03-03 11:00Z 60m lunch"];

/// Ana's "Work" and "Choir" are synced and watched.
async fn watched() -> World {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.add_calendar("Choir", "Europe/Berlin");
    world.with_webhooks();
    world.auto_sync().await;
    world.renew_watches().await;
    world.google().clear_requests();
    world
}

/// Lunch was entered into "Work", and so many notifications say so.
async fn lunch_is_told(times: usize) -> World {
    let world = watched().await;
    enter_lunch(&world);
    world.notify("Work", times).await;
    world
}

fn enter_lunch(world: &World) {
    let lunch = event("lunch").at("2026-03-03T12:00", "Europe/Berlin");
    world.calendar("Work").put(lunch);
}

/// The calendars that were listed since the requests were last cleared.
fn listed(world: &World) -> Vec<String> {
    let listings = wire::listings(world.google());
    listings
        .into_iter()
        .filter_map(|request| request.calendar)
        .collect()
}

/// A drain that is under way when it lists events.
async fn drain_while(world: &World, meanwhile: impl AsyncFnOnce()) -> JobRun {
    let asked = Arc::new(Notify::new());
    let tell = asked.clone();
    let hear = Fault::meanwhile(move |_| tell.notify_one());
    world.inject(hear.on(Kind::EventsList).times(1));
    let (cx, job) = (world.context(), DrainWebhooks::default());
    let mut drain = pin!(world.run_in(&job, &cx));
    tokio::select! {
        run = &mut drain => panic!("it asked for nothing: {run:?}"),
        () = asked.notified() => {}
    }
    meanwhile().await;
    drain.await
}

#[tokio::test]
async fn a_notification_has_its_calendar_pulled_and_no_other() {
    let world = lunch_is_told(1).await;
    let run = world.drain().await;
    expect(
        &run,
        Outcome::Ok,
        &[
            ("claimed", 1),
            ("coalesced", 0),
            ("synced", 1),
            ("failed", 0),
            ("dead", 0),
        ],
    );
    assert_eq!(listed(&world), [world.calendar("Work").id]);
    assert_eq!(world.timeline(ANA).await, LUNCH);
    world.a_further_drain_does_nothing().await;
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn many_notifications_of_a_calendar_cost_one_pull() {
    let world = lunch_is_told(2500).await;
    let run = world.drain().await;
    expect(
        &run,
        Outcome::Ok,
        &[("claimed", 2500), ("coalesced", 2499), ("synced", 1)],
    );
    assert_eq!(listed(&world).len(), 1);
    assert_eq!(world.timeline(ANA).await, LUNCH);
    world.a_further_drain_does_nothing().await;
}

#[tokio::test]
async fn no_more_is_taken_than_asked_for() {
    let world = lunch_is_told(30).await;
    let run = world.run(&DrainWebhooks { max: 10 }).await;
    expect(&run, Outcome::Ok, &[("claimed", 10), ("synced", 1)]);
    assert_eq!(world.queued().await, (20, 0));
    expect(&world.drain().await, Outcome::Ok, &[("claimed", 20)]);
    world.a_further_drain_does_nothing().await;
}

#[tokio::test]
async fn what_arrives_while_its_calendar_is_pulled_is_served_by_another_pull() {
    let world = lunch_is_told(500).await;
    let run = drain_while(&world, async || world.notify("Work", 1).await).await;
    expect(&run, Outcome::Ok, &[("claimed", 500), ("synced", 1)]);
    assert_eq!(world.queued().await, (1, 0));
    let dinner = event("dinner").at("2026-03-03T19:00", "Europe/Berlin");
    world.calendar("Work").put(dinner);
    expect(
        &world.drain().await,
        Outcome::Ok,
        &[("claimed", 1), ("synced", 1)],
    );
    let both = [LUNCH[0], "2026-03-03 18:00Z 60m dinner"];
    assert_eq!(world.timeline(ANA).await, both);
    assert_eq!(listed(&world).len(), 2);
    world.a_further_drain_does_nothing().await;
}

#[tokio::test]
async fn without_a_usable_calendar_all_of_the_users_calendars_are_meant() {
    for watch in [None, Some("user_u-1_unknown".to_owned())] {
        let world = watched().await;
        enter_lunch(&world);
        world
            .push(vec![notification(ProviderKind::Google, watch, "exists")])
            .await;
        let run = world.drain().await;
        expect(&run, Outcome::Ok, &[("claimed", 1), ("synced", 2)]);
        assert_eq!(world.timeline(ANA).await, LUNCH);
        world.a_further_drain_does_nothing().await;
    }
}

#[tokio::test]
async fn a_watch_of_somebody_else_is_of_no_use() {
    let world = watched().await;
    world.person("u-2", "UTC", "Ben").await;
    world.auto_sync().await;
    world.renew_watches().await;
    world.google().clear_requests();
    let watch = world.watches("Ben").await.remove(0).id.to_string();
    world
        .push(vec![notification(
            ProviderKind::Google,
            Some(watch),
            "exists",
        )])
        .await;
    expect(
        &world.drain().await,
        Outcome::Ok,
        &[("claimed", 1), ("synced", 2)],
    );
    assert!(!listed(&world).contains(&world.calendar("Ben").id));
    world.a_further_drain_does_nothing().await;
}

#[tokio::test]
async fn a_calendar_that_another_job_pulls_is_left_in_the_queue() {
    let world = lunch_is_told(3).await;
    let name = LeaseName::Calendar(world.known("Work").await.id);
    let (owner, until) = ("another".to_owned(), world.now() + TimeDelta::minutes(1));
    let lease = Lease { name, owner, until };
    let store = world.store().await;
    assert!(store.lease_acquire(&lease, world.now()).await.unwrap());
    let run = world.drain().await;
    expect(
        &run,
        Outcome::Ok,
        &[("claimed", 3), ("synced", 0), ("deferred", 1)],
    );
    assert_eq!(listed(&world).len(), 0);
    assert_eq!(world.queued().await, (3, 0));
    store
        .lease_release(&lease.name, &lease.owner)
        .await
        .unwrap();
    expect(
        &world.drain().await,
        Outcome::Ok,
        &[("claimed", 3), ("synced", 1)],
    );
    assert_eq!(world.timeline(ANA).await, LUNCH);
    world.a_further_drain_does_nothing().await;
}

#[tokio::test]
async fn two_drains_at_once_are_one() {
    let world = lunch_is_told(1).await;
    let second = async || expect(&world.drain().await, Outcome::Skipped, &[("claimed", 0)]);
    let run = drain_while(&world, second).await;
    expect(&run, Outcome::Ok, &[("claimed", 1), ("synced", 1)]);
    world.a_further_drain_does_nothing().await;
}

#[tokio::test]
async fn what_failed_comes_back_until_it_is_served() {
    let world = lunch_is_told(2).await;
    let down = Fault::answer(503, "").on(Kind::EventsList).always();
    world.inject(down);
    let run = world.drain().await;
    expect(&run, Outcome::Deferred, &[("claimed", 2), ("failed", 1)]);
    assert_eq!(world.queued().await, (2, 0));
    // Not at once.
    expect(&world.drain().await, Outcome::Ok, &[("claimed", 0)]);
    world.google().clear_faults();
    world.minutes_later(2);
    expect(
        &world.drain().await,
        Outcome::Ok,
        &[("claimed", 2), ("synced", 1)],
    );
    assert_eq!(world.timeline(ANA).await, LUNCH);
    world.a_further_drain_does_nothing().await;
}

#[tokio::test]
async fn what_fails_for_ever_is_put_aside_and_not_lost() {
    let world = lunch_is_told(1).await;
    world.configure("queue.max_attempts", "3");
    let refusal = Fault::refuse(&ApiError::forbidden()).on(Kind::EventsList);
    world.inject(refusal.always());
    for _ in 0..3 {
        expect(
            &world.drain().await,
            Outcome::Failed,
            &[("claimed", 1), ("failed", 1)],
        );
        world.minutes_later(600);
    }
    let run = world.drain().await;
    expect(&run, Outcome::Ok, &[("claimed", 0), ("dead", 1)]);
    assert!(run.failures[0].message.contains("calsync queue dead"));
    let queue = world.queue().await;
    assert_eq!(queue.dead().await.unwrap().len(), 1);
    world.google().clear_faults();
    assert_eq!(queue.retry(None).await.unwrap(), 1);
    world.minutes_later(600);
    expect(
        &world.drain().await,
        Outcome::Ok,
        &[("claimed", 1), ("synced", 1)],
    );
    assert_eq!(world.timeline(ANA).await, LUNCH);
    world.a_further_drain_does_nothing().await;
}

#[tokio::test]
async fn notifications_of_a_revoked_account_are_kept_until_it_is_connected_again() {
    let world = lunch_is_told(2).await;
    world.google().revoke(&email(ANA));
    expect(
        &world.drain().await,
        Outcome::Failed,
        &[("claimed", 2), ("failed", 1)],
    );
    for _ in 0..20 {
        world.minutes_later(11);
        expect(
            &world.drain().await,
            Outcome::Ok,
            &[("claimed", 2), ("deferred", 1)],
        );
    }
    assert_eq!(world.queued().await, (2, 0));
    let again = world.google().add_account(&email(ANA)).refresh_token;
    let accounts = vec![account(ANA, &email(ANA), &again)];
    world.store().await.account_upsert(accounts).await.unwrap();
    world.minutes_later(11);
    expect(
        &world.drain().await,
        Outcome::Ok,
        &[("claimed", 2), ("synced", 1)],
    );
    assert_eq!(world.timeline(ANA).await, LUNCH);
    world.a_further_drain_does_nothing().await;
}

#[tokio::test]
async fn what_concerns_nobody_any_more_is_done_with() {
    let world = watched().await;
    let work = world.known("Work").await.id;
    let of_work = world.notification("Work").await;
    let store = world.store().await;
    store.calendar_set_active(&work, false).await.unwrap();
    let mut of_a_stranger = of_work.clone();
    of_a_stranger.user_id = "u-9".parse().unwrap();
    world.push(vec![of_work, of_a_stranger]).await;
    let run = world.drain().await;
    expect(
        &run,
        Outcome::Ok,
        &[("claimed", 2), ("synced", 0), ("failed", 0)],
    );
    world.a_further_drain_does_nothing().await;
}

#[tokio::test]
async fn a_drain_that_died_is_made_up_for_when_the_hold_ends() {
    let world = lunch_is_told(2).await;
    let queue = world.queue().await;
    let claim = queue.claim(ProviderKind::Google, 10, world.now()).await;
    assert_eq!(claim.unwrap().deliveries.len(), 2);
    world.minutes_later(4);
    expect(&world.drain().await, Outcome::Ok, &[("claimed", 0)]);
    world.minutes_later(2);
    expect(
        &world.drain().await,
        Outcome::Ok,
        &[("claimed", 2), ("synced", 1)],
    );
    assert_eq!(world.timeline(ANA).await, LUNCH);
    world.a_further_drain_does_nothing().await;
}

#[tokio::test]
async fn before_a_whole_calendar_is_listed_its_next_days_are_visible() {
    let world = watched().await;
    let work = world.calendar("Work");
    enter_lunch(&world);
    work.put(event("later").at("2026-03-20T12:00", "Europe/Berlin"));
    work.put(event("long ago").at("2020-03-20T12:00", "Europe/Berlin"));
    work.expire_tokens();
    world.notify("Work", 1).await;
    // The whole listing fails; what is near is there already.
    let down = Fault::answer(503, "").on(Kind::EventsList);
    world.inject(down.nth(3).always());
    let run = world.drain().await;
    expect(&run, Outcome::Deferred, &[("failed", 1)]);
    let near = &wire::listings(world.google())[1];
    let bounds = ["timeMin", "timeMax"].map(|name| near.param(name).unwrap().to_owned());
    assert_eq!(bounds[0][..10], *"2026-03-02");
    assert_eq!(bounds[1][..10], *"2026-03-09");
    assert_eq!(world.timeline(ANA).await, LUNCH);
    world.google().clear_faults();
    world.minutes_later(2);
    expect(
        &world.drain().await,
        Outcome::Ok,
        &[("claimed", 1), ("synced", 1)],
    );
    let both = [LUNCH[0], "2026-03-20 11:00Z 60m later"];
    assert_eq!(world.timeline(ANA).await, both);
    world.a_further_drain_does_nothing().await;
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn a_deleted_event_is_not_kept_by_the_look_at_the_next_days() {
    let world = watched().await;
    let work = world.calendar("Work");
    let lunch = work.put(event("lunch").at("2026-03-03T12:00", "Europe/Berlin"));
    for day in 4..16 {
        let name = format!("standup {day}");
        work.put(event(&name).at(&format!("2026-03-{day:02}T09:00"), "Europe/Berlin"));
    }
    world.auto_sync().await;
    world.minutes_later(10);
    world.auto_sync().await;
    work.delete(&lunch);
    work.edit(
        &work.put(event("x").at("2026-03-05T12:00", "UTC")),
        json!({ "summary": "y" }),
    );
    work.expire_tokens();
    world.notify("Work", 1).await;
    expect(
        &world.drain().await,
        Outcome::Ok,
        &[("claimed", 1), ("synced", 1)],
    );
    let timeline = world.timeline(ANA).await;
    assert_eq!(timeline.len(), 13, "{timeline:?}");
    assert!(timeline.contains(&"2026-03-05 12:00Z 60m y".to_owned()));
    world.a_further_drain_does_nothing().await;
    world.minutes_later(10);
    world.a_second_cycle_does_nothing().await;
}
