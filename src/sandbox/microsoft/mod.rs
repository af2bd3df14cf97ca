//! A model of Microsoft Graph calendars and of the Microsoft identity
//! platform, from `contracts/microsoft-graph.md`.
//!
//! [`Microsoft`] is the handle by which tests and the demo look at it and do
//! what people do in Outlook; calsync only ever sees the HTTP side. What the
//! contract leaves open is a switch in [`Behaviour`].

mod accounts;
mod adopt;
mod announce;
mod authorize;
mod behaviour;
mod body;
mod calendars;
mod call;
mod check;
mod delta;
mod device;
mod edit;
mod entry;
mod errors;
mod event_query;
mod events;
mod extended;
mod faults;
mod grant;
mod handshake;
mod id_token;
mod item;
mod item_id;
mod keep;
mod lists;
mod log;
mod lookup;
mod mailbox;
mod moment;
mod months;
mod notice;
mod oauth;
mod observe;
mod page;
mod pkce;
mod prefer;
mod proposal;
mod receivers;
mod recurrence;
mod redeem;
mod redirect;
mod render;
mod resource;
mod round;
mod route;
mod rule;
mod scopes;
mod serve;
mod sign_in;
mod store;
mod subscribe;
mod subscription;
mod subscription_errors;
mod tenant;
mod token;
mod token_loss;
mod world;
mod write;
mod zones;

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use tokio_util::sync::CancellationToken;

use super::clock::Clock;
use super::push::{Push, Routes};
use world::World;

pub use accounts::{CalendarSpec, MicrosoftAccount};
pub use behaviour::{Behaviour, Budget, OccurrenceDeletion, TokenLoss};
pub use errors::ApiError;
pub use faults::{Effect, Fault, Hook};
pub use log::{Logged, Mail, MailReason};
pub use notice::Lifecycle;
pub use oauth::{CLIENT_ID, CLIENT_SECRET};
pub use route::Kind;
pub use scopes::ScopeSpelling;
pub use subscription::Subscription;

/// The handle on the model; clones are the same model.
#[derive(Clone)]
pub struct Microsoft {
    world: Arc<Mutex<World>>,
    url: Arc<str>,
    push: Push,
    stop: CancellationToken,
}

impl Microsoft {
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

    /// The base URL of the API, `…/v1.0`, without a slash at the end.
    pub fn api_url(&self) -> String {
        format!("{}/v1.0", self.url)
    }

    /// What stands for `https://login.microsoftonline.com`, without a slash
    /// at the end.
    pub fn identity_url(&self) -> String {
        self.url.to_string()
    }

    /// Where tokens of the tenant `common` are exchanged.
    pub fn token_url(&self) -> String {
        format!("{}/common/oauth2/v2.0/token", self.url)
    }

    /// Where a browser signs in to the tenant `common`.
    pub fn auth_url(&self) -> String {
        format!("{}/common/oauth2/v2.0/authorize", self.url)
    }

    /// Where a device asks for a code of the tenant `common`.
    pub fn device_url(&self) -> String {
        format!("{}/common/oauth2/v2.0/devicecode", self.url)
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
pub(super) fn router(microsoft: Microsoft) -> Router {
    Router::new().fallback(serve::serve).with_state(microsoft)
}
