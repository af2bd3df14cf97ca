//! The particulars of an event: texts, state, participants, reminders, the
//! online meeting.

use super::filled;
use crate::model::event::{Attendee, EventStatus, Reminders, ResponseStatus, Transparency};
use crate::provider::microsoft::types::{self, ItemBody, Location, OnlineMeetingInfo};
use crate::provider::text::Text;

/// The description, as it is.
pub(super) fn description(body: Option<ItemBody>) -> Option<String> {
    filled(body?.content)
}

/// The place.
pub(super) fn location(location: Option<Location>) -> Option<String> {
    filled(location?.display_name)
}

/// How far the event is settled.
pub(super) fn status(is_cancelled: Option<bool>, show_as: Option<&Text<'_>>) -> EventStatus {
    if is_cancelled == Some(true) {
        EventStatus::Cancelled
    } else if is(show_as, "tentative") {
        EventStatus::Tentative
    } else {
        EventStatus::Confirmed
    }
}

/// Whether the time counts as taken. Outlook exports as free not only what is
/// shown as free, but working elsewhere too (MS-OXCICAL 2.1.3.1.1.20.25): it
/// says where somebody works, often for a whole day, and not that they are
/// taken.
pub(super) fn transparency(show_as: Option<&Text<'_>>) -> Transparency {
    if is(show_as, "free") || is(show_as, "workingElsewhere") {
        Transparency::Transparent
    } else {
        Transparency::Opaque
    }
}

/// Whether this calendar holds the organiser's copy. Where it is not said, an
/// event without participants can only be the calendar's own.
pub(super) fn organizer_self(is_organizer: Option<bool>, attendees: &[Attendee]) -> bool {
    is_organizer.unwrap_or(attendees.is_empty())
}

/// The participants.
pub(super) fn attendees(given: Option<Vec<types::Attendee<'_>>>) -> Vec<Attendee> {
    given
        .unwrap_or_default()
        .into_iter()
        .map(attendee)
        .collect()
}

/// A participant. Whether it is the calendar's owner is not said.
fn attendee(given: types::Attendee<'_>) -> Attendee {
    let email = given.email_address.unwrap_or_default();
    Attendee {
        email: filled(email.address),
        name: filled(email.name),
        response: response(given.status.as_ref()),
        optional: is(given.kind.as_ref(), "optional"),
        is_self: false,
    }
}

/// An answer to an invitation, of those that we know. Who organises was not
/// invited and has none.
pub(super) fn response(given: Option<&types::ResponseStatus<'_>>) -> Option<ResponseStatus> {
    let word = given?.response.as_ref()?.as_str().to_ascii_lowercase();
    match word.as_str() {
        "notresponded" => Some(ResponseStatus::NeedsAction),
        "declined" => Some(ResponseStatus::Declined),
        "tentativelyaccepted" => Some(ResponseStatus::Tentative),
        "accepted" => Some(ResponseStatus::Accepted),
        _ => None,
    }
}

/// When to remind: once, or never.
pub(super) fn reminders(is_on: Option<bool>, minutes: Option<i32>) -> Option<Reminders> {
    let minutes = minutes.and_then(|minutes| u32::try_from(minutes).ok());
    is_on.map(|is_on| Reminders::Minutes(minutes.filter(|_| is_on).into_iter().collect()))
}

/// The link to join the meeting.
pub(super) fn conference_url(
    meeting: Option<OnlineMeetingInfo>,
    url: Option<String>,
) -> Option<String> {
    let join = meeting.and_then(|meeting| filled(meeting.join_url));
    join.or_else(|| filled(url))
}

/// Whether a value of an enumeration is the given one.
fn is(given: Option<&Text<'_>>, expected: &str) -> bool {
    given.is_some_and(|given| given.as_str().eq_ignore_ascii_case(expected))
}
