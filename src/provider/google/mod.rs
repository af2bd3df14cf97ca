//! Google Calendar (Calendar API v3, Google OAuth 2.0).
//!
//! Series and exceptions are listed as such (`singleEvents=false`) and
//! without any bound of time: an incremental listing cannot carry one, and a
//! series that does not change would never come into a moving window.

mod body;
mod client;
mod consent;
mod convert;
mod errors;
mod reread;
mod types;
mod watch;
pub(super) mod webhook;
mod write;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use url::Url;

use super::client_check;
use super::http::{Service, Transport};
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

/// Where Google is and who we are there.
#[derive(Clone, Debug)]
pub struct GoogleEndpoints {
    /// The base of the API, such as `https://www.googleapis.com/calendar/v3/`.
    /// Access tokens go to its origin and nowhere else.
    pub api_url: Url,
    /// The page on which a person allows us to use the account, such as
    /// `https://accounts.google.com/o/oauth2/v2/auth`.
    pub auth_url: Url,
    /// Where grants are given back, such as
    /// `https://oauth2.googleapis.com/revoke`.
    pub revoke_url: Url,
    /// The token endpoint, such as `https://oauth2.googleapis.com/token`.
    pub token_url: Url,
    /// The id of our OAuth client.
    pub client_id: Option<String>,
    /// Its secret, if it has one.
    pub client_secret: Option<SecretString>,
}

impl GoogleEndpoints {
    /// The base of Google's own API.
    pub const API_URL: &str = "https://www.googleapis.com/calendar/v3/";
    /// Google's own token endpoint.
    pub const TOKEN_URL: &str = "https://oauth2.googleapis.com/token";
}

/// The adapter.
pub(super) struct Google {
    endpoints: GoogleEndpoints,
    service: Service,
    transport: Transport,
}

impl Google {
    /// An adapter that has not connected yet.
    pub(super) fn new(endpoints: GoogleEndpoints, transport: Transport) -> Self {
        Self {
            service: Service::at(&endpoints.api_url),
            endpoints,
            transport,
        }
    }
}

#[async_trait]
impl Provider for Google {
    async fn refresh(&self, refresh: &SecretString, now: DateTime<Utc>) -> Result<Tokens> {
        oauth::refresh(&self.transport, self.registration()?, refresh, now).await
    }

    async fn check_client(&self) -> ClientCheck {
        client_check::check(&self.transport, self.registration()).await
    }

    /// Google tells only with a permission that no calendar needs, and when the
    /// account is connected.
    async fn subject(&self, _session: &Session) -> Result<Option<String>> {
        Ok(None)
    }

    async fn calendars(&self, session: &Session) -> Result<Vec<DiscoveredCalendar>> {
        self.calendar_list(session).await
    }

    async fn changes(&self, session: &Session, request: &ChangesRequest) -> Result<ChangesPage> {
        self.events_list(session, request).await
    }

    /// Google's listings say everything themselves: this is for an event that
    /// somebody else was faster to write.
    async fn reread(
        &self,
        session: &Session,
        request: &ChangesRequest,
        events: &[ExternalId],
    ) -> Result<Vec<Change>> {
        self.events(session, request, events).await
    }

    fn scope(&self) -> Scope {
        Scope::Calendar
    }

    fn is_silent(&self) -> bool {
        true
    }

    async fn create_event(&self, session: &Session, creation: &Creation) -> Result<Created> {
        self.events_insert(session, creation).await
    }

    async fn created_event(&self, session: &Session, creation: &Creation) -> Result<Option<Event>> {
        self.event_of_task(session, creation).await
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
        self.events_watch(session, request).await
    }

    /// A channel ends when it was said to.
    async fn extend_watch(
        &self,
        _session: &Session,
        _watch: &WatchGrant,
        _now: DateTime<Utc>,
        _until: DateTime<Utc>,
    ) -> Result<Option<WatchGrant>> {
        Ok(None)
    }

    async fn stop_watch(&self, session: &Session, watch: &WatchGrant) -> Result<()> {
        self.channels_stop(session, watch).await
    }

    /// Google lists no channels.
    async fn watches(&self, _session: &Session) -> Result<Vec<ListedWatch>> {
        Ok(Vec::new())
    }
}
