//! Calendars: how fresh they are, and how they are watched.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::overview::Read;
use crate::context::Context;
use crate::engine::watch;
use crate::model::account::AccountStatus;
use crate::model::calendar::Calendar;
use crate::model::watch::Watch;

/// A watch that ends sooner is about to be renewed.
const SOON: TimeDelta = TimeDelta::hours(12);

/// How old what was pulled may be, and how that is called.
const AGES: [(TimeDelta, &str); 5] = [
    (TimeDelta::minutes(30), "30 min"),
    (TimeDelta::hours(2), "2 h"),
    (TimeDelta::hours(12), "12 h"),
    (TimeDelta::days(1), "1 d"),
    (TimeDelta::days(7), "7 d"),
];

/// How many calendars there are.
#[derive(Serialize)]
pub(super) struct Calendars {
    pub(super) all: usize,
    pub(super) active: usize,
    /// Those that rest after failures.
    pub(super) resting: usize,
    /// Active ones that their provider lists no more.
    pub(super) unlisted: usize,
    /// Those that are synced, by how long ago they were pulled.
    pub(super) staleness: Vec<Staleness>,
}

/// Calendars that were pulled about as long ago.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Staleness {
    /// Less than this, and not less than the one before.
    pub(super) pulled: String,
    pub(super) calendars: usize,
}

/// How the calendars that are synced are watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Watches {
    /// Whether there is an address that the providers can reach.
    pub(super) configured: bool,
    pub(super) ended: usize,
    pub(super) within_12_h: usize,
    pub(super) later: usize,
    /// Calendars without a watch.
    pub(super) without: usize,
}

pub(super) fn count(calendars: &[Calendar], now: DateTime<Utc>) -> Calendars {
    let number = |is: fn(&Calendar) -> bool| calendars.iter().filter(|one| is(one)).count();
    Calendars {
        all: calendars.len(),
        active: number(|one| one.is_active),
        resting: number(|one| one.backoff.failures > 0),
        unlisted: number(|one| one.is_active && !one.is_listed),
        staleness: staleness(calendars, now),
    }
}

fn staleness(calendars: &[Calendar], now: DateTime<Utc>) -> Vec<Staleness> {
    let synced = calendars.iter().filter(|one| one.is_synced());
    let labels = AGES.iter().map(|(_, label)| format!("< {label}"));
    let labels = labels.chain(["older".to_owned(), "never".to_owned()]);
    let none = |pulled| Staleness {
        pulled,
        calendars: 0,
    };
    let mut bars: Vec<_> = labels.map(none).collect();
    for calendar in synced {
        if let Some(bar) = bars.get_mut(bar(calendar.last_pulled_at, now)) {
            bar.calendars += 1;
        }
    }
    bars
}

/// Which bar a calendar belongs to.
fn bar(pulled: Option<DateTime<Utc>>, now: DateTime<Utc>) -> usize {
    let Some(pulled) = pulled else {
        return AGES.len() + 1;
    };
    let at = AGES.iter().position(|(age, _)| now - pulled < *age);
    at.unwrap_or(AGES.len())
}

/// How the calendars of accounts that can be used are watched.
pub(super) fn watches(cx: &Context, read: &Read, now: DateTime<Utc>) -> Watches {
    let usable: BTreeSet<_> = read
        .accounts
        .iter()
        .filter(|account| account.status == AccountStatus::Active)
        .map(|account| &account.id)
        .collect();
    let mut by_calendar = watch::by_calendar(read.watches.clone());
    let mut count = Watches {
        configured: matches!(cx.reachable(), Ok(Some(_))),
        ..Watches::default()
    };
    for calendar in &read.calendars {
        if calendar.is_synced() && usable.contains(&calendar.account_id) {
            let watches = by_calendar.remove(&calendar.id).unwrap_or_default();
            count.add(last_end(&watches), now);
        }
    }
    count
}

/// When the last of the watches of a calendar ends.
fn last_end(watches: &[Watch]) -> Option<DateTime<Utc>> {
    let watches = watches.iter().filter(|watch| !watch.is_stopping);
    let grants = watches.filter_map(|watch| watch.grant.as_ref());
    grants.map(|grant| grant.until).max()
}

impl Watches {
    fn add(&mut self, end: Option<DateTime<Utc>>, now: DateTime<Utc>) {
        match end {
            None => self.without += 1,
            Some(end) if end <= now => self.ended += 1,
            Some(end) if end - now <= SOON => self.within_12_h += 1,
            Some(_) => self.later += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-03-10T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn calendars_are_sorted_by_how_long_ago_they_were_pulled() {
        let bar = |ago| bar(Some(now() - ago), now());
        assert_eq!(bar(TimeDelta::minutes(-5)), 0);
        assert_eq!(bar(TimeDelta::minutes(29)), 0);
        assert_eq!(bar(TimeDelta::minutes(30)), 1);
        assert_eq!(bar(TimeDelta::days(7)), AGES.len());
        assert_eq!(super::bar(None, now()), AGES.len() + 1);
        assert_eq!(staleness(&[], now()).len(), AGES.len() + 2);
    }

    #[test]
    fn watches_are_sorted_by_their_end() {
        let mut count = Watches::default();
        let second = TimeDelta::seconds(1);
        for end in [now(), now() + second, now() + SOON, now() + SOON + second] {
            count.add(Some(end), now());
        }
        count.add(None, now());
        let expected = Watches {
            configured: false,
            ended: 1,
            within_12_h: 2,
            later: 1,
            without: 1,
        };
        assert_eq!(count, expected);
    }
}
