//! From request to response: log, faults, authorization, limits, the operation.

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Response, header};

use super::super::answer::Answer;
use super::super::effects::{drops, early, late, wait};
use super::super::faults::Hit;
use super::super::server::KillSwitch;
use super::authorize;
use super::call::Call;
use super::delta::{self, Tweaks};
use super::device;
use super::errors::ApiError;
use super::faults::Effect;
use super::handshake;
use super::log::Logged;
use super::oauth;
use super::page;
use super::route::Kind;
use super::scopes::short;
use super::sign_in;
use super::subscribe::{self, Wish};
use super::world::World;
use super::write::Write;
use super::{Microsoft, calendars, events};

/// Answers one request.
pub(super) async fn serve(
    State(microsoft): State<Microsoft>,
    ConnectInfo(switch): ConnectInfo<KillSwitch>,
    request: Request,
) -> Response<Body> {
    let call = Call::read(request).await;
    let mut visit = Visit::begin(&microsoft, &call);
    let effects = std::mem::take(&mut visit.effects);
    let answer = match visit.crowded {
        true => crowded(),
        false => {
            let run = |hook: &super::Hook| (hook.0)(&microsoft);
            wait(&effects, run, || microsoft.stopped()).await;
            match (early(&effects), call.route.kind) {
                (Some(answer), _) => answer,
                (None, Kind::SubscriptionsCreate | Kind::SubscriptionsUpdate) => {
                    agree(&microsoft, &call, &visit).await
                }
                (None, _) => microsoft.with(|world| process(world, &call, &visit, &effects)),
            }
        }
    };
    if drops(&effects) {
        switch.cut();
        return Response::new(Body::empty());
    }
    visit.status = Some(answer.status);
    late(identified(answer, &call), &effects, false)
}

/// A request that is under way; the log hears of its end when it is dropped.
struct Visit {
    microsoft: Microsoft,
    number: usize,
    /// By whom requests under way are counted.
    lane: String,
    account: String,
    calendar: String,
    effects: Vec<Effect>,
    crowded: bool,
    status: Option<u16>,
}

impl Visit {
    fn begin(microsoft: &Microsoft, call: &Call) -> Self {
        microsoft.with(|world| {
            let account = caller(world, call);
            let calendar = calendar(world, call, account.as_deref().unwrap_or_default());
            let entry = Logged::of(call, account.as_deref(), &calendar);
            let account = account.unwrap_or_default();
            let lane = match call.route.kind.is_identity() {
                true => String::new(),
                false => account.clone(),
            };
            let number = world.log.arrive(&lane, entry);
            let hit = Hit {
                account: &account,
                calendar: &calendar,
                kind: call.route.kind,
                page: call.page(),
            };
            let most = world.behaviour.concurrency.unwrap_or(usize::MAX);
            let crowded = !lane.is_empty() && world.log.under_way(&lane) > most;
            let effects = match crowded {
                true => Vec::new(),
                false => world.faults.take(&hit),
            };
            Self {
                microsoft: microsoft.clone(),
                number,
                lane,
                account,
                calendar,
                effects,
                crowded,
                status: None,
            }
        })
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.microsoft
            .with(|world| world.log.leave(&self.lane, self.number, self.status));
    }
}

fn crowded() -> Answer {
    let message = "Application is over its MailboxConcurrency limit.";
    ApiError::throttled(message, Some(1)).into()
}

/// Whom the request is about: whose token it carries, expired or not.
fn caller(world: &World, call: &Call) -> Option<String> {
    if call.route.kind.is_identity() {
        return sign_in::account(world, call);
    }
    Some(world.access.get(call.bearer()?)?.account.clone())
}

/// The calendar that the path means, if any.
fn calendar(world: &World, call: &Call, account: &str) -> String {
    match call.route.kind {
        kind if kind.is_identity() => String::new(),
        Kind::Me | Kind::CalendarsList | Kind::CalendarsCreate => String::new(),
        Kind::TimeZones | Kind::TranslateIds => String::new(),
        Kind::SubscriptionsList | Kind::SubscriptionsGet => String::new(),
        Kind::SubscriptionsUpdate | Kind::SubscriptionsDelete => String::new(),
        Kind::SubscriptionsReauthorize => String::new(),
        Kind::SubscriptionsCreate => subscribe::calendar(world, call, account).unwrap_or_default(),
        Kind::Batch | Kind::NotModelled | Kind::Unknown => String::new(),
        _ if !call.route.calendar.is_empty() => call.route.calendar.clone(),
        _ => world
            .calendar(account, "")
            .map(|calendar| calendar.id.clone())
            .unwrap_or_default(),
    }
}

/// Adds the ids by which Microsoft's support finds a request.
fn identified(answer: Answer, call: &Call) -> Answer {
    let request = header::HeaderName::from_static("request-id");
    let client = header::HeaderName::from_static("client-request-id");
    let id = "1137f277-0000-4000-8000-000000000000".to_owned();
    let echoed = call
        .header("client-request-id")
        .unwrap_or_else(|| id.clone());
    answer.with(request, id).with(client, echoed)
}

