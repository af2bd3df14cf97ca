//! Every row of the error table, and bodies of any shape.

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
        let fits =
            matches!(error, ProviderError::RateLimited { retry_after, .. } if retry_after == wait);
        assert!(fits, "{status} {body}");
    }
    for status in [408, 500, 502, 503, 504, 599] {
        let error = classify(&Answer::of(status, headers.clone(), "<html>"));
        let fits =
            matches!(error, ProviderError::Unavailable { retry_after, .. } if retry_after == wait);
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

#[test]
fn a_failed_write_never_speaks_of_sync_tokens() {
    let spoken = |status, body: &str| {
        let answer = Answer::of(status, HeaderMap::new(), body);
        format!("{:?}", classify_write(&answer))
    };
    let passes = |reason| format!("Unavailable {{ reason: {reason:?}, retry_after: None }}");
    let cases = [
        (410, classic("deleted"), "Gone".to_owned()),
        (410, classic("fullSyncRequired"), "Gone".to_owned()),
        (410, classic("updatedMinTooLongAgo"), "Gone".to_owned()),
        (410, String::new(), "Gone".to_owned()),
        (404, classic("notFound"), "NotFound".to_owned()),
        (
            404,
            r#"{"error":{"code":404}}"#.to_owned(),
            "NotFound".to_owned(),
        ),
        (404, "<html>".to_owned(), passes("HTTP 404")),
        (409, classic("conflict"), passes("conflict")),
        (
            409,
            classic("duplicate"),
            r#"Conflict { reason: "duplicate" }"#.to_owned(),
        ),
        (
            409,
            String::new(),
            r#"Conflict { reason: "HTTP 409" }"#.to_owned(),
        ),
        (
            400,
            r#"{"error":{"message":"Invalid sync token","errors":[{"reason":"invalid"}]}}"#
                .to_owned(),
            r#"Invalid { reason: "invalid" }"#.to_owned(),
        ),
        (
            403,
            classic("requiredAccessLevel"),
            r#"Forbidden { reason: "requiredAccessLevel" }"#.to_owned(),
        ),
        (
            403,
            classic("quotaExceeded"),
            r#"QuotaExceeded { reason: "quotaExceeded" }"#.to_owned(),
        ),
        (500, classic("backendError"), passes("backendError")),
    ];
    for (status, body, expected) in cases {
        assert_eq!(spoken(status, &body), expected, "{status} {body}");
    }
}

#[test]
fn a_condition_that_is_not_met_is_somebody_elses_where_none_was_made() {
    let answer = Answer::of(412, HeaderMap::new(), &classic("conditionNotMet"));
    let conditional = classify_write(&answer);
    assert!(matches!(conditional, ProviderError::PreconditionFailed));
    let stray = classify_event(&answer);
    assert!(matches!(stray, ProviderError::Unavailable { .. }));
}

#[test]
fn every_row_of_the_table_of_watches_is_a_decision() {
    let spoken = |status, body: &str| {
        let answer = Answer::of(status, HeaderMap::new(), body);
        format!("{:?}", classify_channel(&answer))
    };
    for (status, reason, variant) in [
        (400, "pushNotSupportedForRequestedResource", "Unwatchable"),
        (403, "pushNotSupportedForRequestedResource", "Unwatchable"),
        (400, "push.webhookUrlNotHttps", "AddressRefused"),
        (400, "push.webhookUrlUnauthorized", "AddressRefused"),
        (401, "push.webhookUrlUnauthorized", "AddressRefused"),
        (403, "push.webhookUrlUnauthorized", "AddressRefused"),
        (400, "channelIdNotUnique", "Conflict"),
        (409, "channelIdNotUnique", "Conflict"),
        (400, "invalid", "Invalid"),
        (401, "authError", "Unauthorized"),
        (403, "forbidden", "Forbidden"),
        (403, "insufficientPermissions", "ScopeMissing"),
        (403, "quotaExceeded", "QuotaExceeded"),
    ] {
        let expected = format!("{variant} {{ reason: {reason:?} }}");
        assert_eq!(spoken(status, &classic(reason)), expected, "{status}");
        let details = modern(reason, "FAILED_PRECONDITION");
        assert_eq!(spoken(status, &details), expected, "{status}");
    }
    let unauthorized = r#"{"error":{"code":401,"status":"UNAUTHENTICATED",
        "message":"Unauthorized WebHook callback channel: https://hooks.example"}}"#;
    let expected = r#"AddressRefused { reason: "webhook callback" }"#;
    assert_eq!(spoken(401, unauthorized), expected);
    for (status, reason) in [(404, "notFound"), (410, "deleted"), (410, "")] {
        assert_eq!(spoken(status, &classic(reason)), "NotFound", "{status}");
    }
    for (status, reason, variant) in [
        (403, "rateLimitExceeded", "RateLimited"),
        (429, "rateLimitExceeded", "RateLimited"),
        (503, "push.webhookUrlUnauthorized", "Unavailable"),
        (412, "conditionNotMet", "Unavailable"),
    ] {
        let spoken = spoken(status, &classic(reason));
        assert!(spoken.starts_with(variant), "{status} {reason}: {spoken}");
    }
}
