//! The token endpoint: refresh tokens that are replaced by each use.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::super::answer::Answer;
use super::call::Call;
use super::world::World;

/// The app that the model knows.
pub const CLIENT_ID: &str = "11111111-2222-4333-8444-555555555555";
/// Its secret, as a confidential client.
pub const CLIENT_SECRET: &str = "sandbox~secret";

/// How long an unused refresh token lives.
const REFRESH_DAYS: i64 = 90;

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
    issued: DateTime<Utc>,
    revoked: bool,
}

/// The refusal of a token request.
struct Refusal {
    status: u16,
    error: &'static str,
    number: u32,
    text: &'static str,
}

const fn refusal(status: u16, error: &'static str, number: u32, text: &'static str) -> Refusal {
    Refusal {
        status,
        error,
        number,
        text,
    }
}

/// Answers `POST /{tenant}/oauth2/v2.0/token`.
pub(super) fn token(world: &mut World, call: &Call) -> Answer {
    let granted = check_request(call)
        .and_then(|()| check_client(world, call))
        .and_then(|()| check_grant(world, call));
    match granted {
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

fn check_request(call: &Call) -> Result<(), Refusal> {
    let form = call.header("content-type");
    match form.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
        true => Ok(()),
        false => Err(refusal(
            400,
            "invalid_request",
            900_144,
            "The request body must contain the following parameter: 'grant_type'.",
        )),
    }
}

fn check_client(world: &World, call: &Call) -> Result<(), Refusal> {
    let basic = basic(call);
    let named = field(call, "client_id").or_else(|| basic.as_ref().map(|(id, _)| id.clone()));
    let secret = field(call, "client_secret").or_else(|| basic.map(|(_, secret)| secret));
    if named.as_deref() != Some(CLIENT_ID) {
        return Err(refusal(
            400,
            "unauthorized_client",
            700_016,
            "Application was not found in the directory.",
        ));
    }
    match (world.behaviour.public_client, secret.as_deref()) {
        (true, None) | (false, Some(CLIENT_SECRET)) => Ok(()),
        (true, Some(_)) => Err(refusal(
            401,
            "invalid_client",
            700_025,
            "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
        )),
        (false, Some(_)) => Err(refusal(
            401,
            "invalid_client",
            7_000_215,
            "Invalid client secret provided.",
        )),
        (false, None) => Err(refusal(
            401,
            "invalid_client",
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        )),
    }
}

/// The refresh token, if it may be used.
fn check_grant(world: &World, call: &Call) -> Result<String, Refusal> {
    let missing = |text| refusal(400, "invalid_request", 900_144, text);
    match field(call, "grant_type").as_deref() {
        Some("refresh_token") => {}
        None => return Err(missing("The request body must contain 'grant_type'.")),
        Some(_) => {
            let text = "The provided value for the input parameter 'grant_type' is not supported.";
            return Err(refusal(400, "unsupported_grant_type", 70_003, text));
        }
    }
    let token = field(call, "refresh_token")
        .ok_or_else(|| missing("The request body must contain 'refresh_token'."))?;
    check_token(world, &token)?;
    check_scope(world, call, &token)?;
    check_tenant(world, call, &token)?;
    Ok(token)
}

fn check_token(world: &World, token: &str) -> Result<(), Refusal> {
    let grant = |number, text| Err(refusal(400, "invalid_grant", number, text));
    let Some(refresh) = world.refresh.get(token) else {
        return grant(
            70_000,
            "The provided value for the 'refresh_token' is not valid.",
        );
    };
    let mailbox = world.mailboxes.get(&refresh.account);
    if let Some((error, number)) = mailbox.and_then(|mailbox| mailbox.refusal) {
        return Err(refusal(400, error, number, "The sign-in was refused."));
    }
    if refresh.revoked {
        return grant(
            50_173,
            "The provided grant has expired due to it being revoked.",
        );
    }
    if world.clock.now() - refresh.issued >= TimeDelta::days(REFRESH_DAYS) {
        return grant(700_082, "The refresh token has expired due to inactivity.");
    }
    Ok(())
}

fn check_scope(world: &World, call: &Call, token: &str) -> Result<(), Refusal> {
    let granted = world.refresh.get(token);
    let mailbox = granted.and_then(|refresh| world.mailboxes.get(&refresh.account));
    let scopes = mailbox
        .map(|mailbox| mailbox.scopes.as_slice())
        .unwrap_or_default();
    let wanted = field(call, "scope").unwrap_or_default();
    let open_id = ["offline_access", "openid", "profile", "email"];
    let refused = wanted.split_whitespace().map(short).find(|scope| {
        !open_id.contains(scope) && !scopes.iter().any(|own| own.eq_ignore_ascii_case(scope))
    });
    match refused {
        None | Some(".default") => Ok(()),
        Some(_) => Err(refusal(
            400,
            "invalid_grant",
            65_001,
            "The user or administrator has not consented to use the application.",
        )),
    }
}

fn check_tenant(world: &World, call: &Call, token: &str) -> Result<(), Refusal> {
    let refresh = world.refresh.get(token);
    let mailbox = refresh.and_then(|refresh| world.mailboxes.get(&refresh.account));
    let own = mailbox.is_some_and(|mailbox| mailbox.tenant == call.route.tenant);
    match own || ["common", "organizations", "consumers"].contains(&call.route.tenant.as_str()) {
        true => Ok(()),
        false => Err(refusal(
            400,
            "invalid_request",
            90_002,
            "Tenant was not found.",
        )),
    }
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

fn field(call: &Call, name: &str) -> Option<String> {
    let mut form = call.form().into_iter();
    form.find(|(key, _)| key == name).map(|(_, value)| value)
}

/// Client id and secret of `Authorization: Basic`.
fn basic(call: &Call) -> Option<(String, String)> {
    let header = call.header("authorization")?;
    let bytes = STANDARD.decode(header.strip_prefix("Basic ")?).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
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
