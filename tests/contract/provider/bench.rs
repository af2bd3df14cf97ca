//! An adapter in front of a model of its service, and how it is asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use calsync::model::account::ProviderKind;
use calsync::model::id::{AccountId, ExternalId, SyncToken};
use calsync::model::time::Window;
use calsync::provider::{
    ChangesPage, ChangesRequest, Credentials, GoogleEndpoints, MicrosoftEndpoints, Next, Provider,
    ProviderError, ProviderSettings, Result, RetrySettings, Scope, Session, TransportSettings,
};
use calsync::sandbox::{Sandbox, google, microsoft};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::picture::Picture;
use super::service::{Draft, Service};
use crate::support::conform;

/// Whose account it is.
pub(super) const ADA: &str = "ada@example.com";

/// A listing of so many pages does not end.
const MOST_PAGES: usize = 50;

/// The moment of every sentence.
pub(super) fn now() -> DateTime<Utc> {
    "2026-03-16T08:00:00Z".parse().unwrap()
}

/// An adapter, the model that it talks to, and an account there.
pub(super) struct Bench {
    pub(super) provider: Arc<dyn Provider>,
    pub(super) service: Arc<dyn Service>,
    pub(super) session: Session,
    pub(super) sandbox: Sandbox,
    /// Whatever is asked of Graph conforms to its description.
    _conforming: conform::AtTheEnd,
}

impl Bench {
    pub(super) async fn over_google() -> Self {
        let sandbox = Sandbox::start(now(), 7).await.unwrap();
        let service = sandbox.google.clone();
        service.add_account(ADA);
        let main = google::CalendarSpec {
            name: "Calendar".to_owned(),
            ..google::CalendarSpec::primary("UTC")
        };
        service.add_calendar(ADA, main);
        Self::before(sandbox, Arc::new(service))
    }

    pub(super) async fn over_microsoft() -> Self {
        let sandbox = Sandbox::start(now(), 7).await.unwrap();
        let service = sandbox.microsoft.clone();
        service.add_account(ADA);
        Self::before(sandbox, Arc::new(service))
    }

    fn before(sandbox: Sandbox, service: Arc<dyn Service>) -> Self {
        let settings = settings(&sandbox);
        let provider = provider(settings, service.kind());
        let grant = Grant {
            provider: provider.clone(),
            refresh: service.refresh_token().into(),
            access: Mutex::new(service.access_token().into()),
        };
        Self {
            session: Session::new(AccountId::new("a-1"), Arc::new(grant)),
            provider,
            service,
            _conforming: conform::AtTheEnd(sandbox.microsoft.clone()),
            sandbox,
        }
    }

    /// The same adapter, set up in another way.
    pub(super) fn adapter(&self, change: impl FnOnce(&mut ProviderSettings)) -> Arc<dyn Provider> {
        let mut settings = settings(&self.sandbox);
        change(&mut settings);
        provider(settings, self.service.kind())
    }

    /// Enters an event; answers its id.
    pub(super) fn put(&self, event: Draft) -> String {
        self.service.put(&event)
    }

    /// Asks for one page of the main calendar.
    pub(super) async fn page(&self, request: &ChangesRequest) -> Result<ChangesPage> {
        self.provider.changes(&self.session, request).await
    }

    /// The request for what changed since a token.
    pub(super) fn request(&self, since: Option<SyncToken>) -> ChangesRequest {
        ChangesRequest {
            calendar: ExternalId::new(self.service.main()),
            timezone: Some("UTC".to_owned()),
            since,
            page: None,
            window: Window::around(now(), 30, 90),
            only: None,
        }
    }

    /// Lists the main calendar in full.
    pub(super) async fn list(&self) -> Result<Picture> {
        let mut picture = Picture::of(Window::around(now(), 30, 90));
        self.follow(&mut picture).await?;
        Ok(picture)
    }

    /// Brings a picture up to date by a listing from its token on, read to
    /// its end; answers how many pages it had.
    pub(super) async fn follow(&self, picture: &mut Picture) -> Result<usize> {
        let mut request = self.request(picture.token.clone());
        let mut listing = Vec::new();
        loop {
            let page = self.page(&request).await?;
            let next = page.next.clone();
            listing.push(page);
            match next {
                Next::Done(token) => {
                    picture.token = token;
                    self.take(picture, &request, &listing).await?;
                    return Ok(listing.len());
                }
                Next::Page(_) if listing.len() > MOST_PAGES => {
                    let reason = "no end".to_owned();
                    return Err(ProviderError::Protocol { reason });
                }
                Next::Page(token) => request.page = Some(token),
            }
        }
    }

    /// Takes a whole listing into a picture, with what has to be read again.
    async fn take(
        &self,
        picture: &mut Picture,
        request: &ChangesRequest,
        listing: &[ChangesPage],
    ) -> Result<()> {
        let mut changes: Vec<_> = listing
            .iter()
            .flat_map(|page| page.changes.clone())
            .collect();
        let loose = picture.loose(listing);
        if self.provider.scope() == Scope::Window && !loose.is_empty() {
            let again = self.provider.reread(&self.session, request, &loose);
            changes.extend(again.await?);
        }
        picture.take(changes);
        Ok(())
    }
}

/// Obtains each further access token by the refresh token.
struct Grant {
    provider: Arc<dyn Provider>,
    refresh: SecretString,
    access: Mutex<SecretString>,
}

#[async_trait]
impl Credentials for Grant {
    async fn access(&self) -> Result<SecretString> {
        Ok(self.access.lock().unwrap().clone())
    }

    async fn replace(&self, refused: &SecretString) -> Result<SecretString> {
        let tokens = self.provider.refresh(&self.refresh, now()).await?;
        let fresh = tokens.access.unwrap().secret;
        assert_ne!(fresh.expose_secret(), refused.expose_secret());
        *self.access.lock().unwrap() = fresh.clone();
        Ok(fresh)
    }
}

fn provider(settings: ProviderSettings, kind: ProviderKind) -> Arc<dyn Provider> {
    calsync::provider::open(settings).of(kind).clone()
}

/// Both providers in the sandbox; nothing waits.
fn settings(sandbox: &Sandbox) -> ProviderSettings {
    let url = |text: String| text.parse::<Url>().unwrap();
    ProviderSettings {
        google: GoogleEndpoints {
            api_url: url(sandbox.google.api_url()),
            auth_url: url(sandbox.google.token_url()),
            revoke_url: url(sandbox.google.revoke_url()),
            token_url: url(sandbox.google.token_url()),
            client_id: Some(google::CLIENT_ID.to_owned()),
            client_secret: Some(google::CLIENT_SECRET.into()),
        },
        microsoft: MicrosoftEndpoints {
            api_url: url(sandbox.microsoft.api_url()),
            auth_url: url(sandbox.microsoft.token_url()),
            device_url: url(sandbox.microsoft.token_url()),
            token_url: url(sandbox.microsoft.token_url()),
            client_id: Some(microsoft::CLIENT_ID.to_owned()),
            client_secret: Some(microsoft::CLIENT_SECRET.into()),
        },
        transport: TransportSettings {
            requests_per_second: 10_000,
            burst: 10_000,
            retry: RetrySettings {
                attempts: 3,
                min_delay: Duration::from_nanos(1),
                max_delay: Duration::from_nanos(1),
                max_retry_after: Duration::from_secs(1),
            },
            ..TransportSettings::default()
        },
    }
}
