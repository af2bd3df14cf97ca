//! Mailboxes and calendars, with the order in which things changed.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use super::item::Item;
use super::round::Round;

/// An account with its mailbox.
#[derive(Debug)]
pub(super) struct Mailbox {
    pub(super) number: u32,
    pub(super) id: String,
    pub(super) tenant: String,
    pub(super) name: String,
    /// `None`: the directory knows no address.
    pub(super) mail: Option<String>,
    /// What was granted last.
    pub(super) scopes: Vec<String>,
    /// The most that can be granted, if there is a limit.
    pub(super) consent_limit: Option<Vec<String>>,
    pub(super) single_use: bool,
    /// Every refresh is answered with this error and number.
    pub(super) refusal: Option<(&'static str, u32)>,
    /// Nothing in it can be subscribed to: the status that says so.
    pub(super) refuses_subscriptions: Option<u16>,
    /// The calendars in the order of the list; the first one is the default.
    pub(super) calendars: Vec<String>,
    /// Which item a transaction made.
    pub(super) transactions: HashMap<String, u64>,
}

/// What of an item changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Facet {
    /// All of it, or it is gone.
    Whole,
    /// The master of a series alone.
    Master,
    /// One occurrence.
    Occurrence(Date),
}

/// A calendar.
#[derive(Debug)]
pub(super) struct Calendar {
    pub(super) id: String,
    /// Names it in default ids.
    pub(super) number: u32,
    pub(super) name: String,
    /// Whose mailbox it lies in.
    pub(super) account: String,
    pub(super) can_edit: bool,
    pub(super) owner: String,
    pub(super) color: String,
    pub(super) hex_color: String,
    pub(super) version: u32,
    pub(super) items: BTreeMap<u64, Item>,
    pub(super) changes: BTreeMap<u64, (u64, Facet)>,
    newest: HashMap<(u64, Facet), u64>,
    /// Single events as they were before their last change, while that is
    /// wanted.
    pub(super) stale: HashMap<u64, Item>,
    pub(super) head: u64,
    /// Links of older generations are lost.
    pub(super) generation: u32,
    /// Reads as empty, whatever is in here.
    pub(super) blank: bool,
    /// It cannot be subscribed to: the status that says so.
    pub(super) refuses_subscriptions: Option<u16>,
    pub(super) rounds: BTreeMap<u32, Round>,
}

impl Calendar {
    /// A calendar without events.
    pub(super) fn new(id: &str, number: u32, name: &str, account: &str) -> Self {
        Self {
            id: id.to_owned(),
            number,
            name: name.to_owned(),
            account: account.to_owned(),
            can_edit: true,
            owner: account.to_owned(),
            color: "auto".to_owned(),
            hex_color: String::new(),
            version: number,
            items: BTreeMap::new(),
            changes: BTreeMap::new(),
            newest: HashMap::new(),
            stale: HashMap::new(),
            head: 0,
            generation: 0,
            blank: false,
            refuses_subscriptions: None,
            rounds: BTreeMap::new(),
        }
    }

    /// Notes that something changed; only the last time counts.
    pub(super) fn touch(&mut self, key: u64, facet: Facet) {
        self.head += 1;
        if let Some(before) = self.newest.insert((key, facet), self.head) {
            self.changes.remove(&before);
        }
        self.changes.insert(self.head, (key, facet));
    }
}
