//! A request, read whole: what it asks for, of whom, under which conditions.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, header};
use serde_json::Value;

use super::errors::ApiError;
use super::route::Route;
use super::token;

/// The largest body that is read; Google's own limit is lower.
const BODY_LIMIT: usize = 8 << 20;

/// A request, read whole.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) route: Route,
    pub(super) params: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Call {
    /// Reads `request`; a body that breaks off reads as empty.
    pub(super) async fn read(request: Request) -> Self {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, BODY_LIMIT)
            .await
            .unwrap_or_default();
        let query = parts.uri.query().unwrap_or_default().to_owned();
        Self {
            route: Route::of(&parts.method, parts.uri.path()),
            params: pairs(&query),
            path: parts.uri.path().to_owned(),
            query,
            method: parts.method,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    /// The first value of a query parameter.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        let mut params = self.params.iter();
        params
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every value of a repeatable query parameter.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.params
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// A boolean parameter; absent means `None`.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.param(name) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(other) => Err(ApiError::invalid(
                name,
                &format!("Invalid boolean value: '{other}'."),
            )),
        }
    }

    /// `maxResults`: at least 1, cut to `cap`.
    pub(super) fn max_results(&self, default: usize, cap: usize) -> Result<usize, ApiError> {
        match self.param("maxResults").map(str::parse) {
            None => Ok(default),
            Some(Ok(0)) | Some(Err(_)) => Err(ApiError::invalid(
                "maxResults",
                "Invalid value for maxResults.",
            )),
            Some(Ok(wanted)) => Ok(wanted.min(cap)),
        }
    }

    /// A header as text.
    pub(super) fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The bearer token.
    pub(super) fn bearer(&self) -> Option<&str> {
        self.header(header::AUTHORIZATION)?.strip_prefix("Bearer ")
    }

    /// Whether the client takes gzip by Google's two conditions.
    pub(super) fn takes_gzip(&self) -> bool {
        let says = |name, what| {
            self.header(name)
                .is_some_and(|text: &str| text.contains(what))
        };
        says(header::ACCEPT_ENCODING, "gzip") && says(header::USER_AGENT, "gzip")
    }

    /// The page of a listing that is asked for, from 1.
    pub(super) fn page(&self) -> u32 {
        self.param("pageToken").map_or(1, token::page_number)
    }

    /// The body as form fields.
    pub(super) fn form(&self) -> Vec<(String, String)> {
        pairs(&self.body)
    }

    /// The body as a JSON object.
    pub(super) fn object(&self) -> Result<serde_json::Map<String, Value>, ApiError> {
        let json = self
            .header(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.starts_with("application/json"));
        match serde_json::from_str(if json { &self.body } else { "" }) {
            Ok(Value::Object(object)) => Ok(object),
            _ => Err(ApiError::parse_error()),
        }
    }
}

fn pairs(text: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .collect()
}
