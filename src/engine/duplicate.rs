//! Look-alikes: one meeting that stands in calendars of two providers.
//!
//! Events of one provider are never taken for one another: what somebody
//! entered twice there is meant.

use std::collections::BTreeSet;
use std::mem::discriminant;

use crate::model::account::ProviderKind;
use crate::model::event::{Event, EventKind, EventStatus};
use crate::model::preferences::DuplicateStrategy;
use crate::model::time::{EventTime, OriginalStart};

/// The score from which two events count as one meeting: they are at the same
/// time, and share five words of eight at the same place, three of four where
/// only one names a place, seven of eight where the places differ. Time and
/// place alone do not reach it, nor do title and place.
pub const THRESHOLD: u32 = 85;

/// What the same time, start and end, is worth.
const TIME: u32 = 50;
/// What the same title is worth.
const TITLE: u32 = 40;
/// What the same place is worth.
const PLACE: u32 = 10;

/// An event and where it comes from.
#[derive(Clone, Copy, Debug)]
pub struct Sighting<'a> {
    /// The provider.
    pub provider: ProviderKind,
    /// The event.
    pub event: &'a Event,
}

/// One of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The first.
    First,
    /// The second.
    Second,
}

/// Whether two events are one meeting.
#[must_use]
pub fn is_same(a: Sighting<'_>, b: Sighting<'_>) -> bool {
    score(a, b) >= THRESHOLD
}

/// How much two events are alike, from 0 to 100; the same whichever is named
/// first. 100 for the same iCalendar UID and occurrence.
#[must_use]
pub fn score(a: Sighting<'_>, b: Sighting<'_>) -> u32 {
    let cancelled = |event: &Event| event.status == EventStatus::Cancelled;
    let comparable = discriminant(&a.event.kind) == discriminant(&b.event.kind);
    if a.provider == b.provider || !comparable || cancelled(a.event) || cancelled(b.event) {
        return 0;
    }
    if is_same_uid(a.event, b.event) {
        return 100;
    }
    time(a.event, b.event) + title(a.event, b.event) + place(a.event, b.event)
}

/// The one of two look-alikes that is hidden; none when a person decides, and
/// when both were edited at the same moment or at one that nobody knows.
#[must_use]
pub fn loser(strategy: DuplicateStrategy, a: Sighting<'_>, b: Sighting<'_>) -> Option<Which> {
    match strategy {
        DuplicateStrategy::Manual => None,
        DuplicateStrategy::PreferGoogle => other(ProviderKind::Google, a, b),
        DuplicateStrategy::PreferMicrosoft => other(ProviderKind::Microsoft, a, b),
        DuplicateStrategy::PreferNewest => match a.event.updated_at?.cmp(&b.event.updated_at?) {
            std::cmp::Ordering::Less => Some(Which::First),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(Which::Second),
        },
    }
}

/// The one that is not of the preferred provider, if the other is.
fn other(preferred: ProviderKind, a: Sighting<'_>, b: Sighting<'_>) -> Option<Which> {
    match (a.provider == preferred, b.provider == preferred) {
        (true, false) => Some(Which::Second),
        (false, true) => Some(Which::First),
        (true, true) | (false, false) => None,
    }
}

fn is_same_uid(a: &Event, b: &Event) -> bool {
    a.ical_uid.is_some() && a.ical_uid == b.ical_uid && slot(a).is_some() && slot(a) == slot(b)
}

/// The occurrence that an event stands for.
fn slot(event: &Event) -> Option<OriginalStart> {
    match &event.kind {
        EventKind::Exception { original_start, .. } => Some(*original_start),
        EventKind::Single | EventKind::Series { .. } => event.time.as_ref().map(EventTime::slot),
    }
}

/// Zones do not count: each provider names its own for the same instant.
fn time(a: &Event, b: &Event) -> u32 {
    let same = a.time.as_ref().zip(b.time.as_ref());
    let same = same.is_some_and(|(a, b)| a.is_same_moment(b));
    if same { TIME } else { 0 }
}

/// The share of words that both titles have, of all that either has.
fn title(a: &Event, b: &Event) -> u32 {
    let (a, b) = (words(a.title.as_deref()), words(b.title.as_deref()));
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let (shared, all) = (
        count(a.intersection(&b).count()),
        count(a.union(&b).count()),
    );
    shared.saturating_mul(TITLE).checked_div(all).unwrap_or(0)
}

/// A place that only one side names speaks half for the other.
fn place(a: &Event, b: &Event) -> u32 {
    let (a, b) = (words(a.location.as_deref()), words(b.location.as_deref()));
    match (a == b, a.is_empty() || b.is_empty()) {
        (true, _) => PLACE,
        (false, true) => PLACE / 2,
        (false, false) => 0,
    }
}

/// The words of a text, in small letters.
fn words(text: Option<&str>) -> BTreeSet<String> {
    text.unwrap_or_default()
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests;
