//! The body of `events.watch`, read as strictly as the service reads it.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use url::Url;

use super::behaviour::Behaviour;
use super::calendar::Object;
use super::errors::ApiError;

/// Members of a channel.
const MEMBERS: [&str; 10] = [
    "address",
    "expiration",
    "id",
    "kind",
    "params",
    "payload",
    "resourceId",
    "resourceUri",
    "token",
    "type",
];

/// Characters of an id, of a token.
const ID_LIMIT: usize = 64;
const TOKEN_LIMIT: usize = 256;

/// How long a channel lives whose client does not mind.
const DEFAULT_DAYS: i64 = 7;

/// A channel that somebody wants.
#[derive(Debug)]
pub(super) struct Wish {
    pub(super) id: String,
    pub(super) address: String,
    pub(super) token: Option<String>,
    pub(super) expires: DateTime<Utc>,
}

impl Wish {
    /// Reads a body.
    pub(super) fn read(
        body: Object,
        now: DateTime<Utc>,
        how: &Behaviour,
    ) -> Result<Self, ApiError> {
        if let Some(name) = body.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
            return Err(ApiError::invalid_body(&format!("Unknown name \"{name}\"")));
        }
        let id = id(&body)?;
        check_kind(&body)?;
        let address = address(&body)?;
        if let Some(status) = how.refuse_addresses {
            return Err(ApiError::push_unauthorized(status, &address));
        }
        let cap = now + TimeDelta::days(how.longest_channel_days);
        Ok(Self {
            id,
            address,
            token: token(&body)?,
            expires: expires(&body, now)?.min(cap),
        })
    }
}

/// A member that must be text if it is there.
pub(super) fn text<'a>(body: &'a Object, name: &str) -> Result<Option<&'a str>, ApiError> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(wrong(name)),
    }
}

fn required<'a>(body: &'a Object, name: &str) -> Result<&'a str, ApiError> {
    let text = text(body, name)?.filter(|text| !text.is_empty());
    text.ok_or_else(|| ApiError::required(&format!("Required: {name}")))
}

fn id(body: &Object) -> Result<String, ApiError> {
    let id = required(body, "id")?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_+/=".contains(&byte);
    match id.len() <= ID_LIMIT && id.bytes().all(fits) {
        true => Ok(id.to_owned()),
        false => Err(ApiError::invalid_body(
            "Channel id must match [A-Za-z0-9\\-_\\+/=]+ and have at most 64 characters.",
        )),
    }
}

fn check_kind(body: &Object) -> Result<(), ApiError> {
    match required(body, "type")? {
        "web_hook" | "webhook" => Ok(()),
        _ => Err(wrong("type")),
    }
}

fn address(body: &Object) -> Result<String, ApiError> {
    let address = required(body, "address")?;
    let url = Url::parse(address).map_err(|_| wrong("address"))?;
    match url.scheme() {
        "https" => Ok(address.to_owned()),
        _ => Err(ApiError::push_not_https(address)),
    }
}

/// It travels in a header: what cannot stand there is no token.
fn token(body: &Object) -> Result<Option<String>, ApiError> {
    let token = text(body, "token")?.map(str::to_owned);
    let fits =
        |token: &String| token.chars().count() <= TOKEN_LIMIT && !token.contains(char::is_control);
    match token.as_ref().is_none_or(fits) {
        true => Ok(token),
        false => Err(wrong("token")),
    }
}

/// The earlier of both wishes; neither may lie in the past.
fn expires(body: &Object, now: DateTime<Utc>) -> Result<DateTime<Utc>, ApiError> {
    let wishes = [expiration(body)?, ttl(body, now)?];
    let wish = wishes.into_iter().flatten().min();
    let wish = wish.unwrap_or_else(|| now + TimeDelta::days(DEFAULT_DAYS));
    match wish > now {
        true => Ok(wish),
        false => Err(wrong("expiration")),
    }
}

/// Unix time in milliseconds, a number or its digits as text.
fn expiration(body: &Object) -> Result<Option<DateTime<Utc>>, ApiError> {
    let millis = match body.get("expiration") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(digits)) => digits.parse().ok(),
        Some(value) => value.as_i64(),
    };
    let moment = millis.and_then(DateTime::from_timestamp_millis);
    moment.map(Some).ok_or_else(|| wrong("expiration"))
}

/// Seconds from now, as text.
fn ttl(body: &Object, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, ApiError> {
    let params = match body.get("params") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(params)) => params,
        Some(_) => return Err(wrong("params")),
    };
    if !params.values().all(Value::is_string) {
        return Err(wrong("params"));
    }
    let Some(seconds) = text(params, "ttl")? else {
        return Ok(None);
    };
    let length = seconds.parse().ok().and_then(TimeDelta::try_seconds);
    let moment = length.and_then(|length| now.checked_add_signed(length));
    moment.map(Some).ok_or_else(|| wrong("params.ttl"))
}

fn wrong(name: &str) -> ApiError {
    ApiError::invalid_body(&format!("Invalid value for {name}."))
}
