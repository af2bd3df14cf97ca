//! What the refusals of token endpoints mean, in the error codes that Google
//! and Microsoft share (RFC 6749, 5.2).

use serde::Deserialize;
use serde_json::Value;

use crate::provider::http::Answer;
use crate::provider::{self, ProviderError};

/// Error codes that pass by themselves, in `error` or `error_description`.
const TRANSIENT: [&str; 3] = [
    "temporarily_unavailable",
    "internal_failure",
    "server_error",
];

/// A refusal. `error` is a text in OAuth, but whatever stands before the
/// token endpoint may answer in its own way.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    error: Value,
    error_description: Value,
    /// Google's narrower code.
    error_subtype: Value,
    /// Microsoft's narrower codes.
    error_codes: Value,
}

/// What a refusal means. A grant that is void, or that lacks a consent or a
/// proof, is the user's to mend; the registration is the operator's.
pub(in crate::provider) fn classify(answer: &Answer) -> ProviderError {
    let refusal: Refusal = answer.json().unwrap_or_default();
    let code = text(&refusal.error);
    let reason = if code.is_empty() {
        format!("HTTP {}", answer.status.as_u16())
    } else {
        provider::code(code)
    };
    if passes(answer, &refusal) {
        let retry_after = answer.retry_after();
        return ProviderError::Unavailable {
            reason,
            retry_after,
        };
    }
    let reason = narrowed(reason, &refusal);
    match code {
        "invalid_grant"
        | "interaction_required"
        | "consent_required"
        | "login_required"
        | "access_denied" => ProviderError::ReauthRequired { reason },
        "invalid_client"
        | "unauthorized_client"
        | "invalid_scope"
        | "invalid_resource"
        | "unsupported_grant_type"
        | "invalid_request" => ProviderError::Operator { reason },
        _ => ProviderError::Protocol {
            reason: format!("token endpoint: {reason}"),
        },
    }
}

/// Whether a refusal is worth another try later.
fn passes(answer: &Answer, refusal: &Refusal) -> bool {
    let named = |value: &Value| TRANSIENT.iter().any(|code| text(value).contains(code));
    answer.status.is_server_error()
        || matches!(answer.status.as_u16(), 408 | 429)
        || named(&refusal.error)
        || named(&refusal.error_description)
}

/// A code together with what narrows it down.
fn narrowed(code: String, refusal: &Refusal) -> String {
    let subtype = text(&refusal.error_subtype);
    if !subtype.is_empty() {
        return format!("{code}: {}", provider::code(subtype));
    }
    match aadsts(refusal) {
        Some(number) => format!("{code}: AADSTS{number}"),
        None => code,
    }
}

/// Microsoft's number of a refusal, for whoever has to look it up: decisions
/// must not depend on it.
fn aadsts(refusal: &Refusal) -> Option<u64> {
    if let Some(number) = refusal.error_codes[0].as_u64() {
        return Some(number);
    }
    let (_, told) = text(&refusal.error_description).split_once("AADSTS")?;
    let end = told.find(|c: char| !c.is_ascii_digit());
    told.get(..end.unwrap_or(told.len()))?.parse().ok()
}

/// A text, or nothing.
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The error code of a refusal, as it may be shown.
pub(in crate::provider) fn error_code(answer: &Answer) -> String {
    let refusal: Refusal = answer.json().unwrap_or_default();
    provider::code(text(&refusal.error))
}
