//! Refusals, in the shapes of the contract's part 8.

use axum::http::header;
use serde_json::{Value, json};

use super::super::answer::Answer;

/// A refusal of the API.
#[derive(Clone, Debug)]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    domain: &'static str,
    reason: &'static str,
    message: String,
    location: Option<Box<(&'static str, String)>>,
    detail: Option<(&'static str, &'static str)>,
}

impl ApiError {
    pub(super) fn new(
        status: u16,
        domain: &'static str,
        reason: &'static str,
        message: &str,
    ) -> Self {
        Self {
            status,
            domain,
            reason,
            message: message.to_owned(),
            location: None,
            detail: None,
        }
    }

    fn at(mut self, kind: &'static str, name: &str) -> Self {
        self.location = Some(Box::new((kind, name.to_owned())));
        self
    }

    /// Adds `status` and `details[]` of the newer error shape.
    fn detailed(mut self, status: &'static str, reason: &'static str) -> Self {
        self.detail = Some((status, reason));
        self
    }

    /// 400: a parameter has a value that cannot be.
    pub(super) fn invalid(parameter: &str, message: &str) -> Self {
        Self::new(400, "global", "invalid", message).at("parameter", parameter)
    }

    /// 400: something in the body is wrong.
    pub(super) fn invalid_body(message: &str) -> Self {
        Self::new(400, "global", "invalid", message)
    }

    /// 400: a field that must be there is not.
    pub(super) fn required(message: &str) -> Self {
        Self::new(400, "global", "required", message)
    }

    /// 400: parameters that exclude each other.
    pub(super) fn bad_request(message: &str) -> Self {
        Self::new(400, "global", "badRequest", message)
    }

    /// 400: the body is not a JSON object.
    pub(super) fn parse_error() -> Self {
        Self::new(400, "global", "parseError", "Parse Error")
    }

    /// 400: the end is not after the start.
    pub(super) fn time_range_empty() -> Self {
        Self::new(
            400,
            "calendar",
            "timeRangeEmpty",
            "The specified time range is empty.",
        )
    }

    /// 401: the access token is unknown or over.
    pub fn auth_error() -> Self {
        Self::new(401, "global", "authError", "Invalid Credentials")
            .at("header", "Authorization")
            .detailed("UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED")
    }

    /// 401: no token was sent.
    pub(super) fn credentials_missing() -> Self {
        Self::new(401, "global", "required", "Login Required.")
            .at("header", "Authorization")
            .detailed("UNAUTHENTICATED", "CREDENTIALS_MISSING")
    }

    /// 403: the account did not grant the scope.
    pub fn insufficient_permissions() -> Self {
        let message = "Request had insufficient authentication scopes.";
        Self::new(403, "global", "insufficientPermissions", message)
            .detailed("PERMISSION_DENIED", "ACCESS_TOKEN_SCOPE_INSUFFICIENT")
    }

    /// 403: the calendar is not ours to write.
    pub fn required_access_level() -> Self {
        let message = "You need to have writer access to this calendar.";
        Self::new(403, "calendar", "requiredAccessLevel", message)
    }

    /// 403: only the organizer may change this.
    pub fn forbidden_for_non_organizer() -> Self {
        let message = "Shared properties can only be changed by the organizer of the event.";
        Self::new(403, "calendar", "forbiddenForNonOrganizer", message)
    }

    /// 403: refused for another reason.
    pub fn forbidden() -> Self {
        Self::new(403, "global", "forbidden", "Forbidden")
    }

    /// Too many requests; `status` is 403 or 429, `reason` one of
    /// `rateLimitExceeded` and `userRateLimitExceeded`.
    pub fn rate_limited(status: u16, reason: &'static str) -> Self {
        Self::new(status, "usageLimits", reason, "Rate Limit Exceeded")
            .detailed("PERMISSION_DENIED", "RATE_LIMIT_EXCEEDED")
    }

    /// 403: the anti-abuse limit of the user's calendar.
    pub fn quota_exceeded() -> Self {
        Self::new(
            403,
            "usageLimits",
            "quotaExceeded",
            "Calendar usage limits exceeded.",
        )
    }

    /// 404: never existed, or not visible.
    pub fn not_found() -> Self {
        Self::new(404, "global", "notFound", "Not Found")
    }

    /// 409: the id is taken.
    pub fn duplicate() -> Self {
        Self::new(
            409,
            "global",
            "duplicate",
            "The requested identifier already exists.",
        )
    }

    /// 410: the event is deleted.
    pub fn deleted() -> Self {
        Self::new(410, "global", "deleted", "Resource has been deleted")
    }

    /// 410: list from the beginning.
    pub fn full_sync_required() -> Self {
        let message = "Sync token is no longer valid, a full sync is required.";
        Self::new(410, "calendar", "fullSyncRequired", message).at("parameter", "syncToken")
    }

    /// 412: the etag moved on.
    pub fn condition_not_met() -> Self {
        Self::new(412, "global", "conditionNotMet", "Precondition Failed").at("header", "If-Match")
    }

    /// 500, 502, 503 or 504.
    pub fn backend_error(status: u16) -> Self {
        Self::new(status, "global", "backendError", "Backend Error")
    }

    /// What it says to people.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The body of the answer.
    pub fn body(&self) -> Value {
        let mut entry =
            json!({ "domain": self.domain, "reason": self.reason, "message": self.message });
        if let Some((kind, name)) = self.location.as_deref() {
            entry["locationType"] = json!(kind);
            entry["location"] = json!(name);
        }
        let mut error = json!({ "code": self.status, "message": self.message, "errors": [entry] });
        if let Some((status, reason)) = self.detail {
            error["status"] = json!(status);
            error["details"] = json!([{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason,
                "domain": "googleapis.com", "metadata": { "service": "calendar-json.googleapis.com" } }]);
        }
        json!({ "error": error })
    }
}

impl From<ApiError> for Answer {
    fn from(error: ApiError) -> Self {
        let answer = Self::status(error.status, &error.body());
        match error.status {
            401 => answer.with(
                header::WWW_AUTHENTICATE,
                "Bearer realm=\"https://accounts.google.com/\"".to_owned(),
            ),
            _ => answer,
        }
    }
}
