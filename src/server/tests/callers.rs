//! Who may set a schedule.

use std::sync::Arc;

use jsonwebtoken::{Algorithm, Header};
use secrecy::SecretString;
use serde_json::json;

use super::desk::now;
use super::office::{JWT, Office, SERVICE, ask, desk, of, off, refused, signed, token};
use crate::server::Callers;

#[tokio::test]
async fn who_shows_no_valid_token_is_refused_and_told_how() {
    let office = Office::new().await;
    let later = now().timestamp() + 300;
    let claims = json!({ "sub": "ana", "exp": later });
    let valid = of("ana");
    let (content, _) = valid.rsplit_once('.').unwrap();
    let unsigned = format!(
        "eyJhbGciOiJub25lIn0.{}.",
        content.rsplit_once('.').unwrap().1
    );
    let invalid = [
        signed(&Header::default(), &claims, "another secret"),
        signed(&Header::new(Algorithm::HS512), &claims, JWT),
        unsigned,
        format!("{content}."),
        token(&json!({ "sub": "ana" })),
        token(&json!({ "exp": later })),
        token(&json!({ "sub": 7, "exp": later })),
        token(&json!({ "sub": "ana", "exp": "never" })),
        token(&json!({ "sub": "ana", "exp": later, "nbf": later })),
        format!("{SERVICE}x"),
        "nonsense".to_owned(),
    ];
    for token in invalid {
        let answer = office.ask(&token, &off()).await;
        assert_eq!(refused(&answer), "401 invalid_token", "{token}");
        let challenge = answer.header("www-authenticate");
        assert_eq!(challenge, Some("Bearer error=\"invalid_token\""));
    }
    let old = token(&json!({ "sub": "ana", "exp": now().timestamp() - 60 }));
    assert_eq!(office.refusal(&old, &off()).await, "401 expired_token");
    assert_eq!(office.preferences("ana").await["auto_sync_enabled"], true);
}

#[tokio::test]
async fn who_shows_no_token_is_asked_for_one() {
    let office = Office::new().await;
    let without: [&[(&str, &str)]; 3] = [
        &[],
        &[("authorization", "Basic YTpi")],
        &[("authorization", "Bearer")],
    ];
    for headers in without {
        let answer = office.ask_with(headers, "{}").await;
        assert_eq!(refused(&answer), "401 missing_token");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
}

#[tokio::test]
async fn a_token_is_taken_while_the_clocks_differ_by_less_than_a_minute() {
    let office = Office::new().await;
    for claims in [
        json!({ "sub": "ana", "exp": now().timestamp() - 59 }),
        json!({ "sub": "ana", "exp": now().timestamp() as f64 + 0.5,
            "nbf": now().timestamp() + 59, "aud": "authenticated" }),
    ] {
        let answer = office.ask(&token(&claims), &off()).await;
        assert_eq!(answer.status, 200, "{claims}");
    }
}

#[tokio::test]
async fn a_user_speaks_for_nobody_else() {
    let office = Office::new().await;
    let foreign = json!({ "user_id": "ben", "auto_sync_enabled": false });
    let refusal = office.refusal(&of("ana"), &foreign).await;
    assert_eq!(refusal, "403 foreign_user user_id");
    for nobody in ["eve", "ana@example.com"] {
        let refusal = office.refusal(&of(nobody), &off()).await;
        assert_eq!(refusal, "404 unknown_user");
    }
}

#[tokio::test]
async fn the_applications_server_speaks_for_any_user_it_names() {
    let office = Office::new().await;
    let wish = json!({ "user_id": "ben", "auto_sync_enabled": false });
    assert_eq!(office.ask(SERVICE, &wish).await.status, 200);
    assert_eq!(office.preferences("ben").await["auto_sync_enabled"], false);
    let nobody = office.refusal(SERVICE, &off()).await;
    assert_eq!(nobody, "400 missing_user user_id");
    let unknown = json!({ "user_id": "eve", "auto_sync_enabled": false });
    assert_eq!(office.refusal(SERVICE, &unknown).await, "404 unknown_user");
}

#[tokio::test]
async fn without_any_secret_nobody_may_ask() {
    let desk = desk(Callers::new(None, None), Arc::default());
    let answer = ask(&desk, &[], "{}").await;
    assert_eq!(refused(&answer), "404 not_enabled");
    // A secret that is not set is not an empty one.
    let service = SecretString::from(SERVICE);
    let office = Office::of(Callers::new(None, Some(&service))).await;
    let claims = json!({ "sub": "ana", "exp": now().timestamp() + 300 });
    let empty = signed(&Header::default(), &claims, "");
    assert_eq!(office.refusal(&empty, &off()).await, "401 invalid_token");
}
