//! Tries addresses: whether anybody answers there, and whether it is our
//! receiver. What is sent is of no use to whoever answers.

use chrono::{DateTime, Utc};
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::ExposeSecret;
use url::Url;

use super::http::{Body, Request, Transport};
use super::{ProviderError, Result, Signer, TransportSettings, path};
use crate::model::account::ProviderKind::Google;
use crate::model::id::WatchId;

/// A signature of nobody's.
const FORGED: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// What the receiver says to a greeting that is signed, and to one that is not.
const TAKEN: u16 = 204;
const REFUSED: u16 = 403;

/// Tries addresses, each once. Opens nothing before the first.
pub struct Probe(Transport);

/// Somebody answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// When, by the clock of who answered.
    pub date: Option<DateTime<Utc>>,
}

/// Who answers where notifications are to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routed {
    /// A receiver that has our secret.
    Ours,
    /// Somebody who refuses ours as well as a forgery: a receiver with another
    /// secret would.
    OtherSecret,
    /// Somebody else; the status of the answer.
    Stranger(u16),
}

impl Probe {
    /// Within the given limits.
    #[must_use]
    pub fn new(settings: TransportSettings) -> Self {
        Self(Transport::new(settings))
    }

    /// Tries whether anybody answers, whatever the answer is.
    ///
    /// # Errors
    /// `Unavailable` when nobody does.
    pub async fn reach(&self, url: &Url) -> Result<Reached> {
        let answer = self.0.glance(&Request::head(url.clone(), "probe")).await?;
        Ok(Reached { date: answer.date })
    }

    /// Tries whether the receiver below a public URL is ours: it takes a
    /// greeting that is signed and refuses one that is not.
    ///
    /// # Errors
    /// `Unavailable` when nobody answers.
    pub async fn greet(&self, public_url: &Url, signer: &Signer) -> Result<Routed> {
        let channel = WatchId::probe();
        let signature = signer.sign(&channel);
        let greet = async |signature: &str| {
            let request = greeting(public_url, &channel, signature)?;
            Ok::<_, ProviderError>(self.0.glance(&request).await?.status)
        };
        let (ours, forged) = tokio::join!(greet(signature.expose_secret()), greet(FORGED));
        Ok(match (ours?, forged?) {
            (TAKEN, REFUSED) => Routed::Ours,
            (REFUSED, REFUSED) => Routed::OtherSecret,
            (status, _) => Routed::Stranger(status),
        })
    }
}

/// What Google says when a watch begins.
fn greeting(public_url: &Url, channel: &WatchId, signature: &str) -> Result<Request> {
    let mut url = public_url.clone();
    let at = format!("{}{}", url.path().trim_end_matches('/'), path(Google));
    url.set_path(&at);
    let mut request = Request::post(url, "probe", Body::form(&[]));
    for (name, value) in [
        ("x-goog-channel-id", channel.as_str()),
        ("x-goog-channel-token", signature),
        ("x-goog-resource-state", "sync"),
    ] {
        let value = HeaderValue::from_str(value).map_err(|_| ProviderError::Invalid {
            reason: "no header can hold it".to_owned(),
        })?;
        let name = HeaderName::from_static(name);
        request.headers.insert(name, value);
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::http::scripted::{Server, answer, settings};

    async fn greeted(statuses: [u16; 2]) -> Routed {
        let server = Server::start(statuses.map(|status| answer(status, "", "")));
        let signer = Signer::new(&"s3cret".into());
        let probe = Probe::new(settings());
        let routed = probe.greet(&server.url("/below"), &signer).await.unwrap();
        for request in server.requests() {
            assert!(request.starts_with("POST /below/webhooks/google/calendar "));
            assert!(request.contains("x-goog-channel-id: probe_"), "{request}");
        }
        routed
    }

    #[tokio::test]
    async fn who_answers_alike_is_not_our_receiver() {
        assert_eq!(greeted([404, 404]).await, Routed::Stranger(404));
        assert_eq!(greeted([204, 204]).await, Routed::Stranger(204));
        assert_eq!(greeted([302, 302]).await, Routed::Stranger(302));
        assert_eq!(greeted([403, 403]).await, Routed::OtherSecret);
    }

    #[tokio::test]
    async fn any_answer_will_do_and_its_date_is_read() {
        let date = "date: Tue, 10 Mar 2026 12:00:00 GMT\r\n";
        let server = Server::start([answer(500, date, ""), answer(302, "", "")]);
        let probe = Probe::new(settings());
        let reached = probe.reach(&server.url("/")).await.unwrap();
        assert_eq!(reached.date, "2026-03-10T12:00:00Z".parse().ok());
        let reached = probe.reach(&server.url("/")).await.unwrap();
        assert_eq!(reached.date, None);
    }

    #[tokio::test]
    async fn a_name_that_leads_nowhere_is_told_from_a_closed_port() {
        let probe = Probe::new(settings());
        let closed = Server::start([]).url("/");
        let reason = async |url: &Url| probe.reach(url).await.unwrap_err().to_string();
        let closed = reason(&closed).await;
        assert!(closed.contains("refused"), "{closed}");
        let nowhere = reason(&"http://nowhere.invalid/".parse().unwrap()).await;
        assert!(nowhere.contains("no connection: DNS: "), "{nowhere}");
    }
}
