//! Microsoft 365 and Outlook.com calendars (Microsoft Graph v1.0, Microsoft
//! identity platform v2.0).

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use url::Url;

use super::http::Transport;
use super::{ChangesPage, ChangesRequest, Provider, ProviderError, Result, Scope, Session};
use crate::model::account::Tokens;
use crate::model::calendar::DiscoveredCalendar;
use crate::model::change::Change;
use crate::model::id::ExternalId;

/// Where Microsoft is and who we are there.
#[derive(Clone, Debug)]
pub struct MicrosoftEndpoints {
    /// The base of Microsoft Graph.
    pub api_url: Url,
    /// Where tokens are refreshed.
    pub token_url: Url,
    /// Our registration; none: not configured.
    pub client_id: Option<String>,
    /// Its secret; public clients have none.
    pub client_secret: Option<SecretString>,
}

/// The adapter.
pub(super) struct Microsoft {
    endpoints: MicrosoftEndpoints,
    transport: Transport,
}

impl Microsoft {
    /// An adapter that has not connected yet.
    pub(super) fn new(endpoints: MicrosoftEndpoints, transport: Transport) -> Self {
        Self {
            endpoints,
            transport,
        }
    }
}

fn absent() -> ProviderError {
    ProviderError::Operator {
        reason: "not written yet".to_owned(),
    }
}

#[async_trait]
impl Provider for Microsoft {
    async fn refresh(&self, _refresh: &SecretString, _now: DateTime<Utc>) -> Result<Tokens> {
        let _ = (&self.endpoints, &self.transport);
        Err(absent())
    }

    async fn calendars(&self, _session: &Session) -> Result<Vec<DiscoveredCalendar>> {
        Err(absent())
    }

    async fn changes(&self, _session: &Session, _request: &ChangesRequest) -> Result<ChangesPage> {
        Err(absent())
    }

    async fn reread(
        &self,
        _session: &Session,
        _request: &ChangesRequest,
        _events: &[ExternalId],
    ) -> Result<Vec<Change>> {
        Err(absent())
    }

    fn scope(&self) -> Scope {
        Scope::Window
    }
}
