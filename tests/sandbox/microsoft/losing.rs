//! Tokens that are lost.

use calsync::sandbox::microsoft::TokenLoss;
use reqwest::Method;

use super::support::{WINDOW, code, meeting, values, world};
use crate::sandbox::support::answer;

#[tokio::test]
async fn a_lost_delta_token_is_told_in_all_the_ways_that_were_seen() {
    for (how, status, expected) in [
        (TokenLoss::SyncStateNotFound, 410, "SyncStateNotFound"),
        (TokenLoss::FullSyncRequired, 410, "fullSyncRequired"),
        (TokenLoss::NestedResyncRequired, 410, "UnknownError"),
        (TokenLoss::BadRequest, 400, "syncStateNotFound"),
        (TokenLoss::NotFound, 404, "syncStateNotFound"),
        (TokenLoss::Location, 410, ""),
    ] {
        let world = world().await;
        let link = world.first_round().await.link;
        world.sandbox.microsoft.behave(|b| b.token_loss = how);
        world.sandbox.microsoft.expire_delta_links(&world.calendar);
        let (answered, body) = world.get(&link).await;
        assert_eq!(
            (answered.as_u16(), code(&body)),
            (status, expected),
            "{how:?}"
        );
        if how == TokenLoss::NestedResyncRequired {
            assert_eq!(
                body["error"]["innerError"]["innerError"]["code"],
                "resyncRequired"
            );
        }
        assert_eq!(world.get(&world.first_round().await.link).await.0, 200);
    }
}

#[tokio::test]
async fn an_empty_answer_to_a_lost_token_names_the_first_request() {
    let world = world().await;
    let link = world.first_round().await.link;
    world
        .sandbox
        .microsoft
        .behave(|b| b.token_loss = TokenLoss::Location);
    world.sandbox.microsoft.expire_delta_links(&world.calendar);
    let response = world.request(Method::GET, &link).send().await.unwrap();
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    assert!(location.ends_with("&$deltatoken=") && location.contains("startDateTime=2026-03-01T"));
    assert_eq!(response.text().await.unwrap(), "");
    assert_eq!(world.get(&location).await.0, 200);
}

#[tokio::test]
async fn a_skip_token_can_be_used_again_until_the_round_goes_on() {
    let world = world().await;
    for day in 1..=25 {
        world.put(meeting("x", day));
    }
    let first = world.good(&format!("me/calendarView/delta?{WINDOW}")).await;
    let second_link = first["@odata.nextLink"].as_str().unwrap();
    let second = world.good(second_link).await;
    assert_eq!(values(&world.good(second_link).await), values(&second));
    world
        .good(second["@odata.nextLink"].as_str().unwrap())
        .await;
    let (status, body) = world.get(second_link).await;
    assert_eq!((status.as_u16(), code(&body)), (410, "SyncStateNotFound"));
}

#[tokio::test]
async fn a_token_of_another_calendar_or_of_nobody_is_malformed() {
    let world = world().await;
    let (status, _) = world
        .get("me/calendarView/delta?$deltatoken=nonsense")
        .await;
    assert_eq!(status, 400);
    let other = world.sandbox.microsoft.add_calendar(
        super::support::ADA,
        calsync::sandbox::microsoft::CalendarSpec::named("Other"),
    );
    let link = world.first_round().await.link;
    let token = link.split('=').nth(1).unwrap();
    let path = format!("me/calendars/{other}/calendarView/delta?$deltatoken={token}");
    assert_eq!(answer(world.request(Method::GET, &path)).await.0, 400);
}
