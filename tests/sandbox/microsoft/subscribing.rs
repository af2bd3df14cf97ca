//! POST of subscriptions: what is refused, what is agreed on.

use calsync::sandbox::microsoft::{CLIENT_ID, CalendarSpec};
use serde_json::{Value, json};

use super::support::{ADA, code, world};
use super::watchers::{LIFECYCLE, NOTIFY, received, subscribe, wanted, with};
use crate::sandbox::support::answer;

#[tokio::test]
async fn a_subscription_is_answered_whole() {
    let (world, _receiver) = received().await;
    let (status, body) = subscribe(&world, &wanted(&world)).await;
    assert_eq!(status, 201);
    let id = body["id"].as_str().unwrap();
    assert_eq!(
        id.split('-').map(str::len).collect::<Vec<_>>(),
        [8, 4, 4, 4, 12]
    );
    assert_eq!(
        body,
        json!({ "@odata.context": body["@odata.context"], "id": id, "applicationId": CLIENT_ID,
            "creatorId": world.ada.id, "changeType": "created,updated,deleted",
            "resource": format!("me/calendars/{}/events", world.calendar),
            "notificationUrl": NOTIFY, "lifecycleNotificationUrl": LIFECYCLE,
            "clientState": "secret", "expirationDateTime": "2026-03-08T11:00:00.0000000Z",
            "latestSupportedTlsVersion": "v1_2", "includeResourceData": null,
            "notificationQueryOptions": null, "notificationUrlAppId": null,
            "encryptionCertificate": null, "encryptionCertificateId": null })
    );
}

#[tokio::test]
async fn a_subscription_needs_little_more_than_an_address() {
    let (world, receiver) = received().await;
    let little = json!({ "changeType": "updated", "notificationUrl": NOTIFY,
        "resource": "/me/events", "expirationDateTime": "2026-03-02T00:00:00+01:00" });
    let (status, body) = subscribe(&world, &little).await;
    assert_eq!((status.as_u16(), receiver.take().len()), (201, 1));
    assert_eq!(body["expirationDateTime"], "2026-03-01T23:00:00.0000000Z");
    assert!(body["clientState"].is_null() && body["lifecycleNotificationUrl"].is_null());
}

#[tokio::test]
async fn a_subscription_that_breaks_a_rule_is_refused() {
    let (world, receiver) = received().await;
    let event = format!("me/events/{}", world.put(super::support::meeting("x", 2)));
    let cases = [
        ("changeType", Value::Null),
        ("changeType", json!("")),
        ("changeType", json!("created,changed")),
        ("changeType", json!("created,created")),
        ("changeType", json!(["created"])),
        ("notificationUrl", Value::Null),
        ("notificationUrl", json!("http://calsync.example/graph")),
        ("notificationUrl", json!("calsync.example/graph")),
        ("lifecycleNotificationUrl", json!("http://calsync.example/")),
        ("resource", Value::Null),
        ("resource", json!(event)),
        ("resource", json!("me/calendars")),
        ("resource", json!("me/messages")),
        (
            "resource",
            json!("https://graph.microsoft.com/v1.0/me/events"),
        ),
        ("expirationDateTime", Value::Null),
        ("expirationDateTime", json!("2026-03-08T11:00:00")),
        ("expirationDateTime", json!("2026-03-08")),
        ("expirationDateTime", json!("2026-03-08T12:00:01Z")),
        ("expirationDateTime", json!("2026-03-01T11:00:00Z")),
        ("clientState", json!("x".repeat(129))),
        ("clientState", json!(7)),
        ("latestSupportedTlsVersion", json!("v2")),
        ("includeResourceData", json!(true)),
        ("includeProperties", json!(false)),
        ("id", json!("mine")),
    ];
    for (name, value) in cases {
        let (status, body) = subscribe(&world, &with(&world, name, value.clone())).await;
        let got = (status.as_u16(), code(&body));
        assert_eq!(got, (400, "InvalidRequest"), "{name} {value}");
    }
    assert!(receiver.take().is_empty(), "nobody is asked in vain");
    assert!(
        world
            .sandbox
            .microsoft
            .subscriptions(&world.calendar)
            .is_empty()
    );
}

#[tokio::test]
async fn every_form_of_a_resource_means_its_calendar() {
    let (world, _receiver) = received().await;
    let microsoft = &world.sandbox.microsoft;
    let team = microsoft.add_calendar(ADA, CalendarSpec::named("Team"));
    let (default, id) = (world.calendar.clone(), &world.ada.id);
    for (number, (resource, calendar)) in [
        ("me/events".to_owned(), &default),
        (format!("/me/calendars/{team}/events"), &team),
        (format!("users/{id}/calendars/{default}/events"), &default),
        (format!("/users/{ADA}/calendars/{team}/events"), &team),
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = with(&world, "resource", json!(resource));
        body["changeType"] = json!(["created", "updated", "deleted", "created,deleted"][number]);
        let (status, body) = subscribe(&world, &body).await;
        assert_eq!(status, 201, "{resource}: {body}");
        let newest = microsoft.subscriptions(calendar).pop().unwrap();
        assert_eq!(
            (newest.resource, newest.calendar.as_ref()),
            (resource, Some(calendar))
        );
    }
}

