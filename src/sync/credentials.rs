//! Access tokens of an account: adopted where another process was faster,
//! refreshed by one at a time, saved before they are used.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use tokio_util::task::TaskTracker;

use super::clock::Clock;
use crate::model::account::{AccessToken, StoredTokens, Tokens};
use crate::model::id::AccountId;
use crate::model::lease::{Lease, LeaseName};
use crate::provider::{Credentials, Provider, ProviderError};
use crate::store::{Store, StoreError};

/// A token that ends sooner than this is refreshed before it is used.
const SKEW: TimeDelta = TimeDelta::minutes(2);
/// Longer than the slowest refresh with all its retries.
const LEASE: TimeDelta = TimeDelta::minutes(3);
/// How long to wait for another process that refreshes the same tokens.
const WAITS: u32 = 40;
const WAIT: Duration = Duration::from_millis(250);
/// A new token must not be lost because the store is busy for a moment.
const SAVES: u32 = 3;

/// The credentials of one account during a cycle.
pub(super) struct AccountCredentials {
    refresher: Arc<Refresher>,
    state: Mutex<State>,
    tasks: TaskTracker,
}

/// What obtains new tokens; it outlives whoever asked.
pub(super) struct Refresher {
    pub account: AccountId,
    pub owner: String,
    pub clock: Clock,
    pub store: Arc<dyn Store>,
    pub provider: Arc<dyn Provider>,
}

enum State {
    Unread,
    Ready(AccessToken),
    /// The answer that every further call gets, without another request.
    Refused(ProviderError),
}

impl AccountCredentials {
    pub(super) fn new(refresher: Refresher, tasks: TaskTracker) -> Self {
        Self {
            refresher: Arc::new(refresher),
            state: Mutex::new(State::Unread),
            tasks,
        }
    }

    /// Obtains a token other than the refused one and remembers the outcome.
    /// The refresh is not given up with its caller: its answer may hold the
    /// only refresh token that is still valid.
    async fn obtain(
        &self,
        state: &mut State,
        refused: Option<SecretString>,
    ) -> Result<SecretString, ProviderError> {
        let refresher = Arc::clone(&self.refresher);
        let task = self
            .tasks
            .spawn(async move { refresher.obtain(refused.as_ref()).await });
        let outcome = task.await.unwrap_or_else(|error| {
            Err(ProviderError::Unavailable {
                reason: error.to_string(),
                retry_after: None,
            })
        });
        match outcome {
            Ok(token) => {
                let secret = token.secret.clone();
                *state = State::Ready(token);
                Ok(secret)
            }
            Err(error) => {
                *state = State::Refused(error.clone());
                Err(error)
            }
        }
    }
}

#[async_trait]
impl Credentials for AccountCredentials {
    async fn access(&self) -> Result<SecretString, ProviderError> {
        let mut state = self.state.lock().await;
        match &*state {
            State::Refused(error) => Err(error.clone()),
            State::Ready(token) if self.refresher.is_fresh(token) => Ok(token.secret.clone()),
            State::Unread | State::Ready(_) => self.obtain(&mut state, None).await,
        }
    }

    async fn replace(&self, refused: &SecretString) -> Result<SecretString, ProviderError> {
        let mut state = self.state.lock().await;
        match &*state {
            State::Refused(error) => Err(error.clone()),
            // Another request of this process was faster.
            State::Ready(token) if !same(&token.secret, refused) => Ok(token.secret.clone()),
            State::Unread | State::Ready(_) => self.obtain(&mut state, Some(refused.clone())).await,
        }
    }
}

impl Refresher {
    fn is_fresh(&self, token: &AccessToken) -> bool {
        token.expires_at - SKEW > self.clock.now()
    }

    /// The stored token if it is usable, else a new one.
    async fn obtain(&self, refused: Option<&SecretString>) -> Result<AccessToken, ProviderError> {
        for _ in 0..WAITS {
            let stored = self.stored().await?;
            if let Some(token) = self.usable(&stored, refused) {
                return Ok(token);
            }
            if self.lease().await? {
                let outcome = self.refresh(refused).await;
                // The lease ends by itself if it cannot be given back.
                let name = LeaseName::Tokens(self.account.clone());
                self.store.lease_release(&name, &self.holder()).await.ok();
                return outcome;
            }
            tokio::time::sleep(WAIT).await;
        }
        let reason = "another process has been refreshing the tokens for too long".to_owned();
        Err(ProviderError::Unavailable {
            reason,
            retry_after: None,
        })
    }

    fn usable(&self, stored: &StoredTokens, refused: Option<&SecretString>) -> Option<AccessToken> {
        let token = stored.tokens.access.as_ref()?;
        let other = refused.is_none_or(|refused| !same(&token.secret, refused));
        (other && self.is_fresh(token)).then(|| token.clone())
    }

    /// Refreshes under the lease. Whoever held it before may have done so, and
    /// a refusal counts only for tokens that nobody has replaced meanwhile:
    /// the user may just have connected again.
    async fn refresh(&self, refused: Option<&SecretString>) -> Result<AccessToken, ProviderError> {
        let mut stored = self.stored().await?;
        loop {
            if let Some(token) = self.usable(&stored, refused) {
                return Ok(token);
            }
            let now = self.clock.now();
            match self.provider.refresh(&stored.tokens.refresh, now).await {
                Ok(tokens) => return self.adopt(tokens, stored.revision).await,
                Err(refusal @ ProviderError::ReauthRequired { .. }) => {
                    let current = self.stored().await?;
                    if current.revision == stored.revision {
                        return Err(refusal);
                    }
                    stored = current;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Saves new tokens, or takes over those of who was faster.
    async fn adopt(&self, tokens: Tokens, revision: i64) -> Result<AccessToken, ProviderError> {
        let stored = match self.save(&tokens, revision).await? {
            true => tokens,
            false => self.stored().await?.tokens,
        };
        stored.access.ok_or_else(no_access)
    }

    async fn save(&self, tokens: &Tokens, revision: i64) -> Result<bool, ProviderError> {
        let mut last = None;
        for _ in 0..SAVES {
            match self
                .store
                .account_save_tokens(&self.account, tokens.clone(), revision)
                .await
            {
                Ok(saved) => return Ok(saved),
                Err(error) => last = Some(error),
            }
        }
        Err(last.map_or_else(no_access, |error| store_failed(&error)))
    }

    async fn stored(&self) -> Result<StoredTokens, ProviderError> {
        let stored = self.store.account_tokens(&self.account).await;
        stored
            .map_err(|error| store_failed(&error))?
            .ok_or_else(no_access)
    }

    async fn lease(&self) -> Result<bool, ProviderError> {
        let now: DateTime<Utc> = self.clock.now();
        let name = LeaseName::Tokens(self.account.clone());
        let lease = Lease {
            name,
            owner: self.holder(),
            until: now + LEASE,
        };
        self.store
            .lease_acquire(&lease, now)
            .await
            .map_err(|error| store_failed(&error))
    }

    /// Not the cycle itself: it extends what it holds, and this lease must
    /// end when a refresh hangs.
    fn holder(&self) -> String {
        format!("{}/tokens", self.owner)
    }
}

fn same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}

fn store_failed(error: &StoreError) -> ProviderError {
    match error {
        StoreError::NoKey { .. } | StoreError::Corrupt { .. } => ProviderError::Credentials {
            reason: error.to_string(),
        },
        _ => ProviderError::Unavailable {
            reason: error.to_string(),
            retry_after: None,
        },
    }
}

fn no_access() -> ProviderError {
    ProviderError::Protocol {
        reason: "there is no access token".to_owned(),
    }
}
