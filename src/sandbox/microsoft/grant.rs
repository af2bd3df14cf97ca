//! Who may have tokens: the app, its grant, the scopes, the tenant.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;

use super::call::Call;
use super::device;
use super::oauth::{CLIENT_ID, CLIENT_SECRET};
use super::redeem;
use super::scopes::{self, short};
use super::sign_in::Granted;
use super::tenant;
use super::world::World;

/// How long an unused refresh token lives.
const REFRESH_DAYS: i64 = 90;

/// The refusal of a token request.
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) error: &'static str,
    /// What follows `AADSTS`.
    pub(super) number: u32,
    pub(super) text: &'static str,
}

impl Refusal {
    /// For logs and people.
    pub(super) fn description(&self) -> String {
        format!("AADSTS{}: {}", self.number, self.text)
    }
}

/// A refusal with its status, error, AADSTS number and text.
pub(super) const fn refusal(
    status: u16,
    error: &'static str,
    number: u32,
    text: &'static str,
) -> Refusal {
    Refusal {
        status,
        error,
        number,
        text,
    }
}

/// The refusal of a request that lacks a field.
pub(super) const fn missing(text: &'static str) -> Refusal {
    refusal(400, "invalid_request", 900_144, text)
}

/// What a request for tokens is granted. Codes that work once are used up.
pub(super) fn check(world: &mut World, call: &Call) -> Result<Granted, Refusal> {
    check_request(call)?;
    check_client(world, call)?;
    tenant::check(world, &call.route.tenant)?;
    check_grant(world, call)
}

/// Whether the body is a form.
pub(super) fn check_request(call: &Call) -> Result<(), Refusal> {
    let form = call.header("content-type");
    match form.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
        true => Ok(()),
        false => Err(missing(
            "The request body must contain the following parameter: 'grant_type'.",
        )),
    }
}

/// Whether the app is the one that the model knows.
pub(super) fn check_app(client_id: Option<&str>) -> Result<(), Refusal> {
    match client_id {
        Some(CLIENT_ID) => Ok(()),
        _ => Err(refusal(
            400,
            "unauthorized_client",
            700_016,
            "Application was not found in the directory.",
        )),
    }
}

fn check_client(world: &World, call: &Call) -> Result<(), Refusal> {
    let basic = basic(call);
    let named = field(call, "client_id").or_else(|| basic.as_ref().map(|(id, _)| id.clone()));
    let secret = field(call, "client_secret").or_else(|| basic.map(|(_, secret)| secret));
    check_app(named.as_deref())?;
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

fn check_grant(world: &mut World, call: &Call) -> Result<Granted, Refusal> {
    match field(call, "grant_type").as_deref() {
        Some("refresh_token") => refresh(world, call),
        Some("authorization_code") => redeem::redeem(world, call),
        Some("urn:ietf:params:oauth:grant-type:device_code") => {
            let code = field(call, "device_code")
                .ok_or_else(|| missing("The request body must contain 'device_code'."))?;
            device::poll(world, &code)
        }
        None => Err(missing("The request body must contain 'grant_type'.")),
        Some(_) => {
            let text = "The provided value for the input parameter 'grant_type' is not supported.";
            Err(refusal(400, "unsupported_grant_type", 70_003, text))
        }
    }
}

/// What a refresh token grants: what its account has granted last.
fn refresh(world: &mut World, call: &Call) -> Result<Granted, Refusal> {
    let token = field(call, "refresh_token")
        .ok_or_else(|| missing("The request body must contain 'refresh_token'."))?;
    let account = check_token(world, &token)?;
    let mailbox = world.mailboxes.get(&account);
    let (scopes, single_use) = mailbox
        .map(|mailbox| (mailbox.scopes.clone(), mailbox.single_use))
        .unwrap_or_default();
    check_scope(call, &scopes)?;
    check_tenant(world, call, &account)?;
    if single_use {
        world.refresh.remove(&token);
    }
    Ok(Granted {
        account,
        scopes,
        offline: true,
        qualified: scopes::asks_qualified(&field(call, "scope").unwrap_or_default()),
    })
}

/// The account of a refresh token that may be used.
fn check_token(world: &World, token: &str) -> Result<String, Refusal> {
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
    Ok(refresh.account.clone())
}

/// Whether the `scope` of a request, if any, stays within what was granted.
pub(super) fn check_scope(call: &Call, granted: &[String]) -> Result<(), Refusal> {
    let wanted = field(call, "scope").unwrap_or_default();
    let refused = wanted
        .split_whitespace()
        .map(short)
        .find(|scope| !scopes::is_open_id(scope) && !scopes::has(granted, scope));
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

/// Whether the request names a tenant that the account is in.
pub(super) fn check_tenant(world: &World, call: &Call, account: &str) -> Result<(), Refusal> {
    match tenant::holds(world, &call.route.tenant, account) {
        true => Ok(()),
        false => Err(tenant::unknown()),
    }
}

/// A field of the form.
pub(super) fn field(call: &Call, name: &str) -> Option<String> {
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
