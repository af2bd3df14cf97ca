//! Tokens, scopes, quota.

use calsync::sandbox::google::{AccessRole, CLIENT_SECRET, CalendarSpec, Quota};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;

use super::support::{ANA, answer, meeting, reason, world};

#[tokio::test]
async fn a_refresh_gives_an_access_token_and_no_refresh_token() {
    let world = world().await;
    let (status, body) = world.refresh_ana().await;
    assert_eq!((status.as_u16(), &body["expires_in"]), (200, &json!(3599)));
    assert!(body.get("refresh_token").is_none());
}

#[tokio::test]
async fn a_rotated_refresh_token_kills_the_old_one() {
    let world = world().await;
    world.sandbox.google.rotate_refresh_tokens(ANA, true);
    let (_, body) = world.refresh_ana().await;
    assert_eq!(world.refresh_ana().await.0, 400);
    assert_eq!(
        world
            .refresh(body["refresh_token"].as_str().unwrap(), CLIENT_SECRET)
            .await
            .0,
        200
    );
}

#[tokio::test]
async fn a_revoked_account_is_told_apart_from_a_wrong_client() {
    let world = world().await;
    let (status, body) = world.refresh(&world.ana.refresh_token, "wrong").await;
    assert_eq!(
        (status.as_u16(), &body["error"]),
        (401, &json!("invalid_client"))
    );
    world.sandbox.google.revoke(ANA);
    let (status, body) = world.refresh_ana().await;
    assert_eq!(
        (status.as_u16(), &body["error"]),
        (400, &json!("invalid_grant"))
    );
    assert_eq!(world.list("").await.0, 401);
}

#[tokio::test]
async fn revoking_by_http_ends_every_token_once() {
    let world = world().await;
    let form = [("token", world.ana.refresh_token.as_str())];
    let revoke = || {
        world
            .http
            .post(world.sandbox.google.revoke_url())
            .form(&form)
    };
    assert_eq!(answer(revoke()).await.0, 200);
    assert_eq!(answer(revoke()).await.0, 400);
    assert_eq!(world.list("").await.0, 401);
}

#[tokio::test]
async fn an_access_token_expires_by_the_sandbox_clock() {
    let world = world().await;
    world.sandbox.clock.advance(TimeDelta::seconds(3598));
    assert_eq!(world.list("").await.0, 200);
    world.sandbox.clock.advance(TimeDelta::seconds(1));
    let (status, body) = world.list("").await;
    assert_eq!((status.as_u16(), reason(&body)), (401, "authError"));
}

#[tokio::test]
async fn a_missing_scope_is_refused() {
    let mut world = world().await;
    world
        .sandbox
        .google
        .set_scopes(ANA, &["calendar.events.readonly"]);
    world.token = world.sandbox.google.access_token(ANA);
    assert_eq!(world.list("").await.0, 200);
    let (status, body) = world.insert(meeting("x")).await;
    assert_eq!(
        (status.as_u16(), reason(&body)),
        (403, "insufficientPermissions")
    );
    assert_eq!(world.get("users/me/calendarList").await.0, 403);
}

#[tokio::test]
async fn a_scope_that_is_taken_away_is_missing_after_the_next_refresh() {
    let mut world = world().await;
    let granted = ["openid", "calendar.events.readonly"];
    world.sandbox.google.set_scopes(ANA, &granted);
    let (_, body) = world.refresh_ana().await;
    let scopes = "openid https://www.googleapis.com/auth/calendar.events.readonly";
    assert_eq!(body["scope"], scopes);
    assert_eq!(world.insert(meeting("old token")).await.0, 200);
    body["access_token"]
        .as_str()
        .unwrap()
        .clone_into(&mut world.token);
    assert_eq!(world.insert(meeting("new token")).await.0, 403);
}

#[tokio::test]
async fn a_scope_for_owned_calendars_does_not_reach_others() {
    let mut world = world().await;
    let spec = CalendarSpec::named("Team", "UTC").role(AccessRole::Writer);
    let team = world.sandbox.google.add_calendar(ANA, spec);
    world
        .sandbox
        .google
        .set_scopes(ANA, &["calendar.events.owned"]);
    world.token = world.sandbox.google.access_token(ANA);
    assert_eq!(world.insert(meeting("x")).await.0, 200);
    assert_eq!(world.get(&format!("calendars/{team}/events")).await.0, 403);
}

#[tokio::test]
async fn userinfo_tells_the_stable_id() {
    let world = world().await;
    let (_, body) = answer(
        world
            .http
            .get(world.sandbox.google.userinfo_url())
            .bearer_auth(&world.token),
    )
    .await;
    assert_eq!(
        (&body["id"], &body["email"]),
        (&json!(world.ana.subject), &json!(ANA))
    );
}

#[tokio::test]
async fn a_spent_quota_comes_back_after_a_minute() {
    let world = world().await;
    let reason_given = "userRateLimitExceeded";
    world.sandbox.google.quota(Some(Quota {
        per_minute: 4,
        status: 403,
        reason: reason_given,
        retry_after: Some(30),
    }));
    let id = world.put_many(1).remove(0);
    answer(
        world
            .on_event(Method::PATCH, &id)
            .json(&json!({ "summary": "three units" })),
    )
    .await;
    assert_eq!(world.list("").await.0, 200);
    let refused = world
        .request(Method::GET, "calendars/primary/events")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (
            refused.status().as_u16(),
            refused.headers()["retry-after"].to_str().unwrap()
        ),
        (403, "30")
    );
    world.sandbox.clock.advance(TimeDelta::minutes(1));
    assert_eq!(world.list("").await.0, 200);
}
