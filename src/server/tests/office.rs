//! A receiver with a store, and those who set schedules.

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

pub(super) const JWT: &str = "the secret of the application's tokens";
pub(super) const SERVICE: &str = "the token of the application's server";

/// A receiver and its store, which knows the users `ana` and `ben`.
pub(super) struct Office {
    desk: Desk,
    store: Arc<dyn Store>,
    _directory: TempDir,
}

impl Office {
    /// One where users and the application's server may ask.
    pub(super) async fn new() -> Self {
        let (jwt, service) = (SecretString::from(JWT), SecretString::from(SERVICE));
        Self::of(Callers::new(Some(&jwt), Some(&service))).await
    }

    pub(super) async fn of(callers: Callers) -> Self {
        let (store, directory) = known_users().await;
        let backends = Arc::new(Backends::default());
        backends.store.bring(store.clone());
        Self {
            desk: desk(callers, backends),
            store,
            _directory: directory,
        }
    }

    /// Asks with headers of one's own.
    pub(super) async fn ask_with(&self, headers: &[(&str, &str)], body: &str) -> Answer {
        ask(&self.desk, headers, body).await
    }

    pub(super) async fn ask(&self, token: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        self.ask_with(&headers, &body.to_string()).await
    }

    /// Asks for what is not granted.
    pub(super) async fn refusal(&self, token: &str, body: &Value) -> String {
        refused(&self.ask(token, body).await)
    }

    pub(super) async fn preferences(&self, user: &str) -> Value {
        let preferences = self.store.preferences_find(&user.parse().unwrap()).await;
        serde_json::to_value(preferences.unwrap()).unwrap()
    }
}

/// A store that knows the users `ana` and `ben`, and where it lies.
pub(super) async fn known_users() -> (Arc<dyn Store>, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let url = SqliteUrl::new(directory.path().join("calsync.db"));
    let keys = KeyRing::new(vec![EncryptionKey::generate()]);
    let store = store::open(&url, keys).await.unwrap().store;
    let users = vec![user("ana"), user("ben")];
    store.user_upsert(users).await.unwrap();
    (store, directory)
}

pub(super) fn desk(callers: Callers, backends: Arc<Backends>) -> Desk {
    let limits = Limits::with_body(4096);
    let receiver = Receiver::new(Parts {
        signer: Signer::new(&SecretString::from("x")),
        callers,
        consents: None,
        limits: limits.clone(),
        now,
        backends,
    });
    Desk::of(receiver, Arc::new(MemoryQueue::new()), limits)
}

pub(super) async fn ask(desk: &Desk, headers: &[(&str, &str)], body: &str) -> Answer {
    let line = "POST /integrations/calendar/sync/schedule";
    desk.ask(&request(line, headers, body)).await
}

fn user(id: &str) -> User {
    User {
        id: id.parse().unwrap(),
        email: None,
        timezone: Zone::utc(),
        working_hours: None,
    }
}

/// Status, code and, if there is one, field of a refusal.
#[track_caller]
pub(super) fn refused(answer: &Answer) -> String {
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let error = &serde_json::from_str::<Value>(&answer.body).unwrap()["error"];
    assert_ne!(error["message"].as_str().unwrap_or_default(), "");
    let code = error["code"].as_str().unwrap();
    let field = error["field"].as_str().map(|field| format!(" {field}"));
    format!("{} {code}{}", answer.status, field.unwrap_or_default())
}

/// A token of the application.
pub(super) fn token(claims: &Value) -> String {
    signed(&Header::new(Algorithm::HS256), claims, JWT)
}

pub(super) fn signed(header: &Header, claims: &Value, secret: &str) -> String {
    encode(header, claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

/// A token of a user that holds.
pub(super) fn of(user: &str) -> String {
    token(&json!({ "sub": user, "exp": now().timestamp() + 300 }))
}

/// A wish that a user is not synced.
pub(super) fn off() -> Value {
    json!({ "auto_sync_enabled": false })
}
