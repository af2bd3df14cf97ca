//! By a code that is entered elsewhere.

use serde_json::json;

use super::{ACCEPT, DECLINE, accounts, assert_none, connecting, world};
use crate::support::browser::Browser;
use crate::support::program::{ANA, World};

/// Without a pause between two questions.
async fn hasty() -> World {
    let world = world().await;
    world.sandbox.microsoft.behave(|b| b.device_interval_s = 0);
    world
}

/// Enters the code where the command says; what is shown then.
async fn enter(said: &str, code: &str, answer: &[(&str, &str)]) -> u16 {
    let place = said
        .split_whitespace()
        .find(|word| word.starts_with("http"));
    let mut browser = Browser::new();
    let page = browser.open(place.unwrap()).await;
    let mut fields = answer.to_vec();
    fields.push(("user_code", code));
    browser.submit(&page, &fields).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_entered_elsewhere_connects_the_account() {
    let world = hasty().await;
    let mut connecting = connecting(&world, "microsoft --device");
    let code = connecting.shows();
    assert_eq!(enter(connecting.said(), &code, &ACCEPT).await, 200);
    let row = connecting.end().exits(0).json();
    assert_eq!((&row["email"], &row["calendars"]), (&json!(ANA), &json!(1)));
    assert_eq!(accounts(&world)[0]["status"], "active");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_declined_connects_nothing() {
    let world = hasty().await;
    let mut connecting = connecting(&world, "microsoft --device");
    let code = connecting.shows();
    enter(connecting.said(), &code, &DECLINE).await;
    connecting
        .end()
        .exits(1)
        .says(&["it was not allowed", "nothing was connected"]);
    assert_none(&world);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_nobody_enters_ends() {
    let world = hasty().await;
    let mut connecting = connecting(&world, "microsoft --device");
    connecting.shows();
    world.sandbox.clock.advance(chrono::TimeDelta::minutes(16));
    connecting.end().exits(1).says(&["in time", "run it again"]);
    assert_none(&world);
}

#[tokio::test(flavor = "multi_thread")]
async fn google_has_no_codes_for_calendars() {
    let world = world().await;
    let ran = world.program.run("connect google --user ana --device");
    ran.exits(2).says(&["--device", "--link"]);
    assert_eq!(world.sandbox.google.requests().len(), 0);
}
