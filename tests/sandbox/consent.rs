//! The authorize page: who is refused, who is sent back, and with what.

use calsync::sandbox::google::{Fault, Kind};

use super::browser::{EVENTS, GRANTED, REDIRECT, SERVER, STATE, but, of_server, request};
use super::support::{ANA, world};

const BOB: &str = "bob@example.com";

#[tokio::test]
async fn a_consent_sends_the_browser_back_with_code_state_and_scopes() {
    let world = world().await;
    let shown = world.accept(&request(), ANA, &[]).await;
    assert_eq!(shown.status, 302);
    let location = shown.location.clone().unwrap();
    assert!(location.as_str().starts_with(&format!("{REDIRECT}/?")));
    assert_eq!(shown.param("state").unwrap(), STATE);
    assert_eq!(shown.param("scope").unwrap(), GRANTED.join(" "));
    assert!(!shown.param("code").unwrap().is_empty());
}

#[tokio::test]
async fn a_request_without_a_state_gets_none_back() {
    let world = world().await;
    let stateless = but(request(), &[("state", "")]);
    let shown = world.accept(&stateless, ANA, &[]).await;
    assert!(shown.param("state").is_none() && shown.param("code").is_some());
}

#[tokio::test]
async fn a_denied_consent_sends_back_the_error_and_the_state() {
    let world = world().await;
    let page = world.open(&request()).await;
    let shown = world.submit(&page, &[("answer", "decline")]).await;
    assert_eq!(shown.status, 302);
    assert_eq!(shown.param("error").unwrap(), "access_denied");
    assert_eq!(shown.param("state").unwrap(), STATE);
    assert_eq!(shown.param("code"), None);
}

#[tokio::test]
async fn an_unticked_scope_is_not_in_the_answer() {
    let world = world().await;
    let shown = world.accept(&request(), ANA, &[EVENTS]).await;
    assert_eq!(shown.param("scope").unwrap(), GRANTED[..3].join(" "));
}

