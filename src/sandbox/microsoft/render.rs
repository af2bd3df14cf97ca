//! Events as they are sent.

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::body;
use super::entry::Entry;
use super::item::{Item, Object};
use super::item_id::ItemId;
use super::mailbox::Calendar;
use super::moment::stamp;
use super::prefer::Prefer;
use super::rule;
use super::world::World;

/// The form that the events of one answer have.
pub(super) struct Style<'a> {
    prefer: &'a Prefer,
    mailbox: u32,
    calendar: &'a Calendar,
    partial_exceptions: bool,
    unknown_members: bool,
}

impl<'a> Style<'a> {
    /// What a request prefers, for the events of a calendar.
    pub(super) fn new(world: &World, calendar: &'a Calendar, prefer: &'a Prefer) -> Self {
        let mailbox = world.mailboxes.get(&calendar.account);
        Self {
            prefer,
            mailbox: mailbox.map(|mailbox| mailbox.number).unwrap_or_default(),
            calendar,
            partial_exceptions: world.behaviour.partial_exceptions,
            unknown_members: world.behaviour.unknown_members,
        }
    }

    /// An id in the form that is preferred.
    pub(super) fn id(&self, key: u64, day: Option<Date>) -> String {
        ItemId {
            mailbox: self.mailbox,
            folder: (!self.prefer.immutable).then_some(self.calendar.number),
            item: key,
            day,
        }
        .encode()
    }

    /// One entry of a delta.
    pub(super) fn delta_entry(&self, entry: &Entry) -> Value {
        let gone = |key, day| {
            json!({ "@odata.type": "#microsoft.graph.event", "id": self.id(key, day),
                "@removed": { "reason": "deleted" } })
        };
        if let Entry::Stale(key) = entry
            && let Some(item) = self.calendar.stale.get(key)
        {
            return self.event(item, None);
        }
        let (key, day) = match *entry {
            Entry::Removed(key, day) => return gone(key, day),
            Entry::Item(key) | Entry::Stale(key) => (key, None),
            Entry::Occurrence(key, day) => (key, Some(day)),
        };
        // It may have gone since the round began.
        let item = self.calendar.items.get(&key);
        let Some(item) = item.filter(|item| day.is_none_or(|day| item.has(day))) else {
            return gone(key, day);
        };
        let mut value = match day.map(|day| item.exception(day)) {
            Some(None) => self.stub(item, day),
            Some(Some(exception)) if self.partial_exceptions => {
                let mut value = self.stub(item, day);
                value["type"] = json!("exception");
                let own = self.event(item, day);
                for name in exception
                    .overrides
                    .keys()
                    .map(String::as_str)
                    .chain(["lastModifiedDateTime"])
                {
                    value[name] = own[name].clone();
                }
                value
            }
            _ => self.event(item, day),
        };
        value["@odata.type"] = json!("#microsoft.graph.event");
        value
    }

    /// An occurrence with nothing but its times.
    fn stub(&self, item: &Item, day: Option<Date>) -> Value {
        let (start, end) = item.times(day);
        let (zone, all_day) = (&self.prefer.zone, item.is_all_day());
        json!({ "@odata.type": "#microsoft.graph.event", "@odata.etag": etag(item, day),
            "id": self.id(item.key, day), "seriesMasterId": self.id(item.key, None), "type": "occurrence",
            "start": start.json(zone, all_day), "end": end.json(zone, all_day) })
    }

    /// An event, a master or an occurrence, complete.
    pub(super) fn event(&self, item: &Item, day: Option<Date>) -> Value {
        let mut all = item.members(day);
        self.add_revision(&mut all, item, day);
        self.add_times(&mut all, item, day);
        self.add_series(&mut all, item, day);
        let text = all.get("body").cloned().unwrap_or_else(|| json!({}));
        all.insert("bodyPreview".to_owned(), json!(body::preview(&text)));
        all.insert("body".to_owned(), body::shown(&text, self.prefer.text));
        if let Some(Value::String(uid)) = all.get("iCalUId") {
            let uid = json!(ical_uid(uid, day));
            all.insert("iCalUId".to_owned(), uid);
        }
        if self.unknown_members {
            add_unknown(&mut all);
        }
        Value::Object(all)
    }

