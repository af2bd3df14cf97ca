//! Sync tokens: deltas, tombstones, expiry.

use serde_json::json;

use super::support::{ANA, items, meeting, reason, weekly, world};

#[tokio::test]
async fn a_delta_has_what_changed_and_nothing_else() {
    let world = world().await;
    let ids = world.put_many(3);
    let token = world.sync_token().await;
    world
        .sandbox
        .google
        .edit_event(ANA, &ids[1], json!({ "summary": "changed" }));
    let delta = world
        .page(&format!("maxResults=2500&syncToken={token}"))
        .await;
    assert_eq!(items(&delta).len(), 1);
    assert_eq!(items(&delta)[0]["summary"], "changed");
    let next = delta["nextSyncToken"].as_str().unwrap();
    assert!(items(&world.page(&format!("syncToken={next}")).await).is_empty());
}

#[tokio::test]
async fn a_deleted_event_comes_as_little_more_than_its_id() {
    let world = world().await;
    let ids = world.put_many(1);
    let token = world.sync_token().await;
    world.sandbox.google.delete_event(ANA, &ids[0]);
    let delta = world.page(&format!("syncToken={token}")).await;
    let names: Vec<_> = items(&delta)[0]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(names, ["etag", "id", "kind", "status"]);
}

#[tokio::test]
async fn forbidden_parameters_with_a_token_are_refused() {
    let world = world().await;
    let token = world.sync_token().await;
    let forbidden = [
        "timeMin=2026-01-01T00:00:00Z",
        "timeMax=2026-01-01T00:00:00Z",
        "updatedMin=2026-01-01T00:00:00Z",
        "orderBy=updated",
        "q=x",
        "iCalUID=x",
        "privateExtendedProperty=a%3Db",
        "sharedExtendedProperty=a%3Db",
        "showDeleted=false",
    ];
    for parameter in forbidden {
        let (status, _) = world.list(&format!("syncToken={token}&{parameter}")).await;
        assert_eq!(status, 400, "{parameter}");
    }
    assert_eq!(
        world
            .list(&format!("syncToken={token}&showDeleted=true"))
            .await
            .0,
        200
    );
}

#[tokio::test]
async fn an_expired_token_asks_for_a_full_sync_also_between_pages() {
    let world = world().await;
    world.put_many(3);
    let token = world.sync_token().await;
    let page = world.page("maxResults=2").await;
    world.sandbox.google.expire_sync_tokens(ANA);
    let page_token = page["nextPageToken"].as_str().unwrap();
    for query in [
        format!("syncToken={token}"),
        format!("maxResults=2&pageToken={page_token}"),
    ] {
        let (status, body) = world.list(&query).await;
        assert_eq!((status.as_u16(), reason(&body)), (410, "fullSyncRequired"));
        assert_eq!(body["error"]["errors"][0]["location"], "syncToken");
    }
}

#[tokio::test]
async fn a_malformed_token_names_itself_or_is_gone() {
    let world = world().await;
    let (status, body) = world.list("syncToken=nonsense").await;
    assert_eq!(
        (
            status.as_u16(),
            body["error"]["errors"][0]["location"].as_str()
        ),
        (400, Some("syncToken"))
    );
    world
        .sandbox
        .google
        .behave(|how| how.malformed_token_is_gone = true);
    assert_eq!(world.list("syncToken=nonsense").await.0, 410);
}

#[tokio::test]
async fn a_change_made_while_paging_is_in_the_next_delta() {
    let world = world().await;
    let ids = world.put_many(3);
    let first = world.page("maxResults=2").await;
    for id in &ids {
        world
            .sandbox
            .google
            .edit_event(ANA, id, json!({ "summary": "late" }));
    }
    let added = world.sandbox.google.put_event(ANA, meeting("new"));
    let mut page = first;
    while let Some(token) = page["nextPageToken"].as_str() {
        page = world.page(&format!("maxResults=2&pageToken={token}")).await;
    }
    let delta = world
        .page(&format!(
            "syncToken={}",
            page["nextSyncToken"].as_str().unwrap()
        ))
        .await;
    assert_eq!(items(&delta).len(), 4);
    assert!(items(&delta).iter().any(|item| item["id"] == *added));
}

#[tokio::test]
async fn a_paged_delta_repeats_the_token_and_loses_nothing() {
    let world = world().await;
    let token = world.sync_token().await;
    world.put_many(5);
    let (mut seen, mut query) = (0, format!("maxResults=2&syncToken={token}"));
    loop {
        let page = world.page(&query).await;
        seen += items(&page).len();
        let Some(next) = page["nextPageToken"].as_str() else {
            break;
        };
        query = format!("maxResults=2&syncToken={token}&pageToken={next}");
        assert_eq!(
            world
                .list(&format!("maxResults=2&pageToken={next}"))
                .await
                .0,
            400
        );
    }
    assert_eq!(seen, 5);
}

#[tokio::test]
async fn a_token_is_good_only_for_the_parameters_it_is_from() {
    let world = world().await;
    let token = world.sync_token().await;
    assert_eq!(
        world
            .list(&format!("syncToken={token}&singleEvents=true"))
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn deleting_a_series_sends_its_tombstone_alone() {
    let world = world().await;
    let series = world.sandbox.google.put_event(ANA, weekly("review"));
    world
        .sandbox
        .google
        .cancel_occurrence(ANA, &series, "2026-03-09T09:00:00");
    let token = world.sync_token().await;
    world.sandbox.google.delete_event(ANA, &series);
    assert!(world.sandbox.google.events(ANA).is_empty());
    let delta = world.page(&format!("syncToken={token}")).await;
    assert_eq!(
        items(&delta)
            .iter()
            .map(|item| item["id"].clone())
            .collect::<Vec<_>>(),
        [json!(series)]
    );
}
