//! Google's OAuth endpoints: token, revoke, user info.

use serde_json::{Value, json};

use super::super::answer::Answer;
use super::call::Call;
use super::errors::ApiError;
use super::exchange::exchange;
use super::grant::{self, Grant, LIFETIME_S};
use super::world::World;

/// The client id that the model knows.
pub const CLIENT_ID: &str = "sandbox.apps.googleusercontent.com";
/// Its secret.
pub const CLIENT_SECRET: &str = "GOCSPX-sandbox";

/// Answers `POST token`.
pub(super) fn token(world: &mut World, call: &Call) -> Answer {
    let form = call.form();
    let field = |name: &str| field(&form, name);
    let missing = |name: &str| {
        let text = format!("Missing required parameter: {name}");
        refusal(400, "invalid_request", &text)
    };
    if !call
        .header(axum::http::header::CONTENT_TYPE)
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
    {
        return missing("grant_type");
    }
    if !is_client(world, &form) {
        return refusal(
            world.behaviour.invalid_client_status,
            "invalid_client",
            "The OAuth client was not found.",
        );
    }
    match field("grant_type") {
        Some("refresh_token") => match field("refresh_token") {
            Some(token) => refresh(world, token),
            None => missing("refresh_token"),
        },
        Some("authorization_code") => match field("code") {
            Some(code) => exchange(world, code, field("redirect_uri"), field("code_verifier")),
            None => missing("code"),
        },
        None => missing("grant_type"),
        Some(_) => refusal(400, "unsupported_grant_type", "Invalid grant_type"),
    }
}

/// Answers `POST revoke`; every token of the account dies.
pub(super) fn revoke(world: &mut World, call: &Call) -> Answer {
    let form = call.form();
    let token = field(&form, "token").unwrap_or_default();
    let access = world.access.get(token).map(|access| &access.grant);
    let grant = access.or_else(|| grant::of_refresh(world, token));
    match grant.map(|grant| grant.email.clone()) {
        None => refusal(400, "invalid_token", "Token expired or revoked"),
        Some(email) => {
            grant::withdraw(world, &email);
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

/// The account that a request to a token endpoint or the form of the authorize
/// page is about, as far as it tells.
pub(super) fn account(world: &World, call: &Call) -> Option<String> {
    let form = call.form();
    let code = || world.consents.codes.get(field(&form, "code")?);
    let refresh = || grant::of_refresh(world, field(&form, "refresh_token")?);
    let chosen = || world.accounts.get_key_value(field(&form, "account")?);
    let email = refresh().map(|grant| &grant.email);
    email
        .or_else(|| code().map(|code| &code.email))
        .or_else(|| chosen().map(|(email, _)| email))
        .cloned()
}

/// Gives out an access token, and what is said with it.
pub(super) fn granted(world: &mut World, grant: &Grant) -> Value {
    json!({ "access_token": grant::issue(world, grant.clone()), "expires_in": LIFETIME_S,
        "token_type": "Bearer", "scope": grant.scopes.join(" ") })
}

pub(super) fn refusal(status: u16, error: &str, description: &str) -> Answer {
    let body: Value = json!({ "error": error, "error_description": description });
    Answer::status(status, &body)
}

fn field<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    form.iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

/// Whether id and secret are right.
fn is_client(world: &World, form: &[(String, String)]) -> bool {
    let code = || world.consents.codes.get(field(form, "code")?);
    let refresh = || grant::of_refresh(world, field(form, "refresh_token")?);
    let web = code().is_some_and(|code| code.web) || refresh().is_some_and(|grant| grant.web);
    let secret = match field(form, "client_secret") {
        None => world.behaviour.desktop_secret_optional && !web,
        Some(secret) => secret == CLIENT_SECRET,
    };
    secret && field(form, "client_id") == Some(CLIENT_ID)
}

fn refresh(world: &mut World, token: &str) -> Answer {
    let Some(grant) = grant::of_refresh(world, token).cloned() else {
        return refusal(400, "invalid_grant", "Token has been expired or revoked.");
    };
    let mut body = granted(world, &grant);
    let account = world.accounts.get(&grant.email);
    if account.is_some_and(|account| account.rotates) {
        world.refresh.retain(|refresh| refresh.token != token);
        body["refresh_token"] = json!(grant::issue_refresh(world, grant));
    }
    Answer::json(&body, true)
}
