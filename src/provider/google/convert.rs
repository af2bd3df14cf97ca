//! From Google's resources to values of the model. What cannot be read is
//! named by its id and a reason without content; only something without an id
//! spoils the page, since nobody could say what is missing then.

mod details;
#[cfg(test)]
mod tests;
mod time;

use chrono::{DateTime, Utc};
use serde_json::value::RawValue;

use self::details::{attendee, conference_url, organizer_self, reminders, transparency};
use self::time::{event_time, original_start};
use super::types::{self, Identified};
use crate::model::calendar::{AccessRole, DiscoveredCalendar};
use crate::model::change::Change;
use crate::model::event::{Attendee, Event, EventKind, EventStatus, Occurrences, Transparency};
use crate::model::id::ExternalId;
use crate::model::recurrence::Recurrence;
use crate::model::time::Zone;
use crate::provider::text::Text;
use crate::provider::{ProviderError, Result};

/// Why an item cannot be read, free of content.
type Unreadable = &'static str;

/// The first zone that the tz database knows, else UTC.
pub(super) fn first_known_zone<'a>(names: impl IntoIterator<Item = Option<&'a str>>) -> Zone {
    let mut known = names
        .into_iter()
        .flatten()
        .filter_map(|name| Zone::parse(name).ok());
    known.next().unwrap_or_else(Zone::utc)
}

/// The calendars of a page, without those that left the list.
pub(super) fn calendars(items: &[&RawValue]) -> Result<Vec<DiscoveredCalendar>> {
    let mut calendars = Vec::with_capacity(items.len());
    for item in items {
        let external_id = identify(item)?;
        let entry: types::CalendarListEntry = serde_json::from_str(item.get()).unwrap_or_default();
        if entry.deleted != Some(true) {
            calendars.push(calendar(external_id, entry));
        }
    }
    Ok(calendars)
}

/// A calendar, by the user's own name for it.
fn calendar(external_id: ExternalId, entry: types::CalendarListEntry) -> DiscoveredCalendar {
    let name = filled(entry.summary_override).or_else(|| filled(entry.summary));
    DiscoveredCalendar {
        name: name.unwrap_or_else(|| external_id.as_str().to_owned()),
        external_id,
        timezone: filled(entry.time_zone),
        access_role: access_role(entry.access_role.as_deref()),
        is_primary: entry.primary.unwrap_or(false),
    }
}

/// What we may do with a calendar. Google adds roles; one that we do not know
/// is worth reading, and never writing to.
fn access_role(role: Option<&str>) -> AccessRole {
    match role {
        Some("owner") => AccessRole::Owner,
        Some("writer" | "writerWithoutPrivateAccess") => AccessRole::Writer,
        Some("freeBusyReader") => AccessRole::FreeBusyReader,
        Some("none") => AccessRole::None,
        _ => AccessRole::Reader,
    }
}

/// The changes of a page, in its order. `zone` is the calendar's.
pub(super) fn changes(items: &[&RawValue], zone: &Zone) -> Result<Vec<Change>> {
    items.iter().map(|item| change(item, zone)).collect()
}

/// An event by itself. `Gone`: it is cancelled.
pub(super) fn event(item: &RawValue, zone: &Zone) -> Result<Event> {
    match change(item, zone)? {
        Change::Upsert(event) if event.status != EventStatus::Cancelled => Ok(*event),
        Change::Unreadable { reason, .. } => Err(ProviderError::Protocol { reason }),
        Change::Upsert(_) | Change::Removed(_) | Change::Occurrence { .. } => {
            Err(ProviderError::Gone)
        }
    }
}

/// What an item says.
pub(super) fn change(item: &RawValue, zone: &Zone) -> Result<Change> {
    let Ok(event) = types::Event::read(item) else {
        let external_id = identify(item)?;
        return Ok(unreadable(external_id, "not of the shape of an event"));
    };
    let external_id = external_id(&event.id)?;
    let cancelled = has_status(&event, "cancelled");
    let in_series = event
        .recurring_event_id
        .as_deref()
        .is_some_and(|id| !id.is_empty());
    if cancelled && !in_series {
        return Ok(Change::Removed(external_id));
    }
    let event = if cancelled {
        cancelled_exception(&external_id, event, zone)
    } else {
        live(&external_id, event, zone)
    };
    Ok(match event {
        Ok(event) => Change::Upsert(Box::new(event)),
        Err(reason) => unreadable(external_id, reason),
    })
}

