//! The token endpoint: what is given out for codes and refresh tokens, which
//! are replaced by each use.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::super::answer::Answer;
use super::call::Call;
use super::grant::{self, Refusal};
use super::id_token;
use super::scopes;
use super::sign_in::Granted;
use super::world::World;

/// The app that the model knows.
pub const CLIENT_ID: &str = "11111111-2222-4333-8444-555555555555";
/// Its secret, as a confidential client.
pub const CLIENT_SECRET: &str = "sandbox~secret";

/// An access token that was given out.
#[derive(Clone, Debug)]
pub(super) struct Access {
    pub(super) account: String,
    pub(super) scopes: Vec<String>,
    pub(super) expires: DateTime<Utc>,
}

/// A refresh token that was given out.
#[derive(Clone, Debug)]
pub(super) struct Refresh {
    pub(super) account: String,
    pub(super) issued: DateTime<Utc>,
    pub(super) revoked: bool,
}

/// Answers `POST /{tenant}/oauth2/v2.0/token`.
pub(super) fn token(world: &mut World, call: &Call) -> Answer {
    match grant::check(world, call) {
        Ok(granted) => tokens(world, &granted),
        Err(refusal) => refused(world, &refusal),
    }
}

/// Gives out an access token for what the account has granted last.
pub(super) fn issue(world: &mut World, account: &str) -> String {
    let mailbox = world.mailboxes.get(account);
    let scopes = mailbox
        .map(|mailbox| mailbox.scopes.clone())
        .unwrap_or_default();
    issue_for(world, account, scopes)
}

fn issue_for(world: &mut World, account: &str, scopes: Vec<String>) -> String {
    let token = format!("EwB4A8l6{}", world.ids.opaque());
    let expires = world.clock.now() + TimeDelta::seconds(world.behaviour.access_lifetime_s);
    let access = Access {
        account: account.to_owned(),
        scopes,
        expires,
    };
    world.access.insert(token.clone(), access);
    token
}

/// Gives out a refresh token.
pub(super) fn issue_refresh(world: &mut World, account: &str) -> String {
    let token = format!("M.C512_BAY.0.U.-{}", world.ids.opaque());
    let refresh = Refresh {
        account: account.to_owned(),
        issued: world.clock.now(),
        revoked: false,
    };
    world.refresh.insert(token.clone(), refresh);
    token
}

/// Kills every token of an account, and what could still be exchanged for one.
pub(super) fn withdraw(world: &mut World, account: &str) {
    let all = world.refresh.values_mut();
    all.filter(|refresh| refresh.account == account)
        .for_each(|refresh| refresh.revoked = true);
    world.access.retain(|_, access| access.account != account);
    let sign_ins = &mut world.sign_ins;
    sign_ins
        .codes
        .retain(|_, code| code.grant.account != account);
    sign_ins
        .devices
        .retain(|_, device| device.account() != Some(account));
}

fn tokens(world: &mut World, granted: &Granted) -> Answer {
    let account = granted.account.as_str();
    let behaviour = &world.behaviour;
    let (lifetime, spelling) = (behaviour.access_lifetime_s, behaviour.scope_spelling);
    let access_token = issue_for(world, account, granted.scopes.clone());
    let scope = scopes::told(&granted.scopes, spelling, granted.qualified);
    let mut body = json!({ "token_type": "Bearer", "scope": scope, "expires_in": lifetime,
        "ext_expires_in": lifetime, "access_token": access_token });
    if granted.offline {
        body["refresh_token"] = json!(issue_refresh(world, account));
    }
    if let Some(id_token) = id_token::of(world, granted) {
        body["id_token"] = json!(id_token);
    }
    Answer::json(&body, false)
}

/// The answer that says what is wrong with a request.
pub(super) fn refused(world: &World, refusal: &Refusal) -> Answer {
    let Refusal {
        status,
        error,
        number,
        ..
    } = refusal;
    let what = refusal.description();
    let id = "0d7e3f65-0000-4000-8000-000000000000";
    let now = world.clock.now().format("%Y-%m-%d %H:%M:%SZ").to_string();
    let mut body = json!({ "error": error,
        "error_description": format!("{what}\r\nTrace ID: {id}\r\nCorrelation ID: {id}\r\nTimestamp: {now}"),
        "error_codes": [number], "timestamp": now, "trace_id": id, "correlation_id": id,
        "error_uri": format!("https://login.microsoftonline.com/error?code={number}") });
    if *error == "interaction_required" {
        body["claims"] = json!(
            "{\"access_token\":{\"capolids\":{\"essential\":true,\"values\":[\"sandbox\"]}}}"
        );
    }
    Answer::status(*status, &body)
}
