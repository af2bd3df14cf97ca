//! The particulars of an event: participants, reminders, the online meeting.

use super::filled;
use crate::model::event::{Attendee, Reminders, ResponseStatus, Transparency};
use crate::provider::google::types;
use crate::provider::text::Text;

/// Whether the time counts as taken: it does unless the event says free.
pub(super) fn transparency(text: Option<&Text<'_>>) -> Transparency {
    match text.map(Text::as_str) {
        Some("transparent") => Transparency::Transparent,
        _ => Transparency::Opaque,
    }
}

/// Whether this calendar holds the organiser's copy. Where no organiser is
/// named, an event without participants can only be the calendar's own.
pub(super) fn organizer_self(organizer: Option<&types::Organizer>, attendees: &[Attendee]) -> bool {
    organizer.map_or(attendees.is_empty(), |one| one.is_self.unwrap_or(false))
}

/// A participant.
pub(super) fn attendee(given: types::Attendee<'_>) -> Attendee {
    Attendee {
        email: filled(given.email),
        name: filled(given.display_name),
        response: response(given.response_status.as_ref()),
        optional: given.optional.unwrap_or(false),
        is_self: given.is_self.unwrap_or(false),
    }
}

/// An answer to an invitation, of those that we know.
fn response(text: Option<&Text<'_>>) -> Option<ResponseStatus> {
    match text?.as_str() {
        "needsAction" => Some(ResponseStatus::NeedsAction),
        "declined" => Some(ResponseStatus::Declined),
        "tentative" => Some(ResponseStatus::Tentative),
        "accepted" => Some(ResponseStatus::Accepted),
        _ => None,
    }
}

/// When to remind: each moment once, the nearest to the start first. Text
/// messages are left out, as Google does.
pub(super) fn reminders(given: types::Reminders<'_>) -> Reminders {
    if given.use_default == Some(true) {
        return Reminders::Default;
    }
    let sent = |one: &types::ReminderOverride<'_>| {
        one.method
            .as_ref()
            .is_none_or(|method| method.as_str() != "sms")
    };
    let overrides = given.overrides.unwrap_or_default();
    let mut minutes: Vec<u32> = overrides
        .iter()
        .filter(|one| sent(one))
        .filter_map(|one| one.minutes)
        .collect();
    minutes.sort_unstable();
    minutes.dedup();
    Reminders::Minutes(minutes)
}

/// The link to join the meeting by video.
pub(super) fn conference_url(
    conference: Option<types::ConferenceData<'_>>,
    hangout_link: Option<String>,
) -> Option<String> {
    let entries = conference
        .and_then(|data| data.entry_points)
        .unwrap_or_default();
    let video = |entry: &types::EntryPoint<'_>| {
        entry
            .entry_point_type
            .as_ref()
            .is_some_and(|kind| kind.as_str() == "video")
    };
    let first = entries
        .into_iter()
        .filter(video)
        .find_map(|entry| filled(entry.uri));
    first.or_else(|| filled(hangout_link))
}
