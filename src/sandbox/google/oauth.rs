//! Google's OAuth endpoints: refresh, revoke, user info.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::super::answer::Answer;
use super::call::Call;
use super::errors::ApiError;
use super::world::{Access, World};

/// The client id that the model knows.
pub const CLIENT_ID: &str = "sandbox.apps.googleusercontent.com";
/// Its secret.
pub const CLIENT_SECRET: &str = "GOCSPX-sandbox";

/// How long an access token lives.
const LIFETIME_S: i64 = 3599;

/// Answers `POST token`.
pub(super) fn token(world: &mut World, call: &Call) -> Answer {
    let form = call.form();
    let field = |name: &str| {
        form.iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    if !call
        .header(axum::http::header::CONTENT_TYPE)
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
    {
        return refusal(
            400,
            "invalid_request",
            "Missing required parameter: grant_type",
        );
    }
    if field("client_id") != Some(CLIENT_ID) || field("client_secret") != Some(CLIENT_SECRET) {
        return refusal(
            world.behaviour.invalid_client_status,
            "invalid_client",
            "The OAuth client was not found.",
        );
    }
    match (field("grant_type"), field("refresh_token")) {
        (Some("refresh_token"), Some(token)) => refresh(world, token),
        (Some("refresh_token"), None) => refusal(
            400,
            "invalid_request",
            "Missing required parameter: refresh_token",
        ),
        (None, _) => refusal(
            400,
            "invalid_request",
            "Missing required parameter: grant_type",
        ),
        (Some(_), _) => refusal(400, "unsupported_grant_type", "Invalid grant_type"),
    }
}

/// Answers `POST revoke`; every token of the account dies.
pub(super) fn revoke(world: &mut World, call: &Call) -> Answer {
    let form = call.form();
    let token = form
        .iter()
        .find(|(key, _)| key == "token")
        .map(|(_, value)| value.clone())
        .unwrap_or_default();
    let holder = world.access.get(&token).map(|access| access.email.clone());
    match holder.or_else(|| owner(world, &token)) {
        None => refusal(400, "invalid_token", "Token expired or revoked"),
        Some(email) => {
            withdraw(world, &email);
            Answer::status(200, &json!({}))
        }
    }
}

/// Answers `GET oauth2/v2/userinfo`.
pub(super) fn userinfo(world: &World, email: &str) -> Result<Answer, ApiError> {
    let account = world.accounts.get(email).ok_or_else(ApiError::auth_error)?;
    let name = email.split('@').next().unwrap_or_default();
    let body =
        json!({ "id": account.subject, "email": email, "verified_email": true, "name": name });
    Ok(Answer::json(&body, true))
}

/// Who holds a refresh token.
pub(super) fn owner(world: &World, refresh_token: &str) -> Option<String> {
    let mut accounts = world.accounts.iter();
    accounts
        .find(|(_, account)| account.refresh_tokens.contains(refresh_token))
        .map(|(email, _)| email.clone())
}

/// Kills every token of an account.
pub(super) fn withdraw(world: &mut World, email: &str) {
    if let Some(account) = world.accounts.get_mut(email) {
        account.refresh_tokens.clear();
    }
    world.access.retain(|_, access| access.email != email);
}

/// Gives out an access token.
pub(super) fn issue(world: &mut World, email: &str) -> String {
    let token = format!("ya29.{}", world.ids.opaque());
    let scopes = world
        .accounts
        .get(email)
        .map(|account| account.scopes.clone())
        .unwrap_or_default();
    let expires = world.clock.now() + TimeDelta::seconds(LIFETIME_S);
    world.access.insert(
        token.clone(),
        Access {
            email: email.to_owned(),
            scopes,
            expires,
        },
    );
    token
}

fn refresh(world: &mut World, refresh_token: &str) -> Answer {
    let Some(email) = owner(world, refresh_token) else {
        return refusal(400, "invalid_grant", "Token has been expired or revoked.");
    };
    let access_token = issue(world, &email);
    let fresh = format!("1//{}", world.ids.opaque());
    let Some(account) = world.accounts.get_mut(&email) else {
        return refusal(400, "invalid_grant", "Bad Request");
    };
    let mut body = json!({ "access_token": access_token, "expires_in": LIFETIME_S, "token_type": "Bearer",
        "scope": account.scopes.join(" ") });
    if account.rotates {
        account.refresh_tokens.remove(refresh_token);
        account.refresh_tokens.insert(fresh.clone());
        body["refresh_token"] = json!(fresh);
    }
    Answer::json(&body, true)
}

fn refusal(status: u16, error: &str, description: &str) -> Answer {
    let body: Value = json!({ "error": error, "error_description": description });
    Answer::status(status, &body)
}
