//! Edits made at Google, by people or by Google itself; not by way of HTTP.

use serde_json::{Value, json};

use super::Google;
use super::calendar::{Calendar, Object, stamp};
use super::check::{check, tidy_leniently};
use super::merge;
use super::series;
use super::shape::stamp_new;
use super::times::When;
use super::world::World;

impl Google {
    /// Puts an event into a calendar and answers its id (empty: there is no
    /// such calendar). Google's own fields are filled in where they are
    /// missing; nothing is refused, so that tests may put odd events.
    pub fn put_event(&self, calendar: &str, event: Value) -> String {
        self.with(|world| {
            let Value::Object(mut body) = event else {
                return String::new();
            };
            let generated = world.ids.event();
            let id = body
                .get("id")
                .and_then(Value::as_str)
                .unwrap_or(&generated)
                .to_owned();
            body.insert("id".to_owned(), json!(id));
            let now = stamp(world.clock.now());
            let Some(kept) = world.calendars.get(calendar) else {
                return String::new();
            };
            tidy_leniently(&mut body, &kept.zone);
            stamp_new(&mut body, kept, &kept.owner, &now);
            store(world, calendar, body);
            id
        })
    }

    /// Changes an event or an occurrence: null deletes, objects merge, all
    /// else replaces. Answers whether there was one.
    pub fn edit_event(&self, calendar: &str, id: &str, patch: Value) -> bool {
        self.with(|world| {
            let Some(kept) = world.calendars.get(calendar) else {
                return false;
            };
            let (Some(before), Value::Object(patch)) = (series::resolve(kept, id), patch) else {
                return false;
            };
            let mut body = before.clone();
            merge::patch(&mut body, patch);
            tidy_leniently(&mut body, &kept.zone);
            let moved = before.get("start") != body.get("start");
            store(world, calendar, body.clone());
            if moved && world.behaviour.rebase_exceptions {
                let World {
                    calendars,
                    ids,
                    clock,
                    ..
                } = world;
                let calendar = calendars.get_mut(calendar);
                calendar.and_then(|calendar| {
                    series::rebase(calendar, &before, &body, ids, clock.now())
                });
            }
            true
        })
    }

    /// Deletes an event, a series, or cancels an occurrence by its id.
    pub fn delete_event(&self, calendar: &str, id: &str) -> bool {
        self.edit_event(calendar, id, json!({ "status": "cancelled" }))
    }

    /// Cancels the occurrence of `series` that originally starts at
    /// `original_start` (a date, or RFC 3339). Answers its id.
    pub fn cancel_occurrence(
        &self,
        calendar: &str,
        series: &str,
        original_start: &str,
    ) -> Option<String> {
        self.edit_occurrence(
            calendar,
            series,
            original_start,
            json!({ "status": "cancelled" }),
        )
    }

    /// Moves an occurrence to another start and end (both dates, or both
    /// RFC 3339). Answers its id.
    pub fn move_occurrence(
        &self,
        calendar: &str,
        series: &str,
        original_start: &str,
        start: &str,
        end: &str,
    ) -> Option<String> {
        let when = |text: &str| match text.len() {
            10 => json!({ "date": text }),
            _ => json!({ "dateTime": text }),
        };
        self.edit_occurrence(
            calendar,
            series,
            original_start,
            json!({ "start": when(start), "end": when(end) }),
        )
    }

    /// Changes an occurrence. Answers its id; `None`: the series has none then.
    pub fn edit_occurrence(
        &self,
        calendar: &str,
        series: &str,
        original_start: &str,
        patch: Value,
    ) -> Option<String> {
        let id = self
            .with(|world| occurrence_id(world.calendars.get(calendar)?, series, original_start))?;
        self.edit_event(calendar, &id, patch).then_some(id)
    }

    /// Why the API would refuse this event, if it would.
    pub fn complaint(&self, calendar: &str, event: &Value) -> Option<String> {
        self.with(|world| {
            let zone = &world.calendars.get(calendar)?.zone;
            let refusal = check(&mut event.as_object()?.clone(), zone).err()?;
            Some(refusal.message().to_owned())
        })
    }

    /// An event as it is kept, cancelled or not.
    pub fn event(&self, calendar: &str, id: &str) -> Option<Value> {
        self.with(|world| {
            world
                .calendars
                .get(calendar)?
                .body(id)
                .cloned()
                .map(Value::Object)
        })
    }

    /// The events of a calendar that are not cancelled, by id.
    pub fn events(&self, calendar: &str) -> Vec<Value> {
        self.with(|world| {
            let events = world
                .calendars
                .get(calendar)
                .map(|calendar| calendar.events.values());
            let live = events
                .into_iter()
                .flatten()
                .filter(|stored| !stored.is_cancelled());
            live.map(|stored| Value::Object(stored.body.clone()))
                .collect()
        })
    }

    /// Listings of the calendar read as empty, or as they are again; nothing
    /// is deleted.
    pub fn empty(&self, calendar: &str, on: bool) {
        self.on_calendar(calendar, |calendar| calendar.blank = on);
    }

    /// Loses every event without a tombstone.
    pub fn forget_everything(&self, calendar: &str) {
        self.on_calendar(calendar, |calendar| calendar.forget(|_| true));
    }

    /// Tombstones vanish, as they do one day: of deleted events and of the
    /// exceptions of deleted series. Their ids become free.
    pub fn forget_tombstones(&self, calendar: &str) {
        self.on_calendar(calendar, |calendar| {
            let gone: Vec<String> = calendar
                .events
                .iter()
                .filter(|(_, s)| s.is_cancelled())
                .map(|(id, _)| id.clone())
                .collect();
            calendar.forget(|stored| match stored.series() {
                Some(series) => gone.binary_search_by(|id| id.as_str().cmp(series)).is_ok(),
                None => stored.is_cancelled(),
            });
        });
    }

    fn on_calendar(&self, calendar: &str, work: impl FnOnce(&mut Calendar)) {
        self.with(|world| {
            if let Some(calendar) = world.calendars.get_mut(calendar) {
                work(calendar);
            }
        });
    }
}

fn store(world: &mut World, calendar: &str, body: Object) {
    world.announce(calendar, &body);
    let id = body
        .get("id")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let World {
        calendars,
        ids,
        clock,
        ..
    } = world;
    if let Some(calendar) = calendars.get_mut(calendar) {
        calendar.store(&id, body, ids, clock.now());
    }
}

fn occurrence_id(calendar: &Calendar, series: &str, original_start: &str) -> Option<String> {
    let zone = &calendar.zone;
    let master = calendar.body(series)?;
    let start = When::parse(master.get("start")?, zone, "start").ok()?;
    let when = match &start {
        When::Day(_) => json!({ "date": original_start }),
        // Without an offset it is a wall-clock time of the series' own zone.
        When::At(..) => {
            json!({ "dateTime": original_start, "timeZone": master.get("start")?.get("timeZone") })
        }
    };
    Some(series::instance_id(
        series,
        &When::parse(&when, zone, "originalStartTime").ok()?,
    ))
}
