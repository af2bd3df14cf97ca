//! The configuration: a TOML file and, over it, the environment, as types.
//!
//! Nothing is guessed: an unknown name, a wrong type or a value out of bounds
//! is an error that says where it stands, what was found and what is expected.
//! A secret is never shown, neither by `Debug` nor in a message. Every key is
//! described in `config.example.toml`.

mod error;
mod excerpt;
mod layers;
mod read;
pub mod schema;
mod secret;
mod sections;
mod sources;
#[cfg(test)]
mod tests;
mod types;
mod urls;
mod values;

use std::path::PathBuf;

pub use error::ConfigError;
pub use sources::Sources;
pub use types::{
    CleanupConfig, GoogleConfig, HooksConfig, MetricsConfig, MicrosoftConfig, QueueConfig,
    SecurityConfig, StoreConfig, SyncConfig, WebhooksConfig,
};
pub use urls::{QueueUrl, StoreUrl};
pub use values::{Hook, Percent, duration_of};

/// The configuration of one run.
#[derive(Clone, Debug)]
pub struct Config {
    /// `[store]`
    pub store: StoreConfig,
    /// `[queue]`
    pub queue: QueueConfig,
    /// `[security]`
    pub security: SecurityConfig,
    /// `[google]`
    pub google: GoogleConfig,
    /// `[microsoft]`
    pub microsoft: MicrosoftConfig,
    /// `[webhooks]`
    pub webhooks: WebhooksConfig,
    /// `[sync]`
    pub sync: SyncConfig,
    /// `[cleanup]`
    pub cleanup: CleanupConfig,
    /// `[hooks]`
    pub hooks: HooksConfig,
    /// `[metrics]`
    pub metrics: MetricsConfig,
    /// The file that was read; `None`: there was none.
    pub file: Option<PathBuf>,
    /// What is no error but should be mended; to be logged.
    pub warnings: Vec<String>,
}

impl Config {
    /// Reads the configuration: the file that `--config` or `CALSYNC_CONFIG`
    /// names (it must exist), else the user's, else the system's, else none;
    /// over it the variables `CALSYNC__<SECTION>__<KEY>`. Reads files, writes
    /// and creates nothing.
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let reader = read::Reader::open(sources)?;
        let mut warnings = Vec::new();
        let store = reader.store()?;
        Ok(Self {
            queue: reader.queue(&store)?,
            security: reader.security(&store, &mut warnings)?,
            google: reader.google(&mut warnings)?,
            microsoft: reader.microsoft(&mut warnings)?,
            webhooks: reader.webhooks(&mut warnings)?,
            sync: reader.sync()?,
            cleanup: reader.cleanup()?,
            hooks: reader.hooks()?,
            metrics: reader.metrics()?,
            store,
            file: reader.file,
            warnings,
        })
    }
}
