//! Graph's subscriptions: made, extended, lost, and what they say of
//! themselves.

use calsync::jobs::RenewWatches;
use calsync::model::calendar::WatchSupport;
use calsync::model::run::Outcome;
use calsync::sandbox::microsoft::{Effect, Fault, Kind, Lifecycle, Subscription};
use serde_json::json;

use crate::support::microsoft::appointment::appointment;
use crate::support::microsoft::wire;
use crate::support::story::{ANA, World, email, expect};
use crate::support::webhooks::{PUBLIC_URL, Receiving};

const LUNCH: [&str; 1] = ["2026-03-03 11:00Z 60m lunch"];

/// Ana's "Work" is synced, watches can be made, and a receiver is at work.
async fn unwatched() -> (World, Receiving) {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.with_webhooks();
    let receiving = world.receive().await;
    world.auto_sync().await;
    (world, receiving)
}

/// Ana's "Work" is watched.
async fn watched() -> (World, Receiving) {
    let (world, receiving) = unwatched().await;
    expect(
        &world.renew_watches().await,
        Outcome::Ok,
        &[("due", 1), ("created", 1), ("failed", 0)],
    );
    world.microsoft().clear_requests();
    (world, receiving)
}

fn subscriptions(world: &World) -> Vec<Subscription> {
    world.microsoft().subscriptions(&world.folder("Work").id)
}

/// The subscription to "Work", which is the only one; calsync knows no other.
async fn the_subscription(world: &World) -> Subscription {
    let mut subscriptions = subscriptions(world);
    assert_eq!(subscriptions.len(), 1, "{subscriptions:?}");
    let known = world.watches("Work").await;
    assert_eq!(known.len(), 1, "{known:?}");
    let grant = known[0].grant.clone().unwrap();
    assert_eq!(grant.external_id, subscriptions[0].id);
    assert_eq!(grant.until, subscriptions[0].expires);
    subscriptions.remove(0)
}

/// The kinds of requests since they were last cleared, tokens and listings
/// apart.
fn asked(world: &World) -> Vec<Kind> {
    let requests = world.microsoft().requests();
    let kinds = requests.iter().map(|request| request.kind);
    kinds
        .filter(|kind| !matches!(kind, Kind::Token | Kind::Delta))
        .collect()
}

async fn a_second_renewal_does_nothing(world: &World) {
    world.microsoft().clear_requests();
    let run = world.renew_watches().await;
    expect(&run, Outcome::Ok, &[("due", 0), ("failed", 0)]);
    assert_eq!(asked(world), []);
}

fn enter_lunch(world: &World) {
    let lunch = appointment("lunch").at("2026-03-03T12:00", "Europe/Berlin");
    world.folder("Work").put(lunch);
}

#[tokio::test]
async fn an_edit_arrives_with_the_next_drain() {
    let (world, _receiving) = watched().await;
    enter_lunch(&world);
    world.all_is_told().await;
    expect(
        &world.drain().await,
        Outcome::Ok,
        &[("claimed", 1), ("synced", 1)],
    );
    assert_eq!(world.timeline(ANA).await, LUNCH);
    world.a_further_drain_does_nothing().await;
    a_second_renewal_does_nothing(&world).await;
}

#[tokio::test]
async fn a_watch_that_ends_soon_is_extended() {
    let (world, _receiving) = watched().await;
    let first = the_subscription(&world).await;
    world.at("2026-03-08T18:00:00Z");
    let run = world.renew_watches().await;
    expect(
        &run,
        Outcome::Ok,
        &[("due", 1), ("renewed", 1), ("created", 0)],
    );
    let second = the_subscription(&world).await;
    assert_eq!(second.id, first.id);
    assert!(second.expires > first.expires);
    assert_eq!(
        asked(&world),
        [Kind::SubscriptionsUpdate, Kind::SubscriptionsList]
    );
    assert_eq!(world.queued().await, (0, 0), "nothing was missed");
    a_second_renewal_does_nothing(&world).await;
}

