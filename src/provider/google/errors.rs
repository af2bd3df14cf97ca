//! What Google's failures mean (contract, 8.2). Decided by status and reason
//! code alone; the message is looked at in one case that has no code.

use serde_json::Value;

use crate::provider::http::Answer;
use crate::provider::{ProviderError, code};

/// Reads a failed listing. Google says 410 for any reason that makes a
/// listing start over, and has been seen to say 412 without a condition.
pub(super) fn classify_listing(answer: &Answer) -> ProviderError {
    match classify(answer) {
        ProviderError::Gone => ProviderError::SyncTokenExpired,
        ProviderError::PreconditionFailed => ProviderError::Unavailable {
            reason: "conditionNotMet".to_owned(),
            retry_after: answer.retry_after(),
        },
        other => other,
    }
}

/// Reads a failure.
fn classify(answer: &Answer) -> ProviderError {
    let body: Value = answer.json().unwrap_or_default();
    let error = &body["error"];
    let status = answer.status.as_u16();
    let reasons = reasons(error);
    let reason = reasons
        .first()
        .map_or_else(|| format!("HTTP {status}"), |first| code(first));
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
        408 | 500.. => ProviderError::Unavailable {
            reason,
            retry_after: answer.retry_after(),
        },
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
    for reason in reasons {
        match *reason {
            "required" | "CREDENTIALS_MISSING" => {
                let reason = "Google saw no token".to_owned();
                return ProviderError::Protocol { reason };
            }
            "push.webhookUrlUnauthorized" => {
                let reason = code(reason);
                return ProviderError::Invalid { reason };
            }
            _ => {}
        }
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};

    use super::*;

    /// A failure in the classic shape.
    fn classic(reason: &str) -> String {
        format!(r#"{{"error":{{"errors":[{{"domain":"global","reason":"{reason}"}}],"code":0}}}}"#)
    }

    /// A failure in the modern shape.
    fn modern(reason: &str, status: &str) -> String {
        let details = format!(r#"[{{"links":[]}},{{"@type":"x","reason":"{reason}"}}]"#);
        format!(r#"{{"error":{{"status":"{status}","details":{details}}}}}"#)
    }

    fn spoken(status: u16, body: &str) -> String {
        format!(
            "{:?}",
            classify(&Answer::of(status, HeaderMap::new(), body))
        )
    }

    #[test]
    fn every_row_of_the_error_table_is_a_decision() {
        let reasoned = [
            (400, "timeRangeEmpty", "Invalid"),
            (400, "badRequest", "Invalid"),
            (401, "authError", "Unauthorized"),
            (401, "push.webhookUrlUnauthorized", "Invalid"),
            (403, "forbiddenForNonOrganizer", "Forbidden"),
            (403, "requiredAccessLevel", "Forbidden"),
            (403, "forbidden", "Forbidden"),
            (403, "quotaExceeded", "QuotaExceeded"),
            (403, "dailyLimitExceeded", "QuotaExceeded"),
            (403, "dailyLimitExceededUnreg", "QuotaExceeded"),
            (403, "insufficientPermissions", "ScopeMissing"),
            (403, "accessNotConfigured", "Operator"),
            (409, "duplicate", "Conflict"),
            (409, "conflict", "Conflict"),
        ];
        for (status, reason, variant) in reasoned {
            let expected = format!("{variant} {{ reason: {reason:?} }}");
            assert_eq!(spoken(status, &classic(reason)), expected, "{status}");
        }
        let plain = [
            (404, "notFound", "NotFound"),
            (410, "fullSyncRequired", "SyncTokenExpired"),
            (410, "updatedMinTooLongAgo", "SyncTokenExpired"),
            (410, "deleted", "Gone"),
            (412, "conditionNotMet", "PreconditionFailed"),
        ];
        for (status, reason, variant) in plain {
            assert_eq!(
                spoken(status, &classic(reason)),
                variant,
                "{status} {reason}"
            );
        }
        let bug = spoken(401, &classic("required"));
        assert_eq!(bug, "Protocol { reason: \"Google saw no token\" }");
    }

    #[test]
    fn what_may_pass_says_when_to_come_back() {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static("30"));
        let wait = Some(Duration::from_secs(30));
        for (status, body) in [
            (403, classic("userRateLimitExceeded")),
            (403, classic("rateLimitExceeded")),
            (403, modern("RATE_LIMIT_EXCEEDED", "PERMISSION_DENIED")),
            (403, modern("", "RESOURCE_EXHAUSTED")),
            (429, classic("rateLimitExceeded")),
            (429, String::new()),
        ] {
            let error = classify(&Answer::of(status, headers.clone(), &body));
            let fits = matches!(error, ProviderError::RateLimited { retry_after, .. } if retry_after == wait);
            assert!(fits, "{status} {body}");
        }
        for status in [408, 500, 502, 503, 504, 599] {
            let error = classify(&Answer::of(status, headers.clone(), "<html>"));
            let fits = matches!(error, ProviderError::Unavailable { retry_after, .. } if retry_after == wait);
            assert!(fits, "{status}");
        }
    }

    #[test]
    fn a_reason_is_looked_for_in_errors_then_details_then_status() {
        let both = r#"{"error":{"errors":[{"reason":"forbidden"}],
            "details":[{"reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT"}],"status":"PERMISSION_DENIED"}}"#;
        let scope = "ScopeMissing { reason: \"ACCESS_TOKEN_SCOPE_INSUFFICIENT\" }";
        let cases = [
            (403, both.to_owned(), scope),
            (
                403,
                modern("SERVICE_DISABLED", "PERMISSION_DENIED"),
                "Operator { reason: \"SERVICE_DISABLED\" }",
            ),
            (
                401,
                modern("CREDENTIALS_MISSING", "UNAUTHENTICATED"),
                "Protocol { reason: \"Google saw no token\" }",
            ),
            (
                401,
                modern("", "UNAUTHENTICATED"),
                "Unauthorized { reason: \"UNAUTHENTICATED\" }",
            ),
            (
                403,
                modern("", "PERMISSION_DENIED"),
                "Forbidden { reason: \"PERMISSION_DENIED\" }",
            ),
        ];
        for (status, body, expected) in cases {
            assert_eq!(spoken(status, &body), expected, "{status} {body}");
        }
    }

    #[test]
    fn bodies_of_any_shape_are_survived_and_never_quoted() {
        let cases = [
            (401, "", "Unauthorized { reason: \"authError\" }"),
            (
                403,
                "<html>ana@example.com</html>",
                "Forbidden { reason: \"HTTP 403\" }",
            ),
            (
                403,
                r#"{"error":"x"}"#,
                "Forbidden { reason: \"HTTP 403\" }",
            ),
            (400, r#"[null]"#, "Invalid { reason: \"HTTP 400\" }"),
            (
                400,
                r#"{"error":{"errors":null,"details":{},"message":5}}"#,
                "Invalid { reason: \"HTTP 400\" }",
            ),
            (
                400,
                r#"{"error":{"errors":[{"reason":"ana@example.com"}]}}"#,
                "Invalid { reason: \"unprintable code\" }",
            ),
            (410, "", "SyncTokenExpired"),
            (418, "", "Invalid { reason: \"HTTP 418\" }"),
        ];
        for (status, body, expected) in cases {
            assert_eq!(spoken(status, body), expected, "{status} {body}");
        }
    }

    #[test]
    fn a_bad_request_that_blames_the_sync_token_means_to_start_over() {
        for error in [
            r#"{"errors":[{"reason":"invalid","location":"syncToken"}]}"#,
            r#"{"message":"Invalid sync token value."}"#,
            r#"{"message":"Bad syncToken"}"#,
        ] {
            let body = format!(r#"{{"error":{error}}}"#);
            assert_eq!(spoken(400, &body), "SyncTokenExpired", "{body}");
        }
    }

    #[test]
    fn a_listing_starts_over_on_any_410_and_waits_on_a_stray_412() {
        let listing = |status, reason: &str| {
            classify_listing(&Answer::of(status, HeaderMap::new(), &classic(reason)))
        };
        let expired = listing(410, "deleted");
        assert!(matches!(expired, ProviderError::SyncTokenExpired));
        let stray = listing(412, "conditionNotMet");
        assert!(matches!(stray, ProviderError::Unavailable { .. }));
    }
}
