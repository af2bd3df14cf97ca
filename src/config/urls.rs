//! URLs: of the providers, of this installation, of the store and the queue.

use std::path::{Path, PathBuf};

use config::ValueKind;
use secrecy::SecretString;
use url::{Host, Url};

use super::values::{Expected, path, string};

/// Where the store is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreUrl {
    /// A SQLite file.
    Sqlite(PathBuf),
}

/// Where the queue is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum QueueUrl {
    /// A SQLite file of its own.
    Sqlite(PathBuf),
    /// A Redis server. Its URL may hold a password.
    Redis(SecretString),
}

const STORE: &str =
    r#""sqlite:" and the path of a file, like "sqlite:/var/lib/calsync/calsync.db""#;
const QUEUE: &str = r#""sqlite:" and the path of a file of its own, or a Redis URL, like "redis://127.0.0.1:6379/0""#;

/// The store's URL; a relative path is taken from `dir`.
pub(super) fn store(kind: &ValueKind, dir: &Path) -> Result<StoreUrl, Expected> {
    sqlite(string(kind, STORE)?, dir)
        .map(StoreUrl::Sqlite)
        .ok_or_else(|| STORE.into())
}

/// The queue's URL; a relative path is taken from `dir`.
pub(super) fn queue(kind: &ValueKind, dir: &Path) -> Result<QueueUrl, Expected> {
    let text = string(kind, QUEUE)?;
    let file = sqlite(text, dir).map(QueueUrl::Sqlite);
    file.or_else(|| redis(text)).ok_or_else(|| QUEUE.into())
}

/// The path of `sqlite:PATH`. A database in memory would be gone after the
/// cycle, and parameters are not understood: neither is a path.
fn sqlite(text: &str, dir: &Path) -> Option<PathBuf> {
    let rest = text.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    if rest.starts_with(':') || rest.ends_with('/') || rest.contains('?') {
        return None;
    }
    path(&ValueKind::String(rest.to_owned()), dir).ok()
}

fn redis(text: &str) -> Option<QueueUrl> {
    let url = Url::parse(text).ok()?;
    // The path of a server's URL is the number of its database.
    let database = url.path().trim_matches('/');
    let server = matches!(url.scheme(), "redis" | "rediss")
        && url.host_str().is_some_and(|host| !host.is_empty())
        && (database.is_empty() || database.parse::<u32>().is_ok());
    let socket = matches!(url.scheme(), "redis+unix" | "unix") && url.path().starts_with('/');
    let known = (server || socket) && url.fragment().is_none();
    known.then(|| QueueUrl::Redis(SecretString::from(text)))
}

/// An address of a provider. Bearer tokens travel there: in clear only to this
/// very machine.
pub(super) fn endpoint(text: &str) -> Result<Url, Expected> {
    let url = web(text)?;
    match url.scheme() == "https" || is_loopback(&url) {
        true => Ok(url),
        false => Err("https (tokens must not travel in clear; http is for this machine alone, like \"http://127.0.0.1:9000\")".into()),
    }
}

/// A base URL: http or https with a host, nothing behind the path. A slash at
/// the end is dropped, except the one that is the whole path.
pub(super) fn web(text: &str) -> Result<Url, Expected> {
    const EXPECTED: &str = r#"an http or https URL without user, query and fragment, like "https://calendar.example.org""#;
    let mut url = Url::parse(text).map_err(|_| EXPECTED)?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.host().is_some();
    let is_bare = url.query().is_none() && url.fragment().is_none();
    if !is_web || !is_bare || !url.username().is_empty() || url.password().is_some() {
        return Err(EXPECTED.into());
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// Whether the URL's host is this very machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}
