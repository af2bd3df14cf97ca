//! What was asked: requests, and mails that attendees would get.

use serde_json::Value;

use super::super::log::Entry;
use super::call::Call;
use super::route::Kind;

/// One request, as it arrived and as it was answered.
#[derive(Clone, Debug)]
pub struct Logged {
    /// HTTP method.
    pub method: String,
    /// Path below `/microsoft`, as sent (percent-encoded).
    pub path: String,
    /// Query string, as sent.
    pub query: String,
    /// What it calls.
    pub kind: Kind,
    /// The account whose token it carried.
    pub account: Option<String>,
    /// The calendar it means; of a path without one, the default calendar.
    pub calendar: Option<String>,
    /// The answer's status; `None`: none was sent (yet).
    pub status: Option<u16>,
    /// `Prefer`, several joined by commas.
    pub prefer: Option<String>,
    /// `If-Match`.
    pub if_match: Option<String>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `User-Agent`.
    pub user_agent: String,
    /// `client-request-id`.
    pub client_request_id: Option<String>,
    /// Whether it carried a bearer token.
    pub bearer: bool,
    /// The JSON body, `Null` if there was none.
    pub body: Value,
}

impl Logged {
    /// The first value of a query parameter.
    pub fn param(&self, name: &str) -> Option<String> {
        let mut pairs = url::form_urlencoded::parse(self.query.as_bytes());
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// Whether `Prefer` holds this preference, spelled like this.
    pub fn prefers(&self, preference: &str) -> bool {
        let all = self.prefer.as_deref().unwrap_or_default();
        all.split(',').any(|one| one.trim() == preference)
    }

    pub(super) fn of(call: &Call, account: Option<&str>, calendar: &str) -> Self {
        Self {
            method: call.method.to_string(),
            path: call.path.clone(),
            query: call.query.clone(),
            kind: call.route.kind,
            account: account.map(str::to_owned),
            calendar: (!calendar.is_empty()).then(|| calendar.to_owned()),
            status: None,
            prefer: call.header("prefer"),
            if_match: call.header("if-match"),
            content_type: call.header("content-type"),
            user_agent: call.header("user-agent").unwrap_or_default(),
            client_request_id: call.header("client-request-id"),
            bearer: call.bearer().is_some(),
            body: serde_json::from_str(&call.body).unwrap_or_default(),
        }
    }
}

impl Entry for Logged {
    fn set_status(&mut self, status: Option<u16>) {
        self.status = status;
    }
}

/// Why a mail went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailReason {
    /// A meeting was created.
    Invitation,
    /// It was changed.
    Update,
    /// It was deleted.
    Cancellation,
}

/// A write after which Microsoft has mailed the attendees.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The calendar that was written.
    pub calendar: String,
    /// The immutable id of the event that was written.
    pub event: String,
    /// Why.
    pub reason: MailReason,
    /// The attendees, without the mailbox's own user.
    pub recipients: Vec<String>,
}

/// The log of Microsoft's model.
pub(super) type Log = super::super::log::Log<Logged, Mail>;
