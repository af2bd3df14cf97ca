//! GET, PATCH, DELETE and reauthorization of subscriptions.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{ADA, code, values};
use super::watchers::{received, send, subscribe, subscribed, with};
use crate::sandbox::support::answer;

const NEVER: &Value = &Value::Null;

#[tokio::test]
async fn a_subscription_is_read_renewed_and_deleted() {
    let (world, receiver, subscription) = subscribed().await;
    let below = format!("/{}", subscription.id);
    let (status, read) = send(&world, Method::GET, &below, NEVER).await;
    assert_eq!(
        (status.as_u16(), &read["id"]),
        (200, &json!(subscription.id))
    );
    let (_, part) = send(
        &world,
        Method::GET,
        &format!("{below}?$select=resource"),
        NEVER,
    )
    .await;
    assert_eq!(part["resource"], read["resource"]);
    assert!(part.get("clientState").is_none());
    let later = json!({ "expirationDateTime": "2026-03-08T11:30:00.1234567Z" });
    let (status, renewed) = send(&world, Method::PATCH, &below, &later).await;
    assert_eq!(status, 200);
    assert_eq!(renewed["expirationDateTime"], later["expirationDateTime"]);
    assert_eq!(renewed["clientState"], "secret");
    let (status, body) = send(&world, Method::DELETE, &below, NEVER).await;
    assert_eq!((status.as_u16(), body), (204, Value::Null));
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(send(&world, method, &below, NEVER).await.0, 404);
    }
    let (status, body) = send(&world, Method::PATCH, &below, &later).await;
    assert_eq!((status.as_u16(), code(&body)), (404, "ErrorItemNotFound"));
    assert!(receiver.take().is_empty());
}

#[tokio::test]
async fn a_patch_changes_life_and_address_and_nothing_else() {
    let (world, _receiver, subscription) = subscribed().await;
    let below = format!("/{}", subscription.id);
    for body in [
        json!({}),
        json!({ "lifecycleNotificationUrl": "https://calsync.example/other" }),
        json!({ "clientState": "other" }),
        json!({ "changeType": "created" }),
        json!({ "expirationDateTime": "2026-03-08T12:00:01Z" }),
        json!({ "expirationDateTime": "tomorrow" }),
        json!({ "notificationUrl": "http://calsync.example/" }),
    ] {
        let (status, answer) = send(&world, Method::PATCH, &below, &body).await;
        assert_eq!(
            (status.as_u16(), code(&answer)),
            (400, "InvalidRequest"),
            "{body}"
        );
    }
    let soon = json!({ "expirationDateTime": "2026-03-01T12:10:00Z" });
    let (_, renewed) = send(&world, Method::PATCH, &below, &soon).await;
    assert_eq!(
        renewed["expirationDateTime"],
        "2026-03-01T12:45:00.0000000Z"
    );
}

#[tokio::test]
async fn a_subscription_that_is_over_is_gone() {
    let (world, _receiver, subscription) = subscribed().await;
    world.sandbox.clock.set(subscription.expires);
    let token = world.sandbox.microsoft.access_token(ADA);
    let url = format!("{}/subscriptions", world.sandbox.microsoft.api_url());
    let request = world.http.get(format!("{url}/{}", subscription.id));
    assert_eq!(answer(request.bearer_auth(&token)).await.0, 404);
    let (_, list) = answer(world.http.get(url).bearer_auth(&token)).await;
    assert!(values(&list).is_empty());
}

#[tokio::test]
async fn subscriptions_of_others_are_not_there() {
    let (world, _receiver, subscription) = subscribed().await;
    let bob = world.sandbox.microsoft.add_account("bob@contoso.example");
    let token = world.sandbox.microsoft.access_token(&bob.email);
    let url = format!("{}/subscriptions", world.sandbox.microsoft.api_url());
    let (_, list) = answer(world.http.get(&url).bearer_auth(&token)).await;
    assert!(values(&list).is_empty());
    let later = json!({ "expirationDateTime": "2026-03-08T11:30:00Z" });
    let one = format!("{url}/{}", subscription.id);
    for request in [
        world.http.get(&one),
        world.http.patch(&one).json(&later),
        world.http.delete(&one),
        world.http.post(format!("{one}/reauthorize")),
    ] {
        assert_eq!(answer(request.bearer_auth(&token)).await.0, 404);
    }
}

#[tokio::test]
async fn a_list_comes_in_pages() {
    let (world, _receiver) = received().await;
    world
        .sandbox
        .microsoft
        .behave(|how| how.default_page_size = 2);
    let mut made = Vec::new();
    for change in ["created", "updated", "deleted"] {
        let (_, body) = subscribe(&world, &with(&world, "changeType", json!(change))).await;
        made.push(body["id"].clone());
    }
    let first = world.good("subscriptions").await;
    let second = world.good(first["@odata.nextLink"].as_str().unwrap()).await;
    assert!(second.get("@odata.nextLink").is_none());
    let listed = values(&first).iter().chain(values(&second));
    assert_eq!(
        listed.map(|one| one["id"].clone()).collect::<Vec<_>>(),
        made
    );
}

#[tokio::test]
async fn a_reauthorization_makes_nothing_longer() {
    let (world, _receiver, subscription) = subscribed().await;
    world.sandbox.clock.advance(TimeDelta::minutes(5));
    let below = format!("/{}/reauthorize", subscription.id);
    let (status, body) = send(&world, Method::POST, &below, NEVER).await;
    assert_eq!((status.as_u16(), body), (204, Value::Null));
    let now = world.sandbox.microsoft.subscriptions(&world.calendar);
    assert_eq!(now, [subscription]);
    let unknown = send(&world, Method::POST, "/nothing/reauthorize", NEVER).await;
    assert_eq!(unknown.0, 404);
}
