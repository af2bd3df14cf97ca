//! The device grant (RFC 8628).

use std::ops::RangeInclusive;
use std::time::Duration;

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::errors::error_code;
use super::{Issued, Registration, classify, issued, whole};
use crate::provider::Result;
use crate::provider::consent::{DeviceCode, Permission};
use crate::provider::http::{Answer, Body, Request, Transport};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// How long to wait between two questions when the answer does not say.
const DEFAULT_INTERVAL_S: i64 = 5;
/// How long a device code lives when the answer does not say.
const DEFAULT_LIFETIME_S: i64 = 900;

/// What the device endpoint answers.
#[derive(Deserialize)]
struct Offer {
    device_code: SecretString,
    user_code: String,
    #[serde(alias = "verification_url")]
    verification_uri: String,
    expires_in: Option<Value>,
    interval: Option<Value>,
}

/// What became of a consent, in terms of the protocol.
pub(in crate::provider) enum Polled {
    Pending,
    SlowDown,
    Declined,
    Expired,
    Issued(Box<Issued>),
}

/// Begins a consent. Only the client's id is told here.
pub(in crate::provider) async fn device_code(
    transport: &Transport,
    device_url: &Url,
    client_id: &str,
    scope: &str,
    wanted: Permission,
) -> Result<DeviceCode> {
    let body = Body::form(&[("client_id", client_id), ("scope", scope)]);
    let request = Request::post(device_url.clone(), "devicecode", body).repeatable();
    let answer = transport.send_unauthorised(&request, classify).await?;
    let offer: Offer = answer.json()?;
    Ok(DeviceCode {
        device_code: offer.device_code,
        user_code: offer.user_code,
        verification_url: offer.verification_uri,
        lifetime: seconds(offer.expires_in.as_ref(), DEFAULT_LIFETIME_S, 1..=3600),
        interval: seconds(offer.interval.as_ref(), DEFAULT_INTERVAL_S, 1..=60),
        wanted,
    })
}

/// Asks what became of it. Where no answer comes, the next question may find
/// out that it was answered.
pub(in crate::provider) async fn poll(
    transport: &Transport,
    registration: Registration<'_>,
    device: &DeviceCode,
    now: DateTime<Utc>,
) -> Result<Polled> {
    let fields = [
        ("grant_type", GRANT),
        ("device_code", device.device_code.expose_secret()),
    ];
    let request = registration.ask(&fields).expecting(is_verdict);
    let answer = transport.send_unauthorised(&request, classify).await?;
    if answer.status.is_success() {
        return Ok(Polled::Issued(Box::new(issued(&answer, now)?)));
    }
    match error_code(&answer).as_str() {
        "authorization_pending" => Ok(Polled::Pending),
        "slow_down" => Ok(Polled::SlowDown),
        "authorization_declined" | "access_denied" => Ok(Polled::Declined),
        "expired_token" | "code_expired" => Ok(Polled::Expired),
        _ => Err(classify(&answer)),
    }
}

/// Whether an answer says how it stands; nothing else is to be repeated.
fn is_verdict(answer: &Answer) -> bool {
    matches!(answer.status.as_u16(), 400..=403)
}

/// Seconds that are said, within bounds of sense.
fn seconds(value: Option<&Value>, default: i64, bounds: RangeInclusive<i64>) -> Duration {
    let seconds = value.and_then(whole).unwrap_or(default);
    let seconds = seconds.clamp(*bounds.start(), *bounds.end());
    Duration::from_secs(u64::try_from(seconds).unwrap_or_default())
}