fn process(world: &mut World, call: &Call, visit: &Visit, effects: &[Effect]) -> Answer {
    match call.route.kind {
        Kind::Token => oauth::token(world, call),
        Kind::Authorize => authorize::ask(world, call),
        Kind::Consent => authorize::answer(world, call),
        Kind::DeviceCode => device::begin(world, call),
        Kind::DevicePage => page::device(world),
        Kind::DeviceConsent => device::answer(world, call),
        _ => {
            let admitted = admit(world, call, visit);
            let answer = admitted.and_then(|()| operation(world, call, visit, effects));
            answer.unwrap_or_else(Answer::from)
        }
    }
}

/// Writes a subscription, once the receivers that it names have said that they
/// are there.
async fn agree(microsoft: &Microsoft, call: &Call, visit: &Visit) -> Answer {
    let account = visit.account.as_str();
    let wish = microsoft.with(|world| {
        admit(world, call, visit)?;
        Wish::read(world, call, account)
    });
    let wish = match wish {
        Ok(wish) => wish,
        Err(refusal) => return refusal.into(),
    };
    for url in &wish.urls {
        if !handshake::succeeds(&microsoft.push, url, &wish.token).await {
            return ApiError::handshake_failed().into();
        }
    }
    let done = microsoft.with(|world| wish.carry_out(world, account));
    done.unwrap_or_else(Answer::from)
}

/// Refuses a caller who may not do this, or not now.
fn admit(world: &mut World, call: &Call, visit: &Visit) -> Result<(), ApiError> {
    let now = world.clock.now();
    let access = call.bearer().and_then(|token| world.access.get(token));
    let access = access.filter(|access| access.expires > now);
    let access = access.ok_or_else(ApiError::invalid_token)?;
    if !allows(&access.scopes, call.route.kind) {
        return Err(ApiError::access_denied());
    }
    let message = "Application is over its request limit.";
    let spent = world.spending.spend(&visit.account, now);
    spent.map_err(|retry_after| ApiError::throttled(message, retry_after))
}

/// Whether granted scopes are enough for an operation.
fn allows(scopes: &[String], kind: Kind) -> bool {
    let any = |wanted: &[&str]| {
        let mut granted = scopes.iter().map(|scope| short(scope));
        granted.any(|scope| wanted.iter().any(|one| one.eq_ignore_ascii_case(scope)))
    };
    match kind {
        Kind::Unknown => true,
        Kind::Me => any(&["User.Read", "User.ReadWrite"]),
        kind if kind.is_write() => any(&["Calendars.ReadWrite"]),
        _ => any(&["Calendars.Read", "Calendars.ReadWrite"]),
    }
}

fn operation(
    world: &mut World,
    call: &Call,
    visit: &Visit,
    effects: &[Effect],
) -> Result<Answer, ApiError> {
    let account = visit.account.as_str();
    let write = |world| Write {
        world,
        call,
        account,
    };
    match call.route.kind {
        Kind::Me => calendars::me(world, call, account),
        Kind::CalendarsList => calendars::list(world, call, account),
        Kind::CalendarsGet => calendars::get(world, call, account),
        Kind::CalendarsCreate => calendars::create(world, call, account),
        Kind::TimeZones => calendars::time_zones(call),
        Kind::TranslateIds => calendars::translate_ids(world, call, account),
        Kind::Delta => delta::answer(world, call, &visit.calendar, account, &Tweaks::of(effects)),
        Kind::View => events::view(world, call, account, &Tweaks::of(effects)),
        Kind::EventsList => events::list(world, call, account, &Tweaks::of(effects)),
        Kind::EventsInstances => events::instances(world, call, account, &Tweaks::of(effects)),
        Kind::EventsGet => events::get(world, call, account),
        Kind::EventsCreate => write(world).create(),
        Kind::EventsUpdate => write(world).update(),
        Kind::EventsDelete => write(world).delete(),
        Kind::SubscriptionsList => subscribe::list(world, call, account),
        Kind::SubscriptionsGet => subscribe::get(world, call, account),
        Kind::SubscriptionsDelete => subscribe::delete(world, call, account),
        Kind::SubscriptionsReauthorize => subscribe::reauthorize(world, call, account),
        Kind::Batch | Kind::NotModelled => Err(ApiError::not_modelled()),
        Kind::SubscriptionsCreate | Kind::SubscriptionsUpdate | Kind::Unknown => Err(elsewhere()),
        Kind::Token | Kind::Authorize | Kind::Consent => Err(elsewhere()),
        Kind::DeviceCode | Kind::DevicePage | Kind::DeviceConsent => Err(elsewhere()),
    }
}

/// The refusal of a path that is none of the API's.
fn elsewhere() -> ApiError {
    ApiError::new(404, "UnknownError", "Resource not found for the segment.")
}
