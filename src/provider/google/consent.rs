//! How an account is connected at Google.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::Google;
use crate::provider::consent::{
    Consent, ConsentCode, ConsentRequest, DeviceCode, Granted, Permission, Poll,
};
use crate::provider::http::{Answer, Body, Request};
use crate::provider::oauth::{self, IdToken, Registration, registered};
use crate::provider::{ProviderError, Result};

/// What the names of Google's own scopes begin with.
const PREFIX: &str = "https://www.googleapis.com/auth/";

/// The least that lists calendars.
const LIST: &str = "calendar.calendarlist.readonly";
/// What lists calendars.
const LISTS: [&str; 4] = [
    LIST,
    "calendar.calendarlist",
    "calendar.readonly",
    "calendar",
];

/// The least that reads every event.
const READ: &str = "calendar.events.readonly";
/// The least that writes them as well.
const WRITE: &str = "calendar.events";
/// What writes events.
const WRITES: [&str; 3] = [WRITE, "calendar.events.owned", "calendar"];
/// What reads events and does not write them.
const READS: [&str; 3] = [READ, "calendar.events.owned.readonly", "calendar.readonly"];

impl Google {
    /// Our registration.
    pub(super) fn registration(&self) -> Result<Registration<'_>> {
        Ok(Registration {
            token_url: &self.endpoints.token_url,
            client_id: self.client_id()?,
            client_secret: self.endpoints.client_secret.as_ref(),
        })
    }

    fn client_id(&self) -> Result<&str> {
        registered(self.endpoints.client_id.as_deref(), "google.client_id")
    }
}

#[async_trait]
impl Consent for Google {
    /// A port of 127.0.0.1 and no path, as of desktop clients.
    fn loopback(&self, port: u16) -> String {
        format!("http://127.0.0.1:{port}")
    }

    /// Web clients get a refresh token only when they ask to work offline, and
    /// after the first time only if the page is shown again; whoever is signed in
    /// with one login may want to connect another.
    fn consent_url(&self, request: &ConsentRequest<'_>) -> Result<Url> {
        let further = [
            ("access_type", "offline"),
            ("prompt", "consent select_account"),
        ];
        Ok(oauth::consent_url(
            &self.endpoints.auth_url,
            self.client_id()?,
            &scope(request.wanted),
            request,
            &further,
        ))
    }

    async fn redeem(&self, code: &ConsentCode<'_>, now: DateTime<Utc>) -> Result<Granted> {
        let registration = self.registration()?;
        let issued = oauth::redeem(&self.transport, registration, code, now).await?;
        let who = IdToken::read(issued.id_token.as_ref())?;
        let asked = || scope(code.wanted).split(' ').map(str::to_owned).collect();
        Ok(Granted {
            email: who.email.unwrap_or_else(|| who.sub.clone()),
            subject: who.sub,
            scopes: issued.scopes.unwrap_or_else(asked),
            tokens: issued.tokens,
        })
    }

    /// Google's device flow gives no access to calendars.
    async fn device_code(&self, _wanted: Permission) -> Result<Option<DeviceCode>> {
        Ok(None)
    }

    async fn poll(&self, _device: &DeviceCode, _now: DateTime<Utc>) -> Result<Poll> {
        Ok(Poll::Declined)
    }

    async fn revoke(&self, refresh: &SecretString) -> Result<bool> {
        let body = Body::form(&[("token", refresh.expose_secret())]);
        let url = self.endpoints.revoke_url.clone();
        let request = Request::post(url, "revoke", body).repeatable();
        let request = request.expecting(|answer| answer.status.as_u16() == 400);
        let answer = self
            .transport
            .send_unauthorised(&request, oauth::classify)
            .await?;
        revoked(&answer).map(|()| true)
    }

    fn missing(&self, granted: &[String], wanted: Permission) -> Vec<&'static str> {
        missing(granted, wanted)
    }
}

fn missing(granted: &[String], wanted: Permission) -> Vec<&'static str> {
    if granted.is_empty() {
        return Vec::new();
    }
    let short = |scope: &'_ String| scope.strip_prefix(PREFIX).unwrap_or(scope).to_owned();
    let granted: Vec<String> = granted.iter().map(short).collect();
    let lacks = |any: &[&str]| !granted.iter().any(|scope| any.contains(&scope.as_str()));
    let mut missing = Vec::new();
    if lacks(&LISTS) {
        missing.push(LIST);
    }
    match wanted {
        Permission::Write if lacks(&WRITES) => missing.push(WRITE),
        Permission::Read if lacks(&WRITES) && lacks(&READS) => missing.push(READ),
        _ => {}
    }
    missing
}

/// What is asked for: who it is, the list of calendars, their events.
fn scope(wanted: Permission) -> String {
    let events = match wanted {
        Permission::Read => READ,
        Permission::Write => WRITE,
    };
    format!("openid email {PREFIX}{LIST} {PREFIX}{events}")
}

/// A token that is not known, or no more, has nothing left to give back.
fn revoked(answer: &Answer) -> Result<()> {
    if answer.status.is_success() {
        return Ok(());
    }
    match oauth::error_code(answer).as_str() {
        "invalid_token" => Ok(()),
        reason => Err(ProviderError::Invalid {
            reason: reason.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        use Permission::{Read, Write};
        let missing = |scopes: &str, wanted| {
            let full = |scope: &str| format!("{PREFIX}{scope}");
            let granted: Vec<_> = scopes.split_whitespace().map(full).collect();
            super::missing(&granted, wanted).join(" ")
        };
        let cases = [
            ("calendar", Write, ""),
            ("calendar.readonly", Read, ""),
            ("calendar.readonly", Write, "calendar.events"),
            ("calendar.calendarlist.readonly calendar.events", Write, ""),
            (
                "calendar.calendarlist.readonly calendar.events.readonly",
                Read,
                "",
            ),
            (
                "calendar.calendarlist.readonly calendar.events.readonly",
                Write,
                "calendar.events",
            ),
            ("calendar.events", Read, "calendar.calendarlist.readonly"),
            (
                "calendar.calendarlist.readonly",
                Read,
                "calendar.events.readonly",
            ),
            (
                "userinfo.email",
                Write,
                "calendar.calendarlist.readonly calendar.events",
            ),
            ("", Write, ""),
        ];
        for (scopes, wanted, expected) in cases {
            assert_eq!(missing(scopes, wanted), expected, "{scopes} {wanted:?}");
        }
    }
}