#[tokio::test]
async fn the_page_offers_each_account_and_each_scope_once() {
    let world = world().await;
    world.sandbox.google.add_account(BOB);
    let twice = format!("{} email", GRANTED.join(" "));
    let page = world.open(&but(request(), &[("scope", &twice)])).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.all_behind("name=\"account\" value=\""), [ANA, BOB]);
    assert_eq!(page.all_behind("name=\"scope\" value=\""), GRANTED);
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_shown_and_never_sent_back() {
    let world = world().await;
    let long = "a".repeat(129);
    let cases = [
        ("client_id", "other", "invalid_client"),
        ("client_id", "", "invalid_client"),
        ("response_type", "token", "invalid_request"),
        ("response_type", "", "invalid_request"),
        ("scope", "", "invalid_request"),
        ("scope", "calendar.events", "invalid_scope"),
        ("code_challenge_method", "s256", "invalid_request"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        ("code_challenge", &long, "invalid_request"),
        (
            "code_challenge",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM",
            "invalid_request",
        ),
    ];
    for (name, value, error) in cases {
        let shown = world.open(&but(request(), &[(name, value)])).await;
        assert_eq!(shown.status, 400, "{name}={value}");
        assert!(shown.html.contains(error), "{name}={value}");
        assert_eq!(shown.location, None);
    }
}

#[tokio::test]
async fn a_parameter_that_comes_twice_is_refused() {
    let world = world().await;
    let mut twice = request();
    twice.push(("state", STATE.to_owned()));
    assert_eq!(world.open(&twice).await.status, 400);
}

#[tokio::test]
async fn a_desktop_client_is_answered_at_a_bare_port_of_this_machine() {
    let world = world().await;
    for (uri, status) in [
        ("http://127.0.0.1:9", 200),
        ("http://[::1]:65535", 200),
        ("http://localhost:48231", 200),
        ("http://127.0.0.1:48231/", 400),
        ("http://127.0.0.1:48231/callback", 400),
        ("http://127.0.0.1:48231?a=b", 400),
        ("http://127.0.0.1:65536", 400),
        ("http://127.0.0.1:", 400),
        ("http://127.0.0.1", 400),
        ("http://127.0.0.2:48231", 400),
        ("http://127.0.0.1:48231@evil.example", 400),
        ("http://localhost.evil.example:48231", 400),
        ("https://127.0.0.1:48231", 400),
        ("urn:ietf:wg:oauth:2.0:oob", 400),
        ("", 400),
    ] {
        let shown = world.open(&but(request(), &[("redirect_uri", uri)])).await;
        assert_eq!(shown.status, status, "{uri}");
        let mismatch = shown.html.contains("redirect_uri_mismatch");
        assert_eq!(mismatch, status == 400, "{uri}");
    }
}

#[tokio::test]
async fn a_web_client_is_answered_at_its_registered_addresses_to_the_letter() {
    let world = world().await;
    let local = "http://localhost:8080/oauth/google/callback";
    assert_eq!(world.open(&of_server(request())).await.status, 400);
    for uri in [SERVER, local, "http://calsync.example/plain"] {
        world.sandbox.google.register_redirect(uri);
    }
    let slash = format!("{SERVER}/");
    for (uri, status) in [
        (SERVER, 200),
        (local, 200),
        (slash.as_str(), 400),
        ("https://CALSYNC.example/oauth/google/callback", 400),
        ("http://localhost:8081/oauth/google/callback", 400),
        ("http://calsync.example/plain", 400),
    ] {
        let shown = world.open(&but(request(), &[("redirect_uri", uri)])).await;
        assert_eq!(shown.status, status, "{uri}");
    }
    let shown = world.accept(&of_server(request()), ANA, &[]).await;
    let location = shown.location.unwrap();
    assert!(location.as_str().starts_with(&format!("{SERVER}?")));
}

#[tokio::test]
async fn a_page_is_answered_once_and_only_by_an_account() {
    let world = world().await;
    let page = world.open(&request()).await;
    for wrong in [
        [("account", BOB), ("answer", "accept")],
        [("account", ANA), ("answer", "")],
    ] {
        assert_eq!(world.submit(&page, &wrong).await.status, 400);
    }
    let fields = [("account", ANA), ("answer", "accept")];
    assert_eq!(world.submit(&page, &fields).await.status, 302);
    assert_eq!(world.submit(&page, &fields).await.status, 400);
}

#[tokio::test]
async fn the_log_and_faults_know_the_page_and_its_form() {
    let world = world().await;
    let google = &world.sandbox.google;
    google.inject(Fault::answer(503, "{}").on(Kind::Authorize));
    google.inject(Fault::answer(502, "{}").on(Kind::Consent).account(ANA));
    google.inject(Fault::answer(500, "{}").on(Kind::Token).account(ANA));
    assert_eq!(world.open(&request()).await.status, 503);
    assert_eq!(world.accept(&request(), ANA, &[]).await.status, 502);
    let code = world.code(&request()).await;
    assert_eq!(world.token(&super::browser::exchange(&code)).await.0, 500);
    world.redeem(&code).await;
    let log = google.requests();
    let kinds: Vec<_> = log.iter().map(|entry| (entry.kind, entry.status)).collect();
    assert_eq!(
        kinds,
        [
            (Kind::Authorize, Some(503)),
            (Kind::Authorize, Some(200)),
            (Kind::Consent, Some(502)),
            (Kind::Authorize, Some(200)),
            (Kind::Consent, Some(302)),
            (Kind::Token, Some(500)),
            (Kind::Token, Some(200)),
        ]
    );
    assert_eq!(log[0].param("state").unwrap(), STATE);
    assert_eq!(log[4].account.as_deref(), Some(ANA));
    assert_eq!(log[6].account.as_deref(), Some(ANA));
}
