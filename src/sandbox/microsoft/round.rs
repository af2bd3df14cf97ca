//! Rounds of a delta query: what their pages will hold is settled when they
//! begin, how it looks when a page is sent.

use std::collections::HashSet;
use std::ops::Bound;

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

use super::behaviour::Behaviour;
use super::entry::{Entry, parts};
use super::item::Window;
use super::mailbox::{Calendar, Facet};

/// Rounds that are remembered for each calendar.
const KEPT: usize = 64;

/// A round that has begun.
#[derive(Clone, Debug)]
pub(super) struct Round {
    pub(super) entries: Vec<Entry>,
    /// The last change that belongs to it.
    pub(super) head: u64,
    pub(super) window: Window,
    /// The furthest page that was fetched.
    pub(super) served: usize,
}

/// Begins a round with everything, or with what changed since; its number.
pub(super) fn begin(
    calendar: &mut Calendar,
    since: Option<u64>,
    window: Window,
    behaviour: &Behaviour,
) -> u32 {
    let mut entries = match since {
        _ if calendar.blank => Vec::new(),
        None => everything(calendar, &window, behaviour),
        Some(since) => changes(calendar, since, &window, behaviour),
    };
    if let Some(seed) = behaviour.shuffle {
        shuffle(&mut entries, seed ^ calendar.head);
    }
    let round = Round {
        entries,
        head: calendar.head,
        window,
        served: 0,
    };
    let number = calendar.rounds.keys().last().map_or(1, |last| last + 1);
    calendar.rounds.insert(number, round);
    if calendar.rounds.len() > KEPT {
        calendar.rounds.pop_first();
    }
    number
}

fn everything(calendar: &Calendar, window: &Window, behaviour: &Behaviour) -> Vec<Entry> {
    let keys = calendar.items.keys();
    keys.flat_map(|key| whole(calendar, *key, window, behaviour))
        .collect()
}

fn changes(calendar: &Calendar, since: u64, window: &Window, behaviour: &Behaviour) -> Vec<Entry> {
    let older = calendar.changes.range(..=since).rev();
    let replayed = older.take(behaviour.replay).map(|(_, what)| *what);
    let newer = calendar
        .changes
        .range((Bound::Excluded(since), Bound::Unbounded));
    let all: Vec<(u64, Facet)> = replayed.chain(newer.map(|(_, what)| *what)).collect();
    let whole_ones: HashSet<u64> = all
        .iter()
        .filter(|(_, facet)| *facet == Facet::Whole)
        .map(|(key, _)| *key)
        .collect();
    let needed = all
        .into_iter()
        .filter(|(key, facet)| *facet == Facet::Whole || !whole_ones.contains(key));
    needed
        .flat_map(|(key, facet)| change(calendar, key, facet, window, behaviour))
        .collect()
}

fn change(
    calendar: &Calendar,
    key: u64,
    facet: Facet,
    window: &Window,
    behaviour: &Behaviour,
) -> Vec<Entry> {
    let item = calendar.items.get(&key);
    match (facet, item) {
        (Facet::Whole, None) => vec![Entry::Removed(key, None)],
        (_, None) => Vec::new(),
        (Facet::Whole, Some(item)) => {
            let mut entries = whole(calendar, key, window, behaviour);
            let changed = item
                .series
                .iter()
                .flat_map(|series| series.exceptions.keys());
            let outside = changed.filter(|day| !item.is_in(Some(**day), window));
            if entries.is_empty() {
                return vec![Entry::Removed(key, None)];
            }
            if behaviour.stale_copies && calendar.stale.contains_key(&key) {
                entries.push(Entry::Stale(key));
            }
            entries.extend(outside.map(|day| Entry::Removed(key, Some(*day))));
            entries
        }
        (Facet::Master, Some(item)) if item.days_in(window).is_empty() => {
            vec![Entry::Removed(key, None)]
        }
        (Facet::Master, Some(_)) => vec![Entry::Item(key)],
        (Facet::Occurrence(day), Some(item)) => {
            match item.has(day) && item.is_in(Some(day), window) {
                true => vec![Entry::Occurrence(key, day)],
                false => vec![Entry::Removed(key, Some(day))],
            }
        }
    }
}

/// A single event; or a master with its occurrences.
fn whole(calendar: &Calendar, key: u64, window: &Window, behaviour: &Behaviour) -> Vec<Entry> {
    let Some(item) = calendar.items.get(&key) else {
        return Vec::new();
    };
    let mut entries = parts(item, window);
    if item.series.is_some() && !entries.is_empty() && !behaviour.occurrences_only {
        entries.insert(0, Entry::Item(key));
    }
    entries
}

/// Says about a third of it twice, and all of it in another order.
fn shuffle(entries: &mut Vec<Entry>, seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let twice: Vec<Entry> = entries
        .iter()
        .copied()
        .filter(|_| rng.random_range(0..3) == 0)
        .collect();
    entries.extend(twice);
    entries.shuffle(&mut rng);
}
