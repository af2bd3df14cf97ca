//! What a code is exchanged for.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use calsync::sandbox::microsoft::{CLIENT_ID, CLIENT_SECRET, ScopeSpelling};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::browser::{SCOPES, SERVER, but, exchange, number, of_server, request};
use super::support::{ADA, World, code, world};

const SHORT: &str = "User.Read Calendars.ReadWrite";
const LONG: &str =
    "https://graph.microsoft.com/User.Read https://graph.microsoft.com/Calendars.ReadWrite";

/// The AADSTS number by which a public client's refresh is refused, or 0.
async fn refresh(world: &World, refresh_token: &str, scope: &str) -> i64 {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", CLIENT_ID),
        ("refresh_token", refresh_token),
        ("scope", scope),
    ];
    let (status, body) = world.refresh(&form).await;
    assert_eq!(status == 200, number(&body) == 0);
    number(&body)
}

#[tokio::test]
async fn a_code_gives_tokens_that_work() {
    let mut world = world().await.public();
    let body = world.sign_in(&request()).await;
    assert_eq!(
        (&body["token_type"], &body["expires_in"], &body["scope"]),
        (&json!("Bearer"), &json!(3599), &json!(SHORT))
    );
    assert_eq!(body.get("id_token"), None);
    world.token = body["access_token"].as_str().unwrap().to_owned();
    assert_eq!(world.good("me").await["id"], world.ada.id.as_str());
    let refresh_token = body["refresh_token"].as_str().unwrap();
    assert_eq!(refresh(&world, refresh_token, SCOPES).await, 0);
}

#[tokio::test]
async fn a_code_works_once_and_its_tokens_live_on() {
    let mut world = world().await.public();
    let code = world.code(&request()).await;
    let (_, first) = world.token(&exchange(&code)).await;
    let (status, body) = world.token(&exchange(&code)).await;
    assert_eq!(
        (status, &body["error"], number(&body)),
        (400, &json!("invalid_grant"), 54_005)
    );
    world.token = first["access_token"].as_str().unwrap().to_owned();
    assert_eq!(world.get("me").await.0, 200);
}

#[tokio::test]
async fn a_code_lives_for_ten_minutes() {
    let world = world().await.public();
    let (early, late) = (world.code(&request()).await, world.code(&request()).await);
    world.sandbox.clock.advance(TimeDelta::seconds(599));
    assert_eq!(world.token(&exchange(&early)).await.0, 200);
    world.sandbox.clock.advance(TimeDelta::seconds(1));
    let (status, body) = world.token(&exchange(&late)).await;
    assert_eq!(
        (status, &body["error"], number(&body)),
        (400, &json!("invalid_grant"), 70_008)
    );
}

#[tokio::test]
async fn a_code_is_for_who_asked_for_it() {
    let world = world().await.public();
    let code = world.code(&request()).await;
    let other = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXx";
    let cases = [
        ("code", "other", "invalid_grant", 70_000),
        ("code", "", "invalid_request", 900_144),
        ("code_verifier", other, "invalid_grant", 501_481),
        ("code_verifier", "", "invalid_grant", 501_481),
        (
            "redirect_uri",
            "http://localhost:53683/callback",
            "invalid_grant",
            50_011,
        ),
        ("redirect_uri", "", "invalid_request", 900_144),
        (
            "scope",
            "User.Read Calendars.ReadWrite Mail.Read",
            "invalid_grant",
            65_001,
        ),
    ];
    for (name, value, error, aadsts) in cases {
        let (status, body) = world.token(&but(exchange(&code), &[(name, value)])).await;
        assert_eq!(
            (status, body["error"].as_str().unwrap(), number(&body)),
            (400, error, aadsts)
        );
    }
    assert_eq!(world.token(&exchange(&code)).await.0, 200);
}

#[tokio::test]
async fn a_public_client_must_not_send_a_secret() {
    let world = world().await.public();
    let code = world.code(&request()).await;
    let with_secret = but(exchange(&code), &[("client_secret", CLIENT_SECRET)]);
    let (status, body) = world.token(&with_secret).await;
    assert_eq!((status, number(&body)), (401, 700_025));
    assert_eq!(world.token(&exchange(&code)).await.0, 200);
}

