//! What the model knows: accounts, their calendars, access tokens.

use std::collections::{BTreeMap, HashMap};

use super::super::clock::Clock;
use super::super::ids::Ids;
use super::super::push::Push;
use super::behaviour::{Behaviour, Spending};
use super::calendar::Calendar;
use super::channel::Channels;
use super::consent::Consents;
use super::errors::ApiError;
use super::faults::Faults;
use super::grant::{Access, Refresh};
use super::log::Log;
use super::notice::Mishap;

/// What a user may do on a calendar, as Google names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccessRole {
    /// Sees when it is busy.
    FreeBusyReader,
    /// Sees events.
    Reader,
    /// Changes events.
    Writer,
    /// Changes events and sharing.
    Owner,
}

impl AccessRole {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FreeBusyReader => "freeBusyReader",
            Self::Reader => "reader",
            Self::Writer => "writer",
            Self::Owner => "owner",
        }
    }

    /// Reads the word on the wire.
    pub(super) fn parse(text: &str) -> Option<Self> {
        [
            Self::FreeBusyReader,
            Self::Reader,
            Self::Writer,
            Self::Owner,
        ]
        .into_iter()
        .find(|role| role.as_str() == text)
    }
}

/// A calendar in somebody's list.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) role: AccessRole,
    pub(super) hidden: bool,
    pub(super) deleted: bool,
    pub(super) change: u64,
    pub(super) etag: String,
}

/// A Google account.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) subject: String,
    /// It has let the app in before, and not taken that back.
    pub(super) consented: bool,
    pub(super) rotates: bool,
    pub(super) scopes: Vec<String>,
    pub(super) list: BTreeMap<String, Entry>,
    pub(super) list_head: u64,
    pub(super) list_generation: u32,
}

/// Everything the model knows.
pub(super) struct World {
    /// What stands for `https://www.googleapis.com`.
    pub(super) url: String,
    pub(super) clock: Clock,
    pub(super) ids: Ids,
    pub(super) accounts: BTreeMap<String, Account>,
    pub(super) calendars: HashMap<String, Calendar>,
    pub(super) consents: Consents,
    /// Oldest first.
    pub(super) refresh: Vec<Refresh>,
    pub(super) access: HashMap<String, Access>,
    pub(super) channels: Channels,
    pub(super) mishaps: Mishap,
    pub(super) push: Push,
    pub(super) behaviour: Behaviour,
    pub(super) spending: Spending,
    pub(super) faults: Faults,
    pub(super) log: Log,
}

impl World {
    /// An empty world.
    pub(super) fn new(url: &str, clock: Clock, seed: u64, push: Push) -> Self {
        Self {
            url: url.to_owned(),
            clock,
            ids: Ids::new(seed),
            accounts: BTreeMap::new(),
            calendars: HashMap::new(),
            consents: Consents::default(),
            refresh: Vec::new(),
            access: HashMap::new(),
            channels: Channels::default(),
            mishaps: Mishap::default(),
            push,
            behaviour: Behaviour::default(),
            spending: Spending::default(),
            faults: Faults::default(),
            log: Log::default(),
        }
    }

    /// What `email` may do on `calendar`; not in his list: not found.
    pub(super) fn role(&self, email: &str, calendar: &str) -> Result<AccessRole, ApiError> {
        let account = self.accounts.get(email).ok_or_else(ApiError::not_found)?;
        let entry = account.list.get(calendar).filter(|entry| !entry.deleted);
        entry
            .map(|entry| entry.role)
            .ok_or_else(ApiError::not_found)
    }

    /// A calendar that exists.
    pub(super) fn calendar(&self, id: &str) -> Result<&Calendar, ApiError> {
        self.calendars.get(id).ok_or_else(ApiError::not_found)
    }

    /// Puts a calendar into somebody's list, or changes how it stands there.
    pub(super) fn enlist(&mut self, email: &str, calendar: &str, role: AccessRole) {
        self.relist(email, calendar, |entry| {
            entry.role = role;
            entry.deleted = false;
        });
    }

    /// Changes an entry of somebody's list; it appears in his next delta.
    pub(super) fn relist(&mut self, email: &str, calendar: &str, change: impl FnOnce(&mut Entry)) {
        let etag = self.ids.etag();
        let Some(account) = self.accounts.get_mut(email) else {
            return;
        };
        account.list_head += 1;
        let role = AccessRole::Reader;
        let fresh = Entry {
            role,
            hidden: false,
            deleted: false,
            change: 0,
            etag: String::new(),
        };
        let entry = account.list.entry(calendar.to_owned()).or_insert(fresh);
        change(entry);
        (entry.change, entry.etag) = (account.list_head, etag);
    }
}
