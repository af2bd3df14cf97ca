//! What accounts granted, and the tokens that are given out for it.

use chrono::{DateTime, TimeDelta, Utc};

use super::world::World;

/// How long an access token lives.
pub(super) const LIFETIME_S: i64 = 3599;

/// An account has at most this many refresh tokens; the oldest goes first.
const REFRESH_TOKENS: usize = 100;

/// What an account granted.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) email: String,
    /// Full names.
    pub(super) scopes: Vec<String>,
    /// To a web client, not to a desktop client.
    pub(super) web: bool,
    /// The code that was exchanged for it; `None`: a test set it up.
    pub(super) code: Option<String>,
}

/// A refresh token that was given out.
#[derive(Clone, Debug)]
pub(super) struct Refresh {
    pub(super) token: String,
    pub(super) grant: Grant,
}

/// An access token that was given out.
#[derive(Clone, Debug)]
pub(super) struct Access {
    pub(super) grant: Grant,
    pub(super) expires: DateTime<Utc>,
}

/// What the account grants as it stands, without a consent.
pub(super) fn standing(world: &World, email: &str) -> Grant {
    let account = world.accounts.get(email);
    Grant {
        email: email.to_owned(),
        scopes: account
            .map(|account| account.scopes.clone())
            .unwrap_or_default(),
        web: false,
        code: None,
    }
}

/// Gives out an access token.
pub(super) fn issue(world: &mut World, grant: Grant) -> String {
    let token = format!("ya29.{}", world.ids.opaque());
    let expires = world.clock.now() + TimeDelta::seconds(LIFETIME_S);
    world
        .access
        .insert(token.clone(), Access { grant, expires });
    token
}

/// Gives out a refresh token; the oldest of too many dies without a word.
pub(super) fn issue_refresh(world: &mut World, grant: Grant) -> String {
    let token = format!("1//{}", world.ids.opaque());
    let same = |refresh: &Refresh| refresh.grant.email == grant.email;
    if world.refresh.iter().filter(|refresh| same(refresh)).count() >= REFRESH_TOKENS
        && let Some(oldest) = world.refresh.iter().position(same)
    {
        world.refresh.remove(oldest);
    }
    world.refresh.push(Refresh {
        token: token.clone(),
        grant,
    });
    token
}

/// What a refresh token was given out for.
pub(super) fn of_refresh<'a>(world: &'a World, token: &str) -> Option<&'a Grant> {
    let mut all = world.refresh.iter();
    all.find(|refresh| refresh.token == token)
        .map(|refresh| &refresh.grant)
}

/// Takes everything back that an account granted.
pub(super) fn withdraw(world: &mut World, email: &str) {
    if let Some(account) = world.accounts.get_mut(email) {
        account.consented = false;
    }
    world.consents.codes.retain(|_, code| code.email != email);
    drop_tokens(world, |grant| grant.email == email);
}

/// Kills the tokens that an authorization code was exchanged for.
pub(super) fn withdraw_code(world: &mut World, code: &str) {
    drop_tokens(world, |grant| grant.code.as_deref() == Some(code));
}

fn drop_tokens(world: &mut World, dead: impl Fn(&Grant) -> bool) {
    world.refresh.retain(|refresh| !dead(&refresh.grant));
    world.access.retain(|_, access| !dead(&access.grant));
}
