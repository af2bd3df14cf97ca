//! What every write ends in: revisions, and the note that something changed.

use jiff::civil::Date;

use super::behaviour::OccurrenceDeletion;
use super::item::{Exception, Item};
use super::mailbox::{Calendar, Facet};
use super::notice::Change;
use super::world::World;

impl World {
    /// Keeps a new item; its key.
    pub(super) fn put(&mut self, calendar_id: &str, mut item: Item) -> u64 {
        self.items += 1;
        item.key = self.items;
        (item.version, item.modified) = (self.next_version(), self.stamp());
        item.created = item.modified;
        let key = item.key;
        if let Some(calendar) = self.calendars.get_mut(calendar_id) {
            calendar.items.insert(key, item);
            calendar.touch(key, Facet::Whole);
            self.places.insert(key, calendar.id.clone());
        }
        self.announce(calendar_id, key, None, Change::Created);
        key
    }

    /// Changes an item, or one occurrence; whether there was one.
    pub(super) fn change(
        &mut self,
        key: u64,
        day: Option<Date>,
        work: impl FnOnce(&mut Item),
    ) -> bool {
        let (version, modified) = (self.next_version(), self.stamp());
        let keeps_stale = self.behaviour.stale_copies;
        let facet = match day {
            Some(day) if self.behaviour.exceptions_come_alone => Facet::Occurrence(day),
            _ => Facet::Whole,
        };
        let Some(calendar) = self.place(key) else {
            return false;
        };
        let Some(item) = calendar.items.get_mut(&key) else {
            return false;
        };
        if keeps_stale && item.series.is_none() {
            calendar.stale.insert(key, item.clone());
        }
        work(item);
        match day.and_then(|day| item.series.as_mut()?.exceptions.get_mut(&day)) {
            Some(exception) => (exception.version, exception.modified) = (version, modified),
            None => (item.version, item.modified) = (version, modified),
        }
        calendar.touch(key, facet);
        let calendar = calendar.id.clone();
        self.announce(&calendar, key, day, Change::Updated);
        true
    }

    /// The exception of a day, made from the pattern if there is none.
    pub(super) fn exception(item: &mut Item, day: Date) -> Option<&mut Exception> {
        let (start, end) = item.planned(day);
        let (modified, version) = (item.modified, item.version);
        let series = item.series.as_mut()?;
        let fresh = || Exception {
            overrides: Default::default(),
            start,
            end,
            modified,
            version,
        };
        Some(series.exceptions.entry(day).or_insert_with(fresh))
    }

    /// Removes an item; whether there was one.
    pub(super) fn remove(&mut self, key: u64) -> bool {
        let keeps = self.behaviour.transactions_outlive_events;
        let Some(calendar) = self.place(key) else {
            return false;
        };
        calendar.items.remove(&key);
        calendar.touch(key, Facet::Whole);
        let (id, account) = (calendar.id.clone(), calendar.account.clone());
        self.places.remove(&key);
        if let Some(mailbox) = self.mailboxes.get_mut(&account).filter(|_| !keeps) {
            mailbox.transactions.retain(|_, made| *made != key);
        }
        self.announce(&id, key, None, Change::Deleted);
        true
    }

    /// Cancels one occurrence; how deltas tell it is a switch.
    pub(super) fn cancel(&mut self, key: u64, day: Date) -> bool {
        let (version, modified) = (self.next_version(), self.stamp());
        let how = self.behaviour.occurrence_deletion;
        let Some(calendar) = self.place(key) else {
            return false;
        };
        let Some(item) = calendar.items.get_mut(&key).filter(|item| item.has(day)) else {
            return false;
        };
        (item.version, item.modified) = (version, modified);
        if let Some(series) = &mut item.series {
            series.exceptions.remove(&day);
            series.cancelled.insert(day);
        }
        let calendar_id = calendar.id.clone();
        match how {
            OccurrenceDeletion::TouchesMaster => {
                calendar.touch(key, Facet::Master);
                self.announce(&calendar_id, key, None, Change::Updated);
            }
            OccurrenceDeletion::Tombstone => {
                calendar.touch(key, Facet::Occurrence(day));
                self.announce(&calendar_id, key, Some(day), Change::Deleted);
            }
            OccurrenceDeletion::Silent => {}
        }
        true
    }

    /// Moves an item to another calendar of the same mailbox.
    pub(super) fn carry(&mut self, key: u64, target: &str) -> bool {
        let (version, modified) = (self.next_version(), self.stamp());
        if !self.calendars.contains_key(target) {
            return false;
        }
        let Some((from, mut item)) = self.place(key).and_then(|from| {
            from.touch(key, Facet::Whole);
            Some((from.id.clone(), from.items.remove(&key)?))
        }) else {
            return false;
        };
        (item.version, item.modified) = (version, modified);
        if let Some(calendar) = self.calendars.get_mut(target) {
            calendar.items.insert(key, item);
            calendar.touch(key, Facet::Whole);
            self.places.insert(key, target.to_owned());
        }
        self.announce(&from, key, None, Change::Deleted);
        self.announce(target, key, None, Change::Created);
        true
    }

    /// The calendar in which an item lies.
    pub(super) fn place(&mut self, key: u64) -> Option<&mut Calendar> {
        self.calendars.get_mut(self.places.get(&key)?)
    }

    /// An item wherever it lies.
    pub(super) fn item(&self, key: u64) -> Option<(&Calendar, &Item)> {
        let calendar = self.calendars.get(self.places.get(&key)?)?;
        Some((calendar, calendar.items.get(&key)?))
    }
}
