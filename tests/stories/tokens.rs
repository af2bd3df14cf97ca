//! Access and refresh tokens: refreshed by one, saved, adopted by the others.

use std::time::Duration;

use calsync::model::run::Outcome;
use calsync::sandbox::google::{Effect, Fault, Kind};
use secrecy::ExposeSecret;

use crate::support::event::event;
use crate::support::story::{ANA, World, account, email, expect, force, pull};
use crate::support::wire;

/// Ana with two calendars, synced an hour and a half ago: her access token is
/// over, and a refresh will retire her refresh token.
async fn an_old_token() -> World {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.add_calendar("Private", "Europe/Berlin");
    for calendar in ["Work", "Private"] {
        let lunch = event("lunch").at("2026-03-03T12:00", "Europe/Berlin");
        world.calendar(calendar).put(lunch);
    }
    world.auto_sync().await;
    world.google().rotate_refresh_tokens(&email(ANA), true);
    world.minutes_later(90);
    world.google().clear_requests();
    world
}

async fn stored_refresh_token(world: &World) -> String {
    let account = world.account(ANA).await.id;
    let store = world.store().await;
    let stored = store.account_tokens(&account).await;
    stored
        .unwrap()
        .unwrap()
        .tokens
        .refresh
        .expose_secret()
        .to_owned()
}

fn refreshes(world: &World) -> usize {
    wire::requests(world.google(), Kind::Token).len()
}

#[tokio::test]
async fn a_rotated_refresh_token_is_stored_and_used() {
    let world = an_old_token().await;
    let first = stored_refresh_token(&world).await;
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 2)]);
    let second = stored_refresh_token(&world).await;
    assert_ne!(first, second);
    world.minutes_later(90);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 2)]);
    assert_ne!(stored_refresh_token(&world).await, second);
    assert_eq!(refreshes(&world), 2);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(refreshes(&world), 0, "the new token is used while it lasts");
}

#[tokio::test]
async fn two_processes_that_need_a_new_token_make_one_refresh() {
    let world = an_old_token().await;
    let slow = Effect::Latency(Duration::from_millis(20));
    world.inject(Fault::new(slow).on(Kind::Token));
    let (one, other) = (world.context(), world.context());
    let job = force();
    let pull = pull();
    let (one, other) = tokio::join!(world.run_in(&job, &one), world.run_in(&pull, &other));
    assert_eq!(refreshes(&world), 1);
    for run in [&one, &other] {
        expect(run, Outcome::Ok, &[("failed", 0), ("scheduled", 2)]);
        assert_eq!(run.counts["synced"] + run.counts["deferred"], 2, "{run:?}");
    }
    assert_eq!(world.users_to_reconnect().await, [""; 0]);
    world.a_second_cycle_does_nothing().await;
    world.minutes_later(90);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 2)]);
    assert_eq!(world.timeline(ANA).await.len(), 2);
}

#[tokio::test]
async fn two_processes_whose_token_is_refused_end_with_one_that_is_valid() {
    let world = an_old_token().await;
    world.auto_sync().await;
    world.google().clear_requests();
    // It dies before its time, which both only learn when they are refused.
    world.google().expire_access_tokens(&email(ANA));
    world.minutes_later(10);
    let (one, other) = (world.context(), world.context());
    let job = force();
    let pull = pull();
    let (one, other) = tokio::join!(world.run_in(&job, &one), world.run_in(&pull, &other));
    assert_eq!((one.counts["failed"], other.counts["failed"]), (0, 0));
    assert_eq!(refreshes(&world), 1);
    assert_eq!(world.users_to_reconnect().await, [""; 0]);
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn a_token_endpoint_that_is_down_is_nobodys_revocation() {
    let world = an_old_token().await;
    let down = Fault::answer(503, "").retry_after("0");
    world.inject(down.on(Kind::Token).always());
    let run = world.auto_sync().await;
    expect(&run, Outcome::Deferred, &[("synced", 0)]);
    assert_eq!(world.users_to_reconnect().await, [""; 0]);
    world.google().clear_faults();
    world.minutes_later(10);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 2)]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await.len(), 2);
}

/// Ana connects her account again while calsync's refresh is on its way.
async fn connects_again_meanwhile(world: &World) {
    let again = world.google().add_account(&email(ANA)).refresh_token;
    let store = world.store().await;
    let import = Fault::meanwhile(move |_| {
        let imported = vec![account(ANA, &email(ANA), &again)];
        let store = store.clone();
        let work = async move { store.account_upsert(imported).await.unwrap() };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        std::thread::spawn(move || runtime.block_on(work))
            .join()
            .unwrap();
    });
    world.inject(import.on(Kind::Token));
}

#[tokio::test]
async fn an_account_connected_again_while_its_old_token_is_refused_stays_usable() {
    let world = an_old_token().await;
    connects_again_meanwhile(&world).await;
    let refused = Fault::answer(400, r#"{"error":"invalid_grant"}"#);
    world.inject(refused.on(Kind::Token));
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 2), ("failed", 0)],
    );
    assert_eq!(world.users_to_reconnect().await, [""; 0]);
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn an_account_connected_again_while_its_old_token_is_refreshed_stays_usable() {
    let world = an_old_token().await;
    connects_again_meanwhile(&world).await;
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 2), ("failed", 0)],
    );
    world.a_second_cycle_does_nothing().await;
    world.minutes_later(90);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 2)]);
}
