//! What may go over the wire to Microsoft, checked after every cycle of every
//! story.

use std::sync::LazyLock;

use calsync::sandbox::Microsoft;
use calsync::sandbox::microsoft::{Kind, Logged};

use crate::openapi::{OpenApi, Sent};

/// What every request to Graph prefers; one about subscriptions the last alone.
const PREFERENCES: [&str; 4] = [
    "odata.maxpagesize=200",
    "outlook.timezone=\"UTC\"",
    "outlook.body-content-type=\"text\"",
    "IdType=\"ImmutableId\"",
];

/// Requests of one mailbox that Outlook serves at once.
const AT_ONCE: usize = 4;

static API: LazyLock<OpenApi> = LazyLock::new(OpenApi::read);

/// The pages of deltas since the requests were last cleared.
pub(crate) fn deltas(microsoft: &Microsoft) -> Vec<Logged> {
    requests(microsoft, Kind::Delta)
}

/// The requests of a kind since they were last cleared.
pub(crate) fn requests(microsoft: &Microsoft, kind: Kind) -> Vec<Logged> {
    let mut requests = microsoft.requests();
    requests.retain(|request| request.kind == kind);
    requests
}

/// How each delta since the last look went on: by a stored link, by a further
/// page, or from the beginning.
pub(crate) fn rounds(microsoft: &Microsoft) -> Vec<&'static str> {
    let how = |request: &Logged| match (request.param("$deltatoken"), request.param("$skiptoken")) {
        (Some(_), None) => "link",
        (None, Some(_)) => "page",
        (None, None) => "full",
        (Some(_), Some(_)) => "both",
    };
    deltas(microsoft).iter().map(how).collect()
}

/// The writes since the requests were last cleared.
pub(crate) fn writes(microsoft: &Microsoft) -> Vec<Logged> {
    let mut requests = microsoft.requests();
    requests.retain(|request| is_write(request.kind));
    requests
}

fn is_write(kind: Kind) -> bool {
    let writes = [Kind::EventsCreate, Kind::EventsUpdate, Kind::EventsDelete];
    writes.contains(&kind)
}

/// Nothing is written where nothing may be, nobody is mailed, every request
/// prefers the same and fits the published description, and no mailbox is
/// asked too much at once.
pub(crate) fn check(microsoft: &Microsoft, at_once: usize, writes: bool) {
    for request in &microsoft.requests() {
        if is_write(request.kind) {
            assert!(writes, "{request:?}");
            assert!(request.body.get("attendees").is_none(), "{request:?}");
            let is_new = request.kind == Kind::EventsCreate;
            assert_eq!(request.if_match.is_none(), is_new, "{request:?}");
        } else {
            assert!(may_be_sent(request), "{request:?}");
        }
        if !request.kind.is_identity() {
            check_call(request);
        }
        let account = request.account.as_deref().unwrap_or_default();
        let most = microsoft.max_concurrency(account);
        assert!(
            most <= at_once.min(AT_ONCE),
            "{most} requests of {account} at once"
        );
    }
    assert!(microsoft.mails().is_empty(), "{:?}", microsoft.mails());
}

fn may_be_sent(request: &Logged) -> bool {
    match request.kind {
        Kind::Token => !request.bearer,
        Kind::Me
        | Kind::CalendarsList
        | Kind::Delta
        | Kind::EventsGet
        | Kind::EventsList
        | Kind::View
        | Kind::EventsInstances => request.method == "GET" && request.bearer,
        Kind::SubscriptionsList
        | Kind::SubscriptionsCreate
        | Kind::SubscriptionsUpdate
        | Kind::SubscriptionsDelete => request.bearer,
        _ => false,
    }
}

fn check_call(request: &Logged) {
    let subscription = request.path.contains("/subscriptions");
    let preferences = if subscription {
        &PREFERENCES[3..]
    } else {
        &PREFERENCES
    };
    for preference in preferences {
        assert!(request.prefers(preference), "{preference}: {request:?}");
    }
    let complaints = API.request_complaints(&Sent {
        method: &request.method,
        path: request.path.trim_start_matches("/v1.0"),
        query: &request.query,
        body: &request.body,
    });
    assert_eq!(complaints, [""; 0], "{request:?}");
}
