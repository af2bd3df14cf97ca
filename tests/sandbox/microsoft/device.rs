//! The device code flow.

use calsync::sandbox::microsoft::{CLIENT_ID, Kind};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::browser::{Fields, SCOPES, Shown, number};
use super::support::{ADA, World, world};
use crate::sandbox::support::answer;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

impl World {
    async fn ask_for_code(&self, form: &[(&str, &str)]) -> (u16, Value) {
        let url = self.sandbox.microsoft.device_url();
        let (status, body) = answer(self.http.post(url).form(form)).await;
        (status.as_u16(), body)
    }

    /// A code for a device, as the answer has it.
    async fn device(&self) -> Value {
        let form = [("client_id", CLIENT_ID), ("scope", SCOPES)];
        let (status, body) = self.ask_for_code(&form).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    /// Enters a user code on the page that the device names.
    async fn enter(&self, device: &Value, fields: &[(&str, &str)]) -> Shown {
        let uri = device["verification_uri"].as_str().unwrap();
        let page = self.show(self.http.get(uri)).await;
        let typed = device["user_code"].as_str().unwrap().to_lowercase();
        let form = [&[("user_code", typed.as_str())], fields].concat();
        let url = page.behind("action=\"");
        self.show(self.http.post(url).form(&form)).await
    }

    /// Ada lets the device in.
    async fn let_in(&self, device: &Value) -> Shown {
        let fields = [("account", ADA), ("answer", "accept")];
        self.enter(device, &fields).await
    }

    async fn poll(&self, device: &Value) -> (u16, Value) {
        let code = device["device_code"].as_str().unwrap_or("other");
        let form: Fields = [
            ("grant_type", GRANT),
            ("client_id", CLIENT_ID),
            ("device_code", code),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .into();
        self.token(&form).await
    }

    /// The error of a poll.
    async fn refused(&self, device: &Value) -> String {
        let (status, body) = self.poll(device).await;
        assert_eq!(status, 400, "{body}");
        body["error"].as_str().unwrap_or_default().to_owned()
    }
}

#[tokio::test]
async fn a_device_is_told_where_its_user_enters_which_code() {
    let world = world().await.public();
    let device = world.device().await;
    assert_eq!(
        (&device["expires_in"], &device["interval"]),
        (&json!(900), &json!(5))
    );
    assert_eq!(device.get("verification_uri_complete"), None);
    let message = device["message"].as_str().unwrap();
    for part in ["user_code", "verification_uri"] {
        assert!(message.contains(device[part].as_str().unwrap()));
    }
    world.sandbox.microsoft.behave(|b| b.device_interval_s = 1);
    assert_eq!(world.device().await["interval"], 1);
}

#[tokio::test]
async fn a_device_gets_its_tokens_once_its_user_accepts_and_only_once() {
    let mut world = world().await.public();
    let device = world.device().await;
    assert_eq!(world.refused(&device).await, "authorization_pending");
    assert_eq!(world.let_in(&device).await.status, 200);
    let (status, body) = world.poll(&device).await;
    assert_eq!(
        (status, &body["scope"]),
        (200, &json!("User.Read Calendars.ReadWrite"))
    );
    assert!(body["refresh_token"].is_string());
    world.token = body["access_token"].as_str().unwrap().to_owned();
    assert_eq!(world.get("me").await.0, 200);
    assert_eq!(world.refused(&device).await, "bad_verification_code");
}

#[tokio::test]
async fn a_declined_device_gets_nothing() {
    let world = world().await.public();
    let device = world.device().await;
    let shown = world.enter(&device, &[("answer", "decline")]).await;
    assert_eq!(shown.status, 200);
    assert_eq!(world.refused(&device).await, "authorization_declined");
    assert_eq!(world.let_in(&device).await.status, 400);
    assert_eq!(world.refused(&device).await, "authorization_declined");
}

#[tokio::test]
async fn a_device_code_lives_for_fifteen_minutes() {
    let world = world().await.public();
    let (accepted, waiting) = (world.device().await, world.device().await);
    world.let_in(&accepted).await;
    world.sandbox.clock.advance(TimeDelta::seconds(899));
    assert_eq!(world.refused(&waiting).await, "authorization_pending");
    world.sandbox.clock.advance(TimeDelta::seconds(1));
    assert_eq!(world.refused(&waiting).await, "expired_token");
    assert_eq!(world.refused(&accepted).await, "expired_token");
    assert_eq!(world.let_in(&waiting).await.status, 400);
}

#[tokio::test]
async fn an_unknown_device_code_is_a_bug() {
    let world = world().await.public();
    let unknown = json!({ "device_code": "other" });
    assert_eq!(world.refused(&unknown).await, "bad_verification_code");
}

#[tokio::test]
async fn a_user_code_that_nobody_has_is_refused_on_the_page() {
    let world = world().await.public();
    let mut device = world.device().await;
    device["user_code"] = json!("WRONG");
    assert_eq!(world.let_in(&device).await.status, 400);
    assert_eq!(world.refused(&device).await, "authorization_pending");
}

#[tokio::test]
async fn polls_can_be_told_to_slow_down() {
    let world = world().await.public();
    world.sandbox.microsoft.behave(|b| b.slow_downs = 2);
    let device = world.device().await;
    world.let_in(&device).await;
    assert_eq!(world.refused(&device).await, "slow_down");
    assert_eq!(world.refused(&device).await, "slow_down");
    assert_eq!(world.poll(&device).await.0, 200);
}

#[tokio::test]
async fn a_device_may_be_granted_less_than_it_asked_for() {
    let world = world().await.public();
    let microsoft = &world.sandbox.microsoft;
    microsoft.limit_consent(ADA, Some(&["User.Read"]));
    let device = world.device().await;
    world.let_in(&device).await;
    assert_eq!(world.poll(&device).await.1["scope"], "User.Read");
}

#[tokio::test]
async fn a_request_for_a_device_code_is_checked() {
    let world = world().await.public();
    let id = ("client_id", CLIENT_ID);
    let other = ("scope", "https://outlook.office.com/Calendars.Read");
    let cases = [
        (vec![("client_id", "other"), ("scope", SCOPES)], 700_016),
        (vec![id], 900_144),
        (vec![id, other], 70_011),
    ];
    for (form, expected) in cases {
        let (status, body) = world.ask_for_code(&form).await;
        assert_eq!((status, number(&body)), (400, expected));
    }
}

#[tokio::test]
async fn a_confidential_client_polls_with_its_secret() {
    let world = world().await;
    let device = world.device().await;
    world.let_in(&device).await;
    assert_eq!(number(&world.poll(&device).await.1), 7_000_218);
}

#[tokio::test]
async fn the_log_knows_the_steps_and_whom_they_are_about() {
    let world = world().await.public();
    let device = world.device().await;
    world.let_in(&device).await;
    world.poll(&device).await;
    let seen = world.sandbox.microsoft.requests();
    let seen: Vec<_> = seen
        .iter()
        .map(|seen| (seen.kind, seen.account.as_deref()))
        .collect();
    assert_eq!(
        seen,
        [
            (Kind::DeviceCode, None),
            (Kind::DevicePage, None),
            (Kind::DeviceConsent, Some(ADA)),
            (Kind::Token, Some(ADA)),
        ]
    );
}
