//! Every row of the error table, and bodies of any shape.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};

use super::*;

fn body(code: &str) -> String {
    format!(r#"{{"error":{{"code":"{code}","message":"ana@example.com"}}}}"#)
}

fn answer(status: u16, body: &str) -> Answer {
    Answer::of(status, HeaderMap::new(), body)
}

fn with_header(status: u16, name: HeaderName, value: &'static str, body: &str) -> Answer {
    let mut headers = HeaderMap::new();
    headers.insert(name, HeaderValue::from_static(value));
    Answer::of(status, headers, body)
}

fn spoken(status: u16, body: &str) -> String {
    format!("{:?}", classify(&answer(status, body)))
}

#[test]
fn every_row_of_the_error_table_is_a_decision() {
    let reasoned = [
        (400, "invalidRequest", "Invalid"),
        (400, "BadRequest", "Invalid"),
        (400, "Request_BadRequest", "Invalid"),
        (400, "ErrorOccurrenceCrossingBoundary", "Invalid"),
        (400, "ErrorInvalidIdMalformed", "Invalid"),
        (400, "ErrorDuplicateTransactionId", "Conflict"),
        (409, "ErrorDuplicateTransactionId", "Conflict"),
        (409, "Conflict", "Conflict"),
        (401, "InvalidAuthenticationToken", "Unauthorized"),
        (401, "unauthenticated", "Unauthorized"),
        (401, "anything", "Unauthorized"),
        (403, "ErrorAccessDenied", "Forbidden"),
        (403, "accessDenied", "Forbidden"),
        (403, "Authorization_RequestDenied", "ScopeMissing"),
        (403, "insufficient_claims", "ReauthRequired"),
        (405, "methodNotAllowed", "Invalid"),
        (406, "notAcceptable", "Invalid"),
        (413, "tooLarge", "Invalid"),
        (415, "unsupported", "Invalid"),
        (501, "notImplemented", "Invalid"),
        (507, "quotaLimitReached", "QuotaExceeded"),
        (509, "bandwidth", "QuotaExceeded"),
        (400, "extensionError", "Forbidden"),
        (504, "extensionError", "Forbidden"),
    ];
    for (status, code, variant) in reasoned {
        let expected = format!("{variant} {{ reason: {code:?} }}");
        assert_eq!(spoken(status, &body(code)), expected, "{status}");
    }
    let plain = [
        (404, "ErrorItemNotFound", "NotFound"),
        (400, "itemNotFound", "NotFound"),
        (404, "anything", "NotFound"),
        (410, "anything", "Gone"),
        (412, "anything", "PreconditionFailed"),
        (409, "ErrorIrresolvableConflict", "PreconditionFailed"),
        (409, "resourceModified", "PreconditionFailed"),
    ];
    for (status, code, variant) in plain {
        assert_eq!(spoken(status, &body(code)), variant, "{status} {code}");
    }
}

#[test]
fn what_may_pass_says_when_to_come_back() {
    let wait = Some(Duration::from_secs(7));
    for (status, body) in [
        (429, body("ApplicationThrottled")),
        (429, body("activityLimitReached")),
        (429, String::new()),
        (503, body("TooManyRequests")),
        (400, body("throttledRequest")),
    ] {
        let error = classify(&with_header(status, RETRY_AFTER, "7", &body));
        let fits =
            matches!(error, ProviderError::RateLimited { retry_after, .. } if retry_after == wait);
        assert!(fits, "{status} {body}");
    }
    for (status, body) in [
        (408, String::new()),
        (423, body("Locked")),
        (500, body("InternalServerError")),
        (500, body("generalException")),
        (500, body("ErrorItemNotFound")),
        (502, "<html>".to_owned()),
        (503, body("serviceNotAvailable")),
        (504, String::new()),
    ] {
        let error = classify(&with_header(status, RETRY_AFTER, "7", &body));
        let fits =
            matches!(error, ProviderError::Unavailable { retry_after, .. } if retry_after == wait);
        assert!(fits, "{status} {body}");
    }
}

#[test]
fn codes_are_compared_ignoring_case_and_the_innermost_known_one_decides() {
    let nested = |outer: &str, name: &str, inner: &str| {
        format!(
            r#"{{"error":{{"code":"{outer}","{name}":{{"date":"x","innerError":{{"code":"{inner}"}}}}}}}}"#
        )
    };
    let cases = [
        (404, body("ERRORITEMNOTFOUND"), "NotFound"),
        (
            403,
            nested("accessDenied", "innerError", "authorization_requestDenied"),
            "ScopeMissing { reason: \"authorization_requestDenied\" }",
        ),
        (
            403,
            nested("Authorization_RequestDenied", "innererror", "somethingNew"),
            "ScopeMissing { reason: \"Authorization_RequestDenied\" }",
        ),
        (
            400,
            nested("", "innerError", "somethingNew"),
            "Invalid { reason: \"somethingNew\" }",
        ),
    ];
    for (status, body, expected) in cases {
        assert_eq!(spoken(status, &body), expected, "{body}");
    }
}

#[test]
fn a_challenge_asks_for_a_new_sign_in() {
    let challenge = "Bearer realm=\"\", error=\"insufficient_claims\", claims=\"e30=\"";
    let refused = with_header(403, WWW_AUTHENTICATE, challenge, &body("accessDenied"));
    let expected = "ReauthRequired { reason: \"insufficient_claims\" }";
    assert_eq!(format!("{:?}", classify(&refused)), expected);
}

#[test]
fn bodies_of_any_shape_are_survived_and_never_quoted() {
    let cases = [
        (401, "", "Unauthorized { reason: \"HTTP 401\" }"),
        (403, "<html>ana@x", "Forbidden { reason: \"HTTP 403\" }"),
        (
            403,
            r#"{"error":"x"}"#,
            "Forbidden { reason: \"HTTP 403\" }",
        ),
        (400, "[null]", "Invalid { reason: \"HTTP 400\" }"),
        (
            400,
            r#"{"error":{"code":7,"innerError":[]}}"#,
            "Invalid { reason: \"HTTP 400\" }",
        ),
        (
            400,
            r#"{"error":{"code":"ana@example.com"}}"#,
            "Invalid { reason: \"unprintable code\" }",
        ),
        (418, "", "Invalid { reason: \"HTTP 418\" }"),
    ];
    for (status, body, expected) in cases {
        assert_eq!(spoken(status, body), expected, "{status} {body}");
    }
}

#[test]
fn every_signal_of_a_lost_link_means_to_start_over() {
    let inner = r#"{"error":{"code":"x","innerError":{"code":"y","innererror":{"code":"RESYNCREQUIRED"}}}}"#;
    for (status, body) in [
        (410, String::new()),
        (410, "<html>".to_owned()),
        (410, body("anything")),
        (400, body("syncStateNotFound")),
        (404, body("SyncStateNotFound")),
        (409, body("SyncStateInvalid")),
        (403, body("fullSyncRequired")),
        (400, inner.to_owned()),
    ] {
        let error = classify_delta(&answer(status, &body));
        assert!(
            matches!(error, ProviderError::SyncTokenExpired),
            "{status} {body}"
        );
    }
}

#[test]
fn other_failures_of_a_delta_are_what_they_are_elsewhere() {
    let cases = [
        (401, body("InvalidAuthenticationToken"), "Unauthorized"),
        (404, body("ErrorItemNotFound"), "NotFound"),
        (400, body("resync"), "Invalid"),
        (500, body("SyncStateNotFound"), "Unavailable"),
    ];
    for (status, body, expected) in cases {
        let spoken = format!("{:?}", classify_delta(&answer(status, &body)));
        assert!(spoken.starts_with(expected), "{status} {body}: {spoken}");
    }
}

#[test]
fn a_reading_waits_where_a_write_would_be_decided_again() {
    for (status, code) in [(412, "anything"), (409, "ErrorIrresolvableConflict")] {
        let error = classify_read(&answer(status, &body(code)));
        assert!(
            matches!(error, ProviderError::Unavailable { .. }),
            "{status}"
        );
    }
    let gone = classify_read(&answer(410, ""));
    assert!(matches!(gone, ProviderError::Gone));
}

#[test]
fn a_conflict_of_any_kind_fails_the_condition_of_a_write() {
    let cases = [
        (412, "anything", "PreconditionFailed"),
        (412, "", "PreconditionFailed"),
        (409, "anything", "PreconditionFailed"),
        (409, "", "PreconditionFailed"),
        (400, "ErrorIrresolvableConflict", "PreconditionFailed"),
        (400, "RESOURCEMODIFIED", "PreconditionFailed"),
        (404, "ErrorItemNotFound", "NotFound"),
        (404, "", "Protocol"),
        (410, "", "Gone"),
        (403, "ErrorAccessDenied", "Forbidden"),
        (400, "TimeZoneNotSupportedException", "Invalid"),
        (429, "ApplicationThrottled", "RateLimited"),
        (503, "ErrorIrresolvableConflict", "Unavailable"),
    ];
    for (status, code, expected) in cases {
        let spoken = format!("{:?}", classify_write(&answer(status, &body(code))));
        assert!(spoken.starts_with(expected), "{status} {code}: {spoken}");
    }
}

#[test]
fn a_creation_meets_no_condition_and_uses_up_nothing_by_a_lost_calendar() {
    let cases = [
        (412, "anything", "Unavailable"),
        (409, "ErrorIrresolvableConflict", "Unavailable"),
        (409, "", "Unavailable"),
        (404, "ErrorItemNotFound", "NotFound"),
        (404, "", "Protocol"),
        (410, "", "NotFound"),
        (403, "ErrorAccessDenied", "Forbidden"),
        (400, "invalidRequest", "Invalid"),
    ];
    for (status, code, expected) in cases {
        let spoken = format!("{:?}", classify_create(&answer(status, &body(code))));
        assert!(spoken.starts_with(expected), "{status} {code}: {spoken}");
    }
}

#[test]
fn a_used_key_is_told_by_its_code_and_may_name_the_event() {
    let named =
        r#"{"error":{"code":"errorduplicatetransactionid","@event.existingEventId":"A=/+"}}"#;
    let nested = r#"{"error":{"code":"x","@event.existingEventId":"A=/+",
        "innerError":{"code":"ErrorDuplicateTransactionId"}}}"#;
    let odd = r#"{"error":{"code":"ErrorDuplicateTransactionId","@event.existingEventId":7}}"#;
    let existing = |status, text: &str| {
        let duplicate = duplicate(&answer(status, text));
        duplicate.map(|duplicate| duplicate.existing)
    };
    let event = || Some(Some(ExternalId::new("A=/+")));
    for status in [400, 409] {
        assert_eq!(existing(status, named), event());
        assert_eq!(existing(status, nested), event());
        assert_eq!(existing(status, odd), Some(None));
        assert_eq!(existing(status, &body(DUPLICATE)), Some(None));
        assert_eq!(existing(status, &body("other")), None);
    }
    for status in [200, 201, 500, 503] {
        assert_eq!(existing(status, named), None);
    }
}

