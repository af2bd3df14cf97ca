//! From a series to its occurrences inside a window (RFC 5545, 3.8.5).

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use super::rule::{Frame, wall_times};
use crate::model::recurrence::Recurrence;
use crate::model::time::{EventTime, OriginalStart, Window, Zone};

/// The occurrences of a series inside a window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expansion {
    /// When each takes place, in order.
    pub times: Vec<EventTime>,
    /// Why the rule could not be read; the series then counts as its first
    /// occurrence alone.
    pub unparsed: Option<String>,
}

/// Expands a series inside a window. `exceptions` are the occurrences that
/// events of their own replace, cancelled ones included: they are left out.
///
/// An exception that names no occurrence of the series (the series was moved,
/// the exception kept its old slot) replaces the only one of its day.
#[must_use]
pub fn expand(
    first: &EventTime,
    recurrence: &Recurrence,
    exceptions: &[OriginalStart],
    window: &Window,
) -> Expansion {
    let shape = Shape::of(first);
    let (from, to) = shape.reach(window);
    let (walls, unparsed) = match wall_times(&shape.frame(), recurrence, from, to) {
        Ok(walls) => (walls.into_iter().collect(), None),
        Err(reason) => (vec![shape.first], Some(reason)),
    };
    let mut slots: BTreeMap<NaiveDateTime, EventTime> = walls
        .into_iter()
        .map(|wall| (wall, shape.at(wall)))
        .collect();
    let replaced: Vec<_> = exceptions
        .iter()
        .filter_map(|exception| shape.replaced(&slots, *exception))
        .collect();
    for wall in replaced {
        slots.remove(&wall);
    }
    let times = slots
        .into_values()
        .filter(|time| window.touches(time))
        .collect();
    Expansion { times, unparsed }
}

/// What all occurrences of a series share.
struct Shape<'a> {
    first: NaiveDateTime,
    length: TimeDelta,
    zone: Option<&'a Zone>,
}

impl<'a> Shape<'a> {
    fn of(first: &'a EventTime) -> Self {
        match first {
            EventTime::AllDay { start, end } => Self {
                first: start.and_time(NaiveTime::MIN),
                length: *end - *start,
                zone: None,
            },
            EventTime::Timed { start, end, zone } => Self {
                first: zone.wall(*start),
                length: *end - *start,
                zone: Some(zone),
            },
        }
    }

    fn frame(&self) -> Frame<'a> {
        Frame {
            first: self.first,
            zone: self.zone,
        }
    }

    /// The wall times, as whole days, that can touch the window: zones are
    /// less than a day away from UTC.
    fn reach(&self, window: &Window) -> (NaiveDateTime, NaiveDateTime) {
        let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN);
        let from = (window.start() - self.length).date_naive() - Days::new(1);
        let to = window.end().date_naive() + Days::new(2);
        (midnight(from), midnight(to) - TimeDelta::seconds(1))
    }

    /// The occurrence that begins at a wall time. A timed one lasts as long as
    /// the first, also across a change of the clocks.
    fn at(&self, wall: NaiveDateTime) -> EventTime {
        match self.zone {
            None => EventTime::all_day(wall.date(), (wall + self.length).date()),
            Some(zone) => {
                let start = zone.instant(wall);
                EventTime::timed(start, start + self.length, zone.clone())
            }
        }
    }

    /// The occurrence that an exception replaces.
    fn replaced(
        &self,
        slots: &BTreeMap<NaiveDateTime, EventTime>,
        exception: OriginalStart,
    ) -> Option<NaiveDateTime> {
        let wall = self.wall(exception);
        if slots.contains_key(&wall) {
            return Some(wall);
        }
        let mut same_day = slots.keys().filter(|slot| slot.date() == wall.date());
        let only = same_day.next().copied();
        only.filter(|_| same_day.next().is_none())
    }

    fn wall(&self, slot: OriginalStart) -> NaiveDateTime {
        match slot {
            OriginalStart::Date(date) => date.and_time(self.first.time()),
            OriginalStart::At(at) => self.zone.map_or(at.naive_utc(), |zone| zone.wall(at)),
        }
    }
}

#[cfg(test)]
mod tests;
