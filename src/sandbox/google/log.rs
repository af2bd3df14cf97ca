//! What was asked: the log of requests and of mails that guests would get.

use serde_json::Value;

use super::super::log::Entry;
use super::call::Call;
use super::route::Kind;

/// One request, as it arrived and as it was answered.
#[derive(Clone, Debug)]
pub struct Logged {
    /// HTTP method.
    pub method: String,
    /// Path below `/google`, as sent (percent-encoded).
    pub path: String,
    /// Query string, as sent.
    pub query: String,
    /// What it calls.
    pub kind: Kind,
    /// The account whose token it carried.
    pub account: Option<String>,
    /// The calendar it names; `primary` is resolved.
    pub calendar: Option<String>,
    /// The answer's status; `None`: none was sent (yet).
    pub status: Option<u16>,
    /// `User-Agent`.
    pub user_agent: String,
    /// Whether gzip was accepted by Google's two conditions.
    pub gzip: bool,
    /// Whether it carried a bearer token.
    pub bearer: bool,
    /// `If-Match`.
    pub if_match: Option<String>,
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

    pub(super) fn of(call: &Call, account: Option<&str>, calendar: &str) -> Self {
        Self {
            method: call.method.to_string(),
            path: call.path.clone(),
            query: call.query.clone(),
            kind: call.route.kind,
            account: account.map(str::to_owned),
            calendar: (!calendar.is_empty()).then(|| calendar.to_owned()),
            status: None,
            user_agent: call
                .header(axum::http::header::USER_AGENT)
                .unwrap_or_default()
                .to_owned(),
            gzip: call.takes_gzip(),
            bearer: call.bearer().is_some(),
            if_match: call.header(axum::http::header::IF_MATCH).map(str::to_owned),
            body: serde_json::from_str(&call.body).unwrap_or_default(),
        }
    }
}

/// A write after which Google may have mailed guests.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The calendar that was written.
    pub calendar: String,
    /// The event that was written.
    pub event: String,
    /// `sendUpdates` as sent; `None`: left to Google's default.
    pub send_updates: Option<String>,
    /// The guests, without the calendar's own entry.
    pub recipients: Vec<String>,
}

impl Entry for Logged {
    fn set_status(&mut self, status: Option<u16>) {
        self.status = status;
    }
}

/// The log of Google's model.
pub(super) type Log = super::super::log::Log<Logged, Mail>;
