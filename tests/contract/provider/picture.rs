//! What listings have told of a calendar so far.

use std::collections::{BTreeMap, BTreeSet};

use calsync::engine::timeline::expand;
use calsync::model::change::Change;
use calsync::model::event::{Event, EventKind, EventStatus, Occurrences};
use calsync::model::id::{ExternalId, SyncToken};
use calsync::model::time::{EventTime, Window};
use calsync::provider::ChangesPage;

/// The events of a calendar, and the occurrences that are listed beside them.
pub(super) struct Picture {
    pub(super) token: Option<SyncToken>,
    pub(super) events: BTreeMap<ExternalId, Event>,
    /// By their own ids: the series and the time.
    listed: BTreeMap<ExternalId, (ExternalId, EventTime)>,
    window: Window,
}

impl Picture {
    /// One that knows nothing.
    pub(super) fn of(window: Window) -> Self {
        Self {
            token: None,
            events: BTreeMap::new(),
            listed: BTreeMap::new(),
            window,
        }
    }

    /// What a listing only pointed at: what it says was touched, and of what
    /// vanished that which is known.
    pub(super) fn loose(&self, listing: &[ChangesPage]) -> Vec<ExternalId> {
        let touched = listing.iter().flat_map(|page| page.touched.iter().cloned());
        let vanished = listing.iter().flat_map(|page| &page.vanished);
        let known = vanished.flat_map(|id| self.with_series(id));
        touched
            .chain(known)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }

    /// A known event or occurrence by the events that tell of it.
    fn with_series(&self, id: &ExternalId) -> Vec<ExternalId> {
        if let Some((series, _)) = self.listed.get(id) {
            return vec![series.clone()];
        }
        match self.events.get(id) {
            None => Vec::new(),
            Some(event) => [id.clone()]
                .into_iter()
                .chain(series_of(event).cloned())
                .collect(),
        }
    }

    /// Takes the changes of a whole listing.
    pub(super) fn take(&mut self, changes: Vec<Change>) {
        for change in &changes {
            match change {
                Change::Upsert(event) if lists_its_occurrences(event) => {
                    self.forget_members(&event.external_id);
                }
                Change::Removed(id) => {
                    self.forget_members(id);
                    self.events.remove(id);
                }
                _ => {}
            }
        }
        changes.into_iter().for_each(|change| self.add(change));
    }

    fn add(&mut self, change: Change) {
        match change {
            Change::Upsert(event) => {
                self.events.insert(event.external_id.clone(), *event);
            }
            Change::Occurrence {
                external_id,
                series,
                time,
            } => {
                self.listed.insert(external_id, (series, time));
            }
            Change::Removed(_) => {}
            Change::Unreadable { reason, .. } => panic!("{reason}"),
        }
    }

    fn forget_members(&mut self, series: &ExternalId) {
        self.listed.retain(|_, (of, _)| of != series);
        self.events
            .retain(|_, event| series_of(event) != Some(series));
    }

    /// The only event that has this title.
    pub(super) fn event(&self, title: &str) -> &Event {
        let mut found = self
            .events
            .values()
            .filter(|event| event.title.as_deref() == Some(title));
        found.next().expect("an event of this title")
    }

    /// What takes place inside the window, in order of time, with titles.
    pub(super) fn timeline(&self) -> Vec<String> {
        let mut lines: Vec<_> = self
            .events
            .values()
            .flat_map(|event| self.lines(event))
            .collect();
        lines.sort();
        lines
    }

    fn lines(&self, event: &Event) -> Vec<String> {
        let title = event.title.as_deref().unwrap_or("-");
        let times = self.times(event).into_iter();
        let inside = times.filter(|time| self.window.touches(time));
        inside
            .map(|time| format!("{} {title}", text(&time)))
            .collect()
    }

    fn times(&self, event: &Event) -> Vec<EventTime> {
        let (Some(time), true) = (&event.time, event.status != EventStatus::Cancelled) else {
            return Vec::new();
        };
        match &event.kind {
            EventKind::Single | EventKind::Exception { .. } => vec![time.clone()],
            EventKind::Series {
                occurrences: Occurrences::Listed,
                ..
            } => self.listed_of(event),
            EventKind::Series { recurrence, .. } => {
                let exceptions = self.events.values().filter_map(|other| match &other.kind {
                    EventKind::Exception {
                        series,
                        original_start,
                    } if *series == event.external_id => Some(*original_start),
                    _ => None,
                });
                let exceptions: Vec<_> = exceptions.collect();
                expand(time, recurrence, &exceptions, &self.window).times
            }
        }
    }

    /// The occurrences of a series for which no exception stands.
    fn listed_of(&self, event: &Event) -> Vec<EventTime> {
        let own = self.listed.iter().filter(|(id, (series, _))| {
            *series == event.external_id && !self.events.contains_key(*id)
        });
        own.map(|(_, (_, time))| time.clone()).collect()
    }
}

fn series_of(event: &Event) -> Option<&ExternalId> {
    match &event.kind {
        EventKind::Exception { series, .. } => Some(series),
        EventKind::Single | EventKind::Series { .. } => None,
    }
}

fn lists_its_occurrences(event: &Event) -> bool {
    let listed = Occurrences::Listed;
    matches!(&event.kind, EventKind::Series { occurrences, .. } if *occurrences == listed)
}

/// `03-10 09:00-10:00`, `03-10..03-12` for whole days.
fn text(time: &EventTime) -> String {
    match time {
        EventTime::AllDay { start, end } => {
            format!("{}..{}", start.format("%m-%d"), end.format("%m-%d"))
        }
        EventTime::Timed { start, end, .. } => {
            format!("{}-{}", start.format("%m-%d %H:%M"), end.format("%H:%M"))
        }
    }
}
