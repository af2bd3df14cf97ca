//! The exchange of an authorization code (contract 9.4).

use chrono::TimeDelta;
use serde_json::json;

use super::super::answer::Answer;
use super::consent::Code;
use super::grant::{self, Grant};
use super::id_token;
use super::oauth::{granted, refusal};
use super::world::World;

/// How long a code waits for its exchange.
const LIFETIME_M: i64 = 10;

/// Answers the exchange of `code`. A second one also kills what the first one
/// brought (RFC 6749, 4.1.2); one that is refused does not use it up.
pub(super) fn exchange(
    world: &mut World,
    code: &str,
    redirect_uri: Option<&str>,
    verifier: Option<&str>,
) -> Answer {
    let Some(known) = world.consents.codes.get(code).cloned() else {
        return refusal(400, "invalid_grant", "Malformed auth code.");
    };
    if known.used {
        grant::withdraw_code(world, code);
        return refusal(400, "invalid_grant", "Bad Request");
    }
    if world.clock.now() - known.issued >= TimeDelta::minutes(LIFETIME_M) {
        return refusal(400, "invalid_grant", "Bad Request");
    }
    if redirect_uri != Some(&known.redirect_uri) {
        return refusal(400, "redirect_uri_mismatch", "Bad Request");
    }
    match (&known.challenge, verifier) {
        (None, _) => {}
        (Some(_), None) => return refusal(400, "invalid_grant", "Missing code verifier."),
        (Some(challenge), Some(verifier)) if challenge.is_met_by(verifier) => {}
        (Some(_), Some(_)) => return refusal(400, "invalid_grant", "Invalid code verifier."),
    }
    if let Some(code) = world.consents.codes.get_mut(code) {
        code.used = true;
    }
    give(world, code, &known)
}

fn give(world: &mut World, code: &str, known: &Code) -> Answer {
    let grant = Grant {
        email: known.email.clone(),
        scopes: known.scopes.clone(),
        web: known.web,
        code: Some(code.to_owned()),
    };
    let mut body = granted(world, &grant);
    if known.offline {
        body["refresh_token"] = json!(grant::issue_refresh(world, grant));
    }
    if let Some(token) = id_token::of(world, known) {
        body["id_token"] = json!(token);
    }
    Answer::json(&body, true)
}
