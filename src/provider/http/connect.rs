//! The clients below the transport, made when the first request is due:
//! commands that talk to nobody, or only over plain HTTP on this machine, do
//! not load the system's certificates.

use std::error::Error;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Url};
use tokio::sync::OnceCell;

use super::TransportSettings;
use crate::provider::{ProviderError, Result};

/// Google compresses only for agents that say so in their name as well.
const USER_AGENT: &str = concat!("calsync/", env!("CARGO_PKG_VERSION"), " (gzip)");

/// How long an unused connection is kept.
const IDLE: Duration = Duration::from_secs(60);

/// The clients, once there are any.
#[derive(Default)]
pub(super) struct Connection {
    secure: OnceCell<Client>,
    plain: OnceCell<Client>,
}

impl Connection {
    /// The client for a URL.
    pub(super) async fn client(&self, settings: &TransportSettings, url: &Url) -> Result<&Client> {
        if url.scheme() == "http" {
            // Plain HTTP never leaves this machine, neither does it to a proxy.
            let trust_nobody = |builder: ClientBuilder| builder.tls_certs_only([]).no_proxy();
            let build = async || build(trust_nobody(configured(settings)));
            return self.plain.get_or_try_init(build).await;
        }
        self.secure
            .get_or_try_init(async || build(configured(settings)))
            .await
    }
}

/// What the clients have in common.
fn configured(settings: &TransportSettings) -> ClientBuilder {
    // An error says that the process has a provider already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(USER_AGENT)
        .redirect(Policy::none())
        .gzip(true)
        .timeout(settings.request_timeout)
        .connect_timeout(settings.connect_timeout)
        .pool_idle_timeout(IDLE)
}

fn build(builder: ClientBuilder) -> Result<Client> {
    builder.build().map_err(|error| {
        let cause = root(&error);
        unavailable(format!(
            "no HTTPS client: {cause}: is the package ca-certificates installed?"
        ))
    })
}

/// What a failure below HTTP means. The URL is left out, since it holds ids.
pub(super) fn failure(error: &reqwest::Error) -> ProviderError {
    if error.is_builder() {
        let reason = "request cannot be sent as it is".to_owned();
        return ProviderError::Invalid { reason };
    }
    unavailable(if error.is_timeout() {
        "no answer in time".to_owned()
    } else if error.is_connect() {
        format!("no connection: {}", obstacle(error))
    } else if error.is_body() || error.is_decode() {
        "answer cut off".to_owned()
    } else {
        format!("connection lost: {}", root(error))
    })
}

/// What keeps a connection from coming about; what is the matter with names
/// and certificates is told apart from the rest.
fn obstacle(error: &reqwest::Error) -> String {
    let root = root(error);
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
        if cause.to_string() == "dns error" {
            return format!("DNS: {root}");
        }
        if is_tls(cause) {
            return format!("TLS: {root}");
        }
    }
    root
}

/// What TLS refuses arrives as a failure of the connection, wrapped once or
/// several times.
fn is_tls(cause: &(dyn Error + 'static)) -> bool {
    let io = cause.downcast_ref::<std::io::Error>();
    let wrapped = io.and_then(std::io::Error::get_ref);
    cause.is::<rustls::Error>() || wrapped.is_some_and(|inner| is_tls(inner))
}

/// The first cause, which the operating system or TLS names.
fn root(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// A failure that may pass.
fn unavailable(reason: String) -> ProviderError {
    ProviderError::Unavailable {
        reason,
        retry_after: None,
    }
}
