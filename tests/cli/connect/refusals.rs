//! What connects nothing, or not all of it.

use serde_json::{Value, json};

use super::{ACCEPT, DECLINE, accounts, assert_none, connected, connecting, world};
use crate::support::browser::Browser;
use crate::support::program::{ANA, World};
use crate::support::serving::send;

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_is_denied_connects_nothing() {
    for provider in ["google", "microsoft"] {
        let world = world().await;
        let (ran, shown) = connected(&world, provider, &DECLINE).await;
        assert!(shown.text.contains("access_denied"), "{}", shown.text);
        ran.exits(1)
            .says(&["access_denied", "nothing was connected"]);
        assert_none(&world);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_another_request_connects_nothing() {
    for provider in ["google", "microsoft"] {
        let world = world().await;
        let mut connecting = connecting(&world, provider);
        let page = connecting.shows();
        let mut browser = Browser::new();
        let back = browser.way_back(&page, &ACCEPT).await;
        let forged = back.replace("state=", "state=x");
        assert_ne!(forged, back);
        assert_eq!(browser.open(&forged).await.status, 400);
        connecting
            .end()
            .exits(1)
            .says(&["state", "nothing was connected"]);
        assert_none(&world);
    }
}

/// Somebody who saw a code brings it to a request of their own.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_was_used_connects_nothing() {
    for provider in ["google", "microsoft"] {
        let world = world().await;
        let mut browser = Browser::new();
        let mut first = connecting(&world, provider);
        let page = first.shows();
        let used = browser.way_back(&page, &ACCEPT).await;
        browser.open(&used).await;
        first.end().exits(0);
        let before = accounts(&world);
        let mut second = connecting(&world, provider);
        let page = second.shows();
        let unused = browser.way_back(&page, &ACCEPT).await;
        let code = |url: &str| {
            let mut pairs = reqwest::Url::parse(url).unwrap();
            let found = pairs.query_pairs().find(|(key, _)| key == "code");
            let found = found.unwrap().1.into_owned();
            pairs.set_query(None);
            found
        };
        let mut replayed = reqwest::Url::parse(&unused).unwrap();
        let pairs: Vec<_> = replayed
            .query_pairs()
            .map(|(key, value)| match key.as_ref() {
                "code" => ("code".to_owned(), code(&used)),
                _ => (key.into_owned(), value.into_owned()),
            })
            .collect();
        replayed.query_pairs_mut().clear().extend_pairs(pairs);
        browser.open(replayed.as_str()).await;
        let ran = second.end().exits(1);
        ran.says(&[provider, "does not take the code", "invalid_grant"]);
        assert_eq!(accounts(&world), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_what_reading_takes_the_account_waits_to_be_allowed_more() {
    for provider in ["google", "microsoft"] {
        let world = world().await;
        let (answer, missing) = grudging(&world, provider);
        let ran = connected(&world, provider, &answer).await.0.exits(3);
        assert!(ran.stderr.contains("not all of it could be read"));
        let row: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(row["missing"], json!([missing]));
        let account = &accounts(&world)[0];
        assert_eq!(account["status"], "needs_reauth");
        assert_eq!(account["status_reason"], format!("not allowed: {missing}"));
        let mend = format!("calsync connect {provider} --user ana");
        assert_eq!(account["mend"], mend.as_str());
        assert!(world.program.run("status").stdout.contains(&mend));
        assert_eq!(world.program.json("calendars list"), json!([]));
        world.sandbox.microsoft.limit_consent(ANA, None);
        let row = connected(&world, provider, &ACCEPT).await.0.exits(0).json();
        assert_eq!(
            (&row["account_id"], &row["is_new"]),
            (&account["id"], &json!(false))
        );
        assert_eq!(row["calendars"], 1);
        assert_eq!(accounts(&world)[0]["status"], "active");
    }
}

/// What works is not given up for what does not.
#[tokio::test(flavor = "multi_thread")]
async fn a_worse_consent_does_not_take_the_place_of_one_that_works() {
    let world = world().await;
    connected(&world, "google", &ACCEPT).await.0.exits(0);
    let before = accounts(&world);
    let (answer, missing) = grudging(&world, "google");
    let row = connected(&world, "google", &answer).await.0.exits(0).json();
    assert_eq!(row["missing"], json!([missing]));
    assert_eq!(accounts(&world)[0]["status"], before[0]["status"]);
    assert_eq!(world.program.json("auto-sync --force")["outcome"], "ok");
}

/// How Ana allows everything but her events, and what is missing then.
fn grudging(world: &World, provider: &str) -> (Vec<(&'static str, &'static str)>, &'static str) {
    match provider {
        "google" => {
            let events = "https://www.googleapis.com/auth/calendar.events";
            let answer = [ACCEPT.as_slice(), &[("-scope", events)]].concat();
            (answer, "calendar.events")
        }
        _ => {
            world
                .sandbox
                .microsoft
                .limit_consent(ANA, Some(&["User.Read"]));
            (ACCEPT.to_vec(), "Calendars.ReadWrite")
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_arguments_are_told_before_anybody_is_asked() {
    let mut world = world().await;
    let cases = [
        ("google --user nobody", 2, "users list"),
        ("google", 2, "--user"),
        ("yahoo --user ana", 2, "microsoft"),
        ("google --user ana --link --device", 2, "--device"),
        ("google --user ana --link", 78, "webhooks.public_url"),
    ];
    for (arguments, code, word) in cases {
        let ran = world.program.run(&format!("connect {arguments}"));
        ran.exits(code).says(&[word]);
    }
    world.program.unset("CALSYNC__GOOGLE__CLIENT_ID");
    let ran = world.program.run("connect google --user ana");
    ran.exits(78).says(&["google.client_id"]);
    assert_eq!(world.sandbox.google.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_ends_the_wait_connects_nothing() {
    let world = world().await;
    let mut connecting = connecting(&world, "google");
    connecting.shows();
    assert!(send(connecting.pid(), "TERM"));
    connecting.end().exits(1).says(&["asked to stop"]);
    assert_none(&world);
}
