//! Which method of the API a request calls.

use axum::http::Method;

/// A method of the API, as the contract's table names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `GET o/oauth2/v2/auth`
    Authorize,
    /// `POST o/oauth2/v2/consent`: the form of that page.
    Consent,
    /// `POST token`
    Token,
    /// `POST revoke`
    Revoke,
    /// `GET oauth2/v2/userinfo`
    UserInfo,
    /// `GET users/me/calendarList`
    CalendarListList,
    /// `GET users/me/calendarList/{c}`
    CalendarListGet,
    /// `GET calendars/{c}`
    CalendarsGet,
    /// `GET calendars/{c}/events`
    EventsList,
    /// `GET calendars/{c}/events/{e}`
    EventsGet,
    /// `GET calendars/{c}/events/{e}/instances`
    EventsInstances,
    /// `POST calendars/{c}/events`
    EventsInsert,
    /// `PUT calendars/{c}/events/{e}`
    EventsUpdate,
    /// `PATCH calendars/{c}/events/{e}`
    EventsPatch,
    /// `DELETE calendars/{c}/events/{e}`
    EventsDelete,
    /// `POST calendars/{c}/events/watch`
    EventsWatch,
    /// `POST channels/stop`
    ChannelsStop,
    /// Anything else.
    Unknown,
}

impl Kind {
    /// Whether it changes an event.
    pub fn is_write(self) -> bool {
        matches!(
            self,
            Self::EventsInsert | Self::EventsUpdate | Self::EventsPatch | Self::EventsDelete
        )
    }

    /// Whether it belongs to OAuth, not to the API.
    pub fn is_oauth(self) -> bool {
        matches!(
            self,
            Self::Authorize | Self::Consent | Self::Token | Self::Revoke
        )
    }
}

/// A method with the resource it names.
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub(super) kind: Kind,
    pub(super) calendar: String,
    pub(super) event: String,
}

impl Route {
    /// The route of `method` on `path` (still percent-encoded, below `/google`).
    pub(super) fn of(method: &Method, path: &str) -> Self {
        let segments: Vec<String> = path.trim_matches('/').split('/').map(decode).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match segments.as_slice() {
            ["calendar", "v3", rest @ ..] => Self::api(method, rest),
            ["o", "oauth2", "v2", "auth"] if method == Method::GET => Self::bare(Kind::Authorize),
            ["o", "oauth2", "v2", "consent"] if method == Method::POST => Self::bare(Kind::Consent),
            ["token"] if method == Method::POST => Self::bare(Kind::Token),
            ["revoke"] if method == Method::POST => Self::bare(Kind::Revoke),
            ["oauth2", "v2", "userinfo"] if method == Method::GET => Self::bare(Kind::UserInfo),
            _ => Self::bare(Kind::Unknown),
        }
    }

    fn api(method: &Method, segments: &[&str]) -> Self {
        let (kind, calendar, event) = match (method.as_str(), segments) {
            ("GET", ["users", "me", "calendarList"]) => (Kind::CalendarListList, "", ""),
            ("GET", ["users", "me", "calendarList", c]) => (Kind::CalendarListGet, *c, ""),
            ("GET", ["calendars", c]) => (Kind::CalendarsGet, *c, ""),
            ("GET", ["calendars", c, "events"]) => (Kind::EventsList, *c, ""),
            ("POST", ["calendars", c, "events"]) => (Kind::EventsInsert, *c, ""),
            ("POST", ["calendars", c, "events", "watch"]) => (Kind::EventsWatch, *c, ""),
            ("GET", ["calendars", c, "events", e, "instances"]) => (Kind::EventsInstances, *c, *e),
            (_, ["calendars", c, "events", e]) => (Self::on_event(method), *c, *e),
            ("POST", ["channels", "stop"]) => (Kind::ChannelsStop, "", ""),
            _ => (Kind::Unknown, "", ""),
        };
        Self {
            kind,
            calendar: calendar.to_owned(),
            event: event.to_owned(),
        }
    }

    fn on_event(method: &Method) -> Kind {
        match method.as_str() {
            "GET" => Kind::EventsGet,
            "PUT" => Kind::EventsUpdate,
            "PATCH" => Kind::EventsPatch,
            "DELETE" => Kind::EventsDelete,
            _ => Kind::Unknown,
        }
    }

    fn bare(kind: Kind) -> Self {
        Self {
            kind,
            calendar: String::new(),
            event: String::new(),
        }
    }
}

/// One percent-decoded path segment; a plus sign stays what it is.
fn decode(segment: &str) -> String {
    let escaped = segment.replace('+', "%2B");
    url::form_urlencoded::parse(escaped.as_bytes())
        .map(|(key, value)| {
            if value.is_empty() {
                key.into_owned()
            } else {
                format!("{key}={value}")
            }
        })
        .collect()
}
