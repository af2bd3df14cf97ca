//! Where the hosts of https addresses are on this machine.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use url::Url;

/// What DNS and a TLS proxy would know: the socket behind each origin. Clones
/// are the same table.
#[derive(Clone, Debug, Default)]
pub(in crate::sandbox) struct Routes(Arc<Mutex<HashMap<String, SocketAddr>>>);

impl Routes {
    /// From now on the origin of `url` is at `place`; `None`: nowhere.
    pub(in crate::sandbox) fn set(&self, url: &str, place: Option<SocketAddr>) {
        let Ok(url) = Url::parse(url) else {
            return;
        };
        let mut routes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match place {
            Some(place) => routes.insert(origin(&url), place),
            None => routes.remove(&origin(&url)),
        };
    }

    /// Where the host of `url` is.
    pub(super) fn find(&self, url: &Url) -> Option<SocketAddr> {
        let routes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        routes.get(&origin(url)).copied()
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}
