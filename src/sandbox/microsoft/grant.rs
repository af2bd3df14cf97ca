//! Who may have tokens: the client, its grant, the scopes, the tenant.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;

use super::call::Call;
use super::oauth::{CLIENT_ID, CLIENT_SECRET, short};
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

const fn refusal(status: u16, error: &'static str, number: u32, text: &'static str) -> Refusal {
    Refusal {
        status,
        error,
        number,
        text,
    }
}

/// The refresh token of a request, if it may be used.
pub(super) fn check(world: &World, call: &Call) -> Result<String, Refusal> {
    check_request(call)?;
    check_client(world, call)?;
    check_grant(world, call)
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
