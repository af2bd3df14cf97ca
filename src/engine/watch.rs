//! What is to be done about the watches of a calendar.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::calendar::{Calendar, WatchSupport};
use crate::model::id::{CalendarId, WatchId};
use crate::model::watch::Watch;

/// How long a watch is asked to last: the longest that Graph allows, less an
/// hour for clocks that differ. Google has been seen to allow no more either.
const LIFE: TimeDelta = TimeDelta::hours(7 * 24 - 1);

/// A watch that ends sooner is no longer counted on.
const LEAST: TimeDelta = TimeDelta::hours(1);

/// A watch is renewed this long before it ends, and some of them up to twice
/// as long before, so that those made together do not end together.
const LEAD: TimeDelta = TimeDelta::hours(12);

/// A provider that refused a watch is asked again after this time.
const REFUSAL: TimeDelta = TimeDelta::days(7);

/// A watch whose grant never arrived is given up after this time.
const ANSWER: TimeDelta = TimeDelta::minutes(10);

/// Watches by their calendars, in the same order.
#[must_use]
pub fn by_calendar(watches: Vec<Watch>) -> HashMap<CalendarId, Vec<Watch>> {
    let mut sorted: HashMap<_, Vec<_>> = HashMap::new();
    for watch in watches {
        let calendar = watch.calendar_id.clone();
        sorted.entry(calendar).or_default().push(watch);
    }
    sorted
}

/// When a watch that is asked for now should end.
#[must_use]
pub fn end(now: DateTime<Utc>) -> DateTime<Utc> {
    now + LIFE
}

/// Whether a calendar is to be watched.
#[must_use]
pub fn is_wanted(calendar: &Calendar) -> bool {
    calendar.is_active && calendar.is_listed
}

/// Whether the provider refused to watch a calendar and is not to be asked
/// again yet. A refusal in the future was noted by a wrong clock.
#[must_use]
pub fn is_refused(calendar: &Calendar, now: DateTime<Utc>) -> bool {
    match &calendar.watch_support {
        WatchSupport::Possible => false,
        WatchSupport::Refused { at, .. } => *at <= now && now - *at < REFUSAL,
    }
}

/// The watch that delivers, if any: of several the one that lasts longest.
#[must_use]
pub fn live(watches: &[Watch], now: DateTime<Utc>) -> Option<&Watch> {
    let delivers = |watch: &&Watch| !watch.is_stopping && ends(watch).is_some_and(|end| end > now);
    watches
        .iter()
        .filter(delivers)
        .max_by_key(|watch| ends(watch))
}

/// Whether a watch can still be counted on.
#[must_use]
pub fn is_valid(watch: &Watch, now: DateTime<Utc>) -> bool {
    ends(watch).is_some_and(|end| end - now > LEAST)
}

/// Whether a calendar that is wanted lacks a watch, or has one that ends soon.
#[must_use]
pub fn is_due(calendar: &Calendar, watches: &[Watch], now: DateTime<Utc>) -> bool {
    match live(watches, now) {
        Some(watch) => ends(watch).is_some_and(|end| end - now <= lead(&watch.id)),
        None => !is_refused(calendar, now),
    }
}

/// Watches to be done away with: replaced, not wanted, over, or given up. What
/// delivers for a wanted calendar stays.
#[must_use]
pub fn leftovers<'a>(
    calendar: Option<&Calendar>,
    watches: &'a [Watch],
    now: DateTime<Utc>,
) -> Vec<&'a Watch> {
    let wanted = calendar.is_some_and(is_wanted);
    let over = |watch: &&Watch| match ends(watch) {
        Some(end) => end <= now,
        None => (now - watch.requested_at).abs() > ANSWER,
    };
    watches
        .iter()
        .filter(|watch| watch.is_stopping || !wanted || over(watch))
        .collect()
}

fn ends(watch: &Watch) -> Option<DateTime<Utc>> {
    watch.grant.as_ref().map(|grant| grant.until)
}

/// How long before its end a watch is renewed: always the same for the same.
fn lead(id: &WatchId) -> TimeDelta {
    let sum = id.as_str().bytes().fold(0_u32, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u32::from(byte))
    });
    LEAD + TimeDelta::minutes(i64::from(sum % 720))
}

#[cfg(test)]
mod tests;
