//! What goes wrong with subscriptions.

use calsync::model::account::ProviderKind;
use calsync::model::calendar::WatchSupport;
use calsync::model::run::Outcome;
use calsync::sandbox::microsoft::{Fault, Kind, Lifecycle, Subscription};

use crate::support::microsoft::appointment::appointment;
use crate::support::story::{ANA, World, email, expect};
use crate::support::webhooks::Receiving;

const LUNCH: [&str; 1] = ["2026-03-03 11:00Z 60m lunch"];

/// Ana's "Work" is watched, and a receiver is at work.
async fn watched() -> (World, Receiving) {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.with_webhooks();
    let receiving = world.receive().await;
    world.auto_sync().await;
    expect(&world.renew_watches().await, Outcome::Ok, &[("created", 1)]);
    world.drain().await;
    world.microsoft().clear_requests();
    (world, receiving)
}

fn subscriptions(world: &World) -> Vec<Subscription> {
    world.microsoft().subscriptions(&world.folder("Work").id)
}

#[tokio::test]
async fn a_changed_secret_has_subscriptions_made_anew() {
    let (world, _receiving) = watched().await;
    let before = subscriptions(&world).remove(0);
    world.configure("webhooks.secret", "another secret of these stories");
    world.minutes_later(60);
    let run = world.renew_watches().await;
    expect(
        &run,
        Outcome::Ok,
        &[("due", 1), ("created", 1), ("failed", 0)],
    );
    let after = subscriptions(&world);
    assert_eq!(after.len(), 1);
    assert!(after[0].id != before.id && after[0].client_state != before.client_state);
    assert_eq!(world.watches("Work").await.len(), 1);
}

#[tokio::test]
async fn a_renewal_that_fails_leaves_the_old_subscription() {
    let (world, _receiving) = watched().await;
    world.at("2026-03-08T18:00:00Z");
    let down = Fault::answer(503, "").on(Kind::SubscriptionsUpdate);
    world.upset(down.always());
    let run = world.renew_watches().await;
    expect(&run, Outcome::Deferred, &[("due", 1), ("failed", 1)]);
    assert_eq!(subscriptions(&world).len(), 1);
    world.microsoft().clear_faults();
    world.minutes_later(60);
    expect(&world.renew_watches().await, Outcome::Ok, &[("renewed", 1)]);
}

#[tokio::test]
async fn a_drain_says_what_watch_it_could_not_extend_and_does_so_later() {
    let (world, _receiving) = watched().await;
    let first = subscriptions(&world).remove(0);
    world.minutes_later(60);
    let ends = Lifecycle::ReauthorizationRequired;
    assert!(world.microsoft().lifecycle(&first.id, ends));
    world.all_is_told().await;
    let down = Fault::answer(503, "").on(Kind::SubscriptionsUpdate);
    world.upset(down.always());
    for _ in 0..12 {
        let run = world.drain().await;
        expect(
            &run,
            Outcome::Partial,
            &[("claimed", 1), ("synced", 1), ("failed", 1)],
        );
        assert!(run.failures[0].message.contains("could not be watched"));
        world.minutes_later(11);
    }
    world.microsoft().clear_faults();
    let run = world.drain().await;
    expect(
        &run,
        Outcome::Ok,
        &[("claimed", 1), ("synced", 1), ("failed", 0)],
    );
    assert!(subscriptions(&world)[0].expires > first.expires);
    world.a_further_drain_does_nothing().await;
}

#[tokio::test]
async fn two_accounts_of_one_login_do_not_take_each_others_subscription() {
    let (world, _receiving) = watched().await;
    world.person("u-2", "UTC", "Ben").await;
    let again = world.microsoft().add_account(&email(ANA)).refresh_token;
    world.import_mailbox("u-2", &email(ANA), &again).await;
    world.auto_sync().await;
    let first = subscriptions(&world).remove(0);
    let run = world.renew_watches().await;
    expect(
        &run,
        Outcome::Ok,
        &[("created", 1), ("unwatchable", 1), ("failed", 0)],
    );
    assert_eq!(subscriptions(&world), [first]);
    let calendars = world.store().await.calendar_list(None).await.unwrap();
    let polled = calendars.iter().find(|calendar| {
        calendar.provider == ProviderKind::Microsoft && calendar.user_id.as_str() == "u-2"
    });
    let support = &polled.unwrap().watch_support;
    assert!(matches!(support, WatchSupport::Refused { reason, .. } if reason.contains("another")));
    world.drain().await;
    let lunch = appointment("lunch").at("2026-03-03T12:00", "Europe/Berlin");
    world.folder("Work").put(lunch);
    world.all_is_told().await;
    world.drain().await;
    assert_eq!(world.timeline(ANA).await, LUNCH);
}
