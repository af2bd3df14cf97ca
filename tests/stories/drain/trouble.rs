//! Drains that cannot serve what they claimed.

use calsync::model::account::ProviderKind;
use calsync::model::run::Outcome;
use calsync::sandbox::google::{ApiError, Effect, Fault, Kind};

use super::{LUNCH, lunch_is_told, watched};
use crate::support::story::{ANA, account, email, expect};

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
async fn a_drain_that_runs_out_of_time_gives_back_what_it_did_not_serve() {
    for (limit, said) in [
        ("15s", "sync.cycle_time_limit"),
        ("2h", "four fifths of queue.hold"),
    ] {
        let world = watched().await;
        world.one_at_a_time();
        world.notify("Work", 1).await;
        world.notify("Choir", 1).await;
        // From the second listing on, time passes by itself.
        let race = Fault::meanwhile(|_| tokio::time::pause());
        for fault in [race, Fault::new(Effect::Hang)] {
            world.inject(fault.on(Kind::EventsList).nth(2));
        }
        world.configure("sync.cycle_time_limit", limit);
        world.configure("sync.request_timeout", "1h");
        let run = world.drain().await;
        tokio::time::resume();
        expect(
            &run,
            Outcome::Partial,
            &[
                ("claimed", 2),
                ("synced", 1),
                ("deferred", 1),
                ("failed", 0),
            ],
        );
        assert!(run.failures[0].message.contains(said), "{run:?}");
        assert_eq!(world.queued().await, (1, 0));
        world.google().clear_faults();
        let run = world.drain().await;
        expect(&run, Outcome::Ok, &[("claimed", 1), ("synced", 1)]);
        world.a_further_drain_does_nothing().await;
    }
}
