//! From request to response: log, faults, authorization, quota, the method.

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Response, header};
use futures_util::stream;

use super::super::server::KillSwitch;
use super::answer::Answer;
use super::call::Call;
use super::errors::ApiError;
use super::faults::{Effect, Hit};
use super::list::{self, Tweaks};
use super::log::Logged;
use super::route::Kind;
use super::world::World;
use super::write::Write;
use super::{Google, calendar_list, events, oauth, scopes};

/// The pieces in which a slow body arrives.
const PIECES: usize = 8;

/// Answers one request.
pub(super) async fn serve(
    State(google): State<Google>,
    ConnectInfo(switch): ConnectInfo<KillSwitch>,
    request: Request,
) -> Response<Body> {
    let call = Call::read(request).await;
    let mut visit = Visit::begin(&google, &call);
    let effects = std::mem::take(&mut visit.effects);
    wait(&google, &effects).await;
    let answer = early(&effects)
        .unwrap_or_else(|| google.with(|world| process(world, &call, &visit, &effects)));
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
            let number = world
                .log
                .arrive(Logged::of(call, account.as_deref(), &calendar));
            let account = account.unwrap_or_default();
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

/// Whose token the request carries, expired or not.
fn caller(world: &World, call: &Call) -> Option<String> {
    if call.route.kind == Kind::Token {
        let form = call.form();
        let token = form.iter().find(|(key, _)| key == "refresh_token");
        return token.and_then(|(_, token)| oauth::owner(world, token));
    }
    world
        .access
        .get(call.bearer()?)
        .map(|access| access.email.clone())
}

fn process(world: &mut World, call: &Call, visit: &Visit, effects: &[Effect]) -> Answer {
    match call.route.kind {
        Kind::Token => oauth::token(world, call),
        Kind::Revoke => oauth::revoke(world, call),
        _ => admit(world, call, visit).unwrap_or_else(|| {
            let answer = method(world, call, visit, Tweaks::of(effects));
            answer.unwrap_or_else(Answer::from)
        }),
    }
}

/// The refusal of a caller who may not do this, or not now.
fn admit(world: &mut World, call: &Call, visit: &Visit) -> Option<Answer> {
    if let Err(error) = authorize(world, call) {
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

fn authorize(world: &World, call: &Call) -> Result<(), ApiError> {
    let token = call.bearer().ok_or_else(ApiError::credentials_missing)?;
    let access = world
        .access
        .get(token)
        .filter(|access| access.expires > world.clock.now());
    let access = access.ok_or_else(ApiError::auth_error)?;
    match call.route.kind == Kind::Unknown || scopes::allow(&access.scopes, call.route.kind) {
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
        Kind::EventsWatch | Kind::ChannelsStop => Err(ApiError::not_modelled()),
        Kind::Token | Kind::Revoke | Kind::Unknown => Err(ApiError::not_found()),
    }
}

async fn wait(google: &Google, effects: &[Effect]) {
    for effect in effects {
        match effect {
            Effect::Latency(pause) => tokio::time::sleep(*pause).await,
            // The client gives up, or the sandbox stops.
            Effect::Hang => google.stopped().await,
            _ => {}
        }
    }
}

/// The answer of faults that keep the request from being processed.
fn early(effects: &[Effect]) -> Option<Answer> {
    effects.iter().find_map(|effect| match effect {
        Effect::Answer {
            status,
            content_type,
            body,
            retry_after,
        } => {
            let answer = Answer {
                status: *status,
                content_type,
                headers: Vec::new(),
                body: body.clone(),
            };
            Some(match retry_after {
                Some(value) => answer.with(header::RETRY_AFTER, value.clone()),
                None => answer,
            })
        }
        Effect::Redirect(url) => Some(Answer::empty(302).with(header::LOCATION, url.clone())),
        Effect::Html => {
            let body =
                "<!DOCTYPE html><html><title>Sign in</title><p>Please sign in.</html>".to_owned();
            Some(Answer {
                content_type: "text/html; charset=UTF-8",
                ..Answer::ready(body)
            })
        }
        Effect::DropBefore | Effect::Hang => Some(Answer::empty(500)),
        _ => None,
    })
}

fn drops(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| {
        matches!(
            effect,
            Effect::DropBefore | Effect::DropAfter | Effect::Hang
        )
    })
}

/// The response, with what faults do to a finished answer.
fn late(mut answer: Answer, effects: &[Effect], gzip: bool) -> Response<Body> {
    let mut pause = None;
    for effect in effects {
        match effect {
            Effect::TruncatedBody => answer.body = first_half(&answer.body),
            Effect::SlowBody(each) => pause = Some(*each),
            _ => {}
        }
    }
    match pause {
        None => answer.respond(gzip),
        Some(pause) => {
            let text = std::mem::take(&mut answer.body);
            let mut response = answer.respond(false);
            *response.body_mut() = trickle(&text, pause);
            response
        }
    }
}

fn trickle(text: &str, pause: std::time::Duration) -> Body {
    let size = text.len().div_ceil(PIECES).max(1);
    let pieces: Vec<Vec<u8>> = text.as_bytes().chunks(size).map(<[u8]>::to_vec).collect();
    Body::from_stream(stream::unfold(
        pieces.into_iter(),
        move |mut pieces| async move {
            let piece = pieces.next()?;
            tokio::time::sleep(pause).await;
            Some((Ok::<_, std::io::Error>(piece), pieces))
        },
    ))
}

fn first_half(text: &str) -> String {
    text.chars().take(text.chars().count() / 2).collect()
}
