//! Which operation a request calls.

use axum::http::Method;

/// An operation, as the contract's table of endpoints has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `POST /{tenant}/oauth2/v2.0/token`
    Token,
    /// `GET /{tenant}/oauth2/v2.0/authorize`
    Authorize,
    /// `POST /consent`: the form of that page.
    Consent,
    /// `POST /{tenant}/oauth2/v2.0/devicecode`
    DeviceCode,
    /// `GET /devicelogin`
    DevicePage,
    /// `POST /devicelogin`: the form of that page.
    DeviceConsent,
    /// `GET /me`
    Me,
    /// `GET /me/calendars`
    CalendarsList,
    /// `POST /me/calendars`
    CalendarsCreate,
    /// `GET /me/calendars/{c}` or `GET /me/calendar`
    CalendarsGet,
    /// `GET …/calendarView`
    View,
    /// `GET …/calendarView/delta`
    Delta,
    /// `GET …/events`
    EventsList,
    /// `GET …/events/{e}`
    EventsGet,
    /// `GET …/events/{e}/instances`
    EventsInstances,
    /// `POST …/events`
    EventsCreate,
    /// `PATCH …/events/{e}`
    EventsUpdate,
    /// `DELETE …/events/{e}`
    EventsDelete,
    /// `GET /me/outlook/supportedTimeZones…`
    TimeZones,
    /// `POST /me/translateExchangeIds`
    TranslateIds,
    /// Open extensions and categories.
    NotModelled,
    /// `GET /subscriptions`
    SubscriptionsList,
    /// `POST /subscriptions`
    SubscriptionsCreate,
    /// `GET /subscriptions/{s}`
    SubscriptionsGet,
    /// `PATCH /subscriptions/{s}`
    SubscriptionsUpdate,
    /// `DELETE /subscriptions/{s}`
    SubscriptionsDelete,
    /// `POST /subscriptions/{s}/reauthorize`
    SubscriptionsReauthorize,
    /// `POST /$batch`
    Batch,
    /// Anything else.
    Unknown,
}

impl Kind {
    /// Whether it changes an event or a calendar.
    pub fn is_write(self) -> bool {
        matches!(
            self,
            Self::EventsCreate | Self::EventsUpdate | Self::EventsDelete | Self::CalendarsCreate
        )
    }

    /// Whether it belongs to the identity platform, not to the API.
    pub fn is_identity(self) -> bool {
        matches!(
            self,
            Self::Token
                | Self::Authorize
                | Self::Consent
                | Self::DeviceCode
                | Self::DevicePage
                | Self::DeviceConsent
        )
    }
}

/// An operation with the resource it names.
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub(super) kind: Kind,
    /// Empty: the default calendar, or none.
    pub(super) calendar: String,
    /// The event; of `supportedTimeZones` the whole segment.
    pub(super) event: String,
    pub(super) subscription: String,
    /// The tenant of a request to the identity platform.
    pub(super) tenant: String,
}

impl Route {
    /// The route of `method` on `path` (still percent-encoded, below `/microsoft`).
    pub(super) fn of(method: &Method, path: &str) -> Self {
        let segments: Vec<String> = path.trim_matches('/').split('/').map(decode).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match segments.as_slice() {
            ["v1.0", "me"] if method == Method::GET => Self::bare(Kind::Me),
            ["v1.0", "me", "calendars", calendar, rest @ ..] => Self {
                calendar: (*calendar).to_owned(),
                ..Self::in_calendar(method, rest)
            },
            ["v1.0", "me", "calendar", rest @ ..] => Self::in_calendar(method, rest),
            ["v1.0", "me", "calendars"] => Self::bare(match method.as_str() {
                "GET" => Kind::CalendarsList,
                "POST" => Kind::CalendarsCreate,
                _ => Kind::Unknown,
            }),
            ["v1.0", "me", rest @ ..] if !rest.is_empty() => Self::in_mailbox(method, rest),
            ["v1.0", "subscriptions", rest @ ..] => Self::subscription(method, rest),
            ["v1.0", "$batch"] => Self::bare(Kind::Batch),
            [tenant, "oauth2", "v2.0", endpoint] => Self {
                tenant: (*tenant).to_owned(),
                ..Self::bare(match (method.as_str(), *endpoint) {
                    ("POST", "token") => Kind::Token,
                    ("GET", "authorize") => Kind::Authorize,
                    ("POST", "devicecode") => Kind::DeviceCode,
                    _ => Kind::Unknown,
                })
            },
            ["consent"] if method == Method::POST => Self::bare(Kind::Consent),
            ["devicelogin"] => Self::bare(match method.as_str() {
                "GET" => Kind::DevicePage,
                "POST" => Kind::DeviceConsent,
                _ => Kind::Unknown,
            }),
            _ => Self::bare(Kind::Unknown),
        }
    }

