//! Who may open and stop channels, and what their end leaves behind.

use calsync::sandbox::google::AccessRole;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::channels::{opened, stop, wanted, watch, watched};
use super::support::{ANA, answer, reason, world};

#[tokio::test]
async fn an_id_is_never_free_again() {
    let world = watched().await;
    let channel = opened(&world, "c-1").await;
    let taken = || async {
        let (status, body) = watch(&world, &wanted("c-1")).await;
        assert_eq!(
            (status.as_u16(), reason(&body)),
            (400, "channelIdNotUnique")
        );
    };
    taken().await;
    let (status, _) = stop(&world, "c-1", &channel["resourceId"]).await;
    assert_eq!(status, 204);
    taken().await;
    opened(&world, "c-2").await;
    world.sandbox.clock.advance(TimeDelta::days(8));
    let token = world.sandbox.google.access_token(ANA);
    let request = world
        .http
        .post(format!(
            "{}calendars/primary/events/watch",
            world.sandbox.google.api_url()
        ))
        .bearer_auth(token);
    let (_, body) = answer(request.json(&wanted("c-2"))).await;
    assert_eq!(reason(&body), "channelIdNotUnique");
}

#[tokio::test]
async fn a_channel_needs_a_scope_that_reads_and_a_stop_one_that_watches() {
    let world = world().await;
    let google = &world.sandbox.google;
    google.set_scopes(ANA, &["calendar.freebusy"]);
    let token = google.access_token(ANA);
    for path in ["calendars/primary/events/watch", "channels/stop"] {
        let url = format!("{}{path}", google.api_url());
        let request = world.http.post(url).bearer_auth(&token);
        let (status, body) = answer(request.json(&wanted("c-1"))).await;
        assert_eq!(
            (status.as_u16(), reason(&body)),
            (403, "insufficientPermissions")
        );
    }
}

#[tokio::test]
async fn only_who_opened_a_channel_stops_it_once_and_by_both_ids() {
    let world = watched().await;
    let google = &world.sandbox.google;
    let channel = opened(&world, "c-1").await;
    let resource = &channel["resourceId"];
    let (status, body) = stop(&world, "c-1", &Value::Null).await;
    assert_eq!((status.as_u16(), reason(&body)), (400, "required"));
    for (id, resource) in [("c-1", json!("other")), ("c-2", resource.clone())] {
        let (status, body) = stop(&world, id, &resource).await;
        assert_eq!((status.as_u16(), reason(&body)), (404, "notFound"), "{id}");
        assert!(body["error"]["message"].as_str().unwrap().contains(id));
    }
    google.add_account("bob@example.com");
    google.share("bob@example.com", ANA, AccessRole::Owner);
    let bob = google.access_token("bob@example.com");
    let body = json!({ "id": "c-1", "resourceId": resource });
    let foreign = world
        .http
        .post(format!("{}channels/stop", google.api_url()))
        .bearer_auth(bob);
    assert_eq!(answer(foreign.json(&body)).await.0, 404);
    assert_eq!(google.channels(ANA).len(), 1);
    assert_eq!(stop(&world, "c-1", resource).await.0, 204);
    assert!(google.channels(ANA).is_empty());
    assert_eq!(stop(&world, "c-1", resource).await.0, 404);
}
