//! Pages of a delta.
//!
//! A full round tells of a series by its master, the bare occurrences inside
//! the window and its exceptions. An incremental round may leave out that an
//! occurrence is gone, so that there anything of a series only says that the
//! series has to be read again.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::event::occurrence;
use super::{Kind, external_id, kind, unreadable, upsert};
use crate::model::change::Change;
use crate::model::id::ExternalId;
use crate::model::time::Zone;
use crate::provider::Result;
use crate::provider::microsoft::types::Event;

/// What a round of deltas tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::provider::microsoft) enum Round {
    /// All that is inside the window.
    Full,
    /// What changed since the last round.
    Incremental,
}

/// What a page of a delta says.
#[derive(Debug, Default)]
pub(in crate::provider::microsoft) struct Delta {
    pub(in crate::provider::microsoft) changes: Vec<Change>,
    pub(in crate::provider::microsoft) touched: Vec<ExternalId>,
    pub(in crate::provider::microsoft) vanished: Vec<ExternalId>,
}

/// What the events of a delta page say, in their order. `zone` is for events
/// that name none that is known.
pub(in crate::provider::microsoft) fn delta(
    events: Vec<Event<'_>>,
    round: Round,
    zone: &Zone,
) -> Result<Delta> {
    let mut page = Page {
        round,
        zone,
        all_day: HashMap::new(),
        delta: Delta::default(),
    };
    for event in &events {
        if matches!(kind(event), Ok(Kind::Series)) {
            let all_day = event.is_all_day.value() == Some(true);
            page.all_day.insert(event.id.clone(), all_day);
        }
    }
    for event in events {
        page.item(event)?;
    }
    page.delta.changes = newest(page.delta.changes);
    Ok(page.delta)
}

/// A page while it is read.
struct Page<'a> {
    round: Round,
    zone: &'a Zone,
    /// Whether a series of this page takes whole days, which its bare
    /// occurrences do not say.
    all_day: HashMap<String, bool>,
    delta: Delta,
}

impl Page<'_> {
    /// Takes up an item.
    fn item(&mut self, event: Event<'_>) -> Result<()> {
        let id = external_id(&event.id)?;
        let kind = match kind(&event) {
            Ok(kind) => kind,
            Err(reason) => {
                self.delta.changes.push(unreadable(id, reason));
                return Ok(());
            }
        };
        match (kind, self.round) {
            (Kind::Removed, _) => self.delta.vanished.push(id),
            (Kind::Series, Round::Incremental) => self.delta.touched.push(id),
            (Kind::Occurrence(series) | Kind::Exception(series), Round::Incremental) => {
                self.delta.touched.push(series);
            }
            (Kind::Occurrence(series), Round::Full) => self.occurrence(id, series, &event),
            (Kind::Exception(series), Round::Full) if !event.torn && !event.is_complete() => {
                self.delta.touched.push(series);
            }
            (kind, _) => self.delta.changes.push(upsert(id, kind, event, self.zone)),
        }
        Ok(())
    }

    /// Takes up a bare occurrence, or its series where it says too little.
    fn occurrence(&mut self, id: ExternalId, series: ExternalId, event: &Event<'_>) {
        let known = self.all_day.get(series.as_str()).copied();
        let all_day = event.is_all_day.value().or(known);
        match occurrence(id, &series, event, all_day) {
            Some(change) => self.delta.changes.push(change),
            None => self.delta.touched.push(series),
        }
    }
}

/// Of several versions of an event the newest: the same event may come several
/// times, in any order.
fn newest(changes: Vec<Change>) -> Vec<Change> {
    let mut newest: HashMap<&ExternalId, DateTime<Utc>> = HashMap::new();
    for (id, at) in changes.iter().filter_map(version) {
        let known = newest.entry(id).or_insert(at);
        *known = at.max(*known);
    }
    let is_newest = |change| version(change).is_none_or(|(id, at)| newest[id] == at);
    let are_newest: Vec<bool> = changes.iter().map(is_newest).collect();
    let changes = changes.into_iter().zip(are_newest);
    changes
        .filter_map(|(change, is_newest)| is_newest.then_some(change))
        .collect()
}

/// The event that a change gives, and when it became so.
fn version(change: &Change) -> Option<(&ExternalId, DateTime<Utc>)> {
    match change {
        Change::Upsert(event) => Some((&event.external_id, event.updated_at?)),
        Change::Removed(_) | Change::Occurrence { .. } | Change::Unreadable { .. } => None,
    }
}
