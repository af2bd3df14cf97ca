//! Authorization codes: what they are exchanged for, and by whom.

use chrono::TimeDelta;

use super::call::Call;
use super::grant::{Refusal, check_scope, check_tenant, field, missing, refusal};
use super::pkce;
use super::sign_in::{Code, Granted};
use super::world::World;

/// Minutes that a code lives.
const LIFETIME_MINUTES: i64 = 10;

/// What the code of a request grants. It is used up; the tokens of a code that
/// comes again live on.
pub(super) fn redeem(world: &mut World, call: &Call) -> Result<Granted, Refusal> {
    let text = field(call, "code")
        .ok_or_else(|| missing("The request body must contain the following parameter: 'code'."))?;
    let grant = check(world, call, &text)?.grant.clone();
    check_tenant(world, call, &grant.account)?;
    check_scope(call, &grant.scopes)?;
    if let Some(code) = world.sign_ins.codes.get_mut(&text) {
        code.used = true;
    }
    Ok(grant)
}

fn check<'a>(world: &'a World, call: &Call, text: &str) -> Result<&'a Code, Refusal> {
    let invalid = |number, text| Err(refusal(400, "invalid_grant", number, text));
    let Some(code) = world.sign_ins.codes.get(text) else {
        return invalid(70_000, "The provided value for the 'code' is not valid.");
    };
    if code.used {
        let text = "OAuth2 Authorization code was already redeemed.";
        return invalid(54_005, text);
    }
    if world.clock.now() - code.issued >= TimeDelta::minutes(LIFETIME_MINUTES) {
        return invalid(70_008, "The provided authorization code has expired.");
    }
    let uri = field(call, "redirect_uri").ok_or_else(|| {
        missing("The request body must contain the following parameter: 'redirect_uri'.")
    })?;
    if uri != code.redirect_uri {
        return invalid(50_011, "The redirect URI is not that of the request.");
    }
    let verifier = field(call, "code_verifier").unwrap_or_default();
    match pkce::proves(&verifier, &code.challenge) {
        true => Ok(code),
        false => invalid(501_481, "The code_verifier does not match."),
    }
}
