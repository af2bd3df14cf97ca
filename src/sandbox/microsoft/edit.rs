//! Edits made in Outlook, by people or by the service itself; not by way of
//! HTTP. Events are named by their immutable ids; default ids are understood.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::Microsoft;
use super::adopt::{series, tidy};
use super::item::{Item, Object};
use super::item_id::ItemId;
use super::keep::{follow, shift};
use super::lookup::Found;
use super::moment::Moment;
use super::prefer::Prefer;
use super::render::Style;
use super::world::World;

impl Microsoft {
    /// Puts an event into a calendar and answers its immutable id (empty:
    /// there is no such calendar). What is missing is filled in; nothing is
    /// refused: any zone name will do, `subject` and `iCalUId` may be null,
    /// `location` and `body` may be plain text.
    pub fn put_event(&self, calendar: &str, event: Value) -> String {
        self.with(|world| {
            let (Some(account), Value::Object(event)) = (world.account_of(calendar), event) else {
                return String::new();
            };
            let item = world.adopt(&account, event);
            let key = world.put(calendar, item);
            world
                .immutable_id(Found { key, day: None })
                .unwrap_or_default()
        })
    }

    /// Changes an event, a series or an occurrence: members replace, `null`
    /// becomes null. Answers whether there was one.
    pub fn edit_event(&self, id: &str, patch: Value) -> bool {
        self.with(|world| {
            let (Some(found), Value::Object(patch)) = (world.named(id), patch) else {
                return false;
            };
            let resets = world.behaviour.series_change_resets;
            world.change(found.key, found.day, |item| match found.day {
                Some(day) => edit_one(item, day, patch),
                None => edit_all(item, patch, resets),
            })
        })
    }

    /// Deletes an event, a series, or cancels an occurrence by its id.
    pub fn delete_event(&self, id: &str) -> bool {
        self.with(|world| match world.named(id) {
            Some(Found {
                key,
                day: Some(day),
            }) => world.cancel(key, day),
            Some(found) => world.remove(found.key),
            None => false,
        })
    }

    /// Cancels the occurrence of a series that originally starts on `day`
    /// (`2026-03-09`, in the zone of the series). Answers its id.
    pub fn cancel_occurrence(&self, series: &str, day: &str) -> Option<String> {
        let id = self.occurrence(series, day)?;
        self.delete_event(&id).then_some(id)
    }

    /// Moves an occurrence to another start and end: wall-clock times of the
    /// series' zone, or with an offset. Answers its id.
    pub fn move_occurrence(
        &self,
        series: &str,
        day: &str,
        start: &str,
        end: &str,
    ) -> Option<String> {
        let patch = json!({ "start": { "dateTime": start }, "end": { "dateTime": end } });
        self.edit_occurrence(series, day, patch)
    }

    /// Changes an occurrence. Answers its id; `None`: the series has none then.
    pub fn edit_occurrence(&self, series: &str, day: &str, patch: Value) -> Option<String> {
        let id = self.occurrence(series, day)?;
        self.edit_event(&id, patch).then_some(id)
    }

    /// The immutable id of the occurrence that originally starts on `day`.
    pub fn occurrence(&self, series: &str, day: &str) -> Option<String> {
        self.with(|world| {
            let key = world.named(series)?.key;
            let day: Date = day.parse().ok()?;
            world.item(key).filter(|(_, item)| item.has(day))?;
            world.immutable_id(Found {
                key,
                day: Some(day),
            })
        })
    }

    /// The organizer cancels a meeting: it stays, marked as cancelled.
    pub fn cancel_meeting(&self, id: &str) -> bool {
        let subject = self.event(id).map(|event| event["subject"].clone());
        let subject = subject.unwrap_or_default();
        let title = format!("Canceled: {}", subject.as_str().unwrap_or_default());
        self.edit_event(
            id,
            json!({ "isCancelled": true, "subject": title, "showAs": "free" }),
        )
    }

    /// Moves an event or a series to another calendar of the mailbox: its
    /// immutable id stays, its default id does not.
    pub fn move_event_to_calendar(&self, id: &str, calendar: &str) -> bool {
        self.with(|world| match world.named(id) {
            Some(Found { key, day: None }) => world.carry(key, calendar),
            _ => false,
        })
    }