#[tokio::test]
async fn a_confidential_client_must_send_the_right_one() {
    let world = world().await;
    world.sandbox.microsoft.register_redirect(SERVER);
    let code = world.code(&of_server(request())).await;
    let form = of_server(exchange(&code));
    for (secret, expected) in [("", 7_000_218), ("wrong", 7_000_215)] {
        let (status, body) = world
            .token(&but(form.clone(), &[("client_secret", secret)]))
            .await;
        assert_eq!((status, number(&body)), (401, expected));
    }
    assert_eq!(world.token(&form).await.0, 200);
}

#[tokio::test]
async fn without_offline_access_there_is_no_refresh_token() {
    let world = world().await.public();
    let body = world.sign_in(&but(request(), &[("scope", SHORT)])).await;
    assert_eq!(body.get("refresh_token"), None);
}

#[tokio::test]
async fn an_id_token_is_for_those_who_ask_with_openid() {
    let world = world().await.public();
    let scope = format!("openid profile email {SCOPES}");
    let body = world.sign_in(&but(request(), &[("scope", &scope)])).await;
    assert_eq!(body["scope"], format!("openid profile email {SHORT}"));
    let claims = body["id_token"].as_str().unwrap().split('.').nth(1);
    let claims = URL_SAFE_NO_PAD.decode(claims.unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(
        (&claims["aud"], &claims["oid"], &claims["tid"]),
        (
            &json!(CLIENT_ID),
            &json!(world.ada.id),
            &json!(world.ada.tenant)
        )
    );
    assert_eq!(claims["email"], ADA);
    assert!(claims["sub"].is_string());
}

#[tokio::test]
async fn an_account_may_be_granted_less_than_was_asked() {
    let mut world = world().await.public();
    let microsoft = world.sandbox.microsoft.clone();
    microsoft.limit_consent(ADA, Some(&["User.Read", "Calendars.Read"]));
    let wide = "offline_access User.Read Calendars.Read Calendars.ReadWrite";
    let body = world.sign_in(&but(request(), &[("scope", wide)])).await;
    assert_eq!(body["scope"], "User.Read Calendars.Read");
    let refresh_token = body["refresh_token"].as_str().unwrap().to_owned();
    world.token = body["access_token"].as_str().unwrap().to_owned();
    assert_eq!(world.get("me/events").await.0, 200);
    let (status, body) = world.create(json!({})).await;
    assert_eq!((status.as_u16(), code(&body)), (403, "ErrorAccessDenied"));
    assert_eq!(
        refresh(&world, &refresh_token, "Calendars.ReadWrite").await,
        65_001
    );
    assert_eq!(refresh(&world, &refresh_token, "Calendars.Read").await, 0);
    microsoft.limit_consent(ADA, None);
    assert_eq!(world.sign_in(&request()).await["scope"], SHORT);
}

#[tokio::test]
async fn granted_scopes_are_spelled_in_many_ways() {
    let world = world().await.public();
    let microsoft = &world.sandbox.microsoft;
    let long = format!("offline_access {LONG}");
    let asked_long = but(request(), &[("scope", &long)]);
    assert_eq!(world.sign_in(&asked_long).await["scope"], LONG);
    microsoft.behave(|b| b.scope_spelling = ScopeSpelling::Qualified);
    assert_eq!(world.sign_in(&request()).await["scope"], LONG);
    microsoft.behave(|b| b.scope_spelling = ScopeSpelling::Disordered);
    let body = world.sign_in(&asked_long).await;
    assert_eq!(body["scope"], "calendars.readwrite user.read");
}

#[tokio::test]
async fn a_revoked_account_signs_in_again() {
    let mut world = world().await.public();
    let code = world.code(&request()).await;
    world.sandbox.microsoft.revoke(ADA);
    assert_eq!(number(&world.token(&exchange(&code)).await.1), 70_000);
    let body = world.sign_in(&request()).await;
    world.token = body["access_token"].as_str().unwrap().to_owned();
    assert_eq!(world.get("me").await.0, 200);
}