#[tokio::test]
async fn a_subscription_that_is_gone_is_made_anew_and_its_calendar_looked_at() {
    let (world, _receiving) = watched().await;
    let first = the_subscription(&world).await;
    world.microsoft().end_subscription(&first.id);
    enter_lunch(&world);
    world.all_is_told().await;
    assert_eq!(world.queued().await, (0, 0));
    let run = world.run(&RenewWatches { force: true }).await;
    expect(
        &run,
        Outcome::Ok,
        &[("due", 1), ("renewed", 0), ("created", 1)],
    );
    assert_ne!(the_subscription(&world).await.id, first.id);
    expect(
        &world.drain().await,
        Outcome::Ok,
        &[("claimed", 1), ("synced", 1)],
    );
    assert_eq!(world.timeline(ANA).await, LUNCH);
    world.a_further_drain_does_nothing().await;
    a_second_renewal_does_nothing(&world).await;
}

#[tokio::test]
async fn an_answer_that_is_lost_leaves_one_subscription_in_the_end() {
    let (world, _receiving) = unwatched().await;
    let lost = Fault::new(Effect::DropAfter).on(Kind::SubscriptionsCreate);
    world.upset(lost.times(1));
    expect(
        &world.renew_watches().await,
        Outcome::Deferred,
        &[("failed", 1)],
    );
    let orphan = subscriptions(&world).remove(0);
    // What it says is understood, though its grant is not known.
    enter_lunch(&world);
    world.all_is_told().await;
    expect(
        &world.drain().await,
        Outcome::Ok,
        &[("claimed", 1), ("synced", 1)],
    );
    assert_eq!(world.timeline(ANA).await, LUNCH);
    world.minutes_later(60);
    let run = world.renew_watches().await;
    expect(&run, Outcome::Ok, &[("created", 1), ("failed", 0)]);
    assert_ne!(the_subscription(&world).await.id, orphan.id);
    world.drain().await;
    a_second_renewal_does_nothing(&world).await;
}

#[tokio::test]
async fn what_nobody_here_knows_is_ended_where_the_provider_is_asked_anyway() {
    let (world, _receiving) = watched().await;
    let stray = the_subscription(&world).await;
    // The store was lost and its account imported again.
    let account = world.account(ANA).await.id;
    world.store().await.account_remove(&account).await.unwrap();
    let again = world.microsoft().add_account(&email(ANA)).refresh_token;
    world.import_mailbox(ANA, &email(ANA), &again).await;
    world.minutes_later(10);
    world.auto_sync().await;
    expect(&world.renew_watches().await, Outcome::Ok, &[("created", 1)]);
    assert_ne!(the_subscription(&world).await.id, stray.id);
    a_second_renewal_does_nothing(&world).await;
}

#[tokio::test]
async fn a_subscription_that_asks_for_it_is_extended_by_the_next_drain() {
    let (world, _receiving) = watched().await;
    let first = the_subscription(&world).await;
    world.minutes_later(60);
    assert!(
        world
            .microsoft()
            .lifecycle(&first.id, Lifecycle::ReauthorizationRequired)
    );
    world.all_is_told().await;
    let run = world.drain().await;
    expect(
        &run,
        Outcome::Ok,
        &[("claimed", 1), ("synced", 1), ("failed", 0)],
    );
    let second = the_subscription(&world).await;
    assert_eq!(second.id, first.id);
    assert!(second.expires > first.expires);
    world.a_further_drain_does_nothing().await;
}

