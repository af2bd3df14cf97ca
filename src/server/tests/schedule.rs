//! `POST /integrations/calendar/sync/schedule`, over a store of its own.

use std::sync::Arc;

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use secrecy::SecretString;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::desk::{Answer, Desk, now, request};
use super::queue::MemoryQueue;
use crate::model::time::Zone;
use crate::model::user::User;
use crate::provider::Signer;
use crate::server::{Backends, Callers, Limits, Parts, Receiver};
use crate::store::{self, EncryptionKey, KeyRing, SqliteUrl, Store};

const PATH: &str = "POST /integrations/calendar/sync/schedule";
const JWT: &str = "the secret of the application's tokens";
const SERVICE: &str = "the token of the application's server";

struct Office {
    desk: Desk,
    store: Arc<dyn Store>,
    _directory: TempDir,
}

impl Office {
    /// One that knows the users `ana` and `ben`.
    async fn new() -> Self {
        let (jwt, service) = (SecretString::from(JWT), SecretString::from(SERVICE));
        Self::of(Callers::new(Some(&jwt), Some(&service))).await
    }

    async fn of(callers: Callers) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = SqliteUrl::new(directory.path().join("calsync.db"));
        let keys = KeyRing::new(vec![EncryptionKey::generate()]);
        let store = store::open(&url, keys).await.unwrap().store;
        store
            .user_upsert(vec![user("ana"), user("ben")])
            .await
            .unwrap();
        let backends = Arc::new(Backends::default());
        backends.bring_store(store.clone());
        let limits = Limits::with_body(4096);
        let receiver = Receiver::new(Parts {
            signer: Signer::new(&SecretString::from("x")),
            callers,
            limits: limits.clone(),
            now,
            backends,
        });
        let desk = Desk::of(receiver, Arc::new(MemoryQueue::new()), limits);
        Self {
            desk,
            store,
            _directory: directory,
        }
    }

    async fn ask(&self, token: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        self.desk
            .ask(&request(PATH, &headers, &body.to_string()))
            .await
    }

    /// Asks for what is not granted; answers status, code and field.
    async fn refusal(&self, token: &str, body: &Value) -> (u16, String, Option<String>) {
        refused(&self.ask(token, body).await)
    }

    async fn preferences(&self, user: &str) -> Value {
        let preferences = self.store.preferences_find(&user.parse().unwrap()).await;
        serde_json::to_value(preferences.unwrap()).unwrap()
    }
}

fn user(id: &str) -> User {
    User {
        id: id.parse().unwrap(),
        email: None,
        timezone: Zone::utc(),
        working_hours: None,
    }
}

#[track_caller]
fn refused(answer: &Answer) -> (u16, String, Option<String>) {
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let error = &serde_json::from_str::<Value>(&answer.body).unwrap()["error"];
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|text| !text.is_empty())
    );
    let text = |value: &Value| value.as_str().map(str::to_owned);
    (
        answer.status,
        text(&error["code"]).unwrap(),
        text(&error["field"]),
    )
}

/// A token of the application.
fn token(claims: &Value) -> String {
    signed(&Header::new(Algorithm::HS256), claims, JWT)
}

