//! What goes wrong with watches at Google stays with watches.

use calsync::jobs::{RenewWatches, run_cycle};
use calsync::model::account::ProviderKind;
use calsync::model::run::{Outcome, SyncState};
use calsync::sandbox::google::{ApiError, Channel, Effect, Fault, Kind};
use chrono::TimeDelta;

use crate::support::event::event;
use crate::support::story::{ANA, World, expect};
use crate::support::webhooks::notification;
use crate::support::wire;

const LUNCH: [&str; 1] = ["2026-03-03 11:00Z 60m lunch"];

/// Ana's "Work" and "Choir" are synced, and watches can be made.
async fn unwatched() -> World {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.add_calendar("Choir", "Europe/Berlin");
    world.with_webhooks();
    world.auto_sync().await;
    world
}

/// Both are watched.
async fn watched() -> World {
    let world = unwatched().await;
    expect(&world.renew_watches().await, Outcome::Ok, &[("created", 2)]);
    world.drain().await;
    world.google().clear_requests();
    world
}

fn channels(world: &World, calendar: &str) -> Vec<Channel> {
    world.google().channels(&world.calendar(calendar).id)
}

fn enter_lunch(world: &World) {
    let lunch = event("lunch").at("2026-03-03T12:00", "Europe/Berlin");
    world.calendar("Work").put(lunch);
}

#[tokio::test]
async fn what_changed_between_the_last_pull_and_the_first_watch_is_looked_at() {
    let world = unwatched().await;
    enter_lunch(&world);
    world.renew_watches().await;
    expect(
        &world.drain().await,
        Outcome::Ok,
        &[("claimed", 2), ("synced", 2)],
    );
    assert_eq!(world.timeline(ANA).await, LUNCH);
    world.a_further_drain_does_nothing().await;
}

#[tokio::test]
async fn a_watch_counts_only_when_what_it_came_too_late_for_is_queued() {
    let world = watched().await;
    world.at("2026-03-12T06:00:00Z");
    let standup = event("standup").at("2026-03-13T09:00", "Europe/Berlin");
    world.calendar("Work").put(standup);
    world.configure("queue.url", "redis://127.0.0.1:1/0");
    let run = world.renew_watches().await;
    expect(
        &run,
        Outcome::Deferred,
        &[("due", 2), ("created", 0), ("failed", 2)],
    );
    world.configure("queue.url", "");
    world.minutes_later(60);
    expect(&world.renew_watches().await, Outcome::Ok, &[("created", 2)]);
    for calendar in ["Work", "Choir"] {
        assert_eq!(channels(&world, calendar).len(), 1);
        assert_eq!(world.watches(calendar).await.len(), 1);
    }
    world.drain().await;
    assert_eq!(world.timeline(ANA).await, ["2026-03-13 08:00Z 60m standup"]);
    world.a_further_drain_does_nothing().await;
}

#[tokio::test]
async fn a_changed_secret_or_address_has_watches_made_anew() {
    let world = watched().await;
    let other = [
        ("webhooks.secret", "another secret of these stories"),
        ("webhooks.public_url", "https://elsewhere.example"),
    ];
    for (key, value) in other {
        let before = channels(&world, "Work").remove(0);
        world.configure(key, value);
        world.minutes_later(60);
        let run = world.renew_watches().await;
        expect(
            &run,
            Outcome::Ok,
            &[("due", 2), ("created", 2), ("renewed", 0)],
        );
        let after = channels(&world, "Work");
        assert_eq!(after.len(), 1);
        assert!(after[0].id != before.id && after[0].token != before.token);
        assert_eq!(world.watches("Work").await.len(), 1);
        world.drain().await;
    }
    let address = &channels(&world, "Work")[0].address;
    assert!(
        address.starts_with("https://elsewhere.example/"),
        "{address}"
    );
}

