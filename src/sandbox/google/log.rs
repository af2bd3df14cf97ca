//! What was asked: the log of requests and of mails that guests would get.

use std::collections::{HashMap, VecDeque};

use serde_json::Value;

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

/// The log; keeps the newest entries when it is full.
#[derive(Debug)]
pub(super) struct Log {
    entries: VecDeque<Logged>,
    dropped: usize,
    limit: usize,
    in_flight: HashMap<String, (usize, usize)>,
    pub(super) mails: Vec<Mail>,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            entries: VecDeque::new(),
            dropped: 0,
            limit: 100_000,
            in_flight: HashMap::new(),
            mails: Vec::new(),
        }
    }
}

impl Log {
    /// Notes the arrival of a request; the number finds it again.
    pub(super) fn arrive(&mut self, entry: Logged) -> usize {
        let account = entry.account.clone().unwrap_or_default();
        let (now, highest) = self.in_flight.entry(account).or_default();
        *now += 1;
        *highest = (*now).max(*highest);
        self.entries.push_back(entry);
        self.trim();
        self.dropped + self.entries.len() - 1
    }

    /// Notes that the request is over.
    pub(super) fn leave(&mut self, account: &str, number: usize, status: Option<u16>) {
        if let Some((now, _)) = self.in_flight.get_mut(account) {
            *now = now.saturating_sub(1);
        }
        if let Some(entry) = number
            .checked_sub(self.dropped)
            .and_then(|index| self.entries.get_mut(index))
        {
            entry.status = status;
        }
    }

    /// Every request kept, oldest first.
    pub(super) fn entries(&self) -> Vec<Logged> {
        self.entries.iter().cloned().collect()
    }

    /// The most requests of an account that were under way at once.
    pub(super) fn concurrency(&self, account: &str) -> usize {
        self.in_flight
            .get(account)
            .map_or(0, |(_, highest)| *highest)
    }

    /// Keeps at most this many requests.
    pub(super) fn keep(&mut self, limit: usize) {
        self.limit = limit;
        self.trim();
    }

    /// Forgets requests, high-water marks and mails.
    pub(super) fn clear(&mut self) {
        self.dropped += self.entries.len();
        self.entries.clear();
        self.mails.clear();
        for (now, highest) in self.in_flight.values_mut() {
            *highest = *now;
        }
    }

    fn trim(&mut self) {
        while self.entries.len() > self.limit {
            self.entries.pop_front();
            self.dropped += 1;
        }
    }
}
