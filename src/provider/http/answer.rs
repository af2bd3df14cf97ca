//! What comes back: read to the end, within bounds, never quoted in an error.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{AsHeaderName, DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use serde_json::error::Category;

use super::connect;
use crate::provider::{ProviderError, Result};

/// An answer with its whole body.
pub(in crate::provider) struct Answer {
    pub(in crate::provider) status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    /// An answer made of its parts.
    #[cfg(test)]
    pub(in crate::provider) fn of(status: u16, headers: HeaderMap, body: &str) -> Self {
        let status = StatusCode::from_u16(status).expect("the test gives a status");
        let body = body.as_bytes().to_vec();
        Self {
            status,
            headers,
            body,
        }
    }

    /// Reads a response to its end. A redirect is refused here, so that
    /// nobody has to think of it.
    pub(super) async fn read(mut response: Response, limit: usize) -> Result<Self> {
        let status = response.status();
        if status.is_redirection() {
            return Err(protocol(format!("redirect, HTTP {}", status.as_u16())));
        }
        let headers = std::mem::take(response.headers_mut());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| connect::failure(&e))? {
            if body.len() + chunk.len() > limit {
                return Err(protocol(format!("answer longer than {limit} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Self {
            status,
            headers,
            body,
        })
    }

    /// The body as JSON of the given shape.
    pub(in crate::provider) fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| {
            protocol(match error.classify() {
                Category::Eof if self.body.is_empty() => "empty body".to_owned(),
                Category::Eof => "truncated JSON".to_owned(),
                Category::Syntax | Category::Io => "not JSON".to_owned(),
                Category::Data => "JSON of another shape".to_owned(),
            })
        })
    }

    /// When the service said to come back. A date is measured from the
    /// answer's own, so that nobody's clock matters.
    pub(in crate::provider) fn retry_after(&self) -> Option<Duration> {
        let text = self.header(RETRY_AFTER)?;
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let until = DateTime::parse_from_rfc2822(text).ok()?;
        let sent = DateTime::parse_from_rfc2822(self.header(DATE)?).ok()?;
        Some((until - sent).to_std().unwrap_or_default())
    }

    /// A header's text.
    pub(in crate::provider) fn header(&self, name: impl AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok().map(str::trim)
    }
}

/// The head of an answer.
pub(in crate::provider) struct Glance {
    pub(in crate::provider) status: u16,
    /// When it was sent, by the sender's clock.
    pub(in crate::provider) date: Option<DateTime<Utc>>,
}

impl Glance {
    pub(super) fn of(response: &Response) -> Self {
        let date = response.headers().get(DATE);
        let date = date.and_then(|date| DateTime::parse_from_rfc2822(date.to_str().ok()?).ok());
        Self {
            status: response.status().as_u16(),
            date: date.map(|date| date.to_utc()),
        }
    }
}

/// An answer that is not what the contract says.
fn protocol(reason: String) -> ProviderError {
    ProviderError::Protocol { reason }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date_measured_by_the_answers_own() {
        let date = "Tue, 19 Nov 2013 01:13:52 GMT";
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        let cases = [
            (Some("30"), None, seconds(30)),
            (Some(" 0 "), None, seconds(0)),
            (
                Some("Tue, 19 Nov 2013 01:14:22 GMT"),
                Some(date),
                seconds(30),
            ),
            (
                Some("Tue, 19 Nov 2013 01:00:00 GMT"),
                Some(date),
                seconds(0),
            ),
            (Some("Tue, 19 Nov 2013 01:14:22 GMT"), None, None),
            (Some("soon"), Some(date), None),
            (Some("-1"), None, None),
            (None, Some(date), None),
        ];
        for (after, sent, expected) in cases {
            let mut headers = HeaderMap::new();
            let pairs = [(RETRY_AFTER, after), (DATE, sent)];
            for (name, value) in pairs.into_iter().filter_map(|(n, v)| Some((n, v?))) {
                headers.insert(name, HeaderValue::from_static(value));
            }
            let answer = Answer::of(503, headers, "");
            assert_eq!(answer.retry_after(), expected, "{after:?} {sent:?}");
        }
    }

    #[test]
    fn a_dead_body_is_named_and_not_quoted() {
        let cases = [
            ("", "empty body"),
            (r#"{"title":"secr"#, "truncated JSON"),
            ("<html>secret</html>", "not JSON"),
            (r#"["secret"]"#, "JSON of another shape"),
        ];
        for (body, expected) in cases {
            let answer = Answer::of(200, HeaderMap::new(), body);
            let error = answer
                .json::<std::collections::HashMap<String, String>>()
                .unwrap_err();
            assert!(matches!(error, ProviderError::Protocol { reason } if reason == expected));
        }
    }
}
