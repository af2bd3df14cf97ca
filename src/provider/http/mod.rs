//! The one transport: authorisation, limits, brief retries, bounded bodies.
//!
//! The bearer is attached only to requests that go to the origin of the
//! service it belongs to, and no redirect is followed. Nothing secret and no
//! address is logged: a request is named by its route, never by its URL.

mod answer;
mod connect;
mod limits;
mod request;
mod retry;
#[cfg(test)]
pub(super) mod scripted;
#[cfg(test)]
mod tests;

use std::sync::atomic::Ordering;
use std::time::Duration;

use reqwest::Response;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;
use url::{Origin, Url};

pub(super) use self::answer::{Answer, Glance};
pub(super) use self::request::{Body, Request};
pub use self::retry::RetrySettings;

use self::connect::Connection;
use self::limits::Limits;
use self::retry::Retries;
use super::{ProviderError, Result, Session};
use crate::model::id::AccountId;

/// Limits of the transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransportSettings {
    /// How long a request may take, the answer's body included.
    pub request_timeout: Duration,
    /// How long opening a connection may take.
    pub connect_timeout: Duration,
    /// Requests of one account under way at once.
    pub per_account_concurrency: usize,
    /// Requests of one account a second, once the burst is used up.
    pub requests_per_second: u32,
    /// Requests of one account that need not wait.
    pub burst: u32,
    /// The longest body that is read, after decompression.
    pub body_limit: usize,
    /// How failures are repeated.
    pub retry: RetrySettings,
}

impl Default for TransportSettings {
    fn default() -> Self {
        Self {
            request_timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            per_account_concurrency: 4,
            requests_per_second: 5,
            burst: 100,
            body_limit: 64 * 1024 * 1024,
            retry: RetrySettings::default(),
        }
    }
}

/// Reads a failure: what an answer without success means for the caller.
pub(super) type Classify = fn(&Answer) -> ProviderError;

/// A service that requests go to on behalf of accounts.
pub(super) struct Service {
    origin: Origin,
}

impl Service {
    /// The service at a URL; its origin alone is sent bearers.
    pub(super) fn at(api: &Url) -> Self {
        Self {
            origin: api.origin(),
        }
    }

    /// Refuses a URL that must not see the bearer.
    fn admit(&self, url: &Url) -> Result<()> {
        if self.origin == url.origin() {
            return Ok(());
        }
        let host = url.host_str().unwrap_or("no host");
        let reason = format!("{host} is not the configured service: no token is sent there");
        Err(ProviderError::Protocol { reason })
    }
}

/// Sends requests. Opens nothing before the first.
pub(super) struct Transport {
    settings: TransportSettings,
    connection: Connection,
    limits: Limits,
}

impl Transport {
    /// A transport with the given limits.
    pub(super) fn new(settings: TransportSettings) -> Self {
        Self {
            connection: Connection::default(),
            limits: Limits::new(&settings),
            settings,
        }
    }

    /// Sends a request for an account, paced and authorised, and repeats what
    /// a repetition can mend. A refused token is replaced once.
    pub(super) async fn send(
        &self,
        service: &Service,
        session: &Session,
        request: &Request,
        classify: Classify,
    ) -> Result<Answer> {
        service.admit(&request.url)?;
        let mut retries = Retries::new(&self.settings.retry, request.idempotent);
        let mut token = session.credentials.access().await?;
        let mut replaced = false;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let failure = match self.paced(session, request, &token, attempt).await {
                Ok(answer) if request.is_answered(&answer) => return Ok(answer),
                Ok(answer) => classify(&answer),
                Err(error) => error,
            };
            if matches!(failure, ProviderError::Unauthorized { .. }) && !replaced {
                token = session.credentials.replace(&token).await?;
                replaced = true;
            } else {
                retries.wait_or_fail(failure).await?;
            }
        }
    }

    /// Sends a request that carries its own proof of who we are.
    pub(super) async fn send_unauthorised(
        &self,
        request: &Request,
        classify: Classify,
    ) -> Result<Answer> {
        let mut retries = Retries::new(&self.settings.retry, request.idempotent);
        let mut attempt = 0;
        loop {
            attempt += 1;
            let failure = match self.observed(request, None, attempt).await {
                Ok(answer) if request.is_answered(&answer) => return Ok(answer),
                Ok(answer) => classify(&answer),
                Err(error) => error,
            };
            retries.wait_or_fail(failure).await?;
        }
    }

    /// One attempt within the limits of the account.
    async fn paced(
        &self,
        session: &Session,
        request: &Request,
        token: &SecretString,
        attempt: u32,
    ) -> Result<Answer> {
        let _turn = self.limits.turn(&session.account).await;
        session.requests.fetch_add(1, Ordering::Relaxed);
        let bearer = Some((&session.account, token));
        self.observed(request, bearer, attempt).await
    }

    /// One attempt, with its line in the log.
    async fn observed(
        &self,
        request: &Request,
        bearer: Option<(&AccountId, &SecretString)>,
        attempt: u32,
    ) -> Result<Answer> {
        let started = Instant::now();
        let outcome = self.exchange(request, bearer.map(|(_, token)| token)).await;
        tracing::debug!(
            account.id = bearer.map(|(account, _)| account.as_str()),
            http.method = %request.method,
            http.path = request.route,
            http.status = outcome.as_ref().ok().map(|answer| answer.status.as_u16()),
            duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            attempt,
            error = outcome.as_ref().err().map(tracing::field::display),
            "request"
        );
        outcome
    }

    /// Sends a request once, and looks at nothing but the head of the answer,
    /// of whatever status.
    pub(super) async fn glance(&self, request: &Request) -> Result<Glance> {
        Ok(Glance::of(&self.dispatch(request, None).await?))
    }

    /// One request and its answer, of whatever status.
    async fn exchange(&self, request: &Request, token: Option<&SecretString>) -> Result<Answer> {
        let response = self.dispatch(request, token).await?;
        Answer::read(response, self.settings.body_limit).await
    }

    /// One request, until the head of its answer is there.
    async fn dispatch(&self, request: &Request, token: Option<&SecretString>) -> Result<Response> {
        let client = self.connection.client(&self.settings, &request.url).await?;
        let mut builder = client
            .request(request.method.clone(), request.url.clone())
            .headers(request.headers.clone());
        if let Some(token) = token {
            builder = builder.bearer_auth(token.expose_secret());
        }
        if let Some(body) = &request.body {
            builder = body.attach(builder);
        }
        builder.send().await.map_err(|e| connect::failure(&e))
    }
}
