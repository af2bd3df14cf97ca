//! Tokens of the identity platform.

use calsync::sandbox::microsoft::{CLIENT_ID, CLIENT_SECRET};
use chrono::TimeDelta;

use super::support::{ADA, code, world};

#[tokio::test]
async fn every_refresh_brings_a_new_refresh_token_and_the_old_one_lives_on() {
    let world = world().await;
    let (status, first) = world.refresh_with(&world.ada.refresh_token).await;
    assert_eq!(status, 200, "{first}");
    assert_ne!(first["refresh_token"], world.ada.refresh_token.as_str());
    assert_eq!(first["expires_in"], 3599);
    let (again, _) = world.refresh_with(&world.ada.refresh_token).await;
    let (with_new, _) = world
        .refresh_with(first["refresh_token"].as_str().unwrap())
        .await;
    assert_eq!((again.as_u16(), with_new.as_u16()), (200, 200));
}

#[tokio::test]
async fn a_single_use_refresh_token_dies_by_its_use() {
    let world = world().await;
    world.sandbox.microsoft.single_use_refresh_tokens(ADA, true);
    assert_eq!(world.refresh_with(&world.ada.refresh_token).await.0, 200);
    let (status, body) = world.refresh_with(&world.ada.refresh_token).await;
    assert_eq!(
        (status.as_u16(), &body["error_codes"][0]),
        (400, &70000.into())
    );
}

#[tokio::test]
async fn a_revoked_grant_says_so_by_error_and_number() {
    let world = world().await;
    world.sandbox.microsoft.revoke(ADA);
    let (status, body) = world.refresh_with(&world.ada.refresh_token).await;
    assert_eq!(
        (status.as_u16(), &body["error"]),
        (400, &"invalid_grant".into())
    );
    assert_eq!(body["error_codes"][0], 50173);
    assert_eq!(world.get("me").await.0, 401);
}

#[tokio::test]
async fn a_refresh_can_ask_for_interaction() {
    let world = world().await;
    let microsoft = &world.sandbox.microsoft;
    microsoft.refuse_refresh(ADA, Some(("interaction_required", 50076)));
    let (_, body) = world.refresh_with(&world.ada.refresh_token).await;
    assert_eq!(body["error"], "interaction_required");
    assert!(body["claims"].is_string());
    microsoft.refuse_refresh(ADA, None);
    assert_eq!(world.refresh_with(&world.ada.refresh_token).await.0, 200);
}

#[tokio::test]
async fn a_client_is_checked_as_what_it_is() {
    let world = world().await;
    let token = world.ada.refresh_token.as_str();
    let grant = [("grant_type", "refresh_token"), ("refresh_token", token)];
    let with = |more: &[(&'static str, &'static str)]| [&grant[..], more].concat();
    let id = ("client_id", CLIENT_ID);
    let cases = [
        (false, with(&[id]), 401, 7_000_218),
        (
            false,
            with(&[id, ("client_secret", "wrong")]),
            401,
            7_000_215,
        ),
        (false, with(&[("client_id", "other")]), 400, 700_016),
        (
            true,
            with(&[id, ("client_secret", CLIENT_SECRET)]),
            401,
            700_025,
        ),
    ];
    for (public, form, status, number) in cases {
        world.sandbox.microsoft.behave(|b| b.public_client = public);
        let (answered, body) = world.refresh(&form).await;
        assert_eq!(
            (answered.as_u16(), &body["error_codes"][0]),
            (status, &number.into())
        );
    }
    assert_eq!(world.refresh(&with(&[id])).await.0, 200);
}

#[tokio::test]
async fn an_access_token_ends_by_the_clock_of_the_sandbox() {
    let world = world().await;
    assert_eq!(world.get("me").await.0, 200);
    world.sandbox.clock.advance(TimeDelta::hours(1));
    let (status, body) = world.get("me").await;
    assert_eq!(
        (status.as_u16(), code(&body)),
        (401, "InvalidAuthenticationToken")
    );
}

#[tokio::test]
async fn a_refresh_token_ends_after_ninety_unused_days() {
    let world = world().await;
    world.sandbox.clock.advance(TimeDelta::days(90));
    let (_, body) = world.refresh_with(&world.ada.refresh_token).await;
    assert_eq!(body["error_codes"][0], 700_082);
}

#[tokio::test]
async fn a_scope_that_was_not_granted_is_refused() {
    let mut world = world().await;
    let microsoft = world.sandbox.microsoft.clone();
    microsoft.set_scopes(ADA, &["User.Read", "Calendars.Read"]);
    let (_, body) = world.refresh_with(&world.ada.refresh_token).await;
    assert_eq!(body["error_codes"][0], 65001);
    world.token = microsoft.access_token(ADA);
    assert_eq!(world.get("me/events").await.0, 200);
    let (status, body) = world.create(serde_json::json!({})).await;
    assert_eq!((status.as_u16(), code(&body)), (403, "ErrorAccessDenied"));
}
