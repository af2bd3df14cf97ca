//! Where a browser is sent back to, and which addresses it may be sent to.
//!
//! One client id stands for both kinds of clients: whoever asks to be answered
//! at a registered address is a web client, at a bare port of this machine a
//! desktop client.

use axum::http::header;
use url::{Host, Url};

use super::super::answer::Answer;
use super::Google;

/// This machine, as a desktop client may name it.
const LOOPBACK: [&str; 3] = ["http://127.0.0.1:", "http://[::1]:", "http://localhost:"];

impl Google {
    /// Registers a redirect URI of the web client: `https`, or `http` on this
    /// machine. Requests must name it to the letter.
    pub fn register_redirect(&self, uri: &str) {
        self.with(|world| world.consents.redirects.push(uri.to_owned()));
    }
}

/// Where the answer to an authorization request goes.
#[derive(Clone, Debug)]
pub(super) struct Back {
    /// As the request spells it.
    pub(super) uri: String,
    /// It is that of a web client.
    pub(super) web: bool,
    url: Url,
    state: Option<String>,
}

impl Back {
    /// To `uri`, if a client may be answered there.
    pub(super) fn to(uri: &str, state: Option<&str>, registered: &[String]) -> Option<Self> {
        let url = Url::parse(uri).ok()?;
        let web = registered.iter().any(|known| known == uri) && is_safe(&url);
        (web || is_port(uri)).then(|| Self {
            uri: uri.to_owned(),
            web,
            url,
            state: state.map(str::to_owned),
        })
    }

    /// Sends the browser there, with the state of the request.
    pub(super) fn with(&self, pairs: &[(&str, &str)]) -> Answer {
        let mut url = self.url.clone();
        let state = self.state.as_deref().map(|state| ("state", state));
        url.query_pairs_mut()
            .extend_pairs(state)
            .extend_pairs(pairs);
        Answer::empty(302).with(header::LOCATION, url.into())
    }
}

/// Whether nobody on the way can read the answer.
fn is_safe(url: &Url) -> bool {
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.fragment().is_none() && (url.scheme() == "https" || (url.scheme() == "http" && here))
}

/// Whether it is a port of this machine and nothing more, not even a slash.
fn is_port(uri: &str) -> bool {
    let mut ports = LOOPBACK.iter().filter_map(|host| uri.strip_prefix(host));
    ports.any(|port| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok())
}
