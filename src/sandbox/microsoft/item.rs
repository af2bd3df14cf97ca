//! An item of a calendar: a single event, or a series with what was done to
//! single occurrences.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::{Map, Value};

use super::moment::Moment;
use super::rule::Rule;

/// A JSON object.
pub(super) type Object = Map<String, Value>;

/// From the first instant up to and without the second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Window {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

impl Window {
    /// Whether something from `start` to `end` lies in it, in part at least.
    pub(super) fn holds(&self, start: Timestamp, end: Timestamp) -> bool {
        start < self.to && (end > self.from || (start == end && start == self.from))
    }
}

/// An occurrence with a life of its own.
#[derive(Clone, Debug)]
pub(super) struct Exception {
    /// What differs from the series, times apart.
    pub(super) overrides: Object,
    pub(super) start: Moment,
    pub(super) end: Moment,
    pub(super) modified: Timestamp,
    pub(super) version: u32,
}

/// What makes an item a series.
#[derive(Clone, Debug)]
pub(super) struct Series {
    pub(super) rule: Rule,
    /// As it was written.
    pub(super) recurrence: Value,
    pub(super) exceptions: BTreeMap<Date, Exception>,
    pub(super) cancelled: BTreeSet<Date>,
}

impl Series {
    /// A series to which nothing has been done.
    pub(super) fn new(rule: Rule, recurrence: Value) -> Self {
        Self {
            rule,
            recurrence,
            exceptions: BTreeMap::new(),
            cancelled: BTreeSet::new(),
        }
    }
}

/// An item as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) key: u64,
    /// Every member but ids, times and revisions.
    pub(super) body: Object,
    pub(super) start: Moment,
    pub(super) end: Moment,
    pub(super) series: Option<Series>,
    /// Single-value extended properties: id and value.
    pub(super) extended: Vec<(String, String)>,
    pub(super) created: Timestamp,
    pub(super) modified: Timestamp,
    pub(super) version: u32,
}

impl Item {
    /// Whether it lasts whole days.
    pub(super) fn is_all_day(&self) -> bool {
        self.body.get("isAllDay") == Some(&Value::Bool(true))
    }

    /// The occurrence of a day that was changed by itself.
    pub(super) fn exception(&self, day: Date) -> Option<&Exception> {
        self.series.as_ref()?.exceptions.get(&day)
    }

    /// Whether the series has an occurrence of that day, and it is not
    /// cancelled.
    pub(super) fn has(&self, day: Date) -> bool {
        let Some(series) = &self.series else {
            return false;
        };
        series.exceptions.contains_key(&day)
            || (!series.cancelled.contains(&day) && series.rule.has(day))
    }

    /// Start and end: of an occurrence, of a single event, or of the first
    /// occurrence of a series.
    pub(super) fn times(&self, day: Option<Date>) -> (Moment, Moment) {
        match (day, &self.series) {
            (None, None) => (self.start.clone(), self.end.clone()),
            (None, Some(series)) => {
                self.planned(series.rule.first_day().unwrap_or(series.rule.first))
            }
            (Some(day), _) => match self.exception(day) {
                Some(exception) => (exception.start.clone(), exception.end.clone()),
                None => self.planned(day),
            },
        }
    }

    /// Start and end of an occurrence as the pattern has it.
    pub(super) fn planned(&self, day: Date) -> (Moment, Moment) {
        let mut start = self.start.clone();
        start.wall = day.to_datetime(self.start.wall.time());
        let mut end = self.end.clone();
        if self.is_all_day() {
            end.wall = start.wall.saturating_add(self.days().days());
        } else {
            let at = start.instant().saturating_add(self.length());
            end = end.placed(at.unwrap_or(Timestamp::MAX));
        }
        (start, end)
    }

    /// The occurrences in a window, by the days of their original starts.
    pub(super) fn days_in(&self, window: &Window) -> Vec<Date> {
        let Some(series) = &self.series else {
            return Vec::new();
        };
        let zone = &self.start.zone;
        let last = zone.wall(window.to).date().saturating_add(1.day());
        let reach = zone.wall(
            window
                .from
                .saturating_sub(self.length())
                .unwrap_or(Timestamp::MIN),
        );
        let first = reach.date().saturating_sub(2.days());
        let planned = series.rule.days(last).filter(|day| *day >= first);
        let live = planned.filter(|day| !series.cancelled.contains(day));
        let mut days: BTreeSet<Date> = live.collect();
        days.extend(series.exceptions.keys());
        days.retain(|day| self.is_in(Some(*day), window));
        days.into_iter().collect()
    }

    /// Whether this part of it lies in the window.
    pub(super) fn is_in(&self, day: Option<Date>, window: &Window) -> bool {
        let (start, end) = self.times(day);
        window.holds(start.instant(), end.instant())
    }

    /// Its members, or those of an occurrence.
    pub(super) fn members(&self, day: Option<Date>) -> Object {
        let mut body = self.body.clone();
        if let Some(exception) = day.and_then(|day| self.exception(day)) {
            body.extend(exception.overrides.clone());
        }
        body
    }

    fn length(&self) -> SignedDuration {
        self.end.instant().duration_since(self.start.instant())
    }

    fn days(&self) -> i32 {
        let days = self.start.wall.date().until(self.end.wall.date());
        days.map_or(1, |span| span.get_days())
    }
}
