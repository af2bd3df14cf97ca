//! How an event is sent: whole, as a tombstone, cut by `fields`, in a zone.

use std::sync::Arc;

use serde_json::{Value, json};

use super::calendar::{Calendar, Object};
use super::errors::ApiError;
use super::fields::Selector;
use super::times::{Zone, instant};

/// The form in which the events of one answer are sent.
pub(super) struct Style {
    /// Equal keys mean equal forms.
    pub(super) key: Arc<str>,
    /// What of each event is sent.
    pub(super) selector: Selector,
    /// The zone of the answer's offsets, if not the calendar's.
    pub(super) zone: Option<Zone>,
    /// Deleted events keep their details.
    pub(super) details: bool,
    /// Only when it is busy.
    pub(super) free_busy: bool,
    /// More guests than this are left out.
    pub(super) max_attendees: Option<usize>,
}

impl Style {
    /// The text of event `id`, from the last time if it was the same form.
    pub(super) fn text(&self, calendar: &mut Calendar, id: &str) -> Option<Arc<str>> {
        let zone = calendar.zone.clone();
        let stored = calendar.events.get_mut(id)?;
        if let Some((key, text)) = &stored.rendered
            && *key == self.key
        {
            return Some(text.clone());
        }
        let text: Arc<str> = self.value(&stored.body, &zone).to_string().into();
        stored.rendered = Some((self.key.clone(), text.clone()));
        Some(text)
    }

    /// One event as it is sent.
    pub(super) fn value(&self, body: &Object, zone: &Zone) -> Value {
        let mut body = self.form(body);
        if let Some(wanted) = &self.zone {
            rezone(&mut body, wanted, zone);
        }
        if let Some(limit) = self.max_attendees {
            omit_attendees(&mut body, limit);
        }
        self.selector.apply(Value::Object(body))
    }

    fn form(&self, body: &Object) -> Object {
        let cancelled = body
            .get("status")
            .is_some_and(|status| status == "cancelled");
        let series = body.contains_key("recurringEventId");
        match (cancelled, series) {
            (true, true) => only(
                body,
                &[
                    "kind",
                    "etag",
                    "id",
                    "status",
                    "recurringEventId",
                    "originalStartTime",
                ],
            ),
            (true, false) if !self.details => only(body, &["kind", "etag", "id", "status"]),
            _ if self.free_busy => only(body, FREE_BUSY),
            _ => body.clone(),
        }
    }
}

const FREE_BUSY: &[&str] = &[
    "kind",
    "etag",
    "id",
    "status",
    "start",
    "end",
    "recurrence",
    "recurringEventId",
    "originalStartTime",
    "transparency",
    "visibility",
    "iCalUID",
    "updated",
];

/// The zone a query asks for.
pub(super) fn zone(name: Option<&str>) -> Result<Option<Zone>, ApiError> {
    let unknown = || ApiError::invalid("timeZone", "Invalid time zone.");
    name.map(|name| Zone::named(name).ok_or_else(unknown))
        .transpose()
}

fn only(body: &Object, names: &[&str]) -> Object {
    let of = |name: &&str| {
        body.get(*name)
            .map(|value| ((*name).to_owned(), value.clone()))
    };
    names.iter().filter_map(of).collect()
}

fn rezone(body: &mut Object, wanted: &Zone, calendar: &Zone) {
    for name in ["start", "end", "originalStartTime"] {
        let Some(time) = body.get_mut(name).and_then(|when| when.get_mut("dateTime")) else {
            continue;
        };
        if let Some(at) = time.as_str().and_then(|text| instant(text, calendar)) {
            *time = json!(wanted.render(at));
        }
    }
}

fn omit_attendees(body: &mut Object, limit: usize) {
    let Some(Value::Array(attendees)) = body.get_mut("attendees") else {
        return;
    };
    if attendees.len() > limit {
        attendees.retain(|attendee| attendee["self"] == true);
        body.insert("attendeesOmitted".to_owned(), json!(true));
    }
}
