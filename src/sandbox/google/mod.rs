//! A model of Google Calendar v3 and Google's OAuth, from
//! `contracts/google-calendar.md`.
//!
//! [`Google`] is the handle by which tests and the demo look at it and do what
//! people do in Google's own calendar; calsync only ever sees the HTTP side.

mod admin;
mod behaviour;
mod calendar;
mod calendar_list;
mod call;
mod channel;
mod channel_errors;
mod check;
mod consent;
mod edit;
mod errors;
mod events;
mod exchange;
mod expand;
mod faults;
mod fields;
mod filter;
mod grant;
mod id_token;
mod keep;
mod list;
mod list_query;
mod log;
mod merge;
mod names;
mod notice;
mod oauth;
mod observe;
mod page;
mod pkce;
mod properties;
mod receivers;
mod recurrence;
mod redirect;
mod render;
mod route;
mod scopes;
mod series;
mod serve;
mod shape;
mod times;
mod token;
mod watch;
mod wish;
mod world;
mod write;

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use tokio_util::sync::CancellationToken;

use super::clock::Clock;
use super::push::{Push, Routes};
use world::World;

pub use admin::{CalendarSpec, GoogleAccount};
pub use behaviour::{Behaviour, Quota};
pub use channel::Channel;
pub use errors::ApiError;
pub use faults::{Effect, Fault, Hook};
pub use log::{Logged, Mail};
pub use oauth::{CLIENT_ID, CLIENT_SECRET};
pub use route::Kind;
pub use world::AccessRole;

/// The handle on the model; clones are the same model.
#[derive(Clone)]
pub struct Google {
    world: Arc<Mutex<World>>,
    url: Arc<str>,
    push: Push,
    stop: CancellationToken,
}

impl Google {
    pub(super) fn new(
        url: &str,
        clock: Clock,
        seed: u64,
        routes: Routes,
        stop: CancellationToken,
    ) -> Self {
        let push = Push::start(routes, stop.clone());
        Self {
            world: Arc::new(Mutex::new(World::new(url, clock, seed, push.clone()))),
            url: url.into(),
            push,
            stop,
        }
    }

    /// What stands for `https://www.googleapis.com`, without a slash at the end.
    pub fn root_url(&self) -> String {
        self.url.to_string()
    }

    /// The base URL of the calendar API, with a slash at the end.
    pub fn api_url(&self) -> String {
        format!("{}/calendar/v3/", self.url)
    }

    /// Where a browser asks an account for its consent.
    pub fn auth_url(&self) -> String {
        format!("{}/o/oauth2/v2/auth", self.url)
    }

    /// Where codes and refresh tokens are exchanged.
    pub fn token_url(&self) -> String {
        format!("{}/token", self.url)
    }

    /// Where tokens are revoked.
    pub fn revoke_url(&self) -> String {
        format!("{}/revoke", self.url)
    }

    /// Where an account's id and address are told.
    pub fn userinfo_url(&self) -> String {
        format!("{}/oauth2/v2/userinfo", self.url)
    }

    /// Looks at or changes the world while nobody else does.
    fn with<T>(&self, work: impl FnOnce(&mut World) -> T) -> T {
        work(&mut self.world.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns when the sandbox stops.
    async fn stopped(&self) {
        self.stop.cancelled().await;
    }
}

/// The HTTP side.
pub(super) fn router(google: Google) -> Router {
    Router::new().fallback(serve::serve).with_state(google)
}
