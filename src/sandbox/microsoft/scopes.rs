//! Scopes: what a request asks for, and how an answer tells what was granted.

use super::grant::{Refusal, refusal};

/// What scopes of Graph begin with in their long form.
const GRAPH: &str = "https://graph.microsoft.com/";

/// What yields a refresh token; no answer tells it.
pub(super) const OFFLINE: &str = "offline_access";

/// How answers of the token endpoint spell the scopes that were granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeSpelling {
    /// In the long form if the request has it so, else short.
    AsAsked,
    /// `https://graph.microsoft.com/Calendars.Read`.
    Qualified,
    /// Short, in lower case, the last one first.
    Disordered,
}

/// The scopes of a request, in short form.
pub(super) fn read(text: Option<&str>) -> Result<Vec<String>, Refusal> {
    let names = text.unwrap_or_default().split_whitespace();
    let names: Vec<String> = names.map(|name| short(name).to_owned()).collect();
    if names.is_empty() {
        let text = "The request body must contain the following parameter: 'scope'.";
        return Err(refusal(400, "invalid_request", 900_144, text));
    }
    match names.iter().any(|name| name.contains("://")) {
        true => {
            let text = "The provided value for the input parameter 'scope' is not valid.";
            Err(refusal(400, "invalid_scope", 70_011, text))
        }
        false => Ok(names),
    }
}

/// Whether `scope` belongs to `OpenID` Connect, not to Graph.
pub(super) fn is_open_id(scope: &str) -> bool {
    [OFFLINE, "openid", "profile", "email"].contains(&scope)
}

/// Whether `scope` is among `scopes`, in any case.
pub(super) fn has(scopes: &[String], scope: &str) -> bool {
    scopes.iter().any(|own| own.eq_ignore_ascii_case(scope))
}

/// Whether a request spells a scope in its long form.
pub(super) fn asks_qualified(text: &str) -> bool {
    text.contains(GRAPH)
}

/// `https://graph.microsoft.com/Calendars.Read` as `Calendars.Read`.
pub(super) fn short(scope: &str) -> &str {
    scope.strip_prefix(GRAPH).unwrap_or(scope)
}

/// The `scope` of an answer; `qualified`: the request has the long form.
pub(super) fn told(scopes: &[String], spelling: ScopeSpelling, qualified: bool) -> String {
    let long = |scope: &String| match is_open_id(scope) {
        true => scope.clone(),
        false => format!("{GRAPH}{scope}"),
    };
    let told: Vec<String> = match (spelling, qualified) {
        (ScopeSpelling::Disordered, _) => {
            let last_first = scopes.iter().rev();
            last_first.map(|scope| scope.to_lowercase()).collect()
        }
        (ScopeSpelling::AsAsked, false) => scopes.to_vec(),
        (ScopeSpelling::Qualified, _) | (ScopeSpelling::AsAsked, true) => {
            scopes.iter().map(long).collect()
        }
    };
    told.join(" ")
}