    fn subscription(method: &Method, segments: &[&str]) -> Self {
        let (kind, subscription) = match (method.as_str(), segments) {
            ("GET", []) => (Kind::SubscriptionsList, ""),
            ("POST", []) => (Kind::SubscriptionsCreate, ""),
            ("GET", [id]) => (Kind::SubscriptionsGet, *id),
            ("PATCH", [id]) => (Kind::SubscriptionsUpdate, *id),
            ("DELETE", [id]) => (Kind::SubscriptionsDelete, *id),
            ("POST", [id, "reauthorize" | "microsoft.graph.reauthorize"]) => {
                (Kind::SubscriptionsReauthorize, *id)
            }
            _ => (Kind::Unknown, ""),
        };
        Self {
            subscription: subscription.to_owned(),
            ..Self::bare(kind)
        }
    }

    fn in_mailbox(method: &Method, segments: &[&str]) -> Self {
        match (method.as_str(), segments) {
            ("POST", ["translateExchangeIds"]) => Self::bare(Kind::TranslateIds),
            ("GET", ["outlook", zones]) if zones.starts_with("supportedTimeZones") => Self {
                event: (*zones).to_owned(),
                ..Self::bare(Kind::TimeZones)
            },
            _ => Self::in_calendar(method, segments),
        }
    }

    fn in_calendar(method: &Method, segments: &[&str]) -> Self {
        let (kind, event) = match (method.as_str(), segments) {
            ("GET", []) => (Kind::CalendarsGet, ""),
            ("GET", ["calendarView"]) => (Kind::View, ""),
            (
                "GET",
                [
                    "calendarView",
                    "delta" | "delta()" | "microsoft.graph.delta()",
                ],
            ) => (Kind::Delta, ""),
            ("GET", ["events"]) => (Kind::EventsList, ""),
            ("POST", ["events"]) => (Kind::EventsCreate, ""),
            ("GET", ["events", event]) => (Kind::EventsGet, *event),
            ("PATCH", ["events", event]) => (Kind::EventsUpdate, *event),
            ("DELETE", ["events", event]) => (Kind::EventsDelete, *event),
            (_, ["events", _, "extensions", ..] | ["outlook", "masterCategories"]) => {
                (Kind::NotModelled, "")
            }
            ("GET", ["events", event, "instances"]) => (Kind::EventsInstances, *event),
            _ => (Kind::Unknown, ""),
        };
        Self {
            event: event.to_owned(),
            ..Self::bare(kind)
        }
    }

    fn bare(kind: Kind) -> Self {
        Self {
            kind,
            calendar: String::new(),
            event: String::new(),
            subscription: String::new(),
            tenant: String::new(),
        }
    }
}

/// One percent-decoded path segment; a plus sign stays what it is.
fn decode(segment: &str) -> String {
    let escaped = segment
        .replace('+', "%2B")
        .replace('=', "%3D")
        .replace('&', "%26");
    let mut pairs = url::form_urlencoded::parse(escaped.as_bytes());
    pairs
        .next()
        .map(|(key, _)| key.into_owned())
        .unwrap_or_default()
}