    fn add_revision(&self, all: &mut Object, item: &Item, day: Option<Date>) {
        let exception = day.and_then(|day| item.exception(day));
        let modified = exception.map_or(item.modified, |exception| exception.modified);
        let id = self.id(item.key, day);
        let escaped = id.replace('=', "%3D");
        let link = format!(
            "https://outlook.office365.com/owa/?itemid={escaped}&exvsurl=1&path=/calendar/item"
        );
        let members = [
            ("id", json!(id)),
            ("@odata.etag", json!(etag(item, day))),
            ("changeKey", json!(change_key(version(item, day)))),
            ("createdDateTime", json!(stamp(item.created))),
            ("lastModifiedDateTime", json!(stamp(modified))),
            ("webLink", json!(link)),
        ];
        all.extend(members.map(|(name, value)| (name.to_owned(), value)));
    }

    fn add_times(&self, all: &mut Object, item: &Item, day: Option<Date>) {
        let (start, end) = item.times(day);
        let all_day = all.get("isAllDay") == Some(&Value::Bool(true));
        let zone = &self.prefer.zone;
        all.insert("start".to_owned(), start.json(zone, all_day));
        all.insert("end".to_owned(), end.json(zone, all_day));
        for (name, moment) in [
            ("originalStartTimeZone", &start),
            ("originalEndTimeZone", &end),
        ] {
            all.entry(name)
                .or_insert_with(|| json!(moment.zone.windows()));
        }
    }

    fn add_series(&self, all: &mut Object, item: &Item, day: Option<Date>) {
        let kind = match (&item.series, day) {
            (None, _) => "singleInstance",
            (Some(_), None) => "seriesMaster",
            (Some(_), Some(day)) if item.exception(day).is_some() => "exception",
            (Some(_), Some(_)) => "occurrence",
        };
        let recurrence = item.series.as_ref().filter(|_| day.is_none());
        let recurrence =
            recurrence.map(|series| rule::filled(&series.recurrence, item.start.zone.windows()));
        all.insert("type".to_owned(), json!(kind));
        all.insert("recurrence".to_owned(), recurrence.unwrap_or_default());
        let master = day.map(|_| json!(self.id(item.key, None)));
        all.insert("seriesMasterId".to_owned(), master.unwrap_or_default());
        if let Some(day) = day {
            let original = item.planned(day).0.instant();
            all.insert("originalStart".to_owned(), json!(original.to_string()));
            all.insert(
                "occurrenceId".to_owned(),
                json!(self.occurrence_id(item.key, day)),
            );
        }
    }

    /// How `cancelledOccurrences` names an occurrence.
    pub(super) fn occurrence_id(&self, key: u64, day: Date) -> String {
        format!("OID.{}.{day}", self.id(key, None))
    }
}

/// The revision of an item or of an occurrence.
pub(super) fn etag(item: &Item, day: Option<Date>) -> String {
    format!("W/\"{}\"", change_key(version(item, day)))
}

/// A revision as `changeKey` has it.
pub(super) fn change_key(version: u32) -> String {
    let mut bytes = vec![0x0F, 0, 0, 0, 0x16, 0, 0, 0];
    bytes.extend(version.to_be_bytes());
    STANDARD.encode(bytes)
}

fn version(item: &Item, day: Option<Date>) -> u32 {
    let exception = day.and_then(|day| item.exception(day));
    exception.map_or(item.version, |exception| exception.version)
}

/// The UID of an occurrence: that of the series with the day written into it.
fn ical_uid(series: &str, day: Option<Date>) -> String {
    let Some(day) = day else {
        return series.to_owned();
    };
    let mark = format!("{:04X}{:02X}{:02X}", day.year(), day.month(), day.day());
    match series.get(32..40) {
        Some(_) => format!("{}{mark}{}", &series[..32], &series[40..]),
        None => format!("{series}{mark}"),
    }
}

fn add_unknown(all: &mut Object) {
    all.insert("hologram".to_owned(), json!({ "fidelity": [1, 2] }));
    if all.get("showAs").is_some_and(|shown| shown == "busy") {
        all.insert("showAs".to_owned(), json!("unknownFutureValue"));
    }
    all.insert("sensitivity".to_owned(), json!("unknownFutureValue"));
}
