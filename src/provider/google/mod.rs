//! Google Calendar (Calendar API v3, Google OAuth 2.0).
//!
//! Series and exceptions are listed as such (`singleEvents=false`) and
//! without any bound of time: an incremental listing cannot carry one, and a
//! series that does not change would never come into a moving window.

mod client;
mod convert;
mod errors;
mod types;
mod watch;
pub(super) mod webhook;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use url::Url;

use super::http::{Service, Transport};
use super::oauth::{self, Registration, registered};
use super::{
    ChangesPage, ChangesRequest, ListedWatch, Provider, Result, Scope, Session, WatchRequest,
};
use crate::model::account::Tokens;
use crate::model::calendar::DiscoveredCalendar;
use crate::model::change::Change;
use crate::model::id::ExternalId;
use crate::model::watch::WatchGrant;

/// Where Google is and who we are there.
#[derive(Clone, Debug)]
pub struct GoogleEndpoints {
    /// The base of the API, such as `https://www.googleapis.com/calendar/v3/`.
    /// Access tokens go to its origin and nowhere else.
    pub api_url: Url,
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
        let registration = Registration {
            token_url: &self.endpoints.token_url,
            client_id: registered(self.endpoints.client_id.as_deref(), "google.client_id")?,
            client_secret: self.endpoints.client_secret.as_ref(),
        };
        oauth::refresh(&self.transport, registration, refresh, now).await
    }

    /// Google tells only with a permission that no calendar needs.
    async fn subject(&self, _session: &Session) -> Result<Option<String>> {
        Ok(None)
    }

    async fn calendars(&self, session: &Session) -> Result<Vec<DiscoveredCalendar>> {
        self.calendar_list(session).await
    }

    async fn changes(&self, session: &Session, request: &ChangesRequest) -> Result<ChangesPage> {
        self.events_list(session, request).await
    }

    /// Google's listings say everything themselves.
    async fn reread(
        &self,
        _session: &Session,
        _request: &ChangesRequest,
        _events: &[ExternalId],
    ) -> Result<Vec<Change>> {
        Ok(Vec::new())
    }

    fn scope(&self) -> Scope {
        Scope::Calendar
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
