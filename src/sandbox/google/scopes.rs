//! Which scope allows which method (contract 9.6).

use super::route::Kind;

/// What every scope of the calendar API begins with.
pub(super) const PREFIX: &str = "https://www.googleapis.com/auth/";

/// What an account grants unless a test says otherwise.
pub(super) const DEFAULT: [&str; 4] = [
    "openid",
    "email",
    "calendar.calendarlist.readonly",
    "calendar.events",
];

/// The scopes that ask who signs in, as a request may spell them.
pub(super) const IDENTITY: [&str; 3] = ["openid", "email", "profile"];

/// The full name of a scope given by its short one.
pub(super) fn full(scope: &str) -> String {
    match scope {
        "openid" => scope.to_owned(),
        "email" | "profile" => format!("{PREFIX}userinfo.{scope}"),
        short if short.starts_with("https://") => short.to_owned(),
        short => format!("{PREFIX}{short}"),
    }
}

/// Whether one of `granted` (full names) suffices for `kind`; some reach only
/// calendars that the account owns.
pub(super) fn allow(granted: &[String], kind: Kind, owned: bool) -> bool {
    let short = granted
        .iter()
        .map(|scope| scope.strip_prefix(PREFIX).unwrap_or(scope));
    let mut reaching = short
        .filter(|scope| owned || !(scope.contains(".owned") || scope.ends_with("app.created")));
    reaching.any(|scope| sufficient(kind).contains(&scope))
}

fn sufficient(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::UserInfo => &["openid", "userinfo.email"],
        Kind::CalendarListList => &[
            "calendar",
            "calendar.readonly",
            "calendar.calendarlist",
            "calendar.calendarlist.readonly",
        ],
        Kind::CalendarListGet => &[
            "calendar",
            "calendar.readonly",
            "calendar.app.created",
            "calendar.calendarlist",
            "calendar.calendarlist.readonly",
        ],
        Kind::CalendarsGet => &[
            "calendar",
            "calendar.readonly",
            "calendar.app.created",
            "calendar.calendars",
            "calendar.calendars.readonly",
        ],
        Kind::EventsList | Kind::EventsGet | Kind::EventsInstances | Kind::EventsWatch => {
            READ_EVENTS
        }
        Kind::EventsInsert | Kind::EventsUpdate | Kind::EventsPatch | Kind::EventsDelete => {
            WRITE_EVENTS
        }
        Kind::ChannelsStop => STOP,
        Kind::Authorize | Kind::Consent | Kind::Token | Kind::Revoke | Kind::Unknown => &[],
    }
}

const READ_EVENTS: &[&str] = &[
    "calendar",
    "calendar.readonly",
    "calendar.events",
    "calendar.events.readonly",
    "calendar.events.owned",
    "calendar.events.owned.readonly",
    "calendar.app.created",
    "calendar.events.freebusy",
    "calendar.events.public.readonly",
];

const WRITE_EVENTS: &[&str] = &[
    "calendar",
    "calendar.events",
    "calendar.events.owned",
    "calendar.app.created",
];

const STOP: &[&str] = &[
    "calendar",
    "calendar.readonly",
    "calendar.events",
    "calendar.events.readonly",
    "calendar.events.owned",
    "calendar.events.owned.readonly",
    "calendar.app.created",
    "calendar.calendarlist",
    "calendar.calendarlist.readonly",
    "calendar.events.freebusy",
    "calendar.events.public.readonly",
];