#[tokio::test]
async fn what_is_not_ones_own_cannot_be_watched() {
    let (world, _receiver) = received().await;
    let bob = world.sandbox.microsoft.add_account("bob@contoso.example");
    let foreign = world.sandbox.microsoft.default_calendar(&bob.email);
    for (resource, expected) in [
        (format!("users/{}/events", bob.id), 403),
        (format!("me/calendars/{foreign}/events"), 404),
        ("me/calendars/nothing/events".to_owned(), 404),
    ] {
        let body = with(&world, "resource", json!(resource));
        assert_eq!(subscribe(&world, &body).await.0, expected, "{resource}");
    }
    world.sandbox.microsoft.set_scopes(ADA, &["User.Read"]);
    let token = world.sandbox.microsoft.access_token(ADA);
    let url = format!("{}/subscriptions", world.sandbox.microsoft.api_url());
    let request = world.http.post(url).bearer_auth(token);
    assert_eq!(answer(request.json(&wanted(&world))).await.0, 403);
}

#[tokio::test]
async fn the_longest_life_is_a_switch_and_the_shortest_a_gift() {
    let (world, _receiver) = received().await;
    let until = |text: &str| with(&world, "expirationDateTime", json!(text));
    let (_, body) = subscribe(&world, &until("2026-03-01T12:00:01Z")).await;
    assert_eq!(body["expirationDateTime"], "2026-03-01T12:45:00.0000000Z");
    let microsoft = &world.sandbox.microsoft;
    microsoft.behave(|how| how.longest_subscription_minutes = 4_230);
    let mut short = until("2026-03-04T10:30:01Z");
    short["changeType"] = json!("updated");
    assert_eq!(subscribe(&world, &short).await.0, 400);
    short["expirationDateTime"] = json!("2026-03-04T10:30:00Z");
    assert_eq!(subscribe(&world, &short).await.0, 201);
    microsoft.behave(|how| how.longest_subscription_minutes = 10_080);
    short["changeType"] = json!("created");
    short["expirationDateTime"] = json!("2026-03-08T12:00:00Z");
    assert_eq!(subscribe(&world, &short).await.0, 201);
}

#[tokio::test]
async fn the_same_cannot_be_watched_twice_at_a_time() {
    let (world, _receiver) = received().await;
    let (_, first) = subscribe(&world, &wanted(&world)).await;
    let again = |change: &str, resource: String| {
        let mut body = with(&world, "changeType", json!(change));
        body["resource"] = json!(resource);
        body["notificationUrl"] = json!("https://calsync.example/elsewhere");
        body
    };
    let calendar = &world.calendar;
    for resource in [
        format!("me/calendars/{calendar}/events"),
        format!("/users/{}/calendars/{calendar}/events", world.ada.id),
    ] {
        let body = again("deleted,created,updated", resource);
        let (status, body) = subscribe(&world, &body).await;
        assert_eq!(status, 409);
        let message = body["error"]["message"].as_str().unwrap();
        assert!(message.contains(first["id"].as_str().unwrap()), "{message}");
    }
    let other = again("updated", format!("me/calendars/{calendar}/events"));
    assert_eq!(subscribe(&world, &other).await.0, 201);
    world
        .sandbox
        .clock
        .set("2026-03-08T11:00:00Z".parse().unwrap());
    let token = world.sandbox.microsoft.access_token(ADA);
    let later = with(&world, "expirationDateTime", json!("2026-03-14T00:00:00Z"));
    let url = format!("{}/subscriptions", world.sandbox.microsoft.api_url());
    let request = world.http.post(url).bearer_auth(token).json(&later);
    assert_eq!(answer(request).await.0, 201);
}

#[tokio::test]
async fn a_mailbox_has_room_for_some_subscriptions_only() {
    let (world, _receiver) = received().await;
    let microsoft = &world.sandbox.microsoft;
    microsoft.behave(|how| how.subscriptions_per_mailbox = 2);
    for (change, expected) in [("created", 201), ("updated", 201), ("deleted", 403)] {
        let body = with(&world, "changeType", json!(change));
        assert_eq!(subscribe(&world, &body).await.0, expected, "{change}");
    }
}

#[tokio::test]
async fn a_calendar_or_a_whole_tenant_can_refuse() {
    let (world, _receiver) = received().await;
    let microsoft = &world.sandbox.microsoft;
    let mailbox = with(&world, "resource", json!("me/events"));
    for (status, expected) in [(403, "ErrorAccessDenied"), (400, "InvalidRequest")] {
        microsoft.refuse_subscriptions_to(&world.calendar, Some(status));
        let (refused, body) = subscribe(&world, &wanted(&world)).await;
        assert_eq!((refused.as_u16(), code(&body)), (status, expected));
    }
    for status in [403, 400] {
        microsoft.refuse_subscriptions_of(ADA, Some(status));
        let (refused, body) = subscribe(&world, &mailbox).await;
        assert_eq!((refused.as_u16(), code(&body)), (status, "extensionError"));
    }
    microsoft.refuse_subscriptions_of(ADA, None);
    assert_eq!(subscribe(&world, &mailbox).await.0, 201);
}

#[tokio::test]
async fn ids_are_the_same_for_the_same_seed() {
    let mut ids = Vec::new();
    for _ in 0..2 {
        let (world, _receiver) = received().await;
        let (_, body) = subscribe(&world, &wanted(&world)).await;
        ids.push(body["id"].clone());
    }
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn an_address_without_a_route_cannot_be_reached() {
    let world = world().await;
    let (status, body) = subscribe(&world, &wanted(&world)).await;
    assert_eq!((status.as_u16(), code(&body)), (400, "ValidationError"));
}
