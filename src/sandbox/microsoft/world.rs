//! What the model knows: mailboxes, their calendars, tokens.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};

use super::super::clock::Clock;
use super::super::ids::Ids;
use super::super::push::Push;
use super::behaviour::{Behaviour, Spending};
use super::errors::ApiError;
use super::faults::Faults;
use super::log::Log;
use super::mailbox::{Calendar, Mailbox};
use super::notice::Mishap;
use super::oauth::{Access, Refresh};
use super::sign_in::SignIns;
use super::subscription::Subscriptions;

/// Everything the model knows.
pub(super) struct World {
    pub(super) clock: Clock,
    pub(super) ids: Ids,
    /// The base URL of the model.
    pub(super) url: String,
    pub(super) mailboxes: BTreeMap<String, Mailbox>,
    pub(super) calendars: HashMap<String, Calendar>,
    /// In which calendar each item lies.
    pub(super) places: HashMap<u64, String>,
    pub(super) access: HashMap<String, Access>,
    pub(super) refresh: HashMap<String, Refresh>,
    pub(super) sign_ins: SignIns,
    pub(super) behaviour: Behaviour,
    pub(super) spending: Spending,
    pub(super) faults: Faults,
    pub(super) log: Log,
    pub(super) items: u64,
    pub(super) subscriptions: Subscriptions,
    /// How many notifications there were.
    pub(super) notices: u64,
    pub(super) mishaps: Mishap,
    pub(super) push: Push,
    version: u32,
    stamped: Timestamp,
}

impl World {
    /// An empty world.
    pub(super) fn new(url: &str, clock: Clock, seed: u64, push: Push) -> Self {
        Self {
            clock,
            ids: Ids::new(seed),
            url: url.to_owned(),
            mailboxes: BTreeMap::new(),
            calendars: HashMap::new(),
            places: HashMap::new(),
            access: HashMap::new(),
            refresh: HashMap::new(),
            sign_ins: SignIns::default(),
            behaviour: Behaviour::default(),
            spending: Spending::default(),
            faults: Faults::default(),
            log: Log::default(),
            items: 0,
            subscriptions: Subscriptions::default(),
            notices: 0,
            mishaps: Mishap::default(),
            push,
            version: 0,
            stamped: Timestamp::MIN,
        }
    }

    /// A mailbox that exists.
    pub(super) fn mailbox(&self, account: &str) -> Result<&Mailbox, ApiError> {
        self.mailboxes
            .get(account)
            .ok_or_else(ApiError::item_not_found)
    }

    /// A calendar in somebody's mailbox; an empty id is the default calendar.
    pub(super) fn calendar(&self, account: &str, id: &str) -> Result<&Calendar, ApiError> {
        let listed = &self.mailbox(account)?.calendars;
        let id = match id {
            "" => listed.first().map(String::as_str).unwrap_or_default(),
            id => id,
        };
        self.calendars
            .get(id)
            .filter(|calendar| calendar.account == account)
            .ok_or_else(ApiError::item_not_found)
    }

    /// A version that no write has had.
    pub(super) fn next_version(&mut self) -> u32 {
        self.version += 1;
        self.version
    }

    /// The time by the clock, in steps of 100 ns: later than any before.
    pub(super) fn stamp(&mut self) -> Timestamp {
        let now = Timestamp::from_microsecond(self.clock.now().timestamp_micros());
        let next = self.stamped.saturating_add(SignedDuration::from_nanos(100));
        let now = now.unwrap_or_default().max(next.unwrap_or_default());
        self.stamped = now;
        now
    }
}
