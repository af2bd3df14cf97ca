//! From Graph's resources to values of the model. What cannot be read is named
//! by its id and a reason without content; only something without an id spoils
//! the page, since nobody could say what is missing then.
//!
//! A full round tells of a series by its master, the bare occurrences inside
//! the window and its exceptions. An incremental round may leave out that an
//! occurrence is gone, so that there anything of a series only says that the
//! series has to be read again.

mod details;
mod event;
#[cfg(test)]
mod tests;
mod time;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::value::RawValue;

use self::event::{completed, event, is_complete, occurrence};
use super::time_zone;
use super::types::{self, Identified, SparseEvent};
use crate::model::calendar::{AccessRole, DiscoveredCalendar};
use crate::model::change::Change;
use crate::model::id::ExternalId;
use crate::model::time::Zone;
use crate::provider::{ProviderError, Result};

/// Why an item cannot be read, free of content.
type Unreadable = &'static str;

/// What a round of deltas tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Round {
    /// All that is inside the window.
    Full,
    /// What changed since the last round.
    Incremental,
}

/// What a page of a delta says.
#[derive(Debug, Default)]
pub(super) struct Delta {
    pub(super) changes: Vec<Change>,
    pub(super) touched: Vec<ExternalId>,
    pub(super) vanished: Vec<ExternalId>,
}

/// An event that was asked for by its id.
pub(super) enum Read<'a> {
    /// It stands for itself.
    Alone(Change),
    /// It belongs to a series, which tells the rest.
    Member {
        /// The series.
        series: ExternalId,
        /// What is known of the event without it.
        change: Option<Change>,
    },
    /// It is a series, whose instances tell the rest.
    Series(Series<'a>),
}

/// A series that was asked for by its id.
pub(super) struct Series<'a> {
    /// The series itself.
    pub(super) change: Change,
    external_id: ExternalId,
    all_day: bool,
    master: &'a RawValue,
}

/// What an item is.
enum Kind {
    Removed,
    Single,
    Series,
    Occurrence(ExternalId),
    Exception(ExternalId),
}

/// The zone of a calendar, for events that name none that is known.
pub(super) fn calendar_zone(name: Option<&str>) -> Zone {
    name.and_then(time_zone::zone).unwrap_or_else(Zone::utc)
}

/// The calendars of a page.
pub(super) fn calendars(items: &[&RawValue]) -> Result<Vec<DiscoveredCalendar>> {
    items.iter().map(|item| calendar(item)).collect()
}

/// A calendar. Graph knows no zone of it.
fn calendar(item: &RawValue) -> Result<DiscoveredCalendar> {
    let external_id = identify(item)?;
    let calendar: types::Calendar = serde_json::from_str(item.get()).unwrap_or_default();
    Ok(DiscoveredCalendar {
        access_role: access_role(&calendar),
        name: filled(calendar.name).unwrap_or_else(|| external_id.as_str().to_owned()),
        external_id,
        timezone: None,
        is_primary: calendar.is_default_calendar.unwrap_or(false),
    })
}

/// What we may do with a calendar. Only who created a calendar can share it,
/// and the default one is always the account's own.
fn access_role(calendar: &types::Calendar) -> AccessRole {
    let own = [calendar.can_share, calendar.is_default_calendar].contains(&Some(true));
    match calendar.can_edit {
        Some(true) if own => AccessRole::Owner,
        Some(true) => AccessRole::Writer,
        _ => AccessRole::Reader,
    }
}

/// What the items of a delta page say, in their order. `zone` is for events
/// that name none that is known.
pub(super) fn delta(items: &[&RawValue], round: Round, zone: &Zone) -> Result<Delta> {
    let mut page = Page {
        round,
        zone,
        all_day: HashMap::new(),
        delta: Delta::default(),
    };
    let sparse: Vec<Option<SparseEvent>> = items
        .iter()
        .map(|item| serde_json::from_str(item.get()).ok())
        .collect();
    for event in sparse.iter().flatten() {
        if matches!(kind(event), Ok(Kind::Series)) {
            page.all_day
                .insert(&event.id, event.is_all_day == Some(true));
        }
    }
    for (item, sparse) in items.iter().zip(&sparse) {
        match sparse {
            Some(sparse) => page.item(item, sparse)?,
            None => {
                let change = unreadable(identify(item)?, "not of the shape of an event");
                page.delta.changes.push(change);
            }
        }
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
    all_day: HashMap<&'a str, bool>,
    delta: Delta,
}

impl Page<'_> {
    /// Takes up an item.
    fn item(&mut self, item: &RawValue, sparse: &SparseEvent) -> Result<()> {
        let id = external_id(&sparse.id)?;
        let kind = match kind(sparse) {
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
            (Kind::Occurrence(series), Round::Full) => self.occurrence(id, series, item, sparse),
            (Kind::Exception(series), Round::Full) if !is_complete(item) => {
                self.delta.touched.push(series);
            }
            (kind, _) => self.delta.changes.push(upsert(id, kind, item, self.zone)),
        }
        Ok(())
    }

    /// Takes up a bare occurrence, or its series where it says too little.
    fn occurrence(
        &mut self,
        id: ExternalId,
        series: ExternalId,
        item: &RawValue,
        sparse: &SparseEvent,
    ) {
        let known = self.all_day.get(series.as_str()).copied();
        let all_day = sparse.is_all_day.or(known);
        match occurrence(id, &series, item, all_day) {
            Some(change) => self.delta.changes.push(change),
            None => self.delta.touched.push(series),
        }
    }
}

