//! The exchange of a code, and the tokens that it brings.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use calsync::sandbox::google::{CLIENT_ID, CLIENT_SECRET};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::browser::{EVENTS, GRANTED, SERVER, VERIFIER, but, exchange, of_server, request, text};
use super::support::{ANA, answer, meeting, now, world};

const BOB: &str = "bob@example.com";
const OFFLINE: [(&str, &str); 1] = [("access_type", "offline")];

#[tokio::test]
async fn a_code_brings_tokens_that_work() {
    let mut world = world().await;
    let code = world.code(&request()).await;
    let body = world.redeem(&code).await;
    assert_eq!(body["expires_in"], 3599);
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(text(&body, "scope"), GRANTED.join(" "));
    text(&body, "access_token").clone_into(&mut world.token);
    assert_eq!(world.insert(meeting("x")).await.0, 200);
    let refreshed = world
        .refresh(text(&body, "refresh_token"), CLIENT_SECRET)
        .await;
    assert_eq!(refreshed.0, 200);
}

#[tokio::test]
async fn a_code_that_is_replayed_costs_what_it_brought_and_nothing_else() {
    let mut world = world().await;
    let code = world.code(&request()).await;
    let body = world.redeem(&code).await;
    let refresh_token = text(&body, "refresh_token");
    let (_, refreshed) = world.refresh(refresh_token, CLIENT_SECRET).await;
    let refused = (400, "invalid_grant".to_owned());
    assert_eq!(world.refused(&exchange(&code)).await, refused);
    assert_eq!(world.refresh(refresh_token, CLIENT_SECRET).await.0, 400);
    assert_eq!(world.list("").await.0, 200);
    assert_eq!(world.refresh_ana().await.0, 200);
    for body in [body, refreshed] {
        text(&body, "access_token").clone_into(&mut world.token);
        assert_eq!(world.list("").await.0, 401);
    }
}

#[tokio::test]
async fn a_code_lives_for_ten_minutes() {
    let world = world().await;
    let (early, late) = (world.code(&request()).await, world.code(&request()).await);
    world.sandbox.clock.advance(TimeDelta::seconds(599));
    world.redeem(&early).await;
    world.sandbox.clock.advance(TimeDelta::seconds(1));
    let refused = (400, "invalid_grant".to_owned());
    assert_eq!(world.refused(&exchange(&late)).await, refused);
}

#[tokio::test]
async fn an_exchange_that_does_not_fit_is_refused_and_leaves_the_code_alone() {
    let world = world().await;
    let code = world.code(&request()).await;
    for (name, value, status, error) in [
        ("client_id", "other", 401, "invalid_client"),
        ("client_secret", "other", 401, "invalid_client"),
        ("client_secret", "", 401, "invalid_client"),
        ("grant_type", "", 400, "invalid_request"),
        ("grant_type", "password", 400, "unsupported_grant_type"),
        ("code", "", 400, "invalid_request"),
        ("code", "4/other", 400, "invalid_grant"),
        ("redirect_uri", "", 400, "redirect_uri_mismatch"),
        (
            "redirect_uri",
            "http://127.0.0.1:48231/",
            400,
            "redirect_uri_mismatch",
        ),
        ("code_verifier", "", 400, "invalid_grant"),
        (
            "code_verifier",
            &VERIFIER.to_lowercase(),
            400,
            "invalid_grant",
        ),
    ] {
        let refused = world.refused(&but(exchange(&code), &[(name, value)])).await;
        assert_eq!(refused, (status, error.to_owned()), "{name}={value}");
    }
    world.redeem(&code).await;
}

#[tokio::test]
async fn a_plain_challenge_is_its_verifier_and_is_the_default() {
    let world = world().await;
    for method in ["plain", ""] {
        let plain = [
            ("code_challenge", VERIFIER),
            ("code_challenge_method", method),
        ];
        let code = world.code(&but(request(), &plain)).await;
        let other = but(exchange(&code), &[("code_verifier", &"a".repeat(43))]);
        assert_eq!(world.refused(&other).await.1, "invalid_grant");
        world.redeem(&code).await;
    }
}

#[tokio::test]
async fn a_request_without_a_challenge_needs_no_verifier() {
    let world = world().await;
    let bare = [("code_challenge", ""), ("code_challenge_method", "")];
    let code = world.code(&but(request(), &bare)).await;
    let form = but(exchange(&code), &[("code_verifier", "")]);
    assert_eq!(world.token(&form).await.0, 200);
}

#[tokio::test]
async fn a_verifier_that_is_too_short_is_refused_even_if_it_hashes_right() {
    let world = world().await;
    // SHA-256 of "abc".
    let challenge = "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0";
    let code = world
        .code(&but(request(), &[("code_challenge", challenge)]))
        .await;
    let form = but(exchange(&code), &[("code_verifier", "abc")]);
    assert_eq!(world.refused(&form).await.1, "invalid_grant");
}

#[tokio::test]
async fn only_a_desktop_client_may_be_let_in_without_its_secret() {
    let world = world().await;
    let google = &world.sandbox.google;
    google.behave(|behaviour| behaviour.desktop_secret_optional = true);
    google.register_redirect(SERVER);
    let silent = [("client_secret", "")];
    let code = world.code(&request()).await;
    let (status, body) = world.token(&but(exchange(&code), &silent)).await;
    assert_eq!(status, 200);
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&body, "refresh_token")),
        ("client_id", CLIENT_ID),
    ];
    assert_eq!(
        answer(world.http.post(google.token_url()).form(&form))
            .await
            .0,
        200
    );
    let code = world.code(&of_server(request())).await;
    let form = of_server(exchange(&code));
    assert_eq!(
        world.refused(&but(form.clone(), &silent)).await.1,
        "invalid_client"
    );
    assert_eq!(world.token(&form).await.0, 200);
}

