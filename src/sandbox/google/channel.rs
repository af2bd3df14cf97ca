//! Channels: who is told that a calendar has changed.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::token::digest;

/// A channel, as it is agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// The id that the client chose.
    pub id: String,
    /// Whose token opened it.
    pub account: String,
    /// The calendar that it watches.
    pub calendar: String,
    /// The id of what is watched: the same for every channel of a calendar.
    pub resource_id: String,
    /// The address of what is watched.
    pub resource_uri: String,
    /// Where notifications go.
    pub address: String,
    /// The secret that they carry.
    pub token: Option<String>,
    /// From then on it is silent.
    pub expires: DateTime<Utc>,
    /// Types of events that it tells of; empty: all.
    pub(super) types: Vec<String>,
    /// The number of its last message.
    pub(super) number: u64,
}

impl Channel {
    /// The number of the next message: higher than the last one, not always
    /// by one.
    pub(super) fn next_number(&mut self) -> u64 {
        self.number += 1 + digest((&self.id, self.number)) % 5;
        self.number
    }
}

/// Every channel that lives, and the ids of all there ever were.
#[derive(Debug, Default)]
pub(super) struct Channels {
    by_calendar: HashMap<String, Vec<Channel>>,
    used: HashSet<String>,
}

impl Channels {
    /// Whether there is or was a channel with this id.
    pub(super) fn is_used(&self, id: &str) -> bool {
        self.used.contains(id)
    }

    /// Adds a channel.
    pub(super) fn open(&mut self, channel: Channel) {
        self.used.insert(channel.id.clone());
        let calendar = self.by_calendar.entry(channel.calendar.clone());
        calendar.or_default().push(channel);
    }

    /// The channels of a calendar that have not expired, oldest first.
    pub(super) fn live(&mut self, calendar: &str, now: DateTime<Utc>) -> &mut [Channel] {
        let Some(channels) = self.by_calendar.get_mut(calendar) else {
            return &mut [];
        };
        channels.retain(|channel| channel.expires > now);
        channels
    }

    /// A channel that has not expired.
    pub(super) fn find(&mut self, id: &str, now: DateTime<Utc>) -> Option<&mut Channel> {
        let mut all = self.by_calendar.values_mut().flatten();
        all.find(|channel| channel.id == id && channel.expires > now)
    }

    /// Ends a channel.
    pub(super) fn end(&mut self, id: &str) {
        for channels in self.by_calendar.values_mut() {
            channels.retain(|channel| channel.id != id);
        }
    }
}