/// Of several versions of an event the newest: the same event may come several
/// times, in any order.
fn newest(changes: Vec<Change>) -> Vec<Change> {
    let mut newest: HashMap<ExternalId, DateTime<Utc>> = HashMap::new();
    let version = |change: &Change| match change {
        Change::Upsert(event) => Some((event.external_id.clone(), event.updated_at?)),
        Change::Removed(_) | Change::Occurrence { .. } | Change::Unreadable { .. } => None,
    };
    for (id, at) in changes.iter().filter_map(version) {
        let known = newest.entry(id).or_insert(at);
        *known = at.max(*known);
    }
    let is_newest = |change: &Change| version(change).is_none_or(|(id, at)| newest[&id] == at);
    changes.into_iter().filter(is_newest).collect()
}

/// What an event says that was asked for by its id.
pub(super) fn read<'a>(item: &'a RawValue, zone: &Zone) -> Result<Read<'a>> {
    let id = identify(item)?;
    let Ok(sparse) = serde_json::from_str::<SparseEvent>(item.get()) else {
        let reason = "not of the shape of an event";
        return Ok(Read::Alone(unreadable(id, reason)));
    };
    Ok(match kind(&sparse) {
        Err(reason) => Read::Alone(unreadable(id, reason)),
        Ok(Kind::Removed) => Read::Alone(Change::Removed(id)),
        Ok(Kind::Single) => Read::Alone(upsert(id, Kind::Single, item, zone)),
        Ok(Kind::Occurrence(series)) => Read::Member {
            series,
            change: None,
        },
        Ok(Kind::Exception(series)) => Read::Member {
            change: is_complete(item)
                .then(|| upsert(id, Kind::Exception(series.clone()), item, zone)),
            series,
        },
        Ok(Kind::Series) => match upsert(id.clone(), Kind::Series, item, zone) {
            change @ Change::Upsert(_) => Read::Series(Series {
                change,
                external_id: id,
                all_day: sparse.is_all_day == Some(true),
                master: item,
            }),
            unreadable => Read::Alone(unreadable),
        },
    })
}

impl Series<'_> {
    /// What a page of its instances says. What is absent from an exception is
    /// as in the series.
    pub(super) fn instances(&self, items: &[&RawValue], zone: &Zone) -> Result<Vec<Change>> {
        let changes = items.iter().map(|item| self.instance(item, zone));
        changes.filter_map(Result::transpose).collect()
    }

    /// What an instance says; nothing when it does not take place.
    fn instance(&self, item: &RawValue, zone: &Zone) -> Result<Option<Change>> {
        let id = identify(item)?;
        let Ok(sparse) = serde_json::from_str::<SparseEvent>(item.get()) else {
            return Ok(Some(unreadable(id, "not of the shape of an event")));
        };
        let named = |kind: &str| kind.eq_ignore_ascii_case("exception");
        if !sparse.kind.as_deref().is_some_and(named) {
            return Ok(occurrence(id, &self.external_id, item, Some(self.all_day)));
        }
        let kind = Kind::Exception(self.external_id.clone());
        if is_complete(item) {
            return Ok(Some(upsert(id, kind, item, zone)));
        }
        Ok(Some(match completed(item, self.master) {
            Some(item) => upsert(id, kind, &item, zone),
            None => unreadable(id, "not of the shape of an event"),
        }))
    }
}

/// What an item is: its type decides. One that we do not know is told by what
/// it has.
fn kind(sparse: &SparseEvent) -> Result<Kind, Unreadable> {
    let series = || {
        sparse
            .series_master_id
            .as_deref()
            .filter(|id| !id.is_empty())
    };
    let named = || {
        series()
            .map(ExternalId::new)
            .ok_or("instance without its series")
    };
    if sparse.removed.is_some() {
        return Ok(Kind::Removed);
    }
    let kind = sparse.kind.as_deref().unwrap_or_default();
    Ok(match kind.to_ascii_lowercase().as_str() {
        "singleinstance" => Kind::Single,
        "seriesmaster" => Kind::Series,
        "occurrence" => Kind::Occurrence(named()?),
        "exception" => Kind::Exception(named()?),
        _ if sparse.recurrence.is_some() => Kind::Series,
        _ if series().is_some() => Kind::Exception(named()?),
        _ => Kind::Single,
    })
}

/// An event that stands for itself, as a change.
fn upsert(id: ExternalId, kind: Kind, item: &RawValue, zone: &Zone) -> Change {
    match event(&id, kind, item, zone) {
        Ok(event) => Change::Upsert(Box::new(event)),
        Err(reason) => unreadable(id, reason),
    }
}

/// The id of an item that has nothing else to say.
fn identify(item: &RawValue) -> Result<ExternalId> {
    let found: Option<Identified> = serde_json::from_str(item.get()).ok();
    external_id(found.as_ref().map_or("", |found| &found.id))
}

/// An id; an answer with an item that has none cannot be believed, neither for
/// what it holds nor for what it leaves out.
fn external_id(id: &str) -> Result<ExternalId> {
    if id.is_empty() {
        let reason = "item without id".to_owned();
        return Err(ProviderError::Protocol { reason });
    }
    Ok(ExternalId::new(id))
}

/// Something under an id that cannot be understood.
pub(super) fn unreadable(external_id: ExternalId, reason: &str) -> Change {
    Change::Unreadable {
        external_id,
        reason: reason.to_owned(),
    }
}

/// A text that says something.
fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}
