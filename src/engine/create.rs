//! Whether a task without an event is to be given one.

use super::merge::Revision;
use crate::model::calendar::Calendar;
use crate::model::content::{Content, Field};
use crate::model::link::{Base, Link, LinkState};
use crate::model::preferences::Preferences;
use crate::model::time::Window;

/// What is to happen with a task that may lack an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creation {
    /// An event is to be created, the task's so many-th. Trying again is
    /// harmless: the generation makes it the same one.
    Create {
        /// Which of the task's events it is.
        generation: u32,
    },
    /// Nothing.
    Nothing(Reason),
}

/// Why no event is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The task has one.
    Linked,
    /// The task was deleted.
    Deleted,
    /// The task has no start.
    Unscheduled,
    /// The task was over before the timeline begins.
    Past,
    /// The user does not let us write.
    WritesOff,
    /// The user has no calendar for new events that is synced.
    NoCalendar,
    /// The calendar for new events cannot be written.
    ReadOnly,
}

impl Reason {
    /// The reason in words for people.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Linked => "the task has an event",
            Self::Deleted => "the task is deleted",
            Self::Unscheduled => "the task has no start",
            Self::Past => "the task was over before the timeline begins",
            Self::WritesOff => "the user has not enabled writing",
            Self::NoCalendar => "the user has no primary calendar that is synced",
            Self::ReadOnly => "the user may not write to the primary calendar",
        }
    }
}

/// Why nothing can be created for a user whose calendar for new events is as
/// given; none when something can.
#[must_use]
pub fn obstacle(preferences: &Preferences, calendar: Option<&Calendar>) -> Option<Reason> {
    if !preferences.write_enabled {
        return Some(Reason::WritesOff);
    }
    match calendar.filter(|calendar| calendar.is_synced()) {
        None => Some(Reason::NoCalendar),
        Some(calendar) if !calendar.access_role.is_writable() => Some(Reason::ReadOnly),
        Some(_) => None,
    }
}

/// Decides about a task, none when it was deleted.
///
/// What was over before the window begins is given no event: nobody's past is
/// filled up when writing is allowed.
///
/// A closed link was left behind by a task whose time was cleared with it: one
/// that has a time now was scheduled anew, and gets an event of the next
/// generation.
#[must_use]
pub fn creation(
    task: Option<&Content>,
    link: Option<&Link>,
    obstacle: Option<Reason>,
    window: &Window,
) -> Creation {
    let generation = match link {
        None => 1,
        Some(link) => match link.state {
            LinkState::Open { .. } => return Creation::Nothing(Reason::Linked),
            LinkState::Pending => link.generation,
            LinkState::Closed => link.generation.saturating_add(1),
        },
    };
    let Some(task) = task else {
        return Creation::Nothing(Reason::Deleted);
    };
    match (&task.time, obstacle) {
        (None, _) => Creation::Nothing(Reason::Unscheduled),
        (Some(time), _) if window.is_after(time) => Creation::Nothing(Reason::Past),
        (Some(_), Some(reason)) => Creation::Nothing(reason),
        (Some(_), None) => Creation::Create { generation },
    }
}

/// What task and event agree on once the event exists. An event that was found
/// may have been edited since: where it says something else than what was to
/// be sent, both sides count as changed, so that neither is lost silently.
/// Where nothing was to be sent only the event can have been, except that
/// providers remind by themselves.
#[must_use]
pub fn agreed(sent: &Content, event: Revision<'_>, is_found: bool) -> Base {
    let mut base = Base {
        task: sent.clone(),
        event: event.content.clone(),
        etag: event.etag.map(str::to_owned),
    };
    let open = Content::default();
    for field in Field::ALL {
        let was_left_open = sent.agrees(&open, field);
        let is_filled_in = was_left_open && field == Field::Reminder;
        if !is_found || is_filled_in || sent.means(event.content, field) {
            continue;
        }
        if !was_left_open {
            base.task.take(field, event.content);
        }
        base.event.take(field, sent);
        base.etag = None;
    }
    base
}

#[cfg(test)]
mod tests;