#[tokio::test]
async fn a_quota_of_watches_stops_no_pull() {
    let world = unwatched().await;
    let quota = ApiError::quota_exceeded();
    world.inject(Fault::refuse(&quota).on(Kind::EventsWatch).always());
    let run = world.renew_watches().await;
    assert!(run.counts["failed"] > 0, "{run:?}");
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn an_account_that_is_to_be_left_alone_is_asked_for_no_watch() {
    let world = unwatched().await;
    let account = world.account(ANA).await.id;
    let until = world.now() + TimeDelta::hours(5);
    world
        .store()
        .await
        .account_rest(&account, until)
        .await
        .unwrap();
    world.google().clear_requests();
    let run = world.renew_watches().await;
    expect(
        &run,
        Outcome::Ok,
        &[("due", 2), ("created", 0), ("failed", 0)],
    );
    assert_eq!(world.google().requests().len(), 0);
}

#[tokio::test]
async fn a_refused_address_is_tried_once() {
    let world = unwatched().await;
    world.one_at_a_time();
    let refusal = ApiError::push_unauthorized(401, "https://calsync.example/");
    world.inject(Fault::refuse(&refusal).on(Kind::EventsWatch).always());
    let run = world.renew_watches().await;
    expect(&run, Outcome::Failed, &[("due", 2), ("failed", 1)]);
    assert_eq!(wire::requests(world.google(), Kind::EventsWatch).len(), 1);
}

#[tokio::test]
async fn a_renewal_that_is_stopped_says_so() {
    let world = unwatched().await;
    world.one_at_a_time();
    let cx = world.context();
    let stop = cx.stop.clone();
    let ask = Fault::meanwhile(move |_| stop.cancel()).on(Kind::EventsWatch);
    world.inject(ask.times(1));
    let run = world.run_in(&RenewWatches::default(), &cx).await;
    expect(&run, Outcome::Partial, &[("due", 2), ("created", 1)]);
    assert!(run.failures[0].message.contains("asked to stop"), "{run:?}");
    expect(
        &world.renew_watches().await,
        Outcome::Ok,
        &[("due", 1), ("created", 1)],
    );
}

#[tokio::test]
async fn a_channel_that_leaked_is_stopped_later_and_means_its_calendar_alone() {
    let world = watched().await;
    world.at("2026-03-08T18:00:00Z");
    let work = world.calendar("Work").id;
    let lost = Fault::new(Effect::DropAfter).on(Kind::EventsWatch);
    world.inject(lost.calendar(&work).times(1));
    world.renew_watches().await;
    world.minutes_later(60);
    let down = Fault::answer(503, "").on(Kind::EventsWatch);
    world.inject(down.calendar(&work).times(1));
    world.renew_watches().await;
    world.minutes_later(60);
    world.renew_watches().await;
    let known = world.watches("Work").await;
    let at_google = channels(&world, "Work");
    assert_eq!(
        (at_google.len(), known.len()),
        (1, 1),
        "{at_google:?} {known:?}"
    );
    world.drain().await;
    // A message of a channel that is gone still names what it watched.
    let mut late = notification(ProviderKind::Google, Some("user_u-1_gone".into()), "exists");
    late.resource = Some(at_google[0].resource_id.clone());
    world.push(vec![late]).await;
    expect(
        &world.drain().await,
        Outcome::Ok,
        &[("claimed", 1), ("synced", 1)],
    );
    world.a_further_drain_does_nothing().await;
}

#[tokio::test]
async fn that_one_calendar_was_told_of_says_nothing_of_the_others() {
    let world = watched().await;
    let choir = world.calendar("Choir").id;
    let refusal = Fault::refuse(&ApiError::forbidden()).on(Kind::EventsList);
    world.inject(refusal.calendar(&choir).always());
    world.minutes_later(30);
    world.auto_sync().await;
    let failing = world.status(ANA).await.unwrap();
    assert_eq!(failing.state, SyncState::PartialFailure);
    world.notify("Work", 1).await;
    expect(&world.drain().await, Outcome::Ok, &[("synced", 1)]);
    assert_eq!(world.status(ANA).await.unwrap(), failing);
}

#[tokio::test]
async fn a_drain_that_cannot_work_gives_back_what_it_claimed() {
    let world = watched().await;
    enter_lunch(&world);
    world.notify("Work", 1).await;
    world.configure("google.client_id", "");
    world.configure("microsoft.client_id", "");
    world.configure("queue.max_attempts", "2");
    let job = calsync::jobs::DrainWebhooks::default();
    for _ in 0..5 {
        let refused = run_cycle(&job, &world.context()).await.unwrap_err();
        assert!(refused.to_string().contains("client_id"), "{refused:#}");
        assert_eq!(world.queued().await, (1, 0));
    }
    world.configure("google.client_id", calsync::sandbox::google::CLIENT_ID);
    expect(
        &world.drain().await,
        Outcome::Ok,
        &[("claimed", 1), ("synced", 1)],
    );
    assert_eq!(world.timeline(ANA).await, LUNCH);
    world.a_further_drain_does_nothing().await;
}
