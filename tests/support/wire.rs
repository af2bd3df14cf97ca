//! What may go over the wire, checked after every cycle of every story.

use std::sync::OnceLock;

use calsync::sandbox::google::{Google, Kind, Logged};

/// Parameters that no listing carries: one by token may not (contract, 2.3).
const FORBIDDEN: [&str; 7] = [
    "updatedMin",
    "orderBy",
    "q",
    "iCalUID",
    "privateExtendedProperty",
    "sharedExtendedProperty",
    "showDeleted",
];

/// What is an appointment.
const EVENT_TYPES: [&str; 4] = ["default", "outOfOffice", "focusTime", "fromGmail"];

/// The listings of events since the requests were last cleared.
pub(crate) fn listings(google: &Google) -> Vec<Logged> {
    requests(google, Kind::EventsList)
}

/// The requests of a kind since they were last cleared.
pub(crate) fn requests(google: &Google, kind: Kind) -> Vec<Logged> {
    let mut requests = google.requests();
    requests.retain(|request| request.kind == kind);
    requests
}

/// The writes since the requests were last cleared.
pub(crate) fn writes(google: &Google) -> Vec<Logged> {
    let mut requests = google.requests();
    requests.retain(|request| is_write(request.kind));
    requests
}

fn is_write(kind: Kind) -> bool {
    let writes = [Kind::EventsInsert, Kind::EventsPatch, Kind::EventsDelete];
    writes.contains(&kind)
}

/// Nothing is written where nothing may be, nobody is mailed, every listing is
/// asked for alike, and no account is asked too much at once.
pub(crate) fn check(google: &Google, at_once: usize, writes: bool) {
    let requests = google.requests();
    for request in &requests {
        if is_write(request.kind) {
            assert!(writes, "{request:?}");
            check_write(request);
        } else {
            assert!(may_be_sent(request), "{request:?}");
        }
        if request.kind == Kind::EventsList {
            check_listing(request);
        }
    }
    assert!(google.mails().is_empty(), "{:?}", google.mails());
    check_constant(&requests);
    for account in requests
        .iter()
        .filter_map(|request| request.account.as_deref())
    {
        let most = google.max_concurrency(account);
        assert!(most <= at_once, "{most} requests of {account} at once");
    }
}

fn may_be_sent(request: &Logged) -> bool {
    match request.kind {
        Kind::Token => !request.bearer,
        Kind::CalendarListList | Kind::EventsList | Kind::EventsGet => {
            request.method == "GET" && request.bearer
        }
        Kind::EventsWatch | Kind::ChannelsStop => request.method == "POST" && request.bearer,
        _ => false,
    }
}

/// Nobody is mailed or invited, and what exists is written at its revision.
fn check_write(request: &Logged) {
    let silent = request.param("sendUpdates");
    assert_eq!(silent.as_deref(), Some("none"), "{request:?}");
    assert!(request.body.get("attendees").is_none(), "{request:?}");
    let is_new = request.kind == Kind::EventsInsert;
    assert_eq!(request.if_match.is_none(), is_new, "{request:?}");
}

fn check_listing(request: &Logged) {
    let param = |name| request.param(name).unwrap_or_default();
    assert_eq!(param("singleEvents"), "false", "{request:?}");
    assert_eq!(param("maxResults"), "2500", "{request:?}");
    assert!(request.gzip, "{request:?}");
    // Bounds are for the first look at what is near, which no token continues.
    let bounds = ["timeMin", "timeMax"].map(|name| request.param(name).is_some());
    let whole = request.param("syncToken").is_none();
    assert!(
        bounds == [false; 2] || bounds == [true; 2] && whole,
        "{request:?}"
    );
    for name in FORBIDDEN {
        assert_eq!(request.param(name), None, "{name}");
    }
    assert!(!param("fields").is_empty(), "{request:?}");
    assert_eq!(all(request, "eventTypes"), EVENT_TYPES, "{request:?}");
}

/// All listings of all stories carry the same parameters, tokens and bounds
/// apart.
fn check_constant(requests: &[Logged]) {
    static FIRST: OnceLock<String> = OnceLock::new();
    let listings = requests
        .iter()
        .filter(|request| request.kind == Kind::EventsList);
    listings.for_each(|request| {
        let query = constant(&request.query);
        assert_eq!(FIRST.get_or_init(|| query.clone()), &query);
    });
}

/// The values of a parameter that may be repeated.
fn all<'a>(request: &'a Logged, name: &str) -> Vec<&'a str> {
    let pairs = request
        .query
        .split('&')
        .filter_map(|pair| pair.split_once('='));
    pairs
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value)
        .collect()
}

fn constant(query: &str) -> String {
    const VARYING: [&str; 4] = ["syncToken=", "pageToken=", "timeMin=", "timeMax="];
    let varies = |pair: &&str| VARYING.iter().any(|name| pair.starts_with(name));
    query
        .split('&')
        .filter(|pair| !varies(pair))
        .collect::<Vec<_>>()
        .join("&")
}
