//! Refusals, in the shapes of the contract's part 10.

use axum::http::header;
use serde_json::{Value, json};

use super::super::answer::Answer;

/// A refusal of the API.
#[derive(Clone, Debug)]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    code: String,
    message: String,
    existing: Option<String>,
    retry_after: Option<u64>,
}

impl ApiError {
    /// A refusal with any code.
    pub fn new(status: u16, code: &str, message: &str) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.to_owned(),
            existing: None,
            retry_after: None,
        }
    }

    /// 400: something in the body is wrong.
    pub(super) fn invalid(message: &str) -> Self {
        Self::new(400, "ErrorPropertyValidationFailure", message)
    }

    /// 400: the request as such is wrong.
    pub(super) fn bad_request(message: &str) -> Self {
        Self::new(400, "BadRequest", message)
    }

    /// 400: a zone that the server does not know.
    pub(super) fn zone(name: &str) -> Self {
        let message = format!(
            "A valid TimeZone value must be specified. The following TimeZone value is not supported: '{name}'."
        );
        Self::new(400, "TimeZoneNotSupportedException", &message)
    }

    /// 400: not an id.
    pub(super) fn malformed_id() -> Self {
        Self::new(400, "ErrorInvalidIdMalformed", "Id is malformed.")
    }

    /// 400: the occurrence would meet its neighbour.
    pub(super) fn crossing_boundary() -> Self {
        Self::new(
            400,
            "ErrorOccurrenceCrossingBoundary",
            "Modified occurrence is crossing or overlapping adjacent occurrence.",
        )
    }

    /// 401: the access token is unknown or over.
    pub fn invalid_token() -> Self {
        Self::new(
            401,
            "InvalidAuthenticationToken",
            "Access token has expired or is not yet valid.",
        )
    }

    /// 403: not allowed.
    pub fn access_denied() -> Self {
        Self::new(
            403,
            "ErrorAccessDenied",
            "Access is denied. Check credentials and try again.",
        )
    }

    /// 404: there is no such thing.
    pub fn item_not_found() -> Self {
        Self::new(
            404,
            "ErrorItemNotFound",
            "The specified object was not found in the store.",
        )
    }

    /// The refusal of a write to something that has changed: 412 or 409.
    pub fn conflict(status: u16) -> Self {
        Self::new(
            status,
            "ErrorIrresolvableConflict",
            "The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.",
        )
    }

    /// The refusal of a transaction id that was used: 400 or 409.
    pub fn duplicate(status: u16, existing: Option<String>) -> Self {
        let message = "Your request can't be completed. The TransactionId specified in the request has already been used to create a different event.";
        Self {
            existing,
            ..Self::new(status, "ErrorDuplicateTransactionId", message)
        }
    }

    /// 429: too many requests at once, or in ten minutes.
    pub fn throttled(message: &str, retry_after: Option<u64>) -> Self {
        Self {
            retry_after,
            ..Self::new(429, "ApplicationThrottled", message)
        }
    }

    /// 503, with or without `Retry-After`.
    pub fn unavailable(retry_after: Option<u64>) -> Self {
        Self {
            retry_after,
            ..Self::new(503, "serviceNotAvailable", "The service is not available.")
        }
    }

    /// 501: real, but not modelled yet.
    pub(super) fn not_modelled() -> Self {
        Self::new(501, "notImplemented", "The sandbox does not model this.")
    }

    /// The JSON body.
    pub fn body(&self) -> Value {
        let mut error =
            json!({ "code": self.code, "message": self.message, "innerError": inner() });
        if let Some(id) = &self.existing {
            error["@event.existingEventId"] = json!(id);
        }
        json!({ "error": error })
    }

    /// Seconds in `Retry-After`.
    pub fn retry_after(&self) -> Option<u64> {
        self.retry_after
    }

    /// The words for a person.
    pub(super) fn message(&self) -> &str {
        &self.message
    }
}

/// The correlation members that every error has.
pub(super) fn inner() -> Value {
    let id = "1137f277-0000-4000-8000-000000000000";
    json!({ "date": "2026-05-01T08:00:00", "request-id": id, "client-request-id": id })
}

impl From<ApiError> for Answer {
    fn from(error: ApiError) -> Self {
        let mut answer = Self::status(error.status, &error.body());
        if let Some(seconds) = error.retry_after {
            answer = answer.with(header::RETRY_AFTER, seconds.to_string());
        }
        match error.status {
            401 => answer.with(
                header::WWW_AUTHENTICATE,
                "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\"".to_owned(),
            ),
            _ => answer,
        }
    }
}
