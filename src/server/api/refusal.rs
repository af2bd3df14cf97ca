//! Why the application does not get what it asks for, as JSON:
//! `{"error":{"code","message","field"?}}`. Nothing that was sent comes back.

use std::borrow::Cow;

use axum::Json;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header::{HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::server::webhook::RETRY;
use crate::store::StoreError;

const NOT_ENABLED: &str = "nothing can be asked for here: neither webhooks.api_jwt_secret nor \
                           webhooks.service_token is set";

const MISSING_TOKEN: &str = "send a token: Authorization: Bearer TOKEN";

const KNOWN_MEMBERS: &str = "there is an unknown member; known are user_id, auto_sync_enabled, \
                             sync_frequency_minutes, conflict_strategy and write_enabled";

const NOTHING_NAMED: &str = "name at least one of auto_sync_enabled, sync_frequency_minutes, \
                             conflict_strategy and write_enabled";

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::server) enum Refusal {
    /// Nobody may ask here.
    NotEnabled,
    /// There is no token.
    MissingToken,
    /// It is none of ours, or does not say what it must.
    InvalidToken,
    /// It was one of ours.
    ExpiredToken,
    /// A user asks for another one.
    ForeignUser,
    /// The application asks for nobody.
    MissingUser,
    /// There is no such user.
    UnknownUser,
    /// The body could not be read; the status says why.
    Body(StatusCode),
    /// It is not a JSON object.
    NotJson,
    /// It says something that we do not know.
    UnknownMember,
    /// It says nothing.
    NothingNamed,
    /// A value will not do.
    Value {
        /// Of which member.
        field: &'static str,
        /// What would do.
        expected: Cow<'static, str>,
    },
    /// The store does not answer now, or there is no room for the body.
    Unavailable,
    /// The store cannot do it.
    Broken,
}

impl Refusal {
    /// A value will not do.
    pub(super) fn value(field: &'static str, expected: impl Into<Cow<'static, str>>) -> Self {
        Self::Value {
            field,
            expected: expected.into(),
        }
    }

    /// The body could not be read.
    pub(super) fn body(status: StatusCode) -> Self {
        match status {
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            _ => Self::Body(status),
        }
    }

    /// Status, code and message.
    fn parts(&self) -> (StatusCode, &'static str, Cow<'static, str>) {
        use StatusCode as Status;
        let (status, code, message) = match self {
            Self::NotEnabled => (Status::NOT_FOUND, "not_enabled", NOT_ENABLED),
            Self::MissingToken => (Status::UNAUTHORIZED, "missing_token", MISSING_TOKEN),
            Self::InvalidToken => {
                let message = "the token is not valid";
                (Status::UNAUTHORIZED, "invalid_token", message)
            }
            Self::ExpiredToken => {
                let message = "the token has expired";
                (Status::UNAUTHORIZED, "expired_token", message)
            }
            Self::ForeignUser => {
                let message = "the token is that of another user";
                (Status::FORBIDDEN, "foreign_user", message)
            }
            Self::MissingUser => (Status::BAD_REQUEST, "missing_user", "name the user"),
            Self::UnknownUser => (Status::NOT_FOUND, "unknown_user", "there is no such user"),
            Self::Body(status) => (*status, body_code(*status), "the body cannot be taken"),
            Self::NotJson => (Status::BAD_REQUEST, "not_json", "send a JSON object"),
            Self::UnknownMember => (Status::BAD_REQUEST, "unknown_member", KNOWN_MEMBERS),
            Self::NothingNamed => (Status::BAD_REQUEST, "nothing_named", NOTHING_NAMED),
            Self::Value { expected, .. } => {
                let message = format!("expected {expected}").into();
                return (Status::BAD_REQUEST, "invalid_value", message);
            }
            Self::Unavailable => {
                let message = "not available now, try again";
                (Status::SERVICE_UNAVAILABLE, "unavailable", message)
            }
            Self::Broken => {
                let message = "it could not be done";
                (Status::INTERNAL_SERVER_ERROR, "internal", message)
            }
        };
        (status, code, message.into())
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Value { field, .. } => Some(field),
            Self::MissingUser | Self::ForeignUser => Some("user_id"),
            _ => None,
        }
    }

    /// What a header has to say besides.
    fn header(&self) -> Option<(HeaderName, HeaderValue)> {
        let bearer = |value| Some((WWW_AUTHENTICATE, HeaderValue::from_static(value)));
        match self {
            Self::MissingToken => bearer("Bearer"),
            Self::InvalidToken | Self::ExpiredToken => bearer("Bearer error=\"invalid_token\""),
            Self::Unavailable => Some((RETRY_AFTER, RETRY)),
            _ => None,
        }
    }
}

fn body_code(status: StatusCode) -> &'static str {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => "too_large",
        StatusCode::REQUEST_TIMEOUT => "too_slow",
        _ => "broken_body",
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NoSuch(_) => Self::UnknownUser,
            StoreError::Unavailable { .. } => {
                tracing::warn!(%error, "a request of the application is refused");
                Self::Unavailable
            }
            _ => {
                tracing::error!(%error, "a request of the application is refused");
                Self::Broken
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code, message) = self.parts();
        let mut error = json!({ "code": code, "message": message });
        if let Some(field) = self.field() {
            error["field"] = field.into();
        }
        let body = Json(json!({ "error": error }));
        let mut response = (status, body).into_response();
        response.headers_mut().extend(self.header());
        response
    }
}
