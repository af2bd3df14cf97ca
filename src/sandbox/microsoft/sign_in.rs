//! Sign-ins: who asked for what, and what their users said to it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::Microsoft;
use super::call::Call;
use super::device::Device;
use super::grant::{Refusal, field, refusal};
use super::redirect::Back;
use super::route::Kind;
use super::scopes::{self, OFFLINE};
use super::tenant;
use super::world::World;

/// Every sign-in that is under way.
#[derive(Debug)]
pub(super) struct SignIns {
    /// The redirect URIs of the app's registration.
    pub(super) redirects: Vec<String>,
    /// Pages that wait for their user, by the id in their form.
    pub(super) open: HashMap<String, Open>,
    pub(super) codes: HashMap<String, Code>,
    /// By device code.
    pub(super) devices: HashMap<String, Device>,
}

impl Default for SignIns {
    fn default() -> Self {
        Self {
            redirects: vec!["http://localhost".to_owned()],
            open: HashMap::new(),
            codes: HashMap::new(),
            devices: HashMap::new(),
        }
    }
}

/// What an app asks a user for.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) tenant: String,
    /// In short form.
    pub(super) scopes: Vec<String>,
    /// They were asked for in the long form.
    pub(super) qualified: bool,
}

impl Wish {
    /// What the tenant and the `scope` of a request say.
    pub(super) fn read(call: &Call, scope: Option<&str>) -> Result<Self, Refusal> {
        Ok(Self {
            tenant: call.route.tenant.clone(),
            scopes: scopes::read(scope)?,
            qualified: scopes::asks_qualified(scope.unwrap_or_default()),
        })
    }
}

/// A page that waits for its user.
#[derive(Clone, Debug)]
pub(super) struct Open {
    pub(super) wish: Wish,
    pub(super) back: Back,
    pub(super) challenge: String,
}

/// An authorization code that was given out.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) grant: Granted,
    pub(super) redirect_uri: String,
    pub(super) challenge: String,
    pub(super) issued: DateTime<Utc>,
    pub(super) used: bool,
}

/// What tokens are given out for.
#[derive(Clone, Debug)]
pub(super) struct Granted {
    pub(super) account: String,
    /// In short form, without `offline_access`.
    pub(super) scopes: Vec<String>,
    /// With a refresh token.
    pub(super) offline: bool,
    /// The scopes were asked for in the long form.
    pub(super) qualified: bool,
}

/// What a user says on a page.
pub(super) enum Verdict {
    /// This account lets the app in.
    Accept(String),
    /// Nobody does.
    Decline,
}

impl Verdict {
    /// The fields `answer` (`accept` or `decline`) and `account` of a form.
    pub(super) fn read(world: &World, call: &Call, wish: &Wish) -> Result<Self, Refusal> {
        let account = field(call, "account").unwrap_or_default();
        match field(call, "answer").as_deref() {
            Some("decline") => Ok(Self::Decline),
            Some("accept") if tenant::holds(world, &wish.tenant, &account) => {
                Ok(Self::Accept(account))
            }
            Some("accept") => Err(refusal(
                400,
                "invalid_request",
                50_020,
                "The user account does not exist in this tenant.",
            )),
            _ => Err(gone()),
        }
    }
}

/// The refusal of a form that belongs to no sign-in.
pub(super) fn gone() -> Refusal {
    let text = "The sign-in has ended. Please begin again.";
    refusal(400, "invalid_request", 50_089, text)
}

/// The user's "no".
pub(super) fn declined(error: &'static str) -> Refusal {
    let text = "User declined to consent to access the app.";
    refusal(400, error, 65_004, text)
}

impl Microsoft {
    /// Consent of the account reaches these scopes at most (short names),
    /// whatever is asked for, as where an administrator consents; `None`: all.
    pub fn limit_consent(&self, email: &str, scopes: Option<&[&str]>) {
        let limit = scopes.map(|all| all.iter().map(|scope| (*scope).to_owned()).collect());
        self.on_mailbox(email, |mailbox| mailbox.consent_limit = limit);
    }
}

/// The account consents to a wish: from now on its tokens allow that.
pub(super) fn consent(world: &mut World, account: &str, wish: &Wish) -> Granted {
    let mut scopes = wish.scopes.clone();
    scopes.retain(|scope| scope != OFFLINE);
    if let Some(mailbox) = world.mailboxes.get_mut(account) {
        if let Some(limit) = &mailbox.consent_limit {
            scopes.retain(|scope| scopes::is_open_id(scope) || scopes::has(limit, scope));
        }
        mailbox.scopes.clone_from(&scopes);
    }
    Granted {
        account: account.to_owned(),
        scopes,
        offline: scopes::has(&wish.scopes, OFFLINE),
        qualified: wish.qualified,
    }
}

/// The account that a request to the identity platform is about, as far as it
/// tells.
pub(super) fn account(world: &World, call: &Call) -> Option<String> {
    if call.route.kind != Kind::Token {
        let named = field(call, "account")?;
        return world.mailboxes.contains_key(&named).then_some(named);
    }
    if let Some(token) = field(call, "refresh_token") {
        return Some(world.refresh.get(&token)?.account.clone());
    }
    if let Some(code) = field(call, "code") {
        return Some(world.sign_ins.codes.get(&code)?.grant.account.clone());
    }
    let device = world.sign_ins.devices.get(&field(call, "device_code")?)?;
    device.account().map(str::to_owned)
}
