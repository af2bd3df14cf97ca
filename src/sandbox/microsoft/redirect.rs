//! Where a browser is sent back to, and which addresses it may be sent to.

use axum::http::header;
use url::{Host, Url};

use super::super::answer::Answer;
use super::Microsoft;
use super::grant::Refusal;

impl Microsoft {
    /// Registers a redirect URI of the app; `http://localhost` is registered
    /// from the beginning. Public clients use those of `http`, confidential
    /// ones those of `https`.
    pub fn register_redirect(&self, uri: &str) {
        self.with(|world| world.sign_ins.redirects.push(uri.to_owned()));
    }
}

/// Where the answer to an authorization request goes.
#[derive(Clone, Debug)]
pub(super) struct Back {
    /// As the request spells it.
    pub(super) uri: String,
    url: Url,
    state: Option<String>,
}

impl Back {
    /// To `uri`, if it is one of the registered ones.
    pub(super) fn to(
        uri: &str,
        state: Option<&str>,
        registered: &[String],
        public: bool,
    ) -> Option<Self> {
        let url = Url::parse(uri).ok()?;
        let fits = |known: &String| match public {
            true => is_loopback(&url) && Url::parse(known).is_ok_and(|known| alike(&known, &url)),
            false => url.scheme() == "https" && known == uri,
        };
        registered.iter().any(fits).then(|| Self {
            uri: uri.to_owned(),
            url,
            state: state.map(str::to_owned),
        })
    }

    /// Sends the browser there with a code.
    pub(super) fn with_code(&self, code: &str) -> Answer {
        self.with(&[("code", code)])
    }

    /// Sends the browser there with an error.
    pub(super) fn with_error(&self, refusal: &Refusal) -> Answer {
        let description = refusal.description();
        self.with(&[
            ("error", refusal.error),
            ("error_description", &description),
        ])
    }

    fn with(&self, pairs: &[(&str, &str)]) -> Answer {
        let mut url = self.url.clone();
        let state = self.state.as_deref().map(|state| ("state", state));
        url.query_pairs_mut().extend_pairs(pairs.iter().copied());
        if let Some((name, value)) = state {
            url.query_pairs_mut().append_pair(name, value);
        }
        Answer::empty(302).with(header::LOCATION, url.into())
    }
}

/// Plain `http` on this machine, without a query. An address of IPv6 is not
/// supported.
fn is_loopback(url: &Url) -> bool {
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(_)) | None => false,
    };
    let bare = url.query().is_none() && url.fragment().is_none();
    here && bare && url.scheme() == "http" && url.username().is_empty()
}

/// Whether host and path are the same; the port is ignored.
fn alike(known: &Url, url: &Url) -> bool {
    known.scheme() == url.scheme() && known.host() == url.host() && known.path() == url.path()
}
