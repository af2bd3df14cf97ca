//! The authorize page: who is refused, who is sent back, and with what.

use calsync::sandbox::microsoft::{CLIENT_ID, Effect, Fault, Kind};

use super::browser::{REDIRECT, SERVER, but, of_server, request};
use super::support::{ADA, world};

const BOB: &str = "bob.example@contoso.example";

#[tokio::test]
async fn a_consent_sends_the_browser_back_with_a_code_and_the_state() {
    let world = world().await.public();
    let shown = world.accept(&request()).await;
    let location = shown.location.clone().unwrap();
    assert_eq!(shown.status, 302);
    assert!(location.as_str().starts_with(&format!("{REDIRECT}?code=")));
    assert_eq!(shown.param("state").unwrap(), "a+b/c d&e=%20");
    assert!(!shown.param("code").unwrap().is_empty());
}

#[tokio::test]
async fn a_request_without_a_state_gets_none_back() {
    let world = world().await.public();
    let shown = world.accept(&but(request(), &[("state", "")])).await;
    assert_eq!(
        (shown.param("state"), shown.param("code").is_some()),
        (None, true)
    );
}

#[tokio::test]
async fn a_denied_consent_sends_the_browser_back_with_the_error_and_the_state() {
    let world = world().await.public();
    let page = world.open(&request()).await;
    let shown = world.submit(&page, &[("answer", "decline")]).await;
    assert_eq!(shown.status, 302);
    assert_eq!(shown.param("error").unwrap(), "access_denied");
    assert!(
        shown
            .param("error_description")
            .unwrap()
            .starts_with("AADSTS65004")
    );
    assert_eq!(shown.param("state").unwrap(), "a+b/c d&e=%20");
    assert_eq!(shown.param("code"), None);
}

#[tokio::test]
async fn a_redirect_without_a_path_comes_back_with_a_slash() {
    let world = world().await.public();
    let bare = but(request(), &[("redirect_uri", "http://localhost:4711")]);
    let location = world.accept(&bare).await.location.unwrap();
    assert!(
        location
            .as_str()
            .starts_with("http://localhost:4711/?code=")
    );
}

#[tokio::test]
async fn what_cannot_be_sent_back_safely_is_shown_and_never_redirected() {
    let world = world().await.public();
    let cases = [
        ("client_id", "other", "AADSTS700016"),
        ("client_id", "", "AADSTS700016"),
        ("redirect_uri", "", "AADSTS50011"),
        (
            "redirect_uri",
            "http://localhost:53682/other",
            "AADSTS50011",
        ),
        (
            "redirect_uri",
            "http://localhost:53682/callback?a=b",
            "AADSTS50011",
        ),
        (
            "redirect_uri",
            "https://localhost:53682/callback",
            "AADSTS50011",
        ),
        (
            "redirect_uri",
            "http://127.0.0.1:53682/callback",
            "AADSTS50011",
        ),
        (
            "redirect_uri",
            "http://localhost.example/callback",
            "AADSTS50011",
        ),
        ("redirect_uri", "http://[::1]:53682/callback", "AADSTS50011"),
        ("response_type", "token", "AADSTS900144"),
        ("response_type", "", "AADSTS900144"),
    ];
    for (name, value, number) in cases {
        let shown = world.open(&but(request(), &[(name, value)])).await;
        assert_eq!((shown.status.as_u16(), &shown.location), (400, &None));
        assert!(shown.html.contains(number), "{name}={value}");
    }
}

#[tokio::test]
async fn a_parameter_that_comes_twice_is_refused() {
    let world = world().await.public();
    for name in ["state", "State", "redirect_uri"] {
        let mut twice = request();
        twice.push((name, REDIRECT.to_owned()));
        let shown = world.open(&twice).await;
        assert_eq!((shown.status.as_u16(), shown.location), (400, None));
    }
}

#[tokio::test]
async fn the_number_of_this_machine_is_good_once_registered_and_that_of_ipv6_never() {
    let world = world().await.public();
    for uri in ["http://127.0.0.1/callback", "http://[::1]/callback"] {
        world.sandbox.microsoft.register_redirect(uri);
    }
    let at = |uri| but(request(), &[("redirect_uri", uri)]);
    let shown = world.open(&at("http://127.0.0.1:5/callback")).await;
    assert_eq!(shown.status, 200);
    let shown = world.open(&at("http://[::1]:5/callback")).await;
    assert_eq!(shown.status, 400);
}

#[tokio::test]
async fn a_confidential_client_is_sent_to_exactly_its_address() {
    let world = world().await;
    world.sandbox.microsoft.register_redirect(SERVER);
    let shown = world.accept(&of_server(request())).await;
    let location = shown.location.unwrap();
    assert!(location.as_str().starts_with(&format!("{SERVER}?code=")));
    let others = [
        "https://calsync.example/oauth/microsoft/Callback",
        "https://calsync.example:8443/oauth/microsoft/callback",
        "https://calsync.example/oauth/microsoft/callback/",
        "http://localhost:53682",
    ];
    for other in others {
        let request = but(request(), &[("redirect_uri", other)]);
        assert_eq!(world.open(&request).await.status, 400, "{other}");
    }
}

