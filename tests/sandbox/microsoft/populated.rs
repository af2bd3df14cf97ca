//! Populations of users with a Microsoft account.

use std::collections::HashSet;

use calsync::sandbox::population::{PopulationSpec, SandboxUser, populate_microsoft};
use calsync::sandbox::{Microsoft, Sandbox};
use reqwest::Method;
use serde_json::Value;

use super::support::{WINDOW, values, world};
use crate::sandbox::support::{answer, now};

async fn populated(users: usize, events: usize) -> (Sandbox, Vec<SandboxUser>) {
    let sandbox = Sandbox::start(now(), 7).await.unwrap();
    let spec = PopulationSpec {
        users,
        events,
        seed: 3,
        now: now(),
    };
    let users = populate_microsoft(&sandbox.microsoft, spec);
    (sandbox, users)
}

fn everything(microsoft: &Microsoft, users: &[SandboxUser]) -> Vec<Value> {
    let calendars = users
        .iter()
        .flat_map(|user| microsoft.calendar_ids(&user.email));
    calendars
        .flat_map(|calendar| microsoft.events(&calendar))
        .collect()
}

#[tokio::test]
async fn equal_seeds_give_equal_populations() {
    let ((one, users), (other, same_users)) = (populated(5, 200).await, populated(5, 200).await);
    assert_eq!(users, same_users);
    assert_eq!(
        everything(&one.microsoft, &users),
        everything(&other.microsoft, &users)
    );
}

#[tokio::test]
async fn a_population_has_all_kinds_of_events() {
    let (sandbox, users) = populated(20, 2000).await;
    let events = everything(&sandbox.microsoft, &users);
    assert!((1600..=2000).contains(&events.len()), "{}", events.len());
    let has = |what: fn(&Value) -> bool| assert!(events.iter().any(what));
    has(|event| event["type"] == "seriesMaster");
    has(|event| event["isAllDay"] == true);
    has(|event| event["subject"].is_null());
    has(|event| event["responseStatus"]["response"] == "declined");
    has(|event| event["isCancelled"] == true);
    has(|event| event["originalStartTimeZone"] == "tzone://Microsoft/Custom");
    let zones: HashSet<_> = events
        .iter()
        .map(|event| event["originalStartTimeZone"].to_string())
        .collect();
    assert!(zones.len() > 5);
}

#[tokio::test]
async fn tens_of_thousands_of_events_are_listed_in_no_time() {
    let world = world().await;
    let spec = PopulationSpec {
        users: 1,
        events: 20_000,
        seed: 3,
        now: now(),
    };
    let users = populate_microsoft(&world.sandbox.microsoft, spec);
    let token = world.sandbox.microsoft.access_token(&users[0].email);
    let mut next = format!(
        "{}/me/calendarView/delta?{WINDOW}",
        world.sandbox.microsoft.api_url()
    );
    let mut count = 0;
    loop {
        let page = world
            .http
            .get(&next)
            .bearer_auth(&token)
            .header("prefer", "odata.maxpagesize=1000");
        let (status, page) = answer(page).await;
        assert_eq!(status, 200);
        count += values(&page).len();
        match page["@odata.nextLink"].as_str() {
            Some(link) => next = link.to_owned(),
            None => break,
        }
    }
    assert!(count > 5000, "{count}");
    let me = world.http.request(
        Method::GET,
        format!("{}/me", world.sandbox.microsoft.api_url()),
    );
    assert_eq!(answer(me.bearer_auth(&token)).await.0, 200);
}
