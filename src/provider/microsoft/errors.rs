//! What Graph's failures mean (contract, 3.4 and 10). Decided by status and
//! codes alone, never by the message; codes are compared ignoring case.

#[cfg(test)]
mod tests;

use reqwest::header::WWW_AUTHENTICATE;
use serde_json::Value;

use crate::provider::http::Answer;
use crate::provider::{ProviderError, code};

/// Codes that say that a delta link or one of its pages is lost.
const TOKEN_LOST: [&str; 4] = [
    "syncstatenotfound",
    "syncstateinvalid",
    "resyncrequired",
    "fullsyncrequired",
];

/// Codes that say to come back later, whatever the status.
const THROTTLED: [&str; 4] = [
    "applicationthrottled",
    "activitylimitreached",
    "throttledrequest",
    "toomanyrequests",
];

/// Errors inside errors beyond this depth are not looked at.
const DEPTH: usize = 16;

/// Reads a failed page of a delta.
pub(super) fn classify_delta(answer: &Answer) -> ProviderError {
    let status = answer.status.as_u16();
    let body: Value = answer.json().unwrap_or_default();
    let lost = |code: &String| TOKEN_LOST.contains(&code.to_ascii_lowercase().as_str());
    if status == 410 || answer.status.is_client_error() && codes(&body).iter().any(lost) {
        return ProviderError::SyncTokenExpired;
    }
    classify_read(answer)
}

/// Reads a failed reading. It made no condition, so that one that was not met
/// another request's, and passes. That something is not there is believed
/// when Graph says so, not whatever stands before it.
pub(super) fn classify_read(answer: &Answer) -> ProviderError {
    match classify(answer) {
        ProviderError::NotFound if codes(&answer.json().unwrap_or_default()).is_empty() => {
            let reason = "HTTP 404 without an error of Graph's".to_owned();
            ProviderError::Protocol { reason }
        }
        ProviderError::PreconditionFailed => unavailable("conditionNotMet".to_owned(), answer),
        other => other,
    }
}

/// Reads a failure.
fn classify(answer: &Answer) -> ProviderError {
    let status = answer.status.as_u16();
    let body: Value = answer.json().unwrap_or_default();
    let codes = codes(&body);
    if let Some(known) = codes.iter().find_map(|code| by_code(code, answer)) {
        return known;
    }
    let reason = codes
        .first()
        .map_or_else(|| format!("HTTP {status}"), |first| code(first));
    match status {
        401 if !challenges(answer) => ProviderError::Unauthorized { reason },
        401 | 403 if challenges(answer) => ProviderError::ReauthRequired {
            reason: "insufficient_claims".to_owned(),
        },
        403 => ProviderError::Forbidden { reason },
        404 => ProviderError::NotFound,
        409 => ProviderError::Conflict { reason },
        410 => ProviderError::Gone,
        412 => ProviderError::PreconditionFailed,
        429 => rate_limited(reason, answer),
        507 | 509 => ProviderError::QuotaExceeded { reason },
        501 => ProviderError::Invalid { reason },
        408 | 423 | 424 | 500.. => unavailable(reason, answer),
        _ => ProviderError::Invalid { reason },
    }
}

/// What a code means by itself. A server that fails is not believed about
/// anything but itself.
fn by_code(given: &str, answer: &Answer) -> Option<ProviderError> {
    let reason = code(given);
    let given = given.to_ascii_lowercase();
    match given.as_str() {
        throttled if THROTTLED.contains(&throttled) => Some(rate_limited(reason, answer)),
        "servicenotavailable" => Some(unavailable(reason, answer)),
        "extensionerror" => Some(ProviderError::Forbidden { reason }),
        _ if !answer.status.is_client_error() => None,
        "erroritemnotfound" | "itemnotfound" => Some(ProviderError::NotFound),
        "errorirresolvableconflict" | "resourcemodified" => Some(ProviderError::PreconditionFailed),
        "errorduplicatetransactionid" => Some(ProviderError::Conflict { reason }),
        "insufficient_claims" => Some(ProviderError::ReauthRequired { reason }),
        "invalidauthenticationtoken" | "unauthenticated" if !challenges(answer) => {
            Some(ProviderError::Unauthorized { reason })
        }
        "authorization_requestdenied" => Some(ProviderError::ScopeMissing { reason }),
        _ => None,
    }
}

/// The codes of an error and of those inside it, the innermost first: it is
/// the most telling.
fn codes(body: &Value) -> Vec<String> {
    let mut codes = Vec::new();
    let mut error = body.get("error");
    while let Some(this) = error.filter(|_| codes.len() < DEPTH) {
        codes.push(this["code"].as_str().unwrap_or_default().to_owned());
        error = inner(this);
    }
    codes.retain(|code| !code.is_empty());
    codes.reverse();
    codes
}

/// The error inside an error; its name comes in two spellings.
fn inner(error: &Value) -> Option<&Value> {
    let mut members = error.as_object()?.iter();
    members
        .find(|(name, _)| name.eq_ignore_ascii_case("innererror"))
        .map(|(_, inner)| inner)
}

/// Whether the answer asks for a sign-in under further conditions.
fn challenges(answer: &Answer) -> bool {
    answer
        .header(WWW_AUTHENTICATE)
        .is_some_and(|text| text.contains("insufficient_claims"))
}

/// Too many requests.
fn rate_limited(reason: String, answer: &Answer) -> ProviderError {
    ProviderError::RateLimited {
        reason,
        retry_after: answer.retry_after(),
    }
}

/// A failure that may pass.
fn unavailable(reason: String, answer: &Answer) -> ProviderError {
    ProviderError::Unavailable {
        reason,
        retry_after: answer.retry_after(),
    }
}
