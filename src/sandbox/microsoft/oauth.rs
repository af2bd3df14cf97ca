//! The token endpoint: refresh tokens that are replaced by each use.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::super::answer::Answer;
use super::call::Call;
use super::grant::{self, Refusal, field};
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
        Ok(refresh_token) => refresh(world, call, &refresh_token),
        Err(refusal) => refused(world, &refusal),
    }
}

/// Gives out an access token.
pub(super) fn issue(world: &mut World, account: &str) -> String {
    let token = format!("EwB4A8l6{}", world.ids.opaque());
    let mailbox = world.mailboxes.get(account);
    let scopes = mailbox
        .map(|mailbox| mailbox.scopes.clone())
        .unwrap_or_default();
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

/// Kills every token of an account.
pub(super) fn withdraw(world: &mut World, account: &str) {
    let all = world.refresh.values_mut();
    all.filter(|refresh| refresh.account == account)
        .for_each(|refresh| refresh.revoked = true);
    world.access.retain(|_, access| access.account != account);
}

fn refresh(world: &mut World, call: &Call, token: &str) -> Answer {
    let account = match world.refresh.get(token) {
        Some(refresh) => refresh.account.clone(),
        None => String::new(),
    };
    let mailbox = world.mailboxes.get(&account);
    let (scopes, single_use) = mailbox
        .map(|mailbox| (mailbox.scopes.join(" "), mailbox.single_use))
        .unwrap_or_default();
    let access_token = issue(world, &account);
    let refresh_token = issue_refresh(world, &account);
    if single_use {
        world.refresh.remove(token);
    }
    let wants = field(call, "scope").unwrap_or_default();
    let long = wants.contains("https://graph.microsoft.com/");
    let lifetime = world.behaviour.access_lifetime_s;
    let body = json!({ "token_type": "Bearer", "scope": if long { qualified(&scopes) } else { scopes },
        "expires_in": lifetime, "ext_expires_in": lifetime, "access_token": access_token,
        "refresh_token": refresh_token });
    Answer::json(&body, false)
}

/// `https://graph.microsoft.com/Calendars.Read` as `Calendars.Read`.
pub(super) fn short(scope: &str) -> &str {
    scope
        .strip_prefix("https://graph.microsoft.com/")
        .unwrap_or(scope)
}

fn qualified(scopes: &str) -> String {
    let each = scopes
        .split(' ')
        .map(|scope| format!("https://graph.microsoft.com/{scope}"));
    each.collect::<Vec<_>>().join(" ")
}

fn refused(world: &World, refusal: &Refusal) -> Answer {
    let Refusal {
        status,
        error,
        number,
        text,
    } = refusal;
    let id = "0d7e3f65-0000-4000-8000-000000000000";
    let now = world.clock.now().format("%Y-%m-%d %H:%M:%SZ").to_string();
    let mut body = json!({ "error": error,
        "error_description": format!("AADSTS{number}: {text}\r\nTrace ID: {id}\r\nCorrelation ID: {id}\r\nTimestamp: {now}"),
        "error_codes": [number], "timestamp": now, "trace_id": id, "correlation_id": id,
        "error_uri": format!("https://login.microsoftonline.com/error?code={number}") });
    if *error == "interaction_required" {
        body["claims"] = json!(
            "{\"access_token\":{\"capolids\":{\"essential\":true,\"values\":[\"sandbox\"]}}}"
        );
    }
    Answer::status(*status, &body)
}
