//! Microsoft 365 and Outlook.com calendars (Microsoft Graph v1.0, Microsoft
//! identity platform v2.0).
//!
//! A calendar is listed by the delta of its view in a window, which its token
//! remembers. Graph expands series itself: a full round brings them with their
//! occurrences, any other says which have to be read again.

mod client;
mod consent;
mod convert;
mod errors;
mod recurrence;
mod reread;
mod time_zone;
mod types;
mod watch;
pub(super) mod webhook;
mod write;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use url::Url;

use self::watch::Ends;
use super::client_check;
use super::http::{Service, Transport, TransportSettings};
use super::oauth;
use super::{
    ChangesPage, ChangesRequest, ClientCheck, Created, Creation, EventAt, ListedWatch, Provider,
    Result, Scope, Session, Update, WatchRequest,
};
use crate::model::account::Tokens;
use crate::model::calendar::DiscoveredCalendar;
use crate::model::change::Change;
use crate::model::event::Event;
use crate::model::id::ExternalId;
use crate::model::watch::WatchGrant;

/// Requests of one mailbox that Outlook serves at once.
const CONCURRENCY: usize = 4;

/// Requests of one mailbox a second, and those that need not wait. Outlook
/// takes 10,000 in ten minutes: both together stay below that in any of them.
const PACE: (u32, u32) = (15, 900);

/// Where Microsoft is and who we are there.
#[derive(Clone, Debug)]
pub struct MicrosoftEndpoints {
    /// The base of the API, such as `https://graph.microsoft.com/v1.0/`.
    /// Access tokens go to its origin and nowhere else.
    pub api_url: Url,
    /// The page on which a person allows us to use the account, such as
    /// `https://login.microsoftonline.com/common/oauth2/v2.0/authorize`.
    pub auth_url: Url,
    /// Where a consent without a browser begins, such as
    /// `https://login.microsoftonline.com/common/oauth2/v2.0/devicecode`.
    pub device_url: Url,
    /// The token endpoint, such as
    /// `https://login.microsoftonline.com/common/oauth2/v2.0/token`.
    pub token_url: Url,
    /// Our registration; none: not configured.
    pub client_id: Option<String>,
    /// Its secret; public clients have none.
    pub client_secret: Option<SecretString>,
}

/// The adapter.
pub(super) struct Microsoft {
    endpoints: MicrosoftEndpoints,
    service: Service,
    transport: Transport,
}

impl Microsoft {
    /// An adapter that has not connected yet; its transport keeps within
    /// Outlook's limits, whatever the settings allow.
    pub(super) fn new(endpoints: MicrosoftEndpoints, settings: TransportSettings) -> Self {
        Self {
            service: Service::at(&endpoints.api_url),
            endpoints,
            transport: Transport::new(limited(settings)),
        }
    }
}

/// Settings within Outlook's limits.
fn limited(settings: TransportSettings) -> TransportSettings {
    let (requests_per_second, burst) = PACE;
    TransportSettings {
        per_account_concurrency: settings.per_account_concurrency.min(CONCURRENCY),
        requests_per_second,
        burst,
        ..settings
    }
}

#[async_trait]
impl Provider for Microsoft {
    /// No scope is asked for: the answer then is for what the user allowed.
    async fn refresh(&self, refresh: &SecretString, now: DateTime<Utc>) -> Result<Tokens> {
        oauth::refresh(&self.transport, self.registration()?, refresh, now).await
    }

    async fn check_client(&self) -> ClientCheck {
        client_check::check(&self.transport, self.registration()).await
    }

    async fn subject(&self, session: &Session) -> Result<Option<String>> {
        Ok(self.me(session).await?.and_then(|user| user.id))
    }

    async fn calendars(&self, session: &Session) -> Result<Vec<DiscoveredCalendar>> {
        self.calendar_list(session).await
    }

    async fn changes(&self, session: &Session, request: &ChangesRequest) -> Result<ChangesPage> {
        self.calendar_view_delta(session, request).await
    }

    async fn reread(
        &self,
        session: &Session,
        request: &ChangesRequest,
        events: &[ExternalId],
    ) -> Result<Vec<Change>> {
        self.events(session, request, events).await
    }

    fn scope(&self) -> Scope {
        Scope::Window
    }

    fn is_silent(&self) -> bool {
        false
    }

    async fn create_event(&self, session: &Session, creation: &Creation) -> Result<Created> {
        self.events_insert(session, creation).await
    }

    async fn created_event(&self, session: &Session, creation: &Creation) -> Result<Option<Event>> {
        self.event_of_creation(session, creation).await
    }

    async fn update_event(
        &self,
        session: &Session,
        at: &EventAt,
        update: &Update,
    ) -> Result<Event> {
        self.event_patch(session, at, update).await
    }

    async fn delete_event(&self, session: &Session, at: &EventAt, etag: &str) -> Result<()> {
        self.event_delete(session, at, etag).await
    }

    async fn watch(&self, session: &Session, request: &WatchRequest) -> Result<WatchGrant> {
        self.subscribe(session, request).await
    }

    async fn extend_watch(
        &self,
        session: &Session,
        watch: &WatchGrant,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<WatchGrant>> {
        let ends = Ends { now, until };
        self.renew(session, watch, ends).await.map(Some)
    }

    async fn stop_watch(&self, session: &Session, watch: &WatchGrant) -> Result<()> {
        self.unsubscribe(session, watch).await
    }

    async fn watches(&self, session: &Session) -> Result<Vec<ListedWatch>> {
        self.subscriptions(session).await
    }
}
