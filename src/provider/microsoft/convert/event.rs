//! Events, occurrences and what exceptions have from their series.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::details::{
    attendees, conference_url, description, location, organizer_self, reminders, response, status,
    transparency,
};
use super::time::{event_time, instant, may_be_days, original_start};
use super::{Kind, SHAPELESS, Unreadable, filled, unreadable};
use crate::model::change::Change;
use crate::model::event::{Event, EventKind, Occurrences};
use crate::model::id::ExternalId;
use crate::model::recurrence::Recurrence;
use crate::model::time::{EventTime, Zone};
use crate::provider::microsoft::types::{self, PatternedRecurrence};
use crate::provider::microsoft::{recurrence, time_zone};
use crate::provider::text::Text;

/// What an exception has from its series where it does not say otherwise.
const INHERITED: [&str; 16] = [
    "subject",
    "body",
    "location",
    "isAllDay",
    "isCancelled",
    "isOrganizer",
    "isReminderOn",
    "reminderMinutesBeforeStart",
    "showAs",
    "sensitivity",
    "attendees",
    "responseStatus",
    "originalStartTimeZone",
    "onlineMeeting",
    "onlineMeetingUrl",
    "webLink",
];

/// An exception with what it has from its series.
pub(super) fn completed(item: &RawValue, master: &RawValue) -> Option<Box<RawValue>> {
    let mut item: Map<String, Value> = serde_json::from_str(item.get()).ok()?;
    let master: Map<String, Value> = serde_json::from_str(master.get()).ok()?;
    for (name, value) in master {
        if INHERITED.contains(&name.as_str()) {
            item.entry(name).or_insert(value);
        }
    }
    serde_json::value::to_raw_value(&item).ok()
}

/// An occurrence that is as its series says. None when it does not take place,
/// or cannot be told without its series: `all_day` is none where nobody said
/// so far.
pub(super) fn occurrence(
    id: ExternalId,
    series: &ExternalId,
    event: &types::Event<'_>,
    all_day: Option<bool>,
) -> Option<Change> {
    if event.torn {
        return Some(unreadable(id, SHAPELESS));
    }
    if event.is_cancelled.value() == Some(true) {
        return None;
    }
    let zone = named_zone(event.original_start_time_zone.as_ref()).unwrap_or_else(Zone::utc);
    let (start, end) = (event.start.get(), event.end.get());
    let time = match event_time(start, end, all_day.unwrap_or(false), &zone) {
        Ok(time) => time,
        Err(reason) => return Some(unreadable(id, reason)),
    };
    if all_day.is_none() && may_be_days(&time) {
        return None;
    }
    Some(Change::Occurrence {
        external_id: id,
        series: series.clone(),
        time,
    })
}

/// An event that stands for itself.
pub(super) fn event(
    external_id: &ExternalId,
    kind: Kind,
    given: types::Event<'_>,
    zone: &Zone,
) -> Result<Event, Unreadable> {
    if given.torn {
        return Err(SHAPELESS);
    }
    let pattern = pattern(&given);
    let zone = own_zone(&given, pattern.as_ref()).unwrap_or_else(|| zone.clone());
    let all_day = given.is_all_day.value() == Some(true);
    let time = event_time(given.start.get(), given.end.get(), all_day, &zone)?;
    let kind = match kind {
        Kind::Series => series(pattern.as_ref(), &time),
        Kind::Occurrence(series) | Kind::Exception(series) => EventKind::Exception {
            series,
            original_start: original_start(given.original_start.as_ref(), &time, &zone),
        },
        Kind::Single | Kind::Removed => EventKind::Single,
    };
    Ok(details(external_id.clone(), kind, time, given))
}

/// An event with everything that does not depend on its kind.
fn details(
    external_id: ExternalId,
    kind: EventKind,
    time: EventTime,
    given: types::Event<'_>,
) -> Event {
    let attendees = attendees(given.attendees.value());
    Event {
        external_id,
        etag: filled(given.etag).or_else(|| filled(given.change_key)),
        ical_uid: filled(given.ical_uid),
        kind,
        time: Some(time),
        status: status(given.is_cancelled.value(), given.show_as.get()),
        title: filled(given.subject.value()),
        description: description(given.body.value()),
        location: location(given.location.value()),
        transparency: transparency(given.show_as.get()),
        visibility: filled(given.sensitivity.value()),
        organizer_self: organizer_self(given.is_organizer.value(), &attendees),
        response: response(given.response_status.get()),
        attendees,
        reminders: reminders(
            given.is_reminder_on.value(),
            given.reminder_minutes_before_start,
        ),
        conference_url: conference_url(given.online_meeting, given.online_meeting_url),
        html_link: filled(given.web_link),
        updated_at: given
            .last_modified_date_time
            .as_ref()
            .and_then(|text| instant(text.as_str())),
    }
}

/// A series, whose occurrences Graph lists. A rule without counterpart, or one
/// that cannot be read, is left out.
fn series(pattern: Option<&PatternedRecurrence>, time: &EventTime) -> EventKind {
    let rule = pattern.and_then(|pattern| recurrence::rule(pattern, time));
    EventKind::Series {
        recurrence: rule.unwrap_or_else(|| Recurrence(Vec::new())),
        occurrences: Occurrences::Listed,
    }
}

/// How a series repeats, if that can be read.
pub(super) fn pattern(given: &types::Event<'_>) -> Option<PatternedRecurrence> {
    let pattern = given.recurrence.clone().filter(|value| !value.is_null())?;
    serde_json::from_value(pattern).ok()
}

/// The zone that an event was entered in: of a series, the one it repeats in.
pub(super) fn own_zone(
    given: &types::Event<'_>,
    pattern: Option<&PatternedRecurrence>,
) -> Option<Zone> {
    let range = pattern.and_then(|pattern| pattern.range.as_ref());
    range
        .and_then(|range| time_zone::zone(range.recurrence_time_zone.as_deref()?))
        .or_else(|| named_zone(given.original_start_time_zone.as_ref()))
}

fn named_zone(name: Option<&Text<'_>>) -> Option<Zone> {
    name.and_then(|name| time_zone::zone(name.as_str()))
}
