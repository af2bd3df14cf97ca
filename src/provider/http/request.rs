//! What is sent.

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, IF_MATCH};
use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use url::{Url, form_urlencoded};

use super::Answer;
use crate::provider::{ProviderError, Result};

/// A request before it is authorised.
pub(in crate::provider) struct Request {
    pub(in crate::provider) method: Method,
    pub(in crate::provider) url: Url,
    /// Names the request in logs, with no id or address in it.
    pub(in crate::provider) route: &'static str,
    pub(in crate::provider) headers: HeaderMap,
    pub(in crate::provider) body: Option<Body>,
    /// Whether sending it twice does no more than sending it once.
    pub(in crate::provider) idempotent: bool,
    expected: fn(&Answer) -> bool,
}

impl Request {
    /// Reads; may be repeated.
    pub(in crate::provider) fn get(url: Url, route: &'static str) -> Self {
        Self {
            method: Method::GET,
            url,
            route,
            headers: HeaderMap::new(),
            body: None,
            idempotent: true,
            expected: |_| false,
        }
    }

    /// Asks for the head of what a reading would answer; may be repeated.
    pub(in crate::provider) fn head(url: Url, route: &'static str) -> Self {
        Self {
            method: Method::HEAD,
            ..Self::get(url, route)
        }
    }

    /// Posts a body; not repeated unless the caller says that it may be.
    pub(in crate::provider) fn post(url: Url, route: &'static str, body: Body) -> Self {
        Self {
            method: Method::POST,
            body: Some(body),
            idempotent: false,
            ..Self::get(url, route)
        }
    }

    /// Sets what a body says, and nothing relative to what was; may be
    /// repeated.
    pub(in crate::provider) fn patch(url: Url, route: &'static str, body: Body) -> Self {
        Self {
            method: Method::PATCH,
            body: Some(body),
            ..Self::get(url, route)
        }
    }

    /// Deletes; may be repeated.
    pub(in crate::provider) fn delete(url: Url, route: &'static str) -> Self {
        Self {
            method: Method::DELETE,
            ..Self::get(url, route)
        }
    }

    /// Marks it as safe to repeat.
    pub(in crate::provider) fn repeatable(self) -> Self {
        Self {
            idempotent: true,
            ..self
        }
    }

    /// Marks it as not to be repeated.
    pub(in crate::provider) fn once(self) -> Self {
        Self {
            idempotent: false,
            ..self
        }
    }

    /// Has some refusals handed out as answers, for what they say beyond their
    /// meaning.
    pub(in crate::provider) fn expecting(self, expected: fn(&Answer) -> bool) -> Self {
        Self { expected, ..self }
    }

    /// Whether it got what it was sent for.
    pub(super) fn is_answered(&self, answer: &Answer) -> bool {
        answer.status.is_success() || (self.expected)(answer)
    }

    /// Has it done only to the revision given.
    pub(in crate::provider) fn if_match(mut self, etag: &str) -> Result<Self> {
        let value = HeaderValue::from_str(etag).map_err(|_| ProviderError::Invalid {
            reason: "a revision that no header can hold".to_owned(),
        })?;
        self.headers.insert(IF_MATCH, value);
        Ok(self)
    }
}

/// The body of a request; may hold secrets.
pub(in crate::provider) struct Body {
    content_type: &'static str,
    text: SecretString,
}

impl Body {
    /// A form.
    pub(in crate::provider) fn form(fields: &[(&str, &str)]) -> Self {
        let mut form = form_urlencoded::Serializer::new(String::new());
        Self {
            content_type: "application/x-www-form-urlencoded",
            text: form.extend_pairs(fields).finish().into(),
        }
    }

    /// A JSON document.
    pub(in crate::provider) fn json(document: &serde_json::Value) -> Self {
        Self {
            content_type: "application/json",
            text: document.to_string().into(),
        }
    }

    /// Puts it into a request.
    pub(super) fn attach(&self, builder: RequestBuilder) -> RequestBuilder {
        builder
            .header(CONTENT_TYPE, self.content_type)
            .body(self.text.expose_secret().to_owned())
    }
}
