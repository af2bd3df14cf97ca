//! Where providers tell of changes.

use std::sync::Arc;

use url::Url;

use crate::model::account::ProviderKind;
use crate::provider::{ListedWatch, Signer, lifecycle_path, path};
use crate::queue::Queue;

/// Where providers are told to send notifications, what proves that they are
/// theirs, and where they wait.
#[derive(Clone)]
pub struct Callbacks {
    /// The base URL that the providers can reach, without a slash at the end.
    pub public_url: Url,
    /// Signs watches.
    pub signer: Signer,
    /// Takes what a new watch comes too late for.
    pub queue: Arc<dyn Queue>,
}

impl Callbacks {
    /// Where a provider's notifications go.
    pub(super) fn address(&self, provider: ProviderKind) -> Url {
        at(&self.public_url, path(provider))
    }

    /// What tells this address and secret from others.
    #[must_use]
    pub fn fingerprint(&self, provider: ProviderKind) -> String {
        fingerprint(&self.public_url, &self.signer, provider)
    }

    /// Where word of the watches themselves goes.
    pub(super) fn lifecycle_address(&self, provider: ProviderKind) -> Url {
        at(&self.public_url, lifecycle_path(provider))
    }
}

/// What tells the address and secret of a provider's notifications from others.
#[must_use]
pub fn fingerprint(public_url: &Url, signer: &Signer, provider: ProviderKind) -> String {
    signer.fingerprint(&at(public_url, path(provider)))
}

/// An address below the public URL.
#[must_use]
pub fn at(public_url: &Url, path: &str) -> Url {
    let mut url = public_url.clone();
    url.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
    url
}

/// Whether a listed watch delivers to an address.
pub(super) fn is_at(listed: &ListedWatch, address: &Url) -> bool {
    Url::parse(&listed.address).is_ok_and(|url| url == *address)
}
