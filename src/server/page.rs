//! The pages that people see: a title and what to do next, and nothing that
//! has to be fetched from anywhere.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use url::Url;

/// What a page looks like.
const STYLE: &str = "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;\
                     padding:0 1.5rem;color:#222}h1{font-size:1.5rem}\
                     @media(prefers-color-scheme:dark){body{background:#1b1b1f;color:#ddd}}";

/// Nothing is kept, framed, fetched or told to the next page.
const HEADERS: [(HeaderName, &str); 6] = [
    (CONTENT_TYPE, "text/html; charset=utf-8"),
    (CACHE_CONTROL, "no-store"),
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; \
         form-action 'none'",
    ),
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
];

/// A page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) status: StatusCode,
    pub(super) title: &'static str,
    pub(super) text: String,
    /// Where it goes on, and the word for that.
    pub(super) next: Option<(Url, &'static str)>,
}

impl Page {
    pub(super) fn new(status: StatusCode, title: &'static str, text: impl Into<String>) -> Self {
        Self {
            status,
            title,
            text: text.into(),
            next: None,
        }
    }

    /// With a link to where it goes on.
    pub(super) fn then(mut self, to: Url, word: &'static str) -> Self {
        self.next = Some((to, word));
        self
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let (title, text) = (escaped(self.title), escaped(&self.text));
        let next = self.next.map_or_else(String::new, |(to, word)| {
            format!(
                "<p><a href=\"{}\">{}</a></p>",
                escaped(to.as_str()),
                escaped(word)
            )
        });
        let html = format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
             <style>{STYLE}</style></head><body><h1>{title}</h1><p>{text}</p>{next}</body></html>\n"
        );
        let mut response = (self.status, html).into_response();
        for (name, value) in HEADERS {
            let value = HeaderValue::from_static(value);
            response.headers_mut().insert(name, value);
        }
        response
    }
}

/// Text that no browser takes for anything else.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
