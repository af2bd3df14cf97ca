//! The sections of the configuration, as types. What a key means stands in
//! `config.example.toml`; here stands what a reader of the value may rely on.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::urls::{QueueUrl, StoreUrl};
use super::values::{Hook, Percent};
use crate::store::EncryptionKey;

/// `[store]`: the application's database.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    /// Where it is.
    pub url: StoreUrl,
}

/// `[queue]`: the notifications that wait to be served.
#[derive(Clone, Debug)]
pub struct QueueConfig {
    /// Where it is. By default a file beside the store.
    pub url: QueueUrl,
    /// How long a claimed entry is held before it comes back.
    pub hold: Duration,
    /// How often an entry is tried before it counts as dead; at least 1.
    pub max_attempts: u32,
}

/// `[security]`: what protects the tokens in the store.
#[derive(Clone, Debug)]
pub struct SecurityConfig {
    /// The keys, never an empty list: the first encrypts, any decrypts.
    /// `None`: not configured; the key of the embedded default then lies in
    /// [`SecurityConfig::key_file`].
    pub encryption_key: Option<Vec<EncryptionKey>>,
    /// The file that holds the key of the embedded default, beside the store.
    pub key_file: PathBuf,
}

/// `[google]`: the OAuth client and the service's addresses. Addresses have no
/// slash at the end, unless it is the whole path.
#[derive(Clone, Debug)]
pub struct GoogleConfig {
    /// The OAuth client's id.
    pub client_id: Option<String>,
    /// The OAuth client's secret.
    pub client_secret: Option<SecretString>,
    /// Base of the Calendar API.
    pub api_url: Url,
    /// Where a user consents.
    pub auth_url: Url,
    /// Where tokens are issued and renewed.
    pub token_url: Url,
    /// Where tokens are given back.
    pub revoke_url: Url,
}

/// `[microsoft]`: the OAuth client and the service's addresses. Addresses have
/// no slash at the end, unless it is the whole path.
#[derive(Clone, Debug)]
pub struct MicrosoftConfig {
    /// The OAuth client's id.
    pub client_id: Option<String>,
    /// The OAuth client's secret.
    pub client_secret: Option<SecretString>,
    /// Whose users may connect. It is already put into the addresses.
    pub tenant: String,
    /// Base of Microsoft Graph.
    pub api_url: Url,
    /// Where a user consents.
    pub auth_url: Url,
    /// Where a consent without a browser begins.
    pub device_url: Url,
    /// Where tokens are issued and renewed.
    pub token_url: Url,
}

/// `[webhooks]`: the receiver of notifications.
#[derive(Clone, Debug)]
pub struct WebhooksConfig {
    /// The base URL that the providers can reach. Without it no watch can be
    /// created.
    pub public_url: Option<Url>,
    /// Where the receiver listens.
    pub listen: SocketAddr,
    /// Proves that a notification comes from a watch of ours.
    pub secret: Option<SecretString>,
    /// The largest body taken, in bytes.
    pub body_limit: usize,
    /// Verifies the application's bearer tokens (HS256).
    pub api_jwt_secret: Option<SecretString>,
    /// Lets the application's server ask on behalf of any user.
    pub service_token: Option<SecretString>,
}

/// `[sync]`: how far and how hard a cycle works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncConfig {
    /// Days before today that are kept in step.
    pub past_days: u32,
    /// Days after today that are kept in step; at least 1.
    pub future_days: u32,
    /// Calendars synced at once; at least 1.
    pub concurrency: usize,
    /// Requests at once for one account; at least 1.
    pub per_account_concurrency: usize,
    /// More removals than this share are not carried out but asked about.
    pub mass_delete_limit: Percent,
    /// How long one request may take.
    pub request_timeout: Duration,
    /// How long a cycle may take before it stops taking up work.
    pub cycle_time_limit: Duration,
}

/// `[cleanup]`: ages in days, at least 1 each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CleanupConfig {
    /// After which an event that was removed at the provider is forgotten.
    pub events_after_days: u32,
    /// After which a settled conflict is forgotten.
    pub conflicts_after_days: u32,
    /// After which a user's old status is forgotten.
    pub status_after_days: u32,
    /// After which the record of a cycle, or a dead delivery, is forgotten.
    pub runs_after_days: u32,
}

/// `[hooks]`: programs of the operator's that are run when something happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HooksConfig {
    /// Run when an account needs attention; `None`: nobody is told.
    pub account_attention: Option<Hook>,
}

/// `[metrics]`: what monitoring reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricsConfig {
    /// Directory of node_exporter's textfile collector; `None`: none written.
    pub textfile_dir: Option<PathBuf>,
}