/// Whether the status is the given word.
fn has_status(event: &types::Event<'_>, word: &str) -> bool {
    event.status.as_ref().is_some_and(|s| s.as_str() == word)
}

/// The id of an item that has nothing else to say.
fn identify(item: &RawValue) -> Result<ExternalId> {
    let found: Option<Identified> = serde_json::from_str(item.get()).ok();
    external_id(found.as_ref().map_or("", |found| &found.id))
}

/// An id; a list with an item that has none cannot be believed, neither for
/// what it holds nor for what it leaves out.
fn external_id(id: &str) -> Result<ExternalId> {
    if id.is_empty() {
        let reason = "event or calendar without id".to_owned();
        return Err(ProviderError::Protocol { reason });
    }
    Ok(ExternalId::new(id))
}

/// Something under an id that cannot be understood.
pub(super) fn unreadable(external_id: ExternalId, reason: Unreadable) -> Change {
    Change::Unreadable {
        external_id,
        reason: reason.to_owned(),
    }
}

/// An occurrence that does not take place. Its details are left out: they
/// come on the organiser's calendar only, and not always.
fn cancelled_exception(
    external_id: &ExternalId,
    mut event: types::Event<'_>,
    zone: &Zone,
) -> Result<Event, Unreadable> {
    event.recurrence = None;
    Ok(Event {
        status: EventStatus::Cancelled,
        ..skeleton(external_id, &mut event, zone)?
    })
}

/// An event that takes place.
fn live(
    external_id: &ExternalId,
    mut event: types::Event<'_>,
    zone: &Zone,
) -> Result<Event, Unreadable> {
    if event.torn {
        return Err("not of the shape of an event");
    }
    let time = event_time(event.start.as_ref(), event.end.as_ref(), zone)?;
    let tentative = has_status(&event, "tentative");
    let skeleton = skeleton(external_id, &mut event, zone)?;
    let attendees: Vec<Attendee> = event
        .attendees
        .unwrap_or_default()
        .into_iter()
        .map(attendee)
        .collect();
    Ok(Event {
        time: Some(time),
        status: if tentative {
            EventStatus::Tentative
        } else {
            EventStatus::Confirmed
        },
        title: filled(event.summary),
        description: filled(event.description),
        location: filled(event.location),
        transparency: transparency(event.transparency.as_ref()),
        visibility: filled(event.visibility),
        organizer_self: organizer_self(event.organizer.as_ref(), &attendees),
        response: attendees
            .iter()
            .find(|one| one.is_self)
            .and_then(|own| own.response),
        attendees,
        reminders: event.reminders.map(reminders),
        conference_url: conference_url(event.conference_data, event.hangout_link),
        html_link: filled(event.html_link),
        ..skeleton
    })
}

/// An event with its identity and place in a series, and nothing else.
fn skeleton(
    external_id: &ExternalId,
    event: &mut types::Event<'_>,
    zone: &Zone,
) -> Result<Event, Unreadable> {
    let recurrence = event.recurrence.take().filter(|lines| !lines.is_empty());
    let kind = match (recurrence, filled(event.recurring_event_id.take())) {
        (Some(lines), _) => EventKind::Series {
            recurrence: Recurrence(lines),
            occurrences: Occurrences::Expanded,
        },
        (None, Some(series)) => EventKind::Exception {
            series: ExternalId::new(series),
            original_start: original_start(event.original_start_time.as_ref(), zone)?,
        },
        (None, None) => EventKind::Single,
    };
    Ok(Event {
        external_id: external_id.clone(),
        etag: filled(event.etag.take()),
        ical_uid: filled(event.ical_uid.take()),
        kind,
        time: None,
        status: EventStatus::Confirmed,
        title: None,
        description: None,
        location: None,
        transparency: Transparency::Opaque,
        visibility: None,
        organizer_self: false,
        response: None,
        attendees: Vec::new(),
        reminders: None,
        conference_url: None,
        html_link: None,
        updated_at: instant(event.updated.as_ref()),
    })
}

/// A text that says something.
fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// When the provider last changed something.
fn instant(text: Option<&Text<'_>>) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text?.as_str())
        .ok()
        .map(|at| at.to_utc())
}
