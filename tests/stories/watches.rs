//! Watches at Google: made, renewed, refused and ended.

use calsync::jobs::RenewWatches;
use calsync::model::calendar::WatchSupport;
use calsync::model::run::Outcome;
use calsync::sandbox::google::{ApiError, Channel, Effect, Fault, Kind};

use crate::support::story::{ANA, World, expect};
use crate::support::wire;

/// Ana's "Work" is synced, and watches can be made.
async fn unwatched() -> World {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.with_webhooks();
    world.auto_sync().await;
    world
}

/// Ana's "Work" is watched.
async fn watched() -> World {
    let world = unwatched().await;
    expect(
        &world.renew_watches().await,
        Outcome::Ok,
        &[("due", 1), ("created", 1), ("failed", 0)],
    );
    world.google().clear_requests();
    world
}

fn channels(world: &World, calendar: &str) -> Vec<Channel> {
    world.google().channels(&world.calendar(calendar).id)
}

/// The channel of "Work", which is the only one; calsync knows no other.
async fn the_channel(world: &World) -> Channel {
    let mut channels = channels(world, "Work");
    assert_eq!(channels.len(), 1, "{channels:?}");
    let known = world.watches("Work").await;
    assert_eq!(known.len(), 1, "{known:?}");
    let grant = known[0].grant.clone().unwrap();
    assert_eq!(grant.external_id, channels[0].id);
    assert_eq!(grant.until, channels[0].expires);
    channels.remove(0)
}

/// The kinds of requests since they were last cleared.
fn asked(world: &World) -> Vec<Kind> {
    let requests = world.google().requests();
    requests.iter().map(|request| request.kind).collect()
}

