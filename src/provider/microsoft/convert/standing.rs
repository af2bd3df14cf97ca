//! One event by itself, with what decides about writing it.

use serde_json::value::RawValue;

use super::event::{event, own_zone, pattern};
use super::{SHAPELESS, Unreadable, external_id, filled, kind};
use crate::model::event;
use crate::model::time::Zone;
use crate::provider::microsoft::types::Event;
use crate::provider::microsoft::types::standing::{self, ExtendedProperty};
use crate::provider::{ProviderError, Result};

/// An event as it stands.
pub(in crate::provider::microsoft) struct Standing {
    /// The event.
    pub(in crate::provider::microsoft) event: event::Event,
    /// What a condition can name its revision by.
    pub(in crate::provider::microsoft) etag: Option<String>,
    /// The zone that it was entered in; of a series, the one it repeats in.
    /// None where it names none that is known.
    pub(in crate::provider::microsoft) own_zone: Option<Zone>,
    /// Whether its description says how to join a meeting.
    pub(in crate::provider::microsoft) is_online_meeting: bool,
    /// What it was created under.
    pub(in crate::provider::microsoft) transaction_id: Option<String>,
    /// The extended properties that were asked for: ids and values.
    pub(in crate::provider::microsoft) properties: Vec<(String, String)>,
}

/// What an answer says that is one event. One that cannot be read is no such
/// answer: nothing can be decided about it. `zone` is the calendar's.
pub(in crate::provider::microsoft) fn standing(item: &RawValue, zone: &Zone) -> Result<Standing> {
    let given = Event::read(item);
    let id = external_id(&given.id)?;
    let beside: standing::Standing =
        serde_json::from_str(item.get()).map_err(|_| unreadable(SHAPELESS))?;
    let kind = kind(&given).map_err(unreadable)?;
    let meets =
        given.online_meeting.is_some() || filled(given.online_meeting_url.clone()).is_some();
    let own_zone = own_zone(&given, pattern(&given).as_ref());
    Ok(Standing {
        event: event(&id, kind, given, zone).map_err(unreadable)?,
        etag: filled(beside.etag),
        own_zone,
        is_online_meeting: meets || beside.is_online_meeting == Some(true),
        transaction_id: filled(beside.transaction_id),
        properties: properties(beside.single_value_extended_properties),
    })
}

fn properties(given: Option<Vec<ExtendedProperty>>) -> Vec<(String, String)> {
    let given = given.unwrap_or_default().into_iter();
    given
        .filter_map(|property| Some((property.id?, property.value?)))
        .collect()
}

fn unreadable(reason: Unreadable) -> ProviderError {
    ProviderError::Protocol {
        reason: reason.to_owned(),
    }
}