fn signed(header: &Header, claims: &Value, secret: &str) -> String {
    encode(header, claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

fn of(user: &str) -> String {
    token(&json!({ "sub": user, "exp": now().timestamp() + 300 }))
}

fn off() -> Value {
    json!({ "auto_sync_enabled": false })
}

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
    assert_eq!(
        serde_json::from_str::<Value>(&answer.body).unwrap(),
        expected
    );
    let wish = json!({ "user_id": "ana", "sync_frequency_minutes": 10_080 });
    assert_eq!(office.ask(&of("ana"), &wish).await.status, 200);
    let preferences = office.preferences("ana").await;
    assert_eq!(preferences["sync_frequency_minutes"], 10_080);
    assert_eq!(preferences["conflict_strategy"], "prefer_task");
    assert_eq!(office.preferences("ben").await["auto_sync_enabled"], true);
}

#[tokio::test]
async fn the_applications_server_asks_for_any_user() {
    let office = Office::new().await;
    let wish = json!({ "user_id": "ben", "auto_sync_enabled": false });
    assert_eq!(office.ask(SERVICE, &wish).await.status, 200);
    assert_eq!(office.preferences("ben").await["auto_sync_enabled"], false);
    let nobody = office.refusal(SERVICE, &off()).await;
    assert_eq!(nobody, (400, "missing_user".into(), Some("user_id".into())));
    let unknown = json!({ "user_id": "eve", "auto_sync_enabled": false });
    assert_eq!(office.refusal(SERVICE, &unknown).await.1, "unknown_user");
}

#[tokio::test]
async fn who_shows_no_valid_token_is_refused_and_told_how() {
    let office = Office::new().await;
    let later = now().timestamp() + 300;
    let claims = json!({ "sub": "ana", "exp": later });
    let other = Header::new(Algorithm::HS512);
    let valid = of("ana");
    let (content, _) = valid.rsplit_once('.').unwrap();
    let unsigned = format!(
        "eyJhbGciOiJub25lIn0.{}.",
        content.rsplit_once('.').unwrap().1
    );
    for (token, code) in [
        (
            signed(&Header::default(), &claims, "another secret"),
            "invalid_token",
        ),
        (signed(&other, &claims, JWT), "invalid_token"),
        (unsigned, "invalid_token"),
        (format!("{content}."), "invalid_token"),
        (token(&json!({ "sub": "ana" })), "invalid_token"),
        (token(&json!({ "exp": later })), "invalid_token"),
        (token(&json!({ "sub": 7, "exp": later })), "invalid_token"),
        (
            token(&json!({ "sub": "ana", "exp": "never" })),
            "invalid_token",
        ),
        (
            token(&json!({ "sub": "ana", "exp": now().timestamp() - 60 })),
            "expired_token",
        ),
        (
            token(&json!({ "sub": "ana", "exp": later, "nbf": later })),
            "invalid_token",
        ),
        (format!("{SERVICE}x"), "invalid_token"),
        ("nonsense".to_owned(), "invalid_token"),
    ] {
        let answer = office.ask(&token, &off()).await;
        assert_eq!(refused(&answer), (401, code.into(), None), "{token}");
        let challenge = answer.header("www-authenticate");
        assert_eq!(challenge, Some("Bearer error=\"invalid_token\""));
    }
    let headers: [&[(&str, &str)]; 3] = [
        &[],
        &[("authorization", "Basic YTpi")],
        &[("authorization", "Bearer")],
    ];
    for headers in headers {
        let answer = office.desk.ask(&request(PATH, headers, "{}")).await;
        assert_eq!(refused(&answer), (401, "missing_token".into(), None));
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
    assert_eq!(office.preferences("ana").await["auto_sync_enabled"], true);
}

#[tokio::test]
async fn a_token_is_taken_while_the_clocks_differ_by_less_than_a_minute() {
    let office = Office::new().await;
    for claims in [
        json!({ "sub": "ana", "exp": now().timestamp() - 59 }),
        json!({ "sub": "ana", "exp": now().timestamp() as f64 + 0.5,
            "nbf": now().timestamp() + 59, "aud": "authenticated" }),
    ] {
        assert_eq!(
            office.ask(&token(&claims), &off()).await.status,
            200,
            "{claims}"
        );
    }
}

#[tokio::test]
async fn a_user_speaks_for_nobody_else() {
    let office = Office::new().await;
    let foreign = json!({ "user_id": "ben", "auto_sync_enabled": false });
    let refusal = office.refusal(&of("ana"), &foreign).await;
    assert_eq!(
        refusal,
        (403, "foreign_user".into(), Some("user_id".into()))
    );
    assert_eq!(office.refusal(&of("eve"), &off()).await.1, "unknown_user");
    let refusal = office.refusal(&of("ana@example.com"), &off()).await;
    assert_eq!(refusal, (404, "unknown_user".into(), None));
}

#[tokio::test]
async fn what_is_not_understood_changes_nothing() {
    let office = Office::new().await;
    for (member, value, field) in [
        ("auto_sync_enabled", json!("yes"), Some("auto_sync_enabled")),
        ("write_enabled", json!(1), Some("write_enabled")),
        ("write_enabled", json!(null), Some("write_enabled")),
        (
            "sync_frequency_minutes",
            json!(0),
            Some("sync_frequency_minutes"),
        ),
        (
            "sync_frequency_minutes",
            json!(10_081),
            Some("sync_frequency_minutes"),
        ),
        (
            "sync_frequency_minutes",
            json!(u64::MAX),
            Some("sync_frequency_minutes"),
        ),
        (
            "sync_frequency_minutes",
            json!(7.5),
            Some("sync_frequency_minutes"),
        ),
        (
            "sync_frequency_minutes",
            json!("7"),
            Some("sync_frequency_minutes"),
        ),
        (
            "conflict_strategy",
            json!("coin"),
            Some("conflict_strategy"),
        ),
        (
            "conflict_strategy",
            json!("PREFER_TASK"),
            Some("conflict_strategy"),
        ),
        ("user_id", json!("a b"), Some("user_id")),
        ("past_days", json!(7), None),
        ("auto_sync_enabled ", json!(true), None),
    ] {
        let wish = json!({ "auto_sync_enabled": false, member: value });
        let (status, code, found) = office.refusal(&of("ana"), &wish).await;
        assert_eq!((status, found.as_deref()), (400, field), "{wish}");
        let expected = field.map_or("unknown_member", |_| "invalid_value");
        assert_eq!(code, expected, "{wish}");
    }
    for (body, code) in [
        (json!([]), "not_json"),
        (json!("auto_sync_enabled"), "not_json"),
        (json!({}), "nothing_named"),
        (json!({ "user_id": "ana" }), "nothing_named"),
    ] {
        assert_eq!(office.refusal(&of("ana"), &body).await.1, code, "{body}");
    }
    let headers = [("authorization", format!("Bearer {SERVICE}"))];
    let headers = headers
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let answer = office
        .desk
        .ask(&request(PATH, &headers, "{\"write_enabled\":"))
        .await;
    assert_eq!(refused(&answer), (400, "not_json".into(), None));
    let large = "x".repeat(4097);
    let answer = office.desk.ask(&request(PATH, &headers, &large)).await;
    assert_eq!(refused(&answer), (413, "too_large".into(), None));
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
async fn without_any_secret_nobody_may_ask() {
    let office = Office::of(Callers::new(None, None)).await;
    let refusal = office.refusal(&of("ana"), &off()).await;
    assert_eq!(refusal, (404, "not_enabled".into(), None));
    // A secret that is not set is not an empty one.
    let service = SecretString::from(SERVICE);
    let office = Office::of(Callers::new(None, Some(&service))).await;
    let claims = json!({ "sub": "ana", "exp": now().timestamp() + 300 });
    let empty = signed(&Header::default(), &claims, "");
    assert_eq!(office.refusal(&empty, &off()).await.1, "invalid_token");
}

#[tokio::test]
async fn while_the_store_is_away_the_application_is_asked_to_try_again() {
    let secret = SecretString::from(SERVICE);
    let limits = Limits::with_body(4096);
    let receiver = Receiver::new(Parts {
        signer: Signer::new(&secret),
        callers: Callers::new(None, Some(&secret)),
        limits: limits.clone(),
        now,
        backends: Arc::default(),
    });
    let desk = Desk::of(receiver, Arc::new(MemoryQueue::new()), limits);
    let bearer = format!("Bearer {SERVICE}");
    let body = json!({ "user_id": "ana", "auto_sync_enabled": false }).to_string();
    let headers = [("authorization", bearer.as_str())];
    let answer = desk.ask(&request(PATH, &headers, &body)).await;
    assert_eq!(refused(&answer), (503, "unavailable".into(), None));
    assert_eq!(answer.header("retry-after"), Some("10"));
}