/// A failure inside the wrapper, as subscriptions report it.
fn wrapped(status: u16) -> Answer {
    answer(status, &body("ExtensionError"))
}

#[test]
fn a_wrapped_failure_of_a_subscription_is_what_its_status_says() {
    for (status, expected) in [
        (400, "Invalid"),
        (403, "Forbidden"),
        (404, "NotFound"),
        (409, "Conflict"),
        (410, "NotFound"),
        (412, "Unavailable"),
        (429, "RateLimited"),
        (503, "Unavailable"),
    ] {
        let spoken = format!("{:?}", classify_subscription(&wrapped(status)));
        assert!(spoken.starts_with(expected), "{status}: {spoken}");
    }
}

#[test]
fn other_failures_of_a_subscription_are_what_they_are_elsewhere() {
    for (status, code, expected) in [
        (400, "InvalidRequest", "Invalid"),
        (400, "activityLimitReached", "RateLimited"),
        (401, "InvalidAuthenticationToken", "Unauthorized"),
        (403, "Authorization_RequestDenied", "ScopeMissing"),
        (403, "insufficient_claims", "ReauthRequired"),
        (404, "ResourceNotFound", "NotFound"),
        (409, "Conflict", "Conflict"),
        (409, "ErrorIrresolvableConflict", "Conflict"),
        (500, "ResourceNotFound", "Unavailable"),
    ] {
        let spoken = format!("{:?}", classify_subscription(&answer(status, &body(code))));
        assert!(spoken.starts_with(expected), "{status} {code}: {spoken}");
    }
    for text in ["", "<html>", r#"{"error":{"code":"","message":"x"}}"#] {
        let error = classify_subscription(&answer(404, text));
        assert!(matches!(error, ProviderError::Protocol { .. }), "{text}");
    }
}

