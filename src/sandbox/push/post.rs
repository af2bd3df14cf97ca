//! A POST to a receiver, and what tests see of it.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::super::log::Entry;

/// After which answers a POST is sent again.
#[derive(Clone, Copy, Debug)]
pub(in crate::sandbox) enum Retry {
    /// After none.
    Never,
    /// After 500, 502, 503 and 504, and after no answer if that is said.
    Outage {
        /// No answer at all counts as well.
        unanswered: bool,
    },
    /// After all but 2xx, until that moment.
    Refusal {
        /// From then on it is dropped.
        until: DateTime<Utc>,
    },
}

impl Retry {
    /// Whether this answer (`None`: none came) asks for another try.
    pub(super) fn wanted(self, status: Option<u16>) -> bool {
        match self {
            Self::Never => false,
            Self::Outage { unanswered } => {
                status.map_or(unanswered, |status| matches!(status, 500 | 502..=504))
            }
            Self::Refusal { .. } => !status.is_some_and(|status| (200..300).contains(&status)),
        }
    }

    /// Whether another try would come too late.
    pub(super) fn is_over(self, now: DateTime<Utc>) -> bool {
        matches!(self, Self::Refusal { until } if now > until)
    }
}

/// A POST to a receiver.
#[derive(Clone, Debug)]
pub(in crate::sandbox) struct Post {
    /// The address as the receiver's owner gave it.
    pub(in crate::sandbox) url: String,
    pub(in crate::sandbox) headers: Vec<(&'static str, String)>,
    pub(in crate::sandbox) body: String,
    pub(in crate::sandbox) retry: Retry,
}

/// What a receiver answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sandbox) struct Reply {
    pub(in crate::sandbox) status: u16,
    /// Empty: it named none.
    pub(in crate::sandbox) content_type: String,
    pub(in crate::sandbox) body: String,
}

/// A POST that a model sent to a receiver; every try is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The whole address.
    pub url: String,
    /// Its headers, spelled as in the contract; those that HTTP itself needs
    /// are left out.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
    /// The status answered; `None`: no answer came, or not yet.
    pub status: Option<u16>,
}

impl Sent {
    /// The value of a header; names are read in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The path of the address, with its query.
    pub fn path(&self) -> &str {
        let rest = self.url.split_once("://").map_or("", |(_, rest)| rest);
        rest.find('/').map_or("", |start| &rest[start..])
    }

    /// The body as JSON, `Null` if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    pub(super) fn of(post: &Post) -> Self {
        Self {
            url: post.url.clone(),
            headers: post.headers.clone(),
            body: post.body.clone(),
            status: None,
        }
    }
}

impl Entry for Sent {
    fn set_status(&mut self, status: Option<u16>) {
        self.status = status;
    }
}
