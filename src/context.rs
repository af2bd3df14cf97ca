//! What a command is given: the configuration, the clock, and the store, the
//! queue and the providers, opened when they are first needed.

mod keys;

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::config::{Config, ConfigError, QueueUrl, StoreUrl};
use crate::engine::plan::Brake;
use crate::model::account::ProviderKind;
use crate::provider::{
    GoogleEndpoints, MicrosoftEndpoints, ProviderSettings, Providers, Signer, TransportSettings,
    open as open_providers,
};
use crate::queue::{self, Queue, QueueLocation, QueueSettings};
use crate::store::{self, KeyRing, Opened, SqliteUrl, Store};
use crate::sync::clock::Clock;
use crate::sync::progress::Progress;
use crate::sync::{Callbacks, Parts, Sync, SyncSettings};

/// The exit code after a second signal.
const INTERRUPTED: i32 = 130;

/// What a command works with.
pub struct Context {
    /// The configuration.
    pub config: Config,
    /// The clock, read once.
    pub clock: Clock,
    /// Is told how far the command has come.
    pub progress: Arc<dyn Progress>,
    /// Cancelled when the process is asked to end.
    pub stop: CancellationToken,
    opened: OnceCell<Opened>,
    queue: OnceCell<Arc<dyn Queue>>,
    providers: OnceCell<Providers>,
}

impl Context {
    /// A context; opens nothing yet.
    #[must_use]
    pub fn new(config: Config, now: DateTime<Utc>, progress: Arc<dyn Progress>) -> Self {
        Self {
            config,
            clock: Clock::at(now),
            progress,
            stop: CancellationToken::new(),
            opened: OnceCell::new(),
            queue: OnceCell::new(),
            providers: OnceCell::new(),
        }
    }

    /// The instant at which the command began.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.begun()
    }

    /// The store, opened and migrated at the first call.
    ///
    /// # Errors
    /// When it or its keys cannot be used.
    pub async fn store(&self) -> anyhow::Result<&Arc<dyn Store>> {
        Ok(&self.opened().await?.store)
    }

    /// The store with what opening did to it.
    ///
    /// # Errors
    /// When it or its keys cannot be used.
    pub async fn opened(&self) -> anyhow::Result<&Opened> {
        self.opened
            .get_or_try_init(|| async {
                let keys = keys::ring(&self.config)?;
                Ok(store::open(&store_url(&self.config), keys).await?)
            })
            .await
    }

    /// The queue, opened at the first call.
    ///
    /// # Errors
    /// When it cannot be used.
    pub async fn queue(&self) -> anyhow::Result<&Arc<dyn Queue>> {
        Ok(self
            .queue
            .get_or_try_init(|| queue::open(queue_settings(&self.config)))
            .await?)
    }

    /// A cycle that holds leases under the given name, and watches no calendar.
    ///
    /// # Errors
    /// When the store cannot be used or a provider is not configured.
    pub async fn sync(&self, owner: &str) -> anyhow::Result<Sync> {
        self.watching_sync(owner, None).await
    }

    /// A cycle that has calendars watched, if there are callbacks.
    ///
    /// # Errors
    /// When the store cannot be used or a provider is not configured.
    pub async fn watching_sync(
        &self,
        owner: &str,
        callbacks: Option<Callbacks>,
    ) -> anyhow::Result<Sync> {
        self.sync_at(self.clock, owner, callbacks).await
    }

    /// A cycle of its own time, in a command that lives longer than one.
    ///
    /// # Errors
    /// When the store cannot be used or a provider is not configured.
    pub async fn sync_at(
        &self,
        clock: Clock,
        owner: &str,
        callbacks: Option<Callbacks>,
    ) -> anyhow::Result<Sync> {
        let sync = &self.config.sync;
        let at_least = Brake::AT_LEAST;
        Ok(Sync::new(Parts {
            clock,
            owner: owner.to_owned(),
            store: self.store().await?.clone(),
            providers: self.providers().await?.clone(),
            callbacks,
            settings: SyncSettings {
                past_days: sync.past_days,
                future_days: sync.future_days,
                concurrency: sync.concurrency,
                per_account_concurrency: sync.per_account_concurrency,
                brake: Brake {
                    percent: sync.mass_delete_limit.get(),
                    at_least,
                },
            },
            progress: self.progress.clone(),
            stop: self.stop.clone(),
        }))
    }

    /// Where providers are to send notifications; none when no https address is
    /// configured, at which they could reach it.
    ///
    /// # Errors
    /// When the secret that proves them is missing, or the queue cannot be used.
    pub async fn callbacks(&self) -> anyhow::Result<Option<Callbacks>> {
        let Some((public_url, signer)) = self.reachable()? else {
            return Ok(None);
        };
        let queue = self.queue().await?.clone();
        Ok(Some(Callbacks {
            public_url,
            signer,
            queue,
        }))
    }

    /// What notifications to an address carry, if the providers can reach it.
    ///
    /// # Errors
    /// When the secret that proves them is missing.
    pub fn reachable(&self) -> Result<Option<(Url, Signer)>, ConfigError> {
        let webhooks = &self.config.webhooks;
        let https = |url: &Url| url.scheme() == "https";
        let Some(public_url) = webhooks.public_url.clone().filter(https) else {
            return Ok(None);
        };
        Ok(Some((public_url, self.signer()?)))
    }

    /// What notifications and links carry to prove that they are ours.
    ///
    /// # Errors
    /// When there is no secret to make it with.
    pub fn signer(&self) -> Result<Signer, ConfigError> {
        let secret = self.config.webhooks.secret.as_ref().ok_or_else(|| {
            let what = "a long random text (`calsync keygen` makes one), which proves that \
                        notifications and links are ours";
            ConfigError::missing("webhooks.secret", what)
        })?;
        Ok(Signer::new(secret))
    }

    /// Has SIGTERM and SIGINT end the command in good order; a second signal
    /// ends it at once.
    pub fn stop_on_signals(&self) {
        let stop = self.stop.clone();
        tokio::spawn(async move {
            let Ok(mut terminate) = signal(SignalKind::terminate()) else {
                return;
            };
            // That the cycle ran out of time is no first signal.
            let mut asked = false;
            loop {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = tokio::signal::ctrl_c() => {}
                }
                if asked {
                    std::process::exit(INTERRUPTED);
                }
                asked = true;
                tracing::warn!("asked to stop: finishing what is being written");
                stop.cancel();
            }
        });
    }

    /// Whether accounts of a provider can be used.
    ///
    /// # Errors
    /// When the provider is not configured.
    pub fn require_provider(&self, kind: ProviderKind) -> Result<(), ConfigError> {
        client_id(&self.config, kind)
            .map(drop)
            .ok_or_else(|| unregistered(kind))
    }

    /// The keys that there are; none where one is still to be made.
    ///
    /// # Errors
    /// When the key file is lost or cannot be read.
    pub fn existing_keys(&self) -> Result<Option<KeyRing>, ConfigError> {
        keys::existing(&self.config)
    }

    /// Where the store is.
    #[must_use]
    pub fn store_url(&self) -> SqliteUrl {
        store_url(&self.config)
    }

    /// Where the queue is.
    #[must_use]
    pub fn queue_location(&self) -> QueueLocation {
        queue_settings(&self.config).location
    }

    /// The id of our registration at a provider, if it is configured.
    #[must_use]
    pub fn client_id(&self, kind: ProviderKind) -> Option<&str> {
        client_id(&self.config, kind)
    }

    /// The providers over a transport of their own.
    ///
    /// # Errors
    /// When none of them is configured.
    pub fn providers_over(&self, transport: TransportSettings) -> Result<Providers, ConfigError> {
        providers(&self.config, transport)
    }

    /// The providers, from one transport for the whole process.
    ///
    /// # Errors
    /// When none is configured.
    pub async fn providers(&self) -> Result<&Providers, ConfigError> {
        self.providers
            .get_or_try_init(|| async {
                let sync = &self.config.sync;
                let transport = TransportSettings {
                    request_timeout: sync.request_timeout,
                    per_account_concurrency: sync.per_account_concurrency,
                    ..TransportSettings::default()
                };
                self.providers_over(transport)
            })
            .await
    }
}