#[tokio::test]
async fn a_web_client_gets_a_refresh_token_offline_and_the_first_time_or_when_it_asks_again() {
    let world = world().await;
    world.sandbox.google.register_redirect(SERVER);
    world.sandbox.google.revoke(ANA);
    let asking = |prompt| but(of_server(request()), &[OFFLINE[0], ("prompt", prompt)]);
    for (request, brings) in [
        (asking(""), true),
        (asking(""), false),
        (asking("select_account"), false),
        (asking("consent"), true),
        (asking("select_account consent"), true),
        (but(asking("consent"), &[("access_type", "")]), false),
        (but(asking("consent"), &[("access_type", "online")]), false),
    ] {
        let code = world.code(&request).await;
        let (status, body) = world.token(&of_server(exchange(&code))).await;
        assert_eq!(status, 200);
        assert_eq!(body.get("refresh_token").is_some(), brings, "{request:?}");
    }
}

#[tokio::test]
async fn tokens_allow_what_their_own_grant_allows() {
    let mut world = world().await;
    let whole = world.redeem(&world.code(&request()).await).await;
    let shown = world.accept(&request(), ANA, &[EVENTS]).await;
    let part = world.redeem(&shown.param("code").unwrap()).await;
    assert_eq!(text(&part, "scope"), GRANTED[..3].join(" "));
    for (body, scopes, status) in [(whole, &GRANTED[..], 200), (part, &GRANTED[..3], 403)] {
        text(&body, "access_token").clone_into(&mut world.token);
        assert_eq!(world.list("").await.0, status);
        let refresh_token = text(&body, "refresh_token");
        let (_, body) = world.refresh(refresh_token, CLIENT_SECRET).await;
        assert_eq!(text(&body, "scope"), scopes.join(" "));
        text(&body, "access_token").clone_into(&mut world.token);
        assert_eq!(world.list("").await.0, status);
    }
    world.token = world.sandbox.google.access_token(ANA);
    assert_eq!(world.list("").await.0, 403);
}

#[tokio::test]
async fn a_rotated_refresh_token_keeps_the_scopes_of_its_grant() {
    let world = world().await;
    world.sandbox.google.rotate_refresh_tokens(ANA, true);
    let shown = world.accept(&request(), ANA, &[EVENTS]).await;
    let mut body = world.redeem(&shown.param("code").unwrap()).await;
    world.redeem(&world.code(&request()).await).await;
    for _ in 0..2 {
        let refresh_token = text(&body, "refresh_token");
        (_, body) = world.refresh(refresh_token, CLIENT_SECRET).await;
        assert_eq!(text(&body, "scope"), GRANTED[..3].join(" "));
    }
}

#[tokio::test]
async fn the_id_token_tells_who_signed_in() {
    let world = world().await;
    let bob = world.sandbox.google.add_account(BOB);
    let shown = world.accept(&request(), BOB, &[]).await;
    let body = world.redeem(&shown.param("code").unwrap()).await;
    let iat = now().timestamp();
    let claims = claims(text(&body, "id_token"));
    assert_eq!(claims["iss"], "https://accounts.google.com");
    assert_eq!(claims["aud"], CLIENT_ID);
    assert_eq!(claims["sub"], json!(bob.subject));
    assert_eq!(claims["email"], BOB);
    assert_eq!(claims["email_verified"], true);
    assert_eq!(
        (&claims["iat"], &claims["exp"]),
        (&json!(iat), &json!(iat + 3600))
    );
}

#[tokio::test]
async fn an_id_token_comes_only_when_it_was_asked_who_signs_in() {
    let world = world().await;
    for (scope, told) in [
        ("openid", true),
        ("email", true),
        ("profile", true),
        ("", false),
    ] {
        let wanted = format!("{EVENTS} {scope}");
        let code = world.code(&but(request(), &[("scope", &wanted)])).await;
        let body = world.redeem(&code).await;
        assert_eq!(body.get("id_token").is_some(), told, "{scope}");
    }
}

#[tokio::test]
async fn after_a_revoke_codes_are_dead_and_a_new_consent_works() {
    let world = world().await;
    let used = world.code(&request()).await;
    let refresh_token = text(&world.redeem(&used).await, "refresh_token").to_owned();
    let unused = world.code(&request()).await;
    let revoke = world.http.post(world.sandbox.google.revoke_url());
    let revoked = answer(revoke.form(&[("token", &refresh_token)])).await;
    assert_eq!(revoked.0, 200);
    assert_eq!(world.refused(&exchange(&unused)).await.1, "invalid_grant");
    assert_eq!(world.refresh(&refresh_token, CLIENT_SECRET).await.0, 400);
    let body = world.redeem(&world.code(&request()).await).await;
    let refreshed = world
        .refresh(text(&body, "refresh_token"), CLIENT_SECRET)
        .await;
    assert_eq!(refreshed.0, 200);
}

#[tokio::test]
async fn the_oldest_of_more_than_a_hundred_refresh_tokens_dies() {
    let world = world().await;
    let bob = world.sandbox.google.add_account(BOB);
    let second = world.sandbox.google.add_account(ANA).refresh_token;
    for _ in 0..98 {
        world.sandbox.google.add_account(ANA);
    }
    assert_eq!(world.refresh_ana().await.0, 200);
    world.redeem(&world.code(&request()).await).await;
    assert_eq!(world.refresh_ana().await.0, 400);
    assert_eq!(world.refresh(&second, CLIENT_SECRET).await.0, 200);
    assert_eq!(
        world.refresh(&bob.refresh_token, CLIENT_SECRET).await.0,
        200
    );
}

/// The payload of a JWT.
fn claims(token: &str) -> Value {
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3);
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap()
}
