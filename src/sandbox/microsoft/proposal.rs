//! The bodies of POST and PATCH of subscriptions, read as strictly as the
//! service reads them (contract 9.1).

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use url::Url;

use super::behaviour::Behaviour;
use super::errors::ApiError;
use super::item::Object;

/// Members that may be written.
const MEMBERS: [&str; 8] = [
    "changeType",
    "clientState",
    "expirationDateTime",
    "includeResourceData",
    "latestSupportedTlsVersion",
    "lifecycleNotificationUrl",
    "notificationUrl",
    "resource",
];

const CHANGES: [&str; 3] = ["created", "updated", "deleted"];
const TLS: [&str; 4] = ["v1_0", "v1_1", "v1_2", "v1_3"];

/// Characters of the client state.
const STATE_LIMIT: usize = 128;

/// A subscription lives at least so long.
const SHORTEST_MINUTES: i64 = 45;

/// A subscription that somebody wants.
#[derive(Debug)]
pub(super) struct Proposal {
    pub(super) resource: String,
    pub(super) change_type: String,
    pub(super) notification_url: String,
    pub(super) lifecycle_url: Option<String>,
    pub(super) client_state: Option<String>,
    pub(super) expires: DateTime<Utc>,
    pub(super) tls: String,
}

impl Proposal {
    /// Reads the body of a POST.
    pub(super) fn read(
        body: &Object,
        now: DateTime<Utc>,
        how: &Behaviour,
    ) -> Result<Self, ApiError> {
        check_members(body, &MEMBERS)?;
        if body.get("includeResourceData") == Some(&Value::Bool(true)) {
            let message = "EncryptionCertificate is required when includeResourceData is true.";
            return Err(ApiError::invalid_request(message));
        }
        Ok(Self {
            resource: required(body, "resource")?.to_owned(),
            change_type: change_type(body)?,
            notification_url: url(required(body, "notificationUrl")?)?,
            lifecycle_url: text(body, "lifecycleNotificationUrl")?
                .map(url)
                .transpose()?,
            client_state: client_state(body)?,
            expires: expires(required(body, "expirationDateTime")?, now, how)?,
            tls: tls(body)?,
        })
    }
}

/// What a PATCH changes.
#[derive(Debug)]
pub(super) struct Renewal {
    pub(super) expires: Option<DateTime<Utc>>,
    pub(super) notification_url: Option<String>,
}

impl Renewal {
    /// Reads the body of a PATCH: all else cannot be changed.
    pub(super) fn read(
        body: &Object,
        now: DateTime<Utc>,
        how: &Behaviour,
    ) -> Result<Self, ApiError> {
        check_members(body, &["expirationDateTime", "notificationUrl"])?;
        let moment = text(body, "expirationDateTime")?;
        let renewal = Self {
            expires: moment.map(|text| expires(text, now, how)).transpose()?,
            notification_url: text(body, "notificationUrl")?.map(url).transpose()?,
        };
        match renewal.expires.is_none() && renewal.notification_url.is_none() {
            true => Err(ApiError::invalid_request("There is nothing to change.")),
            false => Ok(renewal),
        }
    }
}

fn check_members(body: &Object, known: &[&str]) -> Result<(), ApiError> {
    let mut names = body.keys().filter(|name| !name.starts_with("@odata."));
    match names.find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(ApiError::invalid_request(&format!(
            "The property '{name}' does not exist or cannot be written here."
        ))),
    }
}

fn text<'a>(body: &'a Object, name: &str) -> Result<Option<&'a str>, ApiError> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(wrong(name)),
    }
}

fn required<'a>(body: &'a Object, name: &str) -> Result<&'a str, ApiError> {
    let text = text(body, name)?.filter(|text| !text.is_empty());
    text.ok_or_else(|| ApiError::invalid_request(&format!("{name} is a required property.")))
}

fn change_type(body: &Object) -> Result<String, ApiError> {
    let text = required(body, "changeType")?;
    let changes: Vec<&str> = text.split(',').collect();
    let known = changes.iter().all(|change| CHANGES.contains(change));
    let distinct = changes.iter().collect::<BTreeSet<_>>().len() == changes.len();
    match known && distinct {
        true => Ok(text.to_owned()),
        false => Err(wrong("changeType")),
    }
}

fn url(text: &str) -> Result<String, ApiError> {
    let https = Url::parse(text).is_ok_and(|url| url.scheme() == "https");
    match https {
        true => Ok(text.to_owned()),
        false => Err(ApiError::invalid_request(
            "The notification endpoint must be an https URL.",
        )),
    }
}

fn client_state(body: &Object) -> Result<Option<String>, ApiError> {
    let state = text(body, "clientState")?;
    match state.is_none_or(|state| state.chars().count() <= STATE_LIMIT) {
        true => Ok(state.map(str::to_owned)),
        false => Err(wrong("clientState")),
    }
}

fn tls(body: &Object) -> Result<String, ApiError> {
    let version = text(body, "latestSupportedTlsVersion")?.unwrap_or("v1_2");
    match TLS.contains(&version) {
        true => Ok(version.to_owned()),
        false => Err(wrong("latestSupportedTlsVersion")),
    }
}

/// What is too soon is put off, what is too late is refused.
fn expires(text: &str, now: DateTime<Utc>, how: &Behaviour) -> Result<DateTime<Utc>, ApiError> {
    let moment = DateTime::parse_from_rfc3339(text).map_err(|_| wrong("expirationDateTime"))?;
    let moment = moment.to_utc();
    let longest = how.longest_subscription_minutes;
    if moment > now + TimeDelta::minutes(longest) {
        return Err(ApiError::invalid_request(&format!(
            "Subscription expiration can only be {longest} minutes in the future."
        )));
    }
    match moment > now {
        true => Ok(moment.max(now + TimeDelta::minutes(SHORTEST_MINUTES))),
        false => Err(ApiError::invalid_request(
            "Subscription expiration must be in the future.",
        )),
    }
}

fn wrong(name: &str) -> ApiError {
    ApiError::invalid_request(&format!("The value of '{name}' is not valid."))
}
