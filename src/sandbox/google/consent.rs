//! The authorize page: what an app asks an account for, and what its user says.
//!
//! Only the user's own answer is sent back to the app; whatever is wrong with
//! the request is shown to the user (contract 9.2).

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::super::answer::Answer;
use super::call::Call;
use super::oauth::CLIENT_ID;
use super::page;
use super::pkce::Challenge;
use super::redirect::Back;
use super::scopes::{self, IDENTITY};
use super::world::World;

/// Every consent that is under way.
#[derive(Debug, Default)]
pub(super) struct Consents {
    /// The redirect URIs of the web client.
    pub(super) redirects: Vec<String>,
    /// Pages that wait for their user, by the id in their form.
    open: HashMap<String, Asked>,
    /// Codes that were given out, used or not.
    pub(super) codes: HashMap<String, Code>,
}

/// What a page asks for.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// Full names.
    pub(super) scopes: Vec<String>,
    back: Back,
    challenge: Option<Challenge>,
    /// `access_type=offline`.
    offline: bool,
    /// `prompt=consent`.
    anew: bool,
}

/// An authorization code.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) email: String,
    /// Full names of the scopes that were asked for.
    pub(super) asked: Vec<String>,
    /// Full names of those that were granted.
    pub(super) scopes: Vec<String>,
    pub(super) web: bool,
    /// It brings a refresh token.
    pub(super) offline: bool,
    pub(super) redirect_uri: String,
    pub(super) challenge: Option<Challenge>,
    pub(super) issued: DateTime<Utc>,
    pub(super) used: bool,
}

/// What is wrong with a request: an error code and its description.
type Refusal = (&'static str, &'static str);

/// Answers `GET o/oauth2/v2/auth`.
pub(super) fn ask(world: &mut World, call: &Call) -> Answer {
    match read(world, call) {
        Err((error, description)) => page::refused(error, description),
        Ok(asked) => {
            let request = world.ids.opaque();
            let page = page::consent(world, &request, &asked);
            world.consents.open.insert(request, asked);
            page
        }
    }
}

/// Answers `POST o/oauth2/v2/consent`, the form of that page.
pub(super) fn answer(world: &mut World, call: &Call) -> Answer {
    let form = call.form();
    let fields = |name| values(&form, name);
    let first = |name| fields(name).next().unwrap_or_default();
    let Some(asked) = world.consents.open.get(first("request")).cloned() else {
        return page::refused("invalid_request", "The sign-in has ended");
    };
    let email = first("account");
    let known = world.accounts.contains_key(email);
    let ticked: HashSet<&str> = fields("scope").collect();
    let answer = match first("answer") {
        "decline" => asked.back.with(&[("error", "access_denied")]),
        "accept" if known => accept(world, email, &ticked, &asked),
        _ => return page::refused("invalid_request", "Choose an account"),
    };
    world.consents.open.remove(first("request"));
    answer
}

fn values<'a>(form: &'a [(String, String)], name: &'a str) -> impl Iterator<Item = &'a str> {
    form.iter()
        .filter(move |(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

/// The account lets the app in, as far as it is `ticked`.
fn accept(world: &mut World, email: &str, ticked: &HashSet<&str>, asked: &Asked) -> Answer {
    let mut scopes = asked.scopes.clone();
    scopes.retain(|scope| ticked.contains(scope.as_str()));
    let mut first = true;
    if let Some(account) = world.accounts.get_mut(email) {
        first = !std::mem::replace(&mut account.consented, true);
        account.scopes.clone_from(&scopes);
    }
    let code = format!("4/0A{}", world.ids.opaque());
    let given = asked
        .back
        .with(&[("code", &code), ("scope", &scopes.join(" "))]);
    let code_given = Code {
        email: email.to_owned(),
        asked: asked.scopes.clone(),
        scopes,
        web: asked.back.web,
        offline: !asked.back.web || (asked.offline && (first || asked.anew)),
        redirect_uri: asked.back.uri.clone(),
        challenge: asked.challenge.clone(),
        issued: world.clock.now(),
        used: false,
    };
    world.consents.codes.insert(code, code_given);
    given
}

/// What an authorization request asks for.
fn read(world: &World, call: &Call) -> Result<Asked, Refusal> {
    let invalid = |description| ("invalid_request", description);
    let mut names = HashSet::new();
    if !call.params.iter().all(|(name, _)| names.insert(name)) {
        return Err(invalid("A parameter is given more than once"));
    }
    if call.param("client_id") != Some(CLIENT_ID) {
        return Err(("invalid_client", "The OAuth client was not found."));
    }
    let uri = call.param("redirect_uri").unwrap_or_default();
    let back = Back::to(uri, call.param("state"), &world.consents.redirects);
    let back = back.ok_or((
        "redirect_uri_mismatch",
        "This app's request has a redirect URI that is not registered",
    ))?;
    if call.param("response_type") != Some("code") {
        return Err(invalid("Invalid response_type"));
    }
    Ok(Asked {
        scopes: wanted(call)?,
        back,
        challenge: Challenge::read(call).map_err(invalid)?,
        offline: call.param("access_type") == Some("offline"),
        anew: call
            .param("prompt")
            .is_some_and(|prompt| prompt.split(' ').any(|word| word == "consent")),
    })
}

/// The full names of the scopes that are asked for, each once.
fn wanted(call: &Call) -> Result<Vec<String>, Refusal> {
    let mut scopes = Vec::new();
    for scope in call.param("scope").unwrap_or_default().split_whitespace() {
        if !IDENTITY.contains(&scope) && !scope.starts_with(scopes::PREFIX) {
            return Err(("invalid_scope", "Some requested scopes were invalid."));
        }
        let scope = scopes::full(scope);
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    match scopes.is_empty() {
        true => Err(("invalid_request", "Missing required parameter: scope")),
        false => Ok(scopes),
    }
}
