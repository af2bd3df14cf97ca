//! A calendar with its events and the order in which they changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::super::ids::Ids;
use super::times::Zone;

/// A JSON object.
pub(super) type Object = Map<String, Value>;

/// An event as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) body: Object,
    /// The number of its last change.
    pub(super) change: u64,
    /// How it was last sent, with the key of the form it was sent in.
    pub(super) rendered: Option<(Arc<str>, Arc<str>)>,
}

impl Stored {
    /// Whether its status is `cancelled`.
    pub(super) fn is_cancelled(&self) -> bool {
        self.body
            .get("status")
            .is_some_and(|status| status == "cancelled")
    }

    /// The series it belongs to, if it is an exception.
    pub(super) fn series(&self) -> Option<&str> {
        self.body.get("recurringEventId")?.as_str()
    }
}

/// A calendar.
#[derive(Debug)]
pub(super) struct Calendar {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) zone: Zone,
    pub(super) owner: String,
    pub(super) primary: bool,
    pub(super) events: BTreeMap<String, Stored>,
    pub(super) changes: BTreeMap<u64, String>,
    pub(super) head: u64,
    /// Sync tokens of older generations have expired.
    pub(super) generation: u32,
    /// Listings read as empty, whatever is in here.
    pub(super) blank: bool,
    /// No channel may be opened on it.
    pub(super) unwatchable: bool,
    pub(super) updated: DateTime<Utc>,
}

impl Calendar {
    /// A calendar without events.
    pub(super) fn new(id: &str, name: &str, zone: Zone, owner: &str, now: DateTime<Utc>) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            zone,
            owner: owner.to_owned(),
            primary: id == owner,
            events: BTreeMap::new(),
            changes: BTreeMap::new(),
            head: 0,
            generation: 0,
            blank: false,
            unwatchable: false,
            updated: now,
        }
    }

    /// An event that is kept, cancelled or not.
    pub(super) fn body(&self, id: &str) -> Option<&Object> {
        self.events.get(id).map(|stored| &stored.body)
    }

    /// Keeps `body` under `id` as a new change: new etag, new `updated`.
    pub(super) fn store(&mut self, id: &str, mut body: Object, ids: &mut Ids, now: DateTime<Utc>) {
        body.insert("etag".to_owned(), json!(ids.etag()));
        body.insert("updated".to_owned(), json!(stamp(now)));
        self.keep(id, body, now);
    }

    /// Keeps `body` with a new etag and the old `updated`.
    pub(super) fn store_quietly(
        &mut self,
        id: &str,
        mut body: Object,
        ids: &mut Ids,
        now: DateTime<Utc>,
    ) {
        body.insert("etag".to_owned(), json!(ids.etag()));
        self.keep(id, body, now);
    }

    /// The exceptions of a series, cancelled ones too.
    pub(super) fn exceptions(&self, series: &str) -> Vec<Object> {
        let prefix = format!("{series}_");
        let from_here = self
            .events
            .range(prefix.clone()..)
            .take_while(|(id, _)| id.starts_with(&prefix));
        from_here
            .filter(|(_, stored)| stored.series() == Some(series))
            .map(|(_, stored)| stored.body.clone())
            .collect()
    }

    /// Whether listings leave it out because its whole series is deleted.
    pub(super) fn is_orphan(&self, stored: &Stored) -> bool {
        let parent = stored.series().and_then(|series| self.events.get(series));
        parent.is_some_and(Stored::is_cancelled)
    }

    /// Forgets events without a trace.
    pub(super) fn forget(&mut self, mut which: impl FnMut(&Stored) -> bool) {
        let gone: Vec<String> = self
            .events
            .iter()
            .filter(|(_, s)| which(s))
            .map(|(id, _)| id.clone())
            .collect();
        for id in gone {
            if let Some(stored) = self.events.remove(&id) {
                self.changes.remove(&stored.change);
            }
        }
    }

    fn keep(&mut self, id: &str, body: Object, now: DateTime<Utc>) {
        self.head += 1;
        self.updated = now;
        let stored = Stored {
            body,
            change: self.head,
            rendered: None,
        };
        if let Some(old) = self.events.insert(id.to_owned(), stored) {
            self.changes.remove(&old.change);
        }
        self.changes.insert(self.head, id.to_owned());
        self.end_exceptions(id);
    }

    /// The exceptions of a deleted series are cancelled with it; only the
    /// series itself appears in the next delta.
    fn end_exceptions(&mut self, id: &str) {
        if !self
            .events
            .get(id)
            .is_some_and(|stored| stored.is_cancelled() && stored.series().is_none())
        {
            return;
        }
        let prefix = format!("{id}_");
        let from_here = self
            .events
            .range_mut(prefix.clone()..)
            .take_while(|(other, _)| other.starts_with(&prefix));
        for (_, stored) in from_here {
            stored.body.insert("status".to_owned(), json!("cancelled"));
            stored.rendered = None;
        }
    }
}

/// An instant as Google writes `created` and `updated`.
pub(super) fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
