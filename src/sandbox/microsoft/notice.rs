//! Notifications on their way: several travel in one POST (contract 9.3).

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::super::push::{self, Mishaps, Post, Retry};
use super::world::World;

/// How long Graph tries to deliver.
const RETRY_HOURS: i64 = 4;

/// What happened to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Created,
    Updated,
    Deleted,
}

impl Change {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }
}

/// What a subscription says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    /// It falls silent unless it is reauthorized.
    ReauthorizationRequired,
    /// It is no more.
    SubscriptionRemoved,
    /// Notifications have been lost.
    Missed,
}

impl Lifecycle {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::ReauthorizationRequired => "reauthorizationRequired",
            Self::SubscriptionRemoved => "subscriptionRemoved",
            Self::Missed => "missed",
        }
    }
}

/// A notification of one subscription, and where it goes.
#[derive(Clone, Debug)]
pub(super) struct Notice {
    pub(super) url: String,
    pub(super) entry: Value,
}

impl push::Notice for Notice {
    fn forge(&mut self) {
        let state = self.entry["clientState"].as_str().unwrap_or_default();
        self.entry["clientState"] = json!(push::forged(state));
    }
}

/// What tests let happen to notifications of this model.
pub(super) type Mishap = Mishaps<Notice>;

impl World {
    /// Sends notifications, with what befalls them.
    pub(super) fn dispatch(&mut self, notices: Vec<Notice>) {
        let notices = self.mishaps.meet(notices);
        self.send(notices);
    }

    /// Sends what was held.
    pub(super) fn release(&mut self) {
        let notices = self.mishaps.release();
        self.send(notices);
    }

    /// Those to one address share POSTs, whosever they are.
    fn send(&mut self, notices: Vec<Notice>) {
        let until = self.clock.now() + TimeDelta::hours(RETRY_HOURS);
        let mut by_url: Vec<(String, Vec<Value>)> = Vec::new();
        for Notice { url, entry } in notices {
            match by_url.iter_mut().find(|(known, _)| *known == url) {
                Some((_, entries)) => entries.push(entry),
                None => by_url.push((url, vec![entry])),
            }
        }
        let batch = self.behaviour.batch.max(1);
        for (url, entries) in &by_url {
            for value in entries.chunks(batch) {
                self.push.queue(Post {
                    url: url.clone(),
                    headers: vec![("Content-Type", "application/json; charset=utf-8".to_owned())],
                    body: json!({ "value": value }).to_string(),
                    retry: Retry::Refusal { until },
                });
            }
        }
    }
}
