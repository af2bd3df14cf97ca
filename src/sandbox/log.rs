//! What was asked: the log of requests, and of mails that guests would get.

use std::collections::{HashMap, VecDeque};

/// A request as a model notes it.
pub(super) trait Entry {
    /// Notes the status of the answer; `None`: none was sent.
    fn set_status(&mut self, status: Option<u16>);
}

/// The log; keeps the newest entries when it is full.
#[derive(Debug)]
pub(super) struct Log<E, M> {
    entries: VecDeque<E>,
    dropped: usize,
    limit: usize,
    in_flight: HashMap<String, (usize, usize)>,
    pub(super) mails: Vec<M>,
}

impl<E, M> Default for Log<E, M> {
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

impl<E: Entry, M> Log<E, M> {
    /// Notes the arrival of a request of `account`; the number finds it again.
    pub(super) fn arrive(&mut self, account: &str, entry: E) -> usize {
        let (now, highest) = self.in_flight.entry(account.to_owned()).or_default();
        *now += 1;
        *highest = (*now).max(*highest);
        self.entries.push_back(entry);
        self.trim();
        self.dropped + self.entries.len() - 1
    }

    /// How many requests of an account are under way.
    pub(super) fn under_way(&self, account: &str) -> usize {
        self.in_flight.get(account).map_or(0, |(now, _)| *now)
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
            entry.set_status(status);
        }
    }

    /// Every request kept, oldest first.
    pub(super) fn entries(&self) -> Vec<E>
    where
        E: Clone,
    {
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
