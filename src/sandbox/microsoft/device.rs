//! The device code flow: a code on a screen, a page elsewhere, and polls.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::super::answer::Answer;
use super::call::Call;
use super::grant::{self, Refusal, field, refusal};
use super::oauth::refused;
use super::page;
use super::sign_in::{self, Granted, Verdict, Wish};
use super::tenant;
use super::world::World;

/// Seconds that a device code lives.
const LIFETIME_S: i64 = 900;

/// A device that waits for its user.
#[derive(Clone, Debug)]
pub(super) struct Device {
    wish: Wish,
    user_code: String,
    issued: DateTime<Utc>,
    /// Polls that are still told to slow down.
    slow_downs: usize,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    Pending,
    Accepted(Granted),
    Declined,
}

impl Device {
    /// The account that let it in.
    pub(super) fn account(&self) -> Option<&str> {
        match &self.state {
            State::Accepted(grant) => Some(&grant.account),
            State::Pending | State::Declined => None,
        }
    }

    /// Whether its user may answer at `now`.
    fn is_open(&self, now: DateTime<Utc>) -> bool {
        matches!(self.state, State::Pending) && !self.is_expired(now)
    }

    fn is_expired(&self, now: DateTime<Utc>) -> bool {
        now - self.issued >= TimeDelta::seconds(LIFETIME_S)
    }
}

/// Answers `POST /{tenant}/oauth2/v2.0/devicecode`.
pub(super) fn begin(world: &mut World, call: &Call) -> Answer {
    match wish(world, call) {
        Ok(wish) => start(world, wish),
        Err(refusal) => refused(world, &refusal),
    }
}

fn wish(world: &World, call: &Call) -> Result<Wish, Refusal> {
    grant::check_request(call)?;
    grant::check_app(field(call, "client_id").as_deref())?;
    tenant::check(world, &call.route.tenant)?;
    Wish::read(call, field(call, "scope").as_deref())
}

fn start(world: &mut World, wish: Wish) -> Answer {
    let device_code = world.ids.opaque();
    let user_code: String = world.ids.opaque().to_uppercase().chars().take(9).collect();
    let uri = format!("{}/devicelogin", world.url);
    let body = json!({ "device_code": device_code, "user_code": user_code, "verification_uri": uri,
        "expires_in": LIFETIME_S, "interval": world.behaviour.device_interval_s,
        "message": format!("To sign in, use a web browser to open the page {uri} and enter the code {user_code} to authenticate.") });
    let device = Device {
        wish,
        user_code,
        issued: world.clock.now(),
        slow_downs: world.behaviour.slow_downs,
        state: State::Pending,
    };
    world.sign_ins.devices.insert(device_code, device);
    Answer::json(&body, false)
}

/// Answers the form on which the user code is entered.
pub(super) fn answer(world: &mut World, call: &Call) -> Answer {
    match settle(world, call) {
        Ok(()) => page::done(),
        Err(refusal) => page::refused(&refusal),
    }
}

fn settle(world: &mut World, call: &Call) -> Result<(), Refusal> {
    let typed = field(call, "user_code").unwrap_or_default();
    let typed = typed.trim().to_uppercase();
    let now = world.clock.now();
    let mut open = world.sign_ins.devices.iter();
    let found = open.find(|(_, device)| device.user_code == typed && device.is_open(now));
    let (code, wish) = found
        .map(|(code, device)| (code.clone(), device.wish.clone()))
        .ok_or_else(sign_in::gone)?;
    let state = match Verdict::read(world, call, &wish)? {
        Verdict::Accept(account) => State::Accepted(sign_in::consent(world, &account, &wish)),
        Verdict::Decline => State::Declined,
    };
    if let Some(device) = world.sign_ins.devices.get_mut(&code) {
        device.state = state;
    }
    Ok(())
}

/// What a device gets that asks for its tokens.
pub(super) fn poll(world: &mut World, code: &str) -> Result<Granted, Refusal> {
    let now = world.clock.now();
    let devices = &mut world.sign_ins.devices;
    let error = |error, number, text| Err(refusal(400, error, number, text));
    let Some(device) = devices.get_mut(code) else {
        let text = "The device code is not known.";
        return error("bad_verification_code", 70_018, text);
    };
    if device.is_expired(now) {
        return error("expired_token", 70_019, "The device code has expired.");
    }
    if device.slow_downs > 0 {
        device.slow_downs -= 1;
        return error("slow_down", 70_016, "The device asks too often.");
    }
    match device.state.clone() {
        State::Pending => error("authorization_pending", 70_016, "Authorization is pending."),
        State::Declined => Err(sign_in::declined("authorization_declined")),
        State::Accepted(grant) => {
            devices.remove(code);
            Ok(grant)
        }
    }
}
