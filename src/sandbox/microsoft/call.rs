//! A request, read whole: what it asks for, of whom, under which conditions.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, header};
use serde_json::Value;

use super::errors::ApiError;
use super::item::{Object, Window};
use super::moment::query_instant;
use super::prefer::Prefer;
use super::route::Route;
use super::token;

/// The largest body that is read.
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

    /// A query parameter; names are read in any case.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        let mut params = self.params.iter();
        params
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// A query parameter as it was sent.
    pub(super) fn raw_param(&self, name: &str) -> Option<&str> {
        let pairs = self
            .query
            .split('&')
            .filter_map(|pair| pair.split_once('='));
        pairs
            .map(|(key, value)| (key.replace("%24", "$"), value))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// `startDateTime` and `endDateTime`; both must be there.
    pub(super) fn window(&self) -> Result<Window, ApiError> {
        let read = |name: &str| {
            let text = self.param(name).ok_or_else(|| {
                ApiError::new(
                    400,
                    "ErrorInvalidParameter",
                    "This request requires a time window specified by the query string parameters StartDateTime and EndDateTime.",
                )
            })?;
            query_instant(text)
                .ok_or_else(|| ApiError::bad_request(&format!("The {name} '{text}' is not valid.")))
        };
        let window = Window {
            from: read("startDateTime")?,
            to: read("endDateTime")?,
        };
        match window.from < window.to {
            true => Ok(window),
            false => Err(ApiError::bad_request("The window ends before it begins.")),
        }
    }

    /// A number of the query, in a range.
    pub(super) fn number(
        &self,
        name: &str,
        range: std::ops::RangeInclusive<usize>,
    ) -> Result<Option<usize>, ApiError> {
        let invalid = || ApiError::bad_request(&format!("Invalid value for {name}."));
        self.param(name)
            .map(|text| {
                let number = text.parse().map_err(|_| invalid())?;
                range
                    .contains(&number)
                    .then_some(number)
                    .ok_or_else(invalid)
            })
            .transpose()
    }

    /// A header as text; several of one name are joined.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        let all = self.headers.get_all(name);
        let texts: Vec<&str> = all.iter().filter_map(|value| value.to_str().ok()).collect();
        (!texts.is_empty()).then(|| texts.join(", "))
    }

    /// What it prefers.
    pub(super) fn prefer(&self) -> Result<Prefer, ApiError> {
        Prefer::read(self.header("prefer").as_deref())
    }

    /// The bearer token.
    pub(super) fn bearer(&self) -> Option<&str> {
        let value = self.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        value.strip_prefix("Bearer ")
    }

    /// The page of a listing that is asked for, from 1.
    pub(super) fn page(&self) -> u32 {
        let token = self.param("$skiptoken").and_then(token::page);
        let skipped = || {
            self.param("$skip")
                .and_then(|skip| skip.parse::<u32>().ok())
        };
        token
            .or_else(|| skipped().map(|skip| skip + 1))
            .unwrap_or(1)
    }

    /// The body as form fields.
    pub(super) fn form(&self) -> Vec<(String, String)> {
        pairs(&self.body)
    }

    /// The body as a JSON object.
    pub(super) fn object(&self) -> Result<Object, ApiError> {
        let json = self
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("application/json"));
        match serde_json::from_str(if json { &self.body } else { "" }) {
            Ok(Value::Object(object)) => Ok(object),
            _ => Err(ApiError::bad_request(
                "Unable to read JSON request payload.",
            )),
        }
    }
}

fn pairs(text: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .collect()
}
