//! What is sent back, and how it is put on the wire.

use std::io::Write;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use flate2::{Compression, write::GzEncoder};
use serde_json::Value;

/// An answer before it is put on the wire.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) headers: Vec<(header::HeaderName, String)>,
    pub(super) body: String,
}

impl Answer {
    /// 200 with a JSON text that is ready to send.
    pub(super) fn ready(body: String) -> Self {
        Self {
            status: 200,
            content_type: "application/json; charset=UTF-8",
            headers: Vec::new(),
            body,
        }
    }

    /// 200 with a JSON value, indented unless the caller asked otherwise.
    pub(super) fn json(value: &Value, pretty: bool) -> Self {
        Self::ready(text(value, pretty))
    }

    /// No body.
    pub(super) fn empty(status: u16) -> Self {
        Self {
            status,
            ..Self::ready(String::new())
        }
    }

    /// A status with a JSON body.
    pub(super) fn status(status: u16, value: &Value) -> Self {
        Self {
            status,
            ..Self::ready(text(value, true))
        }
    }

    /// Adds a header.
    pub(super) fn with(mut self, name: header::HeaderName, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The HTTP response, compressed if `gzip`.
    pub(super) fn respond(self, gzip: bool) -> Response<Body> {
        let gzip = gzip && !self.body.is_empty();
        let mut response = Response::new(match gzip {
            true => Body::from(compress(self.body.as_bytes())),
            false => Body::from(self.body),
        });
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(self.content_type),
        );
        headers.insert(header::VARY, HeaderValue::from_static("Origin"));
        if gzip {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
        response
    }
}

fn text(value: &Value, pretty: bool) -> String {
    if pretty {
        format!("{value:#}")
    } else {
        value.to_string()
    }
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 8), Compression::fast());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .expect("writing to memory does not fail")
}
