//! Pulls at random, against a model that is a map.

use std::collections::BTreeMap;

use calsync::model::calendar::AccessRole;
use calsync::model::change::Change;
use calsync::model::event::{Event, EventKind};
use calsync::model::id::CalendarId;
use calsync::model::time::Window;
use calsync::store::{Coverage, Removals};

use super::bench::{Bench, lease, short};
use super::build::{Build, event, gone, listed, window};

/// Numbers that follow from a seed (Knuth's MMIX generator).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[usize::try_from(self.below(words.len() as u64)).unwrap()]
    }

    fn window(&mut self) -> Window {
        let from = self.pick(&["2026-03-01", "2026-03-08", "2026-03-12"]);
        let to = self.pick(&["2026-03-13", "2026-03-15", "2026-04-01"]);
        window(from, to)
    }

    fn event(&mut self, id: &str) -> Event {
        let day = 6 + self.below(12);
        let start = format!("2026-03-{day:02}T09:00");
        let end = format!("2026-03-{:02}T10:00", day + self.below(3));
        let timed = event(id).at(&start, &end);
        match self.below(6) {
            0 => timed.days(&start[..10], &end[..10]),
            1 | 2 => event(id)
                .at(&start, &start)
                .repeats(self.pick(&["FREQ=DAILY;COUNT=5", "FREQ=DAILY;INTERVAL=2"])),
            3 => timed.instead_of(self.pick(&["a", "b"]), &start),
            4 => timed.instead_of(self.pick(&["a", "b"]), &start).cancelled(),
            _ => timed,
        }
    }

    fn page(&mut self) -> Vec<Change> {
        let size = self.below(4);
        let change = |_| {
            let id = self.pick(&["a", "b", "c", "d", "e", "f"]);
            match self.below(4) {
                0 => gone(id),
                _ => self.event(id).upsert(),
            }
        };
        (0..size).map(change).collect()
    }
}

/// What a provider would list.
#[derive(Default)]
struct Model(BTreeMap<String, Event>);

impl Model {
    fn pull(&mut self, page: &[Change], coverage: Coverage) {
        let last: BTreeMap<_, _> = page
            .iter()
            .map(|change| (change.external_id().to_string(), change))
            .collect();
        for (id, change) in &last {
            if let Change::Removed(_) = change {
                self.0.remove(id);
                self.0
                    .retain(|other, event| series(event) != Some(id) || last.contains_key(other));
            }
        }
        if coverage == Coverage::Everything {
            self.0.retain(|id, _| last.contains_key(id));
        }
        for (id, change) in last {
            if let Change::Upsert(event) = change {
                self.0.insert(id, (**event).clone());
            }
        }
    }

    fn listing(&self) -> Vec<Change> {
        self.0
            .values()
            .map(|event| event.clone().upsert())
            .collect()
    }
}

fn series(event: &Event) -> Option<&str> {
    match &event.kind {
        EventKind::Exception { series, .. } => Some(series.as_str()),
        EventKind::Single | EventKind::Series(_) => None,
    }
}

/// Replaces the content of a second calendar by a complete listing.
async fn list_afresh(bench: &Bench, other: &CalendarId, page: Vec<Change>, window: Window) {
    for page in [Vec::new(), page] {
        bench.store.event_stage(other, page).await.unwrap();
        let mut plan = bench.plan(Coverage::Everything);
        plan.calendar = other.clone();
        plan.lease = lease(other, "cycle");
        plan.window = window;
        bench.apply(plan).await;
    }
}

/// The timelines of both calendars, with the length of each row.
async fn both(bench: &Bench, other: &CalendarId) -> (Vec<String>, Vec<String>) {
    let (mine, theirs): (Vec<_>, Vec<_>) = bench
        .rows()
        .await
        .into_iter()
        .partition(|row| row.calendar_id != *other);
    let long = |rows: Vec<_>| {
        let rows = rows
            .iter()
            .map(|row: &calsync::model::timeline::TimelineRow| {
                format!("{} {:?} {:?}", short(row), row.ends_at, row.end_date)
            });
        rows.collect()
    };
    (long(mine), long(theirs))
}

pub(crate) async fn any_sequence_of_pulls_ends_like_one_listing_of_what_is_left(bench: Bench) {
    let listing = ["main", "other"].map(|id| listed(id, AccessRole::Owner));
    let calendars = bench.discover(listing.into()).await;
    let other = calendars.iter().find(|c| c.id != bench.calendar).unwrap();
    bench.hold(&other.id).await;
    let (mut chance, mut model) = (Chance(20_260_310), Model::default());
    for step in 0..300 {
        let page = chance.page();
        let coverage = if chance.below(8) == 0 {
            Coverage::Everything
        } else {
            Coverage::Changes
        };
        let window = chance.window();
        model.pull(&page, coverage);
        bench.stage(page.clone()).await;
        let expected: Removals = bench.removals(coverage).await;
        let mut plan = bench.plan(coverage);
        plan.window = window;
        assert_eq!(
            bench.apply(plan).await.removed,
            expected.removed,
            "step {step}"
        );
        list_afresh(&bench, &other.id, model.listing(), window).await;
        let (mine, theirs) = both(&bench, &other.id).await;
        assert_eq!(mine, theirs, "step {step}: {page:#?} {window:?}");
    }
}
