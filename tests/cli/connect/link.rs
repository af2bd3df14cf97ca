//! Through the receiver, by a link.

use serde_json::{Value, json};

use super::{ACCEPT, DECLINE, accounts, assert_none, world};
use crate::support::browser::{Browser, Shown};
use crate::support::program::{ANA, World};
use crate::support::serving::{SECRET, Serving};

const PUBLIC: &str = "https://calsync.example";
const SERVICE: &str = "the token of the application";

/// A world with a receiver that browsers and providers reach from outside, as
/// registered at the providers.
async fn reachable() -> (World, Serving) {
    let world = configured().await;
    let serving = serve(&world, "");
    (world, serving)
}

/// Starts its receiver.
fn serve(world: &World, options: &str) -> Serving {
    let command = format!("serve-webhooks --listen 127.0.0.1:0 {options}");
    let serving = Serving::start(world.program.command(&command));
    let place = serving.address.strip_prefix("http://").unwrap();
    world.sandbox.route(PUBLIC, place.parse().unwrap());
    serving
}

async fn configured() -> World {
    let mut world = world().await;
    let microsoft = &world.sandbox.microsoft;
    microsoft.behave(|b| b.public_client = false);
    let google = format!("{PUBLIC}/oauth/google/callback");
    world.sandbox.google.register_redirect(&google);
    microsoft.register_redirect(&format!("{PUBLIC}/oauth/microsoft/callback"));
    let secret = calsync::sandbox::microsoft::CLIENT_SECRET;
    for (name, value) in [
        ("CALSYNC__MICROSOFT__CLIENT_SECRET", secret),
        ("CALSYNC__WEBHOOKS__PUBLIC_URL", PUBLIC),
        ("CALSYNC__WEBHOOKS__SECRET", SECRET),
        ("CALSYNC__WEBHOOKS__SERVICE_TOKEN", SERVICE),
    ] {
        world.program.set(name, value);
    }
    world
}

fn browser(serving: &Serving) -> Browser {
    Browser::behind(PUBLIC, &serving.address)
}

/// The link that the operator sends to Ana.
fn link(world: &World, provider: &str) -> String {
    let row = world
        .program
        .json(&format!("connect {provider} --user ana --link"));
    assert!(row["until"].is_string(), "{row}");
    row["url"].as_str().unwrap().to_owned()
}

/// Opens a link, answers the provider's page, and comes back.
async fn follow(browser: &mut Browser, link: &str, answer: &[(&str, &str)]) -> (String, Shown) {
    let page = browser.open(link).await;
    assert!(page.text.contains("connected to the user ana"), "{page:?}");
    let back = browser.way_back(&page.way_on(), answer).await;
    let shown = browser.open(&back).await;
    (back, shown)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_connects_an_account_with_a_link_alone() {
    for provider in ["google", "microsoft"] {
        let (world, serving) = reachable().await;
        let link = link(&world, provider);
        let (back, shown) = follow(&mut browser(&serving), &link, &ACCEPT).await;
        assert_eq!(shown.status, 200, "{}", shown.text);
        assert!(
            shown.text.contains(&format!("{ANA} is connected")),
            "{}",
            shown.text
        );
        // The page comes before the calendars; what is under way is finished.
        let ran = serving.stop("TERM").exits(0);
        for secret in ["code=", SECRET, ANA] {
            assert!(!ran.stderr.contains(secret), "{secret}: {}", ran.stderr);
        }
        let account = &accounts(&world)[0];
        assert_eq!(
            (&account["email"], &account["status"]),
            (&json!(ANA), &json!("active"))
        );
        world.program.json("auto-sync --force");
        assert!(world.program.text("events list --user ana").lines().count() > 10);
        drop(back);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_taken_once_and_from_its_own_browser_alone() {
    let (world, serving) = reachable().await;
    let link = link(&world, "microsoft");
    let mut browser = browser(&serving);
    let sent = browser.open(&link).await.way_on();
    let back = browser.way_back(&sent, &ACCEPT).await;
    let mut stranger = self::browser(&serving);
    assert_eq!(stranger.open(&back).await.status, 403);
    assert_none(&world);
    let forged = back.replace("state=", "state=x");
    assert_eq!(browser.open(&forged).await.status, 400);
    assert_none(&world);
    assert_eq!(browser.open(&back).await.status, 200);
    let before = accounts(&world);
    assert_eq!(before.len(), 1);
    assert_eq!(
        browser.open(&back).await.status,
        403,
        "it was taken already"
    );
    // Not even with the browser's leave: the code is used up.
    let again = browser.open(&link).await.way_on();
    let unused = browser.way_back(&again, &ACCEPT).await;
    let state = unused.split("state=").nth(1).unwrap();
    let state = state.split('&').next().unwrap();
    let old = back
        .split("state=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap();
    let shown = browser.open(&back.replace(old, state)).await;
    assert_eq!(shown.status, 502);
    assert!(
        shown.text.contains("does not take the code"),
        "{}",
        shown.text
    );
    assert_eq!(accounts(&world)[0]["id"], before[0]["id"]);
    serving.stop("TERM").exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_is_denied_connects_nothing() {
    let (world, serving) = reachable().await;
    let link = link(&world, "microsoft");
    let (_, shown) = follow(&mut browser(&serving), &link, &DECLINE).await;
    assert!(shown.text.contains("access_denied"), "{}", shown.text);
    assert_none(&world);
    serving.stop("TERM").exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_application_has_a_link_made_for_its_user() {
    let (world, serving) = reachable().await;
    let ask = |user: &str, token: &str| {
        let target = format!("GET /oauth/microsoft/start?user={user}");
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        serving
            .ask(&crate::support::serving::request(&target, &headers, ""))
            .unwrap()
    };
    assert_eq!(ask("ana", "another").status, 401);
    assert_eq!(ask("nobody", SERVICE).status, 404);
    let answer = ask("ana", SERVICE);
    assert_eq!(answer.status, 302);
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    let link = body["url"].as_str().unwrap();
    let (_, shown) = follow(&mut browser(&serving), link, &ACCEPT).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    assert_eq!(accounts(&world)[0]["user_id"], "ana");
    serving.stop("TERM").exits(0);
}

/// The receiver, which ends when nobody asks, does not end before that.
#[tokio::test(flavor = "multi_thread")]
async fn its_calendars_are_read_and_watched_at_once() {
    for provider in ["google", "microsoft"] {
        let world = configured().await;
        let link = link(&world, provider);
        let serving = serve(&world, "--idle-exit 2s");
        follow(&mut browser(&serving), &link, &ACCEPT).await;
        serving.end().exits(0);
        let calendars = world.program.json("calendars list");
        assert_eq!(calendars.as_array().unwrap().len(), 1);
        assert!(calendars[0]["last_pulled_at"].is_string(), "{calendars}");
        assert!(calendars[0]["watched_until"].is_string(), "{calendars}");
        assert_eq!(world.program.json("renew-watches")["counts"]["created"], 0);
    }
}