/// The id of our registration at a provider.
fn client_id(config: &Config, kind: ProviderKind) -> Option<&str> {
    match kind {
        ProviderKind::Google => config.google.client_id.as_deref(),
        ProviderKind::Microsoft => config.microsoft.client_id.as_deref(),
    }
}

fn unregistered(kind: ProviderKind) -> ConfigError {
    let key = format!("{kind}.client_id");
    ConfigError::missing(&key, "the id of the OAuth client that the accounts allowed")
}

fn store_url(config: &Config) -> SqliteUrl {
    match &config.store.url {
        StoreUrl::Sqlite(path) => SqliteUrl::new(path.clone()),
    }
}

fn queue_settings(config: &Config) -> QueueSettings {
    let location = match &config.queue.url {
        QueueUrl::Sqlite(path) => QueueLocation::Sqlite(path.clone()),
        QueueUrl::Redis(url) => QueueLocation::Redis(url.clone()),
    };
    QueueSettings {
        location,
        hold: config.queue.hold,
        max_attempts: config.queue.max_attempts,
    }
}

fn providers(config: &Config, transport: TransportSettings) -> Result<Providers, ConfigError> {
    let google = &config.google;
    if ProviderKind::ALL
        .iter()
        .all(|kind| client_id(config, *kind).is_none())
    {
        return Err(unregistered(ProviderKind::Google));
    }
    Ok(open_providers(ProviderSettings {
        google: GoogleEndpoints {
            api_url: google.api_url.clone(),
            auth_url: google.auth_url.clone(),
            revoke_url: google.revoke_url.clone(),
            token_url: google.token_url.clone(),
            client_id: google.client_id.clone(),
            client_secret: google.client_secret.clone(),
        },
        microsoft: MicrosoftEndpoints {
            api_url: config.microsoft.api_url.clone(),
            auth_url: config.microsoft.auth_url.clone(),
            device_url: config.microsoft.device_url.clone(),
            token_url: config.microsoft.token_url.clone(),
            client_id: config.microsoft.client_id.clone(),
            client_secret: config.microsoft.client_secret.clone(),
        },
        transport,
    }))
}

/// Reads the machine's clock, once, at the edge: in milliseconds, as the store
/// keeps it, so that a record reads as it was reported.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "this is the edge where the clock is read"
)]
pub fn read_clock() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(3)
}
