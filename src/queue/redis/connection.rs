//! The connection: made when it is first needed, shared by all, and made anew
//! after anything but an answer came over it.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use redis::aio::MultiplexedConnection;
use redis::io::tcp::TcpSettings;
use redis::{
    AsyncConnectionConfig, Client, ErrorKind, IntoConnectionInfo, RedisError, RedisResult,
    ServerErrorKind,
};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::error::Place;
use crate::queue::{QueueError, Result};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(2);

/// How long an answer may take. Providers wait three seconds for ours.
const ANSWER: Duration = Duration::from_millis(2500);

/// A connection that comes about once for all who wait for it.
type Opening = Shared<BoxFuture<'static, RedisResult<MultiplexedConnection>>>;

/// The way to a server.
pub(super) struct Connection {
    client: Client,
    place: Place,
    current: Mutex<Option<Opening>>,
}

impl Connection {
    /// To the server with a URL; connects to nothing yet.
    pub(super) fn to(url: &SecretString) -> Result<Self> {
        let location = location(url.expose_secret());
        let info = url.expose_secret().into_connection_info();
        let place = Place {
            location,
            password: info.as_ref().ok().and_then(|info| {
                let password = info.redis_settings().password();
                password.map(SecretString::from)
            }),
        };
        let told = |error: RedisError| -> QueueError { place.error(&error) };
        // A push is one small packet, and somebody waits for it.
        let tcp = TcpSettings::default().set_nodelay(true);
        let client = Client::open(info.map_err(told)?.set_tcp_settings(tcp)).map_err(told)?;
        if location_is_secure(&place.location) {
            // An error says that the process has a provider already.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        Ok(Self {
            client,
            place,
            current: Mutex::new(None),
        })
    }

    /// Asks for something that may well be done twice: it is asked for once
    /// more when the connection was lost, which an idle one is at any time.
    pub(super) async fn ask<T, F>(
        &self,
        ask: impl Fn(MultiplexedConnection) -> F + Send + Sync,
    ) -> Result<T>
    where
        F: Future<Output = RedisResult<T>> + Send,
    {
        let done = match self.attempt(&ask).await {
            Err(error) if error.is_connection_dropped() => self.attempt(&ask).await,
            done => done,
        };
        done.map_err(|error| self.place.error(&error))
    }

    async fn attempt<T, F>(
        &self,
        ask: &(impl Fn(MultiplexedConnection) -> F + Send + Sync),
    ) -> RedisResult<T>
    where
        F: Future<Output = RedisResult<T>> + Send,
    {
        let opening = self.opening();
        let done = match opening.clone().await {
            Ok(connection) => ask(connection).await,
            Err(error) => {
                self.forget(&opening);
                return Err(error);
            }
        };
        if done.as_ref().is_err_and(|error| !is_answer(error)) {
            self.forget(&opening);
        }
        done
    }

    /// The connection, or the one that is about to be.
    fn opening(&self) -> Opening {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let opening = current.get_or_insert_with(|| open(self.client.clone()));
        opening.clone()
    }

    /// Has the next one who asks connect anew, unless somebody did already.
    fn forget(&self, lost: &Opening) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.take_if(|current| current.ptr_eq(lost));
    }
}

fn open(client: Client) -> Opening {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT))
        .set_response_timeout(Some(ANSWER));
    let opening = async move {
        let opened = client.get_multiplexed_async_connection_with_config(&config);
        opened.await
    };
    opening.boxed().shared()
}

/// Whether the server considered the question. One that became a replica is
/// not to be asked again.
fn is_answer(error: &RedisError) -> bool {
    match error.kind() {
        ErrorKind::Server(kind) => kind != ServerErrorKind::ReadOnly,
        ErrorKind::Extension => true,
        _ => false,
    }
}

/// A URL as everybody may know it: without user, password and options.
pub(in crate::queue) fn location(url: &str) -> String {
    let Ok(mut url) = Url::parse(url) else {
        return "redis".to_owned();
    };
    // A URL without a host has neither, and says so.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}

fn location_is_secure(location: &str) -> bool {
    location.starts_with("rediss:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_tells_no_secret() {
        let cases = [
            ("redis://cache", "redis://cache"),
            ("redis://ana:s3cret@cache:7/2", "redis://cache:7/2"),
            ("rediss://:s3cret@cache?protocol=resp3#x", "rediss://cache"),
            (
                "unix:///run/redis.sock?user=ana&pass=s3cret",
                "unix:///run/redis.sock",
            ),
            (
                "redis+unix:/run/redis.sock?pass=s3cret",
                "redis+unix:/run/redis.sock",
            ),
            ("s3cret", "redis"),
        ];
        for (url, expected) in cases {
            assert_eq!(location(url), expected);
        }
    }

    #[test]
    fn a_url_that_makes_no_sense_is_unusable() {
        for url in ["redis://:s3cret@cache/x", "rediss://:s3cret@cache#odd"] {
            let refused = Connection::to(&url.into()).err().unwrap();
            assert!(matches!(refused, QueueError::Unusable { .. }), "{refused}");
            let told = refused.to_string();
            assert!(told.contains("queue.url"), "{told}");
            assert!(!told.contains("s3cret"), "{told}");
        }
    }
}
