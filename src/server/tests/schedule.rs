//! What a schedule may say.

use std::sync::Arc;

use secrecy::SecretString;
use serde_json::{Value, json};

use super::office::{Office, SERVICE, ask, desk, of, refused};
use crate::server::Callers;

#[tokio::test]
async fn a_user_changes_what_is_named_and_is_told_what_holds() {
    let office = Office::new().await;
    let wish = json!({ "auto_sync_enabled": false, "sync_frequency_minutes": 30,
        "conflict_strategy": "prefer_task", "write_enabled": true });
    let answer = office.ask(&of("ana"), &wish).await;
    assert_eq!(answer.status, 200);
    let expected = json!({ "user_id": "ana", "auto_sync_enabled": false,
        "sync_frequency_minutes": 30, "conflict_strategy": "prefer_task",
        "duplicate_strategy": "manual", "write_enabled": true,
        "past_days": null, "future_days": null });
    let told: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(told, expected);
    let wish = json!({ "user_id": "ana", "sync_frequency_minutes": 10_080 });
    assert_eq!(office.ask(&of("ana"), &wish).await.status, 200);
    let preferences = office.preferences("ana").await;
    assert_eq!(preferences["sync_frequency_minutes"], 10_080);
    assert_eq!(preferences["conflict_strategy"], "prefer_task");
    assert_eq!(office.preferences("ben").await["auto_sync_enabled"], true);
}

#[tokio::test]
async fn a_value_that_will_not_do_is_named_and_changes_nothing() {
    let office = Office::new().await;
    let values = [
        ("auto_sync_enabled", vec![json!("yes"), json!([])]),
        ("write_enabled", vec![json!(1), json!(null)]),
        (
            "sync_frequency_minutes",
            vec![
                json!(0),
                json!(10_081),
                json!(u64::MAX),
                json!(7.5),
                json!("7"),
                json!(-1),
            ],
        ),
        (
            "conflict_strategy",
            vec![json!("coin"), json!("PREFER_TASK"), json!({})],
        ),
        ("user_id", vec![json!("a b"), json!("")]),
    ];
    for (member, values) in values {
        for value in values {
            let mut wish = json!({ "auto_sync_enabled": false, "write_enabled": true });
            wish[member] = value;
            let refusal = office.refusal(&of("ana"), &wish).await;
            assert_eq!(refusal, format!("400 invalid_value {member}"), "{wish}");
        }
    }
    let preferences = office.preferences("ana").await;
    assert_eq!(preferences["auto_sync_enabled"], true);
    assert_eq!(preferences["write_enabled"], false);
}

#[tokio::test]
async fn what_is_not_understood_changes_nothing() {
    let office = Office::new().await;
    for (body, refusal) in [
        (
            json!({ "auto_sync_enabled": false, "past_days": 7 }),
            "400 unknown_member",
        ),
        (json!({ "auto_sync_enabled ": false }), "400 unknown_member"),
        (json!([]), "400 not_json"),
        (json!("auto_sync_enabled"), "400 not_json"),
        (json!({}), "400 nothing_named"),
        (json!({ "user_id": "ana" }), "400 nothing_named"),
    ] {
        assert_eq!(office.refusal(&of("ana"), &body).await, refusal, "{body}");
    }
    let bearer = format!("Bearer {}", of("ana"));
    let headers = [("authorization", bearer.as_str())];
    let broken = office.ask_with(&headers, "{\"write_enabled\":").await;
    assert_eq!(refused(&broken), "400 not_json");
    let large = office.ask_with(&headers, &" ".repeat(4097)).await;
    assert_eq!(refused(&large), "413 too_large");
    assert_eq!(office.preferences("ana").await["auto_sync_enabled"], true);
}

#[tokio::test]
async fn nothing_that_was_sent_comes_back_in_a_refusal() {
    let office = Office::new().await;
    for body in [
        json!({ "<script>": 1 }),
        json!({ "conflict_strategy": "<script>" }),
        json!({ "user_id": "<script>" }),
    ] {
        let answer = office.ask(&of("ana"), &body).await;
        assert!(!answer.body.contains("script"), "{}", answer.body);
    }
}

#[tokio::test]
async fn while_the_store_is_away_the_application_is_asked_to_try_again() {
    let service = SecretString::from(SERVICE);
    let desk = desk(Callers::new(None, Some(&service)), Arc::default());
    let bearer = format!("Bearer {SERVICE}");
    let body = json!({ "user_id": "ana", "auto_sync_enabled": false });
    let headers = [("authorization", bearer.as_str())];
    let answer = ask(&desk, &headers, &body.to_string()).await;
    assert_eq!(refused(&answer), "503 unavailable");
    assert_eq!(answer.header("retry-after"), Some("10"));
}
