//! From request to response: log, faults, authorization, quota, the method.

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Response, header};

use super::super::answer::Answer;
use super::super::effects::{drops, early, late, wait};
use super::super::faults::Hit;
use super::super::server::KillSwitch;
use super::call::Call;
use super::errors::ApiError;
use super::faults::Effect;
use super::list::{self, Tweaks};
use super::log::Logged;
use super::route::Kind;
use super::world::{AccessRole, World};
use super::write::Write;
use super::{Google, calendar_list, consent, events, oauth, scopes, watch};

/// Answers one request.
pub(super) async fn serve(
    State(google): State<Google>,
    ConnectInfo(switch): ConnectInfo<KillSwitch>,
    request: Request,
) -> Response<Body> {
    let call = Call::read(request).await;
    let mut visit = Visit::begin(&google, &call);
    let effects = std::mem::take(&mut visit.effects);
    wait(&effects, |hook| (hook.0)(&google), || google.stopped()).await;
    let answer = match (early(&effects), call.route.kind) {
        (Some(answer), _) => answer,
        (None, Kind::EventsWatch) => open_channel(&google, &call, &visit).await,
        (None, _) => google.with(|world| process(world, &call, &visit, &effects)),
    };
    if drops(&effects) {
        switch.cut();
        return Response::new(Body::empty());
    }
    visit.status = Some(answer.status);
    late(answer, &effects, call.takes_gzip())
}

/// A request that is under way; the log hears of its end when it is dropped.
struct Visit {
    google: Google,
    number: usize,
    account: String,
    calendar: String,
    effects: Vec<Effect>,
    status: Option<u16>,
}

impl Visit {
    fn begin(google: &Google, call: &Call) -> Self {
        google.with(|world| {
            let account = caller(world, call);
            let calendar = match call.route.calendar.as_str() {
                "primary" => account.clone().unwrap_or_default(),
                calendar => calendar.to_owned(),
            };
            let entry = Logged::of(call, account.as_deref(), &calendar);
            let account = account.unwrap_or_default();
            let number = world.log.arrive(&account, entry);
            let hit = Hit {
                account: &account,
                calendar: &calendar,
                kind: call.route.kind,
                page: call.page(),
            };
            let effects = world.faults.take(&hit);
            Self {
                google: google.clone(),
                number,
                account,
                calendar,
                effects,
                status: None,
            }
        })
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.google
            .with(|world| world.log.leave(&self.account, self.number, self.status));
    }
}

/// Whom the request is about: whose token it carries, expired or not.
fn caller(world: &World, call: &Call) -> Option<String> {
    if matches!(call.route.kind, Kind::Token | Kind::Consent) {
        return oauth::account(world, call);
    }
    world
        .access
        .get(call.bearer()?)
        .map(|access| access.grant.email.clone())
}

fn process(world: &mut World, call: &Call, visit: &Visit, effects: &[Effect]) -> Answer {
    match call.route.kind {
        Kind::Authorize => consent::ask(world, call),
        Kind::Consent => consent::answer(world, call),
        Kind::Token => oauth::token(world, call),
        Kind::Revoke => oauth::revoke(world, call),
        _ => admit(world, call, visit).unwrap_or_else(|| {
            let answer = method(world, call, visit, Tweaks::of(effects));
            answer.unwrap_or_else(Answer::from)
        }),
    }
}

/// Opens a channel; its greeting arrives before the answer is sent.
async fn open_channel(google: &Google, call: &Call, visit: &Visit) -> Answer {
    let opened = google.with(|world| match admit(world, call, visit) {
        Some(refusal) => Err(refusal),
        None => watch::open(world, call, &visit.account, &visit.calendar).map_err(Answer::from),
    });
    match opened {
        Ok((answer, hello)) => {
            google.push.deliver(hello).await;
            answer
        }
        Err(refusal) => refusal,
    }
}

/// The refusal of a caller who may not do this, or not now.
fn admit(world: &mut World, call: &Call, visit: &Visit) -> Option<Answer> {
    if let Err(error) = authorize(world, call, visit) {
        return Some(error.into());
    }
    let now = world.clock.now();
    let (error, retry_after) = world
        .spending
        .spend(&visit.account, call.route.kind, now)
        .err()?;
    let answer = Answer::from(error);
    Some(match retry_after {
        Some(seconds) => answer.with(header::RETRY_AFTER, seconds.to_string()),
        None => answer,
    })
}

fn authorize(world: &World, call: &Call, visit: &Visit) -> Result<(), ApiError> {
    let token = call.bearer().ok_or_else(ApiError::credentials_missing)?;
    let access = world
        .access
        .get(token)
        .filter(|access| access.expires > world.clock.now());
    let access = access.ok_or_else(ApiError::auth_error)?;
    let role = world.role(&visit.account, &visit.calendar);
    let owned = call.route.calendar.is_empty() || role.is_ok_and(|role| role == AccessRole::Owner);
    match call.route.kind == Kind::Unknown
        || scopes::allow(&access.grant.scopes, call.route.kind, owned)
    {
        true => Ok(()),
        false => Err(ApiError::insufficient_permissions()),
    }
}

fn method(
    world: &mut World,
    call: &Call,
    visit: &Visit,
    tweaks: Tweaks,
) -> Result<Answer, ApiError> {
    let (account, calendar) = (visit.account.as_str(), visit.calendar.as_str());
    match call.route.kind {
        Kind::UserInfo => oauth::userinfo(world, account),
        Kind::CalendarListList => calendar_list::list(world, call, account),
        Kind::CalendarListGet => calendar_list::get(world, call, account, calendar),
        Kind::CalendarsGet => calendar_list::calendar(world, call, account, calendar),
        Kind::EventsList => list::list(
            world,
            call,
            world.role(account, calendar)?,
            calendar,
            tweaks,
        ),
        Kind::EventsGet => events::get(world, call, world.role(account, calendar)?, calendar),
        Kind::EventsInstances => {
            events::instances(world, call, world.role(account, calendar)?, calendar)
        }
        Kind::EventsInsert => Write {
            world,
            call,
            account,
            calendar,
        }
        .insert(),
        Kind::EventsPatch => Write {
            world,
            call,
            account,
            calendar,
        }
        .patch(),
        Kind::EventsUpdate => Write {
            world,
            call,
            account,
            calendar,
        }
        .update(),
        Kind::EventsDelete => Write {
            world,
            call,
            account,
            calendar,
        }
        .delete(),
        Kind::ChannelsStop => watch::stop(world, call, account),
        Kind::EventsWatch | Kind::Unknown => Err(ApiError::not_found()),
        Kind::Authorize | Kind::Consent | Kind::Token | Kind::Revoke => Err(ApiError::not_found()),
    }
}
