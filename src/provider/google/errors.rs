//! What Google's failures mean (contract, 6.6 and 8.2). Decided by status and
//! reason code; the message is looked at only for what may come without code.

#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::provider::http::Answer;
use crate::provider::{ProviderError, code};

/// Reads a failed listing. Google says 410 for any reason that makes a
/// listing start over, and has been seen to say 412 without a condition.
pub(super) fn classify_listing(answer: &Answer) -> ProviderError {
    match classify(answer) {
        ProviderError::Gone => ProviderError::SyncTokenExpired,
        ProviderError::PreconditionFailed => unavailable("conditionNotMet".to_owned(), answer),
        other => other,
    }
}

/// Reads a failed write of an event. What clashed with another request passes.
/// That the event is not there is believed when Google says so, not whatever
/// stands before it.
pub(super) fn classify_write(answer: &Answer) -> ProviderError {
    let body: Value = answer.json().unwrap_or_default();
    let status = answer.status.as_u16();
    match classify(answer) {
        ProviderError::SyncTokenExpired if status == 410 => ProviderError::Gone,
        ProviderError::SyncTokenExpired => ProviderError::Invalid {
            reason: first_reason(&reasons(&body["error"]), status),
        },
        ProviderError::Conflict { reason } if reason == "conflict" => unavailable(reason, answer),
        ProviderError::NotFound if !body["error"].is_object() => {
            unavailable(first_reason(&[], status), answer)
        }
        other => other,
    }
}

/// Reads a failure that concerns an event, of a request that made no
/// condition.
pub(super) fn classify_event(answer: &Answer) -> ProviderError {
    match classify_write(answer) {
        ProviderError::PreconditionFailed => unavailable("conditionNotMet".to_owned(), answer),
        other => other,
    }
}

/// Reads a failure that concerns a channel. Of what is said of the address the
/// status is not certain: that the address is not authorised must not be taken
/// for a refused token.
pub(super) fn classify_channel(answer: &Answer) -> ProviderError {
    let body: Value = answer.json().unwrap_or_default();
    let error = &body["error"];
    let refusal = reasons(error).into_iter().find_map(channel_refusal);
    let refusal = refusal.or_else(|| {
        let message = error["message"].as_str().unwrap_or_default().to_lowercase();
        message.contains("webhook callback").then(|| {
            let reason = "webhook callback".to_owned();
            ProviderError::AddressRefused { reason }
        })
    });
    match refusal.filter(|_| answer.status.is_client_error()) {
        Some(refusal) => refusal,
        None => match classify_listing(answer) {
            ProviderError::SyncTokenExpired => ProviderError::NotFound,
            other => other,
        },
    }
}

/// What a reason means that only channels have.
fn channel_refusal(given: &str) -> Option<ProviderError> {
    let reason = code(given);
    match given {
        "pushNotSupportedForRequestedResource" => Some(ProviderError::Unwatchable { reason }),
        "channelIdNotUnique" => Some(ProviderError::Conflict { reason }),
        _ => given
            .starts_with("push.webhookUrl")
            .then_some(ProviderError::AddressRefused { reason }),
    }
}

/// Reads a failure.
fn classify(answer: &Answer) -> ProviderError {
    let body: Value = answer.json().unwrap_or_default();
    let error = &body["error"];
    let status = answer.status.as_u16();
    let reasons = reasons(error);
    let reason = first_reason(&reasons, status);
    match status {
        400 if blames_sync_token(error) => ProviderError::SyncTokenExpired,
        401 => unauthorized(&reasons),
        403 => forbidden(&reasons, reason, answer),
        404 => ProviderError::NotFound,
        409 => ProviderError::Conflict { reason },
        410 if reasons.contains(&"deleted") => ProviderError::Gone,
        410 => ProviderError::SyncTokenExpired,
        412 => ProviderError::PreconditionFailed,
        429 => rate_limited(reason, answer),
        408 | 500.. => unavailable(reason, answer),
        _ => ProviderError::Invalid { reason },
    }
}

/// The reason codes, the most telling first. Bodies come in two generations,
/// and from proxies in any shape.
fn reasons(error: &Value) -> Vec<&str> {
    let items = list(&error["errors"]).iter().chain(list(&error["details"]));
    items
        .filter_map(|item| item["reason"].as_str())
        .chain(error["status"].as_str())
        .filter(|reason| !reason.is_empty())
        .collect()
}

/// The most telling reason code, or the status where none is given.
fn first_reason(reasons: &[&str], status: u16) -> String {
    reasons
        .first()
        .map_or_else(|| format!("HTTP {status}"), |first| code(first))
}

/// Whether a bad request is one because of the token.
fn blames_sync_token(error: &Value) -> bool {
    let message = error["message"].as_str().unwrap_or_default().to_lowercase();
    let mut items = list(&error["errors"]).iter();
    items.any(|item| item["location"] == "syncToken")
        || message.contains("sync token")
        || message.contains("synctoken")
}

/// The entries of a list, if it is one.
fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A request that was not authorised: the token's fault, or ours.
fn unauthorized(reasons: &[&str]) -> ProviderError {
    let unseen = |reason: &&str| matches!(*reason, "required" | "CREDENTIALS_MISSING");
    if reasons.iter().any(unseen) {
        let reason = "Google saw no token".to_owned();
        return ProviderError::Protocol { reason };
    }
    let reason = reasons.first().map_or("authError".to_owned(), |r| code(r));
    ProviderError::Unauthorized { reason }
}

/// A refusal; the first code that the contract knows decides.
fn forbidden(reasons: &[&str], fallback: String, answer: &Answer) -> ProviderError {
    for code in reasons {
        let reason = (*code).to_owned();
        match *code {
            "userRateLimitExceeded"
            | "rateLimitExceeded"
            | "RATE_LIMIT_EXCEEDED"
            | "RESOURCE_EXHAUSTED" => return rate_limited(reason, answer),
            "quotaExceeded"
            | "calendarUsageLimits"
            | "dailyLimitExceeded"
            | "dailyLimitExceededUnreg" => return ProviderError::QuotaExceeded { reason },
            "insufficientPermissions" | "ACCESS_TOKEN_SCOPE_INSUFFICIENT" => {
                return ProviderError::ScopeMissing { reason };
            }
            "accessNotConfigured" | "SERVICE_DISABLED" => {
                return ProviderError::Operator { reason };
            }
            _ => {}
        }
    }
    ProviderError::Forbidden { reason: fallback }
}

/// Too many requests.
fn rate_limited(reason: String, answer: &Answer) -> ProviderError {
    ProviderError::RateLimited {
        reason,
        retry_after: answer.retry_after(),
    }
}

/// What later may do.
fn unavailable(reason: String, answer: &Answer) -> ProviderError {
    ProviderError::Unavailable {
        reason,
        retry_after: answer.retry_after(),
    }
}
