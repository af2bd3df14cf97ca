//! From Graph's resources to values of the model. What cannot be read is named
//! by its id and a reason without content; only something without an id spoils
//! the page, since nobody could say what is missing then.

mod delta;
mod details;
mod event;
mod read;
mod standing;
#[cfg(test)]
mod tests;
mod time;
mod watch;

use serde_json::value::RawValue;

pub(super) use self::delta::{Round, delta};
use self::event::event;
pub(super) use self::read::{Read, Series, read};
pub(super) use self::standing::{Standing, standing};
pub(super) use self::watch::{granted, subscriptions};
use super::time_zone;
use super::types::{self, Identified};
use crate::model::calendar::{AccessRole, DiscoveredCalendar};
use crate::model::change::Change;
use crate::model::id::ExternalId;
use crate::model::time::Zone;
use crate::provider::text::Text;
use crate::provider::{ProviderError, Result};

/// Why an item cannot be read, free of content.
type Unreadable = &'static str;

/// Why an item cannot be read that is torn.
const SHAPELESS: Unreadable = "not of the shape of an event";

/// What an item is.
enum Kind {
    Removed,
    Single,
    Series,
    Occurrence(ExternalId),
    Exception(ExternalId),
}

/// The zone of a calendar, for events that name none that is known.
pub(super) fn calendar_zone(name: Option<&str>) -> Zone {
    name.and_then(time_zone::zone).unwrap_or_else(Zone::utc)
}

/// The calendars of a page.
pub(super) fn calendars(items: &[&RawValue]) -> Result<Vec<DiscoveredCalendar>> {
    items.iter().map(|item| calendar(item)).collect()
}

/// A calendar. Graph knows no zone of it.
fn calendar(item: &RawValue) -> Result<DiscoveredCalendar> {
    let external_id = identify(item)?;
    let calendar: types::Calendar = serde_json::from_str(item.get()).unwrap_or_default();
    Ok(DiscoveredCalendar {
        access_role: access_role(&calendar),
        name: filled(calendar.name).unwrap_or_else(|| external_id.as_str().to_owned()),
        external_id,
        timezone: None,
        is_primary: calendar.is_default_calendar.unwrap_or(false),
    })
}

/// What we may do with a calendar. Only who created a calendar can share it,
/// and the default one is always the account's own.
fn access_role(calendar: &types::Calendar) -> AccessRole {
    let own = [calendar.can_share, calendar.is_default_calendar].contains(&Some(true));
    match calendar.can_edit {
        Some(true) if own => AccessRole::Owner,
        Some(true) => AccessRole::Writer,
        _ => AccessRole::Reader,
    }
}

/// What an item is: its type decides. One that we do not know is told by what
/// it has.
fn kind(event: &types::Event<'_>) -> Result<Kind, Unreadable> {
    let series = || {
        event
            .series_master_id
            .as_deref()
            .filter(|id| !id.is_empty())
    };
    let named = || {
        series()
            .map(ExternalId::new)
            .ok_or("instance without its series")
    };
    if event.removed.is_some() {
        return Ok(Kind::Removed);
    }
    let kind = event.kind.as_ref().map_or("", Text::as_str);
    Ok(match kind.to_ascii_lowercase().as_str() {
        "singleinstance" => Kind::Single,
        "seriesmaster" => Kind::Series,
        "occurrence" => Kind::Occurrence(named()?),
        "exception" => Kind::Exception(named()?),
        _ if event.recurrence.is_some() => Kind::Series,
        _ if series().is_some() => Kind::Exception(named()?),
        _ => Kind::Single,
    })
}

/// An event that stands for itself, as a change.
fn upsert(id: ExternalId, kind: Kind, given: types::Event<'_>, zone: &Zone) -> Change {
    match event(&id, kind, given, zone) {
        Ok(event) => Change::Upsert(Box::new(event)),
        Err(reason) => unreadable(id, reason),
    }
}

/// The id of an item that has nothing else to say.
pub(super) fn identify(item: &RawValue) -> Result<ExternalId> {
    let found: Option<Identified> = serde_json::from_str(item.get()).ok();
    external_id(found.as_ref().map_or("", |found| &found.id))
}

/// An id; an answer with an item that has none cannot be believed, neither for
/// what it holds nor for what it leaves out.
fn external_id(id: &str) -> Result<ExternalId> {
    if id.is_empty() {
        let reason = "item without id".to_owned();
        return Err(ProviderError::Protocol { reason });
    }
    Ok(ExternalId::new(id))
}

/// Something under an id that cannot be understood.
pub(super) fn unreadable(external_id: ExternalId, reason: &str) -> Change {
    Change::Unreadable {
        external_id,
        reason: reason.to_owned(),
    }
}

/// A text that says something.
fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}
