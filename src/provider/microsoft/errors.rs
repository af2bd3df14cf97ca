//! What Graph's failures mean (contract, 3.4, 9 and 10). Decided by status and
//! codes; codes are compared ignoring case. The message is looked at in one
//! case that has no certain code.

#[cfg(test)]
mod tests;

use reqwest::header::WWW_AUTHENTICATE;
use serde_json::Value;

use crate::model::id::ExternalId;
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

/// The code around whatever went wrong with a subscription; elsewhere it says
/// that the mailbox cannot be reached.
const WRAPPER: &str = "extensionError";

/// The code of a creation whose key was used before; the status is one or
/// another.
const DUPLICATE: &str = "ErrorDuplicateTransactionId";

/// What a message says of the address of notifications.
const ADDRESS: [&str; 4] = [
    "validation",
    "notificationurl",
    "notification url",
    "notification endpoint",
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
            somebody_elses_404()
        }
        ProviderError::PreconditionFailed => unavailable("conditionNotMet".to_owned(), answer),
        other => other,
    }
}

/// Reads a failed creation, or search for what an earlier one created. It
/// makes no condition; what is gone is the calendar. Writes that meet pass.
pub(super) fn classify_create(answer: &Answer) -> ProviderError {
    match classify_read(answer) {
        ProviderError::Gone => ProviderError::NotFound,
        ProviderError::Conflict { reason } => unavailable(reason, answer),
        other => other,
    }
}

/// Reads a failed change or deletion: a conflict of any kind means that
/// somebody else changed the event.
pub(super) fn classify_write(answer: &Answer) -> ProviderError {
    match classify(answer) {
        ProviderError::NotFound if codes(&answer.json().unwrap_or_default()).is_empty() => {
            somebody_elses_404()
        }
        ProviderError::Conflict { .. } => ProviderError::PreconditionFailed,
        other => other,
    }
}

/// A creation whose key was used before.
pub(super) struct Duplicate {
    /// The event, where it is named. It may be gone.
    pub(super) existing: Option<ExternalId>,
}

/// Whether a creation is refused because its key was used before.
pub(super) fn duplicate(answer: &Answer) -> Option<Duplicate> {
    let body: Value = answer.json().unwrap_or_default();
    let used = |code: &String| code.eq_ignore_ascii_case(DUPLICATE);
    if !answer.status.is_client_error() || !codes(&body).iter().any(used) {
        return None;
    }
    let existing = body["error"]["@event.existingEventId"].as_str();
    Some(Duplicate {
        existing: existing.filter(|id| !id.is_empty()).map(ExternalId::new),
    })
}

/// Reads a failure that concerns a subscription: what a code that says nothing
/// by itself means is told by the status.
pub(super) fn classify_subscription(answer: &Answer) -> ProviderError {
    let codes = codes(&answer.json().unwrap_or_default());
    let mut telling = codes
        .iter()
        .filter(|code| !code.eq_ignore_ascii_case(WRAPPER));
    let known = telling.find_map(|code| by_code(code, answer));
    match known.unwrap_or_else(|| by_status(&codes, answer)) {
        ProviderError::NotFound if codes.is_empty() => somebody_elses_404(),
        ProviderError::Gone => ProviderError::NotFound,
        ProviderError::PreconditionFailed if answer.status.as_u16() == 409 => {
            let reason = reason(&codes, answer);
            ProviderError::Conflict { reason }
        }
        ProviderError::PreconditionFailed => unavailable("conditionNotMet".to_owned(), answer),
        other => other,
    }
}

/// Reads a refused subscription. Some tenants refuse all of them.
pub(super) fn classify_subscribing(answer: &Answer) -> ProviderError {
    match classify_subscription(answer) {
        ProviderError::Invalid { reason } if blames_address(answer) => {
            ProviderError::AddressRefused { reason }
        }
        ProviderError::Forbidden { reason } | ProviderError::ScopeMissing { reason } => {
            ProviderError::Unwatchable { reason }
        }
        other => other,
    }
}

/// Whether a request is a bad one because of the address, or because nothing
/// there answered the challenge.
fn blames_address(answer: &Answer) -> bool {
    let body: Value = answer.json().unwrap_or_default();
    let message = body["error"]["message"].as_str().unwrap_or_default();
    let message = message.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    let coded = codes(&body)
        .iter()
        .any(|code| code.eq_ignore_ascii_case("validationError"));
    (coded || says(&ADDRESS)) && !says(&["expiration"])
}

/// Reads a failure.
fn classify(answer: &Answer) -> ProviderError {
    let codes = codes(&answer.json().unwrap_or_default());
    let known = codes.iter().find_map(|code| by_code(code, answer));
    known.unwrap_or_else(|| by_status(&codes, answer))
}

/// What a status means whose codes say nothing.
fn by_status(codes: &[String], answer: &Answer) -> ProviderError {
    let reason = reason(codes, answer);
    match answer.status.as_u16() {
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

/// The most telling code, or the status where there is none.
fn reason(codes: &[String], answer: &Answer) -> String {
    let status = answer.status.as_u16();
    codes
        .first()
        .map_or_else(|| format!("HTTP {status}"), |first| code(first))
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

/// Something is not there, but it is not Graph that says so.
fn somebody_elses_404() -> ProviderError {
    let reason = "HTTP 404 without an error of Graph's".to_owned();
    ProviderError::Protocol { reason }
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