#[tokio::test]
async fn a_tenant_must_exist_and_fit_the_app() {
    let world = world().await.public();
    let microsoft = &world.sandbox.microsoft;
    let at = |tenant: &str| microsoft.auth_url().replace("common", tenant);
    let open = async |url: String| world.show(world.http.get(url).query(&request())).await;
    assert_eq!(open(at(&world.ada.tenant)).await.status, 200);
    let shown = open(at("nowhere.example")).await;
    assert_eq!((shown.status.as_u16(), &shown.location), (400, &None));
    assert!(shown.html.contains("AADSTS90002"));
    microsoft.behave(|b| b.single_tenant = true);
    assert!(open(at("common")).await.html.contains("AADSTS50194"));
    assert_eq!(open(at(&world.ada.tenant)).await.status, 200);
}

#[tokio::test]
async fn an_account_of_another_tenant_is_neither_offered_nor_accepted() {
    let world = world().await.public();
    world.sandbox.microsoft.add_account(BOB);
    let url = world.sandbox.microsoft.auth_url();
    let url = url.replace("common", &world.ada.tenant);
    let page = world.show(world.http.get(url).query(&request())).await;
    assert!(page.html.contains(ADA) && !page.html.contains(BOB));
    let fields = [("account", BOB), ("answer", "accept")];
    let shown = world.submit(&page, &fields).await;
    assert_eq!((shown.status.as_u16(), shown.location), (400, None));
    assert!(shown.html.contains("AADSTS50020"));
}

#[tokio::test]
async fn other_errors_go_to_the_redirect_uri() {
    let world = world().await.public();
    let plain = "plain";
    let other = "offline_access https://outlook.office.com/Calendars.ReadWrite";
    let cases = [
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", "too-short", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
        ("code_challenge_method", plain, "invalid_request"),
        ("scope", "", "invalid_request"),
        ("scope", other, "invalid_scope"),
        ("response_mode", "form_post", "invalid_request"),
        ("prompt", "perhaps", "invalid_request"),
        ("prompt", "none", "login_required"),
    ];
    for (name, value, error) in cases {
        let shown = world.open(&but(request(), &[(name, value)])).await;
        assert_eq!(shown.status, 302, "{name}={value}");
        assert_eq!(shown.param("error").as_deref(), Some(error));
        assert_eq!(shown.param("state").unwrap(), "a+b/c d&e=%20");
        assert_eq!(shown.location.unwrap().path(), "/callback");
    }
}

#[tokio::test]
async fn every_account_is_offered_and_the_hinted_one_is_chosen() {
    let world = world().await.public();
    world.sandbox.microsoft.add_account(BOB);
    let page = world
        .open(&but(request(), &[("login_hint", BOB), ("prompt", "login")]))
        .await;
    assert!(page.html.contains(&format!("value=\"{ADA}\">")));
    assert!(page.html.contains(&format!("value=\"{BOB}\" checked>")));
}

#[tokio::test]
async fn a_page_is_answered_once() {
    let world = world().await.public();
    let page = world.open(&request()).await;
    let accept = [("account", ADA), ("answer", "accept")];
    let without_account = world.submit(&page, &[("answer", "accept")]).await;
    let first = world.submit(&page, &accept).await;
    let second = world.submit(&page, &accept).await;
    assert_eq!(
        [without_account.status, first.status, second.status].map(|status| status.as_u16()),
        [400, 302, 400]
    );
}

#[tokio::test]
async fn what_a_request_says_is_shown_as_text() {
    let world = world().await.public();
    let page = world
        .open(&but(request(), &[("scope", "<b>\"Mail\"</b>")]))
        .await;
    assert!(page.html.contains("&lt;b&gt;&quot;Mail&quot;"));
}

#[tokio::test]
async fn the_log_and_faults_know_the_pages() {
    let world = world().await.public();
    let microsoft = &world.sandbox.microsoft;
    world.accept(&request()).await;
    let seen = microsoft.requests();
    let kinds: Vec<_> = seen.iter().map(|seen| (seen.kind, seen.status)).collect();
    assert_eq!(
        kinds,
        [(Kind::Authorize, Some(200)), (Kind::Consent, Some(302))]
    );
    assert_eq!(seen[0].param("client_id").unwrap(), CLIENT_ID);
    assert_eq!(seen[1].account.as_deref(), Some(ADA));
    microsoft.inject(Fault::new(Effect::Html).on(Kind::Authorize));
    assert!(world.open(&request()).await.html.contains("Please sign in"));
    assert_eq!(microsoft.faults_left(), 0);
}
