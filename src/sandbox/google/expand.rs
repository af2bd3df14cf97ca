//! Listings of single occurrences: `singleEvents=true` and `events.instances`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use jiff::{Span, Timestamp, civil};

use super::calendar::{Calendar, Object, Stored};
use super::list::Page;
use super::list_query::{ListQuery, Start};
use super::recurrence::Series;
use super::series::{instance, instance_id};
use super::times::{When, Zone};

/// An endless series ends here, in occurrences.
const LIMIT: u16 = 1000;

/// One page of occurrences; without a window, two years around `now`.
pub(super) fn page(calendar: &Calendar, query: &ListQuery, now: DateTime<Utc>) -> Page {
    let done: usize = query.after.parse().unwrap_or_default();
    let all = all(calendar, query, now);
    let items = all.iter().skip(done).take(query.max_results);
    let items = items
        .map(|body| Arc::from(query.style.value(body, &calendar.zone).to_string()))
        .collect();
    let end = done + query.max_results;
    Page {
        items,
        next: (end < all.len()).then(|| end.to_string()),
    }
}

fn all(calendar: &Calendar, query: &ListQuery, now: DateTime<Utc>) -> Vec<Object> {
    let (from, to) = window(query, now);
    let mut all = Vec::new();
    for (id, stored) in &calendar.events {
        if !touched(stored, query) || calendar.is_orphan(stored) {
            continue;
        }
        match stored.body.contains_key("recurrence") {
            true => all.extend(occurrences(calendar, id, from, to)),
            false => all.push(stored.body.clone()),
        }
    }
    let zone = &calendar.zone;
    all.retain(|body| shown(body, query) && query.filter.accepts(body, zone));
    all.sort_by_cached_key(|body| start(body, zone));
    all
}

/// The occurrences of a series that are no exceptions.
pub(super) fn occurrences(
    calendar: &Calendar,
    id: &str,
    from: civil::DateTime,
    to: civil::DateTime,
) -> Vec<Object> {
    let Some(master) = calendar.events.get(id) else {
        return Vec::new();
    };
    let Some(series) = Series::of(&master.body, &calendar.zone) else {
        return Vec::new();
    };
    let originals = series.between(from, to, LIMIT).into_iter();
    let plain =
        originals.filter(|original| !calendar.events.contains_key(&instance_id(id, original)));
    plain
        .filter_map(|original| instance(&master.body, &original, &calendar.zone))
        .collect()
}

/// Where an event begins, for ordering.
pub(super) fn start(body: &Object, zone: &Zone) -> Option<Timestamp> {
    Some(
        When::parse(body.get("start")?, zone, "start")
            .ok()?
            .instant(zone),
    )
}

fn touched(stored: &Stored, query: &ListQuery) -> bool {
    match query.start {
        Start::Full => true,
        Start::Since(since) => stored.change > since && stored.change <= query.head,
    }
}

fn shown(body: &Object, query: &ListQuery) -> bool {
    let live = body
        .get("status")
        .is_none_or(|status| status != "cancelled");
    live || query.show_deleted || query.start != Start::Full
}

fn window(query: &ListQuery, now: DateTime<Utc>) -> (civil::DateTime, civil::DateTime) {
    let utc = Zone::named_or_utc("UTC");
    let now = utc.wall(Timestamp::from_millisecond(now.timestamp_millis()).unwrap_or_default());
    let (from, to) = query.filter.window();
    // A day more on each side: the filter cuts exactly.
    let day = Span::new().days(1);
    let from = from.map_or_else(
        || now.saturating_sub(Span::new().years(1)),
        |from| utc.wall(from).saturating_sub(day),
    );
    let to = to.map_or_else(
        || now.saturating_add(Span::new().years(2)),
        |to| utc.wall(to).saturating_add(day),
    );
    (from, to)
}
