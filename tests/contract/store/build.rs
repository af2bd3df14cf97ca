//! Values for sentences, showing only what matters.

use calsync::model::account::{NewAccount, ProviderKind, Tokens};
use calsync::model::calendar::{AccessRole, DiscoveredCalendar};
use calsync::model::change::Change;
use calsync::model::event::{Event, EventKind, EventStatus, Transparency};
use calsync::model::id::{ExternalId, UserId};
use calsync::model::recurrence::Recurrence;
use calsync::model::time::{EventTime, OriginalStart, Window, Zone};
use calsync::model::user::User;
use chrono::{DateTime, Utc};

/// An instant; seconds and zone may be left out.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    let full = match text.len() {
        10 => format!("{text}T00:00:00Z"),
        16 => format!("{text}:00Z"),
        _ => text.to_owned(),
    };
    full.parse().unwrap()
}

/// A window between two midnights.
pub(crate) fn window(from: &str, to: &str) -> Window {
    Window::new(at(from), at(to))
}

pub(crate) fn user_id(id: &str) -> UserId {
    id.parse().unwrap()
}

pub(crate) fn user(id: &str) -> User {
    User {
        id: user_id(id),
        email: None,
        timezone: Zone::utc(),
        working_hours: None,
    }
}

/// A login with a refresh token and no access token.
pub(crate) fn login(user: &str, email: &str, refresh: &str) -> NewAccount {
    NewAccount {
        user_id: user_id(user),
        provider: ProviderKind::Google,
        email: email.to_owned(),
        scopes: vec!["calendar".to_owned()],
        tokens: Tokens {
            access: None,
            refresh: refresh.into(),
        },
    }
}

/// A calendar as the provider lists it.
pub(crate) fn listed(id: &str, access_role: AccessRole) -> DiscoveredCalendar {
    DiscoveredCalendar {
        external_id: ExternalId::new(id),
        name: format!("Calendar {id}"),
        timezone: Some("Europe/Berlin".to_owned()),
        access_role,
        is_primary: false,
    }
}

/// A confirmed event of an hour on 10 March 2026, titled like its id.
pub(crate) fn event(id: &str) -> Event {
    Event {
        external_id: ExternalId::new(id),
        etag: Some("1".to_owned()),
        ical_uid: None,
        kind: EventKind::Single,
        time: Some(timed("2026-03-10T09:00", "2026-03-10T10:00")),
        status: EventStatus::Confirmed,
        title: Some(id.to_owned()),
        description: None,
        location: None,
        transparency: Transparency::Opaque,
        visibility: None,
        organizer_self: true,
        response: None,
        attendees: Vec::new(),
        reminders: None,
        conference_url: None,
        html_link: None,
        updated_at: None,
    }
}

fn timed(start: &str, end: &str) -> EventTime {
    EventTime::timed(at(start), at(end), Zone::utc())
}

pub(crate) fn gone(id: &str) -> Change {
    Change::Removed(ExternalId::new(id))
}

pub(crate) fn unreadable(id: &str) -> Change {
    Change::Unreadable {
        external_id: ExternalId::new(id),
        reason: "no start".to_owned(),
    }
}

/// What a sentence says about an event.
pub(crate) trait Build: Sized {
    fn with(self, edit: impl FnOnce(&mut Event)) -> Event;

    fn at(self, start: &str, end: &str) -> Event {
        self.with(|event| event.time = Some(timed(start, end)))
    }

    fn days(self, start: &str, end: &str) -> Event {
        let days = EventTime::all_day(start.parse().unwrap(), end.parse().unwrap());
        self.with(|event| event.time = Some(days))
    }

    fn repeats(self, rule: &str) -> Event {
        let lines = vec![format!("RRULE:{rule}")];
        self.with(|event| event.kind = EventKind::Series(Recurrence(lines)))
    }

    fn instead_of(self, series: &str, slot: &str) -> Event {
        let kind = EventKind::Exception {
            series: ExternalId::new(series),
            original_start: OriginalStart::At(at(slot)),
        };
        self.with(|event| event.kind = kind)
    }

    fn cancelled(self) -> Event {
        self.with(|event| {
            event.status = EventStatus::Cancelled;
            event.time = None;
        })
    }

    fn upsert(self) -> Change {
        Change::Upsert(Box::new(self.with(|_| {})))
    }
}

impl Build for Event {
    fn with(mut self, edit: impl FnOnce(&mut Event)) -> Event {
        edit(&mut self);
        self
    }
}