#[tokio::test]
async fn a_subscription_that_was_removed_is_made_anew_and_then_its_calendar_pulled() {
    let (world, _receiving) = watched().await;
    let first = the_subscription(&world).await;
    assert!(
        world
            .microsoft()
            .lifecycle(&first.id, Lifecycle::SubscriptionRemoved)
    );
    enter_lunch(&world);
    world.all_is_told().await;
    let run = world.drain().await;
    expect(
        &run,
        Outcome::Ok,
        &[("claimed", 1), ("synced", 1), ("failed", 0)],
    );
    assert_ne!(the_subscription(&world).await.id, first.id);
    let kinds: Vec<_> = world
        .microsoft()
        .requests()
        .iter()
        .map(|r| r.kind)
        .collect();
    let at = |kind| kinds.iter().position(|one| *one == kind).unwrap();
    assert!(at(Kind::SubscriptionsCreate) < at(Kind::Delta), "{kinds:?}");
    assert_eq!(world.timeline(ANA).await, LUNCH);
    world.a_further_drain_does_nothing().await;
    a_second_renewal_does_nothing(&world).await;
}

#[tokio::test]
async fn missed_notifications_are_a_reason_to_look() {
    let (world, _receiving) = watched().await;
    let subscription = the_subscription(&world).await;
    world
        .microsoft()
        .mishap(calsync::sandbox::push::Mishap::Lost, 1);
    enter_lunch(&world);
    assert!(
        world
            .microsoft()
            .lifecycle(&subscription.id, Lifecycle::Missed)
    );
    world.all_is_told().await;
    expect(
        &world.drain().await,
        Outcome::Ok,
        &[("claimed", 1), ("synced", 1)],
    );
    assert_eq!(world.timeline(ANA).await, LUNCH);
    world.a_further_drain_does_nothing().await;
}

#[tokio::test]
async fn a_mailbox_that_refuses_subscriptions_is_polled() {
    for status in [400, 403] {
        let (world, _receiving) = unwatched().await;
        world
            .microsoft()
            .refuse_subscriptions_of(&email(ANA), Some(status));
        let run = world.renew_watches().await;
        expect(
            &run,
            Outcome::Ok,
            &[("due", 1), ("unwatchable", 1), ("failed", 0)],
        );
        let support = world.known("Work").await.watch_support;
        assert!(
            matches!(support, WatchSupport::Refused { .. }),
            "{support:?}"
        );
        a_second_renewal_does_nothing(&world).await;
        enter_lunch(&world);
        world.minutes_later(10);
        world.auto_sync().await;
        assert_eq!(world.timeline(ANA).await, LUNCH);
    }
}

#[tokio::test]
async fn where_nobody_receives_no_subscription_is_made_and_no_calendar_blamed() {
    let (world, receiving) = unwatched().await;
    drop(receiving);
    world.sandbox.unroute(PUBLIC_URL);
    let run = world.renew_watches().await;
    expect(&run, Outcome::Failed, &[("failed", 1), ("unwatchable", 0)]);
    let message = &run.failures[0].message;
    assert!(message.contains("webhooks.public_url"), "{message}");
    assert_eq!(
        world.known("Work").await.watch_support,
        WatchSupport::Possible
    );
    assert_eq!(world.watches("Work").await, []);
    let _receiving = world.receive().await;
    expect(&world.renew_watches().await, Outcome::Ok, &[("created", 1)]);
    the_subscription(&world).await;
}

#[tokio::test]
async fn of_notifications_that_come_together_each_is_looked_at_by_itself() {
    let (world, _receiving) = watched().await;
    world.colleague("u-2", "UTC", "Ben").await;
    world.auto_sync().await;
    world.renew_watches().await;
    world.microsoft().clear_requests();
    world
        .microsoft()
        .mishap(calsync::sandbox::push::Mishap::Forged, 1);
    let call = appointment("call").at("2026-03-04T09:00", "UTC");
    world.folder("Ben").put(call);
    enter_lunch(&world);
    world.all_is_told().await;
    expect(
        &world.drain().await,
        Outcome::Ok,
        &[("claimed", 1), ("synced", 1)],
    );
    assert_eq!(wire::deltas(world.microsoft()).len(), 1);
    assert_eq!(world.timeline(ANA).await, LUNCH);
    world.folder("Work").put(json!({}));
    world.all_is_told().await;
    world.drain().await;
    world.a_further_drain_does_nothing().await;
}