/// Nothing is due, so nobody is asked.
async fn a_second_renewal_does_nothing(world: &World) {
    world.google().clear_requests();
    let writes = world.watch_writes();
    let run = world.renew_watches().await;
    expect(&run, Outcome::Ok, &[("due", 0), ("failed", 0)]);
    assert_eq!(asked(world), []);
    assert_eq!(writes.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn every_active_calendar_is_watched() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.add_calendar("Choir", "UTC");
    world.add_calendar("Club", "UTC");
    world.with_webhooks();
    world.auto_sync().await;
    let choir = world.known("Choir").await.id;
    let store = world.store().await;
    store.calendar_set_active(&choir, false).await.unwrap();
    let run = world.renew_watches().await;
    expect(&run, Outcome::Ok, &[("due", 2), ("created", 2)]);
    let numbers = ["Work", "Choir", "Club"].map(|name| channels(&world, name).len());
    assert_eq!(numbers, [1, 0, 1]);
    let channel = &channels(&world, "Club")[0];
    assert!(channel.id.starts_with("user_u-1_"), "{channel:?}");
    assert_eq!(
        channel.address,
        "https://calsync.example/webhooks/google/calendar"
    );
    a_second_renewal_does_nothing(&world).await;
}

#[tokio::test]
async fn a_watch_that_ends_soon_is_replaced_and_then_stopped() {
    let world = watched().await;
    let first = the_channel(&world).await;
    world.at("2026-03-08T18:00:00Z");
    let run = world.renew_watches().await;
    expect(
        &run,
        Outcome::Ok,
        &[("due", 1), ("renewed", 1), ("created", 0)],
    );
    let second = the_channel(&world).await;
    assert!(second.expires > first.expires && second.id != first.id);
    let order: Vec<_> = asked(&world)
        .into_iter()
        .filter(|kind| *kind != Kind::Token)
        .collect();
    assert_eq!(order, [Kind::EventsWatch, Kind::ChannelsStop]);
    assert_eq!(world.queued().await, (0, 0), "nothing was missed");
    a_second_renewal_does_nothing(&world).await;
}

#[tokio::test]
async fn force_renews_what_would_last_for_days() {
    let world = watched().await;
    let first = the_channel(&world).await;
    world.minutes_later(60);
    let run = world.run(&RenewWatches { force: true }).await;
    expect(&run, Outcome::Ok, &[("due", 1), ("renewed", 1)]);
    assert_ne!(the_channel(&world).await.id, first.id);
    a_second_renewal_does_nothing(&world).await;
}

#[tokio::test]
async fn a_renewal_that_fails_leaves_the_old_watch() {
    let world = watched().await;
    let first = the_channel(&world).await;
    world.at("2026-03-08T18:00:00Z");
    let down = Fault::answer(503, "").on(Kind::EventsWatch).always();
    world.inject(down);
    let run = world.renew_watches().await;
    expect(&run, Outcome::Deferred, &[("due", 1), ("failed", 1)]);
    assert_eq!(channels(&world, "Work")[0].id, first.id);
    assert!(run.failures[0].message.contains("could not be watched"));
    world.google().clear_faults();
    world.minutes_later(60);
    let run = world.renew_watches().await;
    expect(&run, Outcome::Ok, &[("renewed", 1), ("failed", 0)]);
    the_channel(&world).await;
    a_second_renewal_does_nothing(&world).await;
}

#[tokio::test]
async fn an_answer_that_is_lost_leaves_one_watch_in_the_end() {
    let world = unwatched().await;
    let lost = Fault::new(Effect::DropAfter).on(Kind::EventsWatch);
    world.inject(lost.times(1));
    let run = world.renew_watches().await;
    expect(&run, Outcome::Deferred, &[("failed", 1)]);
    let orphan = channels(&world, "Work").remove(0);
    let known = world.watches("Work").await;
    assert_eq!(
        known[0].id.as_str(),
        orphan.id,
        "what it says is understood"
    );
    world.minutes_later(60);
    expect(
        &world.renew_watches().await,
        Outcome::Ok,
        &[("created", 1), ("failed", 0)],
    );
    assert_ne!(the_channel(&world).await.id, orphan.id);
    world.drain().await;
    a_second_renewal_does_nothing(&world).await;
}

#[tokio::test]
async fn a_watch_that_could_not_be_stopped_is_stopped_later() {
    let world = watched().await;
    let down = Fault::answer(503, "").on(Kind::ChannelsStop).always();
    world.inject(down);
    let run = world.run(&RenewWatches { force: true }).await;
    expect(&run, Outcome::Ok, &[("renewed", 1), ("failed", 0)]);
    assert_eq!(channels(&world, "Work").len(), 2);
    world.google().clear_faults();
    world.minutes_later(60);
    expect(&world.renew_watches().await, Outcome::Ok, &[("due", 0)]);
    the_channel(&world).await;
    a_second_renewal_does_nothing(&world).await;
}

#[tokio::test]
async fn a_calendar_that_refuses_is_polled_and_asked_again_after_a_week() {
    let world = unwatched().await;
    let work = world.calendar("Work");
    world.google().set_watchable(&work.id, false);
    let run = world.renew_watches().await;
    expect(
        &run,
        Outcome::Ok,
        &[("due", 1), ("unwatchable", 1), ("failed", 0)],
    );
    let refused = WatchSupport::Refused {
        reason: "pushNotSupportedForRequestedResource".to_owned(),
        at: world.now(),
    };
    assert_eq!(world.known("Work").await.watch_support, refused);
    assert_eq!(world.watches("Work").await, []);
    world.at("2026-03-09T05:00:00Z");
    a_second_renewal_does_nothing(&world).await;
    world.at("2026-03-09T07:00:00Z");
    let run = world.renew_watches().await;
    expect(&run, Outcome::Ok, &[("due", 1), ("unwatchable", 1)]);
    world.google().set_watchable(&work.id, true);
    world.at("2026-03-17T07:00:00Z");
    expect(&world.renew_watches().await, Outcome::Ok, &[("created", 1)]);
    assert_eq!(
        world.known("Work").await.watch_support,
        WatchSupport::Possible
    );
    the_channel(&world).await;
}

#[tokio::test]
async fn a_refused_address_is_said_to_the_operator_and_blames_no_calendar() {
    let world = unwatched().await;
    let refusal = ApiError::push_unauthorized(401, "https://calsync.example/");
    world.inject(Fault::refuse(&refusal).on(Kind::EventsWatch).always());
    let run = world.renew_watches().await;
    expect(&run, Outcome::Failed, &[("failed", 1), ("unwatchable", 0)]);
    let message = &run.failures[0].message;
    assert!(message.contains("webhooks.public_url"), "{message}");
    assert_eq!(
        world.known("Work").await.watch_support,
        WatchSupport::Possible
    );
    assert_eq!(wire::requests(world.google(), Kind::Token).len(), 1);
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn a_disabled_calendar_is_not_watched_any_more() {
    let world = watched().await;
    let work = world.known("Work").await.id;
    let store = world.store().await;
    store.calendar_set_active(&work, false).await.unwrap();
    expect(&world.renew_watches().await, Outcome::Ok, &[("due", 0)]);
    assert_eq!(channels(&world, "Work"), []);
    assert_eq!(world.watches("Work").await, []);
    a_second_renewal_does_nothing(&world).await;
}

#[tokio::test]
async fn after_a_watch_has_ended_its_calendar_is_looked_at() {
    let world = watched().await;
    world.at("2026-03-12T06:00:00Z");
    let work = world.calendar("Work");
    work.put(crate::support::event::event("standup").at("2026-03-13T09:00", "Europe/Berlin"));
    expect(&world.renew_watches().await, Outcome::Ok, &[("created", 1)]);
    the_channel(&world).await;
    assert_eq!(world.queued().await, (1, 0));
    let run = world.drain().await;
    expect(&run, Outcome::Ok, &[("claimed", 1), ("synced", 1)]);
    assert_eq!(world.timeline(ANA).await, ["2026-03-13 08:00Z 60m standup"]);
    world.a_further_drain_does_nothing().await;
    a_second_renewal_does_nothing(&world).await;
}

#[tokio::test]
async fn without_an_https_address_nothing_is_watched_and_everything_else_works() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.auto_sync().await;
    for url in ["", "http://127.0.0.1:8080"] {
        world.configure("webhooks.public_url", url);
        let run = world.renew_watches().await;
        expect(&run, Outcome::Ok, &[("due", 0), ("failed", 0)]);
        assert!(run.failures[0].message.contains("webhooks.public_url"));
    }
    assert_eq!(wire::requests(world.google(), Kind::EventsWatch).len(), 0);
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn a_revoked_account_is_left_alone_and_the_others_are_watched() {
    let world = unwatched().await;
    world.person("u-2", "UTC", "Ben").await;
    world.auto_sync().await;
    world.google().revoke("u-1@example.com");
    world.minutes_later(120);
    let run = world.renew_watches().await;
    expect(
        &run,
        Outcome::Partial,
        &[("due", 2), ("created", 1), ("failed", 1)],
    );
    assert_eq!(run.failures[0].kind, "needs_reauth");
    assert_eq!(world.users_to_reconnect().await, [ANA]);
    assert_eq!(channels(&world, "Ben").len(), 1);
}
