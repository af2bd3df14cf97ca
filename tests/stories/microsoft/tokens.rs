//! Access and refresh tokens: refreshed by one, saved, adopted by the others.

use std::time::Duration;

use calsync::model::run::Outcome;
use calsync::sandbox::microsoft::{ApiError, Effect, Fault, Kind};
use secrecy::ExposeSecret;

use crate::support::microsoft::appointment::appointment;
use crate::support::microsoft::wire;
use crate::support::story::{ANA, World, email, expect, force, pull};

/// Ana with two calendars, synced an hour and a half ago: her access token is
/// over, and a refresh will retire her refresh token.
async fn an_old_token() -> World {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.add_folder("Private");
    for name in ["Work", "Private"] {
        let lunch = appointment("lunch").at("2026-03-03T12:00", "Europe/Berlin");
        world.folder(name).put(lunch);
    }
    world.auto_sync().await;
    world
        .microsoft()
        .single_use_refresh_tokens(&email(ANA), true);
    world.minutes_later(90);
    world.microsoft().clear_requests();
    world
}

async fn stored_refresh_token(world: &World) -> String {
    let account = world.account(ANA).await.id;
    let stored = world.store().await.account_tokens(&account).await;
    let tokens = stored.unwrap().unwrap().tokens;
    tokens.refresh.expose_secret().to_owned()
}

fn refreshes(world: &World) -> usize {
    wire::requests(world.microsoft(), Kind::Token).len()
}

#[tokio::test]
async fn every_refresh_brings_another_refresh_token_which_is_stored() {
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
    world.upset(Fault::new(slow).on(Kind::Token));
    let (one, other) = (world.context(), world.context());
    let (job, pull) = (force(), pull());
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
    world.microsoft().clear_requests();
    // It dies before its time, which both only learn when they are refused.
    world.microsoft().expire_access_tokens(&email(ANA));
    world.minutes_later(10);
    let (one, other) = (world.context(), world.context());
    let (job, pull) = (force(), pull());
    let (one, other) = tokio::join!(world.run_in(&job, &one), world.run_in(&pull, &other));
    assert_eq!((one.counts["failed"], other.counts["failed"]), (0, 0));
    assert_eq!(refreshes(&world), 1);
    assert_eq!(world.users_to_reconnect().await, [""; 0]);
    world.a_second_cycle_does_nothing().await;
    world.minutes_later(90);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 2)]);
}

#[tokio::test]
async fn a_token_endpoint_that_is_down_is_nobodys_revocation() {
    let world = an_old_token().await;
    let body = r#"{"error":"temporarily_unavailable","error_codes":[90033]}"#;
    let down = Fault::answer(503, body).retry_after("0");
    world.upset(down.on(Kind::Token).always());
    let run = world.auto_sync().await;
    expect(&run, Outcome::Deferred, &[("synced", 0)]);
    assert_eq!(world.users_to_reconnect().await, [""; 0]);
    world.microsoft().clear_faults();
    world.minutes_later(10);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 2)]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await.len(), 2);
}

#[tokio::test]
async fn a_stray_401_is_mended_by_one_refresh() {
    let world = an_old_token().await;
    world.auto_sync().await;
    world.minutes_later(10);
    world.microsoft().clear_requests();
    world.upset(Fault::refuse(&ApiError::invalid_token()).on(Kind::Delta));
    let counts = [("synced", 2), ("requests", 3)];
    expect(&world.auto_sync().await, Outcome::Ok, &counts);
    assert_eq!(refreshes(&world), 1);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await.len(), 2);
}

#[tokio::test]
async fn a_claims_challenge_asks_the_user_to_sign_in_again() {
    let world = an_old_token().await;
    world.auto_sync().await;
    world.minutes_later(10);
    let challenge = "Bearer realm=\"\", error=\"insufficient_claims\", claims=\"eyJhY2Nlc3M=\"";
    let refused = Fault::refuse(&ApiError::invalid_token());
    world.upset(
        refused
            .header("www-authenticate", challenge)
            .on(Kind::Delta)
            .always(),
    );
    let run = world.auto_sync().await;
    assert_eq!(run.failures[0].kind, "needs_reauth", "{run:?}");
    assert_eq!(world.users_to_reconnect().await, [ANA]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await.len(), 2, "what is known stays");
}