#[test]
fn a_subscription_is_refused_for_its_address_or_for_the_calendar() {
    let refused = |status, code: &str, message: &str| {
        let text = format!(r#"{{"error":{{"code":"{code}","message":"{message}"}}}}"#);
        format!("{:?}", classify_subscribing(&answer(status, &text)))
    };
    let failed = "Subscription validation request failed. Must respond with 200 OK.";
    let timeout = "Subscription validation request timed out.";
    let https = "NotificationUrl must be an https address.";
    let life = "Subscription expiration can only be 4230 minutes in the future.";
    for (status, code, message, variant) in [
        (400, "InvalidRequest", failed, "AddressRefused"),
        (400, "", timeout, "AddressRefused"),
        (400, "ExtensionError", https, "AddressRefused"),
        (400, "ValidationError", "", "AddressRefused"),
        (400, "ValidationError", life, "Invalid"),
        (400, "ExtensionError", life, "Invalid"),
        (400, "BadRequest", "Resource is not supported.", "Invalid"),
        (403, "ExtensionError", failed, "Unwatchable"),
        (403, "Authorization_RequestDenied", "", "Unwatchable"),
        (403, "accessDenied", "", "Unwatchable"),
        (
            409,
            "InvalidRequest",
            "Subscription Id x already exists",
            "Conflict",
        ),
    ] {
        let spoken = refused(status, code, message);
        assert!(spoken.starts_with(variant), "{code} {message}: {spoken}");
        assert!(!spoken.contains("ubscription "), "{spoken}");
    }
}
