//! The authorize page: what an app asks a user for, and the user's answer.
//!
//! Who cannot be sent back safely is shown a page; every other refusal goes to
//! the redirect URI (RFC 6749, 4.1.2.1).

use super::super::answer::Answer;
use super::call::Call;
use super::grant::{self, Refusal, field, refusal};
use super::page;
use super::pkce;
use super::redirect::Back;
use super::sign_in::{self, Code, Open, Verdict, Wish};
use super::tenant;
use super::world::World;

/// Answers `GET /{tenant}/oauth2/v2.0/authorize`.
pub(super) fn ask(world: &mut World, call: &Call) -> Answer {
    let back = match back(world, call) {
        Ok(back) => back,
        Err(refusal) => return page::refused(&refusal),
    };
    match wish(call) {
        Ok((wish, challenge)) => open(world, call, wish, back, challenge),
        Err(refusal) => back.with_error(&refusal),
    }
}

/// Answers the form of that page.
pub(super) fn answer(world: &mut World, call: &Call) -> Answer {
    let id = field(call, "request").unwrap_or_default();
    let Some(open) = world.sign_ins.open.get(&id).cloned() else {
        return page::refused(&sign_in::gone());
    };
    let verdict = match Verdict::read(world, call, &open.wish) {
        Ok(verdict) => verdict,
        Err(refusal) => return page::refused(&refusal),
    };
    world.sign_ins.open.remove(&id);
    match verdict {
        Verdict::Accept(account) => {
            let code = code(world, &account, &open);
            open.back.with_code(&code)
        }
        Verdict::Decline => open.back.with_error(&sign_in::declined("access_denied")),
    }
}

/// Where the answer goes, if this app may be answered there.
fn back(world: &World, call: &Call) -> Result<Back, Refusal> {
    let invalid = |number, text| refusal(400, "invalid_request", number, text);
    if repeats(call) {
        return Err(invalid(900_144, "A parameter is given more than once."));
    }
    grant::check_app(call.param("client_id"))?;
    tenant::check(world, &call.route.tenant)?;
    let uri = call.param("redirect_uri").unwrap_or_default();
    let registered = &world.sign_ins.redirects;
    let public = world.behaviour.public_client;
    let back = Back::to(uri, call.param("state"), registered, public).ok_or_else(|| {
        let text =
            "The redirect URI does not match the redirect URIs configured for the application.";
        invalid(50_011, text)
    })?;
    match call.param("response_type") {
        Some("code") => Ok(back),
        _ => Err(invalid(900_144, "The 'response_type' must be 'code'.")),
    }
}

/// Whether a parameter comes twice (RFC 6749, 3.1).
fn repeats(call: &Call) -> bool {
    let names = call.params.iter().map(|(name, _)| name.to_lowercase());
    let mut names: Vec<String> = names.collect();
    names.sort_unstable();
    names.windows(2).any(|pair| pair.first() == pair.last())
}

/// What is asked for, and the challenge that guards the code.
fn wish(call: &Call) -> Result<(Wish, String), Refusal> {
    let invalid = |text| Err(refusal(400, "invalid_request", 90_023, text));
    if !matches!(call.param("response_mode"), None | Some("query")) {
        return invalid("The 'response_mode' is not supported.");
    }
    match call.param("prompt") {
        None | Some("select_account" | "consent" | "login") => {}
        // Nobody stays signed in here.
        Some("none") => {
            let text = "Silent sign-in failed: nobody is signed in.";
            return Err(refusal(400, "login_required", 50_058, text));
        }
        Some(_) => return invalid("The 'prompt' is not supported."),
    }
    Ok((
        Wish::read(call, call.param("scope"))?,
        pkce::challenge(call)?,
    ))
}

fn open(world: &mut World, call: &Call, wish: Wish, back: Back, challenge: String) -> Answer {
    let id = world.ids.opaque();
    let hint = call.param("login_hint").unwrap_or_default();
    let page = page::consent(world, &id, &wish, hint);
    let open = Open {
        wish,
        back,
        challenge,
    };
    world.sign_ins.open.insert(id, open);
    page
}

fn code(world: &mut World, account: &str, open: &Open) -> String {
    let text = format!("M.C512_BAY.2.U.{}", world.ids.opaque());
    let code = Code {
        grant: sign_in::consent(world, account, &open.wish),
        redirect_uri: open.back.uri.clone(),
        challenge: open.challenge.clone(),
        issued: world.clock.now(),
        used: false,
    };
    world.sign_ins.codes.insert(text.clone(), code);
    text
}