    /// The single events and masters of a calendar, in UTC, bodies as text,
    /// with immutable ids.
    pub fn events(&self, calendar: &str) -> Vec<Value> {
        self.with(|world| {
            let Some(calendar) = world.calendars.get(calendar) else {
                return Vec::new();
            };
            let prefer = plain();
            let style = Style::new(world, calendar, &prefer);
            let items = calendar.items.values();
            items
                .map(|item| with_properties(style.event(item, None), item))
                .collect()
        })
    }

    /// An event, a master or an occurrence in the same form; `None`: gone.
    pub fn event(&self, id: &str) -> Option<Value> {
        self.with(|world| {
            let found = world.named(id)?;
            let (calendar, item) = world.item(found.key)?;
            let prefer = plain();
            let style = Style::new(world, calendar, &prefer);
            Some(with_properties(style.event(item, found.day), item))
        })
    }

    /// The default id of an event, which names its folder.
    pub fn default_id(&self, id: &str) -> Option<String> {
        self.with(|world| {
            let found = world.named(id)?;
            let (calendar, _) = world.item(found.key)?;
            Some(Style::new(world, calendar, &Prefer::default()).id(found.key, found.day))
        })
    }

    /// The calendar in which an event lies.
    pub fn calendar_of(&self, id: &str) -> Option<String> {
        self.with(|world| {
            let found = world.named(id)?;
            world.places.get(&found.key).cloned()
        })
    }

    /// Loses every event of a calendar without a tombstone.
    pub fn forget_everything(&self, calendar: &str) {
        self.with(|world| {
            if let Some(calendar) = world.calendars.get_mut(calendar) {
                calendar.items.clear();
                calendar.changes.clear();
            }
            world.places.retain(|_, place| place != calendar);
        });
    }
}

impl World {
    /// Whose mailbox a calendar lies in.
    pub(super) fn account_of(&self, calendar: &str) -> Option<String> {
        Some(self.calendars.get(calendar)?.account.clone())
    }

    /// What an id of any mailbox names.
    fn named(&self, id: &str) -> Option<Found> {
        let read = ItemId::decode(id)?;
        let (_, item) = self.item(read.item)?;
        let found = Found {
            key: read.item,
            day: read.day,
        };
        read.day.is_none_or(|day| item.has(day)).then_some(found)
    }

    /// The immutable id of something that was found.
    pub(super) fn immutable_id(&self, found: Found) -> Option<String> {
        let (calendar, _) = self.item(found.key)?;
        Some(Style::new(self, calendar, &plain()).id(found.key, found.day))
    }
}

fn plain() -> Prefer {
    Prefer {
        text: true,
        immutable: true,
        ..Prefer::default()
    }
}

fn with_properties(mut event: Value, item: &Item) -> Value {
    if !item.extended.is_empty() {
        let own = item.extended.iter();
        let all: Vec<Value> = own
            .map(|(id, value)| json!({ "id": id, "value": value }))
            .collect();
        event["singleValueExtendedProperties"] = json!(all);
    }
    event
}

fn edit_all(item: &mut Item, mut patch: Object, resets: bool) {
    if let Some(start) = moment(&patch, "start", &item.start) {
        item.start = start;
        follow(item, resets);
    }
    if let Some(end) = moment(&patch, "end", &item.end) {
        item.end = end;
    }
    if let Some(recurrence) = patch.remove("recurrence") {
        let fresh = series(recurrence, item.start.wall.date());
        item.series = match (item.series.take(), fresh) {
            (Some(old), Some(fresh)) if !resets => Some(super::item::Series {
                exceptions: old.exceptions,
                cancelled: old.cancelled,
                ..fresh
            }),
            (_, fresh) => fresh,
        };
    }
    tidy(&mut patch);
    item.body.extend(patch);
}

fn edit_one(item: &mut Item, day: Date, mut patch: Object) {
    let Some(exception) = World::exception(item, day) else {
        return;
    };
    if let Some(start) = moment(&patch, "start", &exception.start) {
        shift(exception, start);
    }
    if let Some(end) = moment(&patch, "end", &exception.end) {
        exception.end = end;
    }
    tidy(&mut patch);
    exception.overrides.extend(patch);
}

/// A time of a patch; without a zone it is meant in that of the old one.
fn moment(patch: &Object, name: &str, old: &Moment) -> Option<Moment> {
    let value = patch.get(name)?;
    match value.get("timeZone") {
        Some(_) => Moment::lenient(value),
        None => Moment::read(value.get("dateTime")?.as_str()?, old.zone.clone()),
    }
}
