//! How an account is connected at Microsoft.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use url::Url;

use super::Microsoft;
use super::types::User;
use crate::model::id::AccountId;
use crate::provider::consent::{
    Consent, ConsentCode, ConsentRequest, DeviceCode, Granted, Permission, Poll,
};
use crate::provider::oauth::{self, Issued, Polled, Registration, registered};
use crate::provider::{Credentials, ProviderError, Result, Session};

/// What the full names of Graph's scopes begin with.
const PREFIX: &str = "https://graph.microsoft.com/";

/// What reads events and does not write them.
const READ: &str = "Calendars.Read";
/// What writes them as well.
const WRITE: &str = "Calendars.ReadWrite";
/// What a scope for other people's calendars ends with; it holds for one's own
/// as well.
const SHARED: &str = ".Shared";

/// How often it is asked whose login it is, and the time in between.
const ASKED: u32 = 4;
const PAUSE: Duration = Duration::from_secs(2);

/// The access token of a consent whose account is not stored yet.
struct Fresh(SecretString);

#[async_trait]
impl Credentials for Fresh {
    async fn access(&self) -> Result<SecretString> {
        Ok(self.0.clone())
    }

    async fn replace(&self, _refused: &SecretString) -> Result<SecretString> {
        Err(ProviderError::Protocol {
            reason: "a token is refused that was issued just now".to_owned(),
        })
    }
}

impl Microsoft {
    /// Our registration.
    pub(super) fn registration(&self) -> Result<Registration<'_>> {
        Ok(Registration {
            token_url: &self.endpoints.token_url,
            client_id: self.client_id()?,
            client_secret: self.endpoints.client_secret.as_ref(),
        })
    }

    fn client_id(&self) -> Result<&str> {
        registered(self.endpoints.client_id.as_deref(), "microsoft.client_id")
    }

    /// Whose login it is, by the id that Graph knows it under: that of the id
    /// token is another one.
    async fn granted(&self, issued: Issued, wanted: Permission) -> Result<Granted> {
        let access = issued.tokens.access.as_ref();
        let access = access.map(|token| token.secret.clone()).unwrap_or_default();
        let session = Session::new(AccountId::generate(), Arc::new(Fresh(access)));
        let user = self.owner(&session).await?;
        let (subject, email) = user
            .and_then(|user| {
                let email = user.mail.filter(|mail| !mail.is_empty());
                Some((user.id?, email.or(user.user_principal_name)))
            })
            .ok_or_else(|| ProviderError::ScopeMissing {
                reason: "User.Read".to_owned(),
            })?;
        let asked = || scope(wanted).split(' ').map(str::to_owned).collect();
        Ok(Granted {
            email: email.unwrap_or_else(|| subject.clone()),
            subject,
            scopes: issued.scopes.unwrap_or_else(asked),
            tokens: issued.tokens,
        })
    }

    /// Asks whose login it is, patiently: the tokens are there, and what they
    /// were got with is used up.
    async fn owner(&self, session: &Session) -> Result<Option<User>> {
        let mut asked = 0;
        loop {
            asked += 1;
            match self.me(session).await {
                Err(ProviderError::Unavailable { .. } | ProviderError::RateLimited { .. })
                    if asked < ASKED =>
                {
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error @ ProviderError::Unavailable { .. }) => {
                    return Err(ProviderError::Protocol {
                        reason: format!("it was allowed, but not said whose login it is: {error}"),
                    });
                }
                told => return told,
            }
        }
    }
}

#[async_trait]
impl Consent for Microsoft {
    /// A port of localhost: it is ignored, the path is not, and 127.0.0.1 has
    /// to be registered by hand.
    fn loopback(&self, port: u16) -> String {
        format!("http://localhost:{port}")
    }

    fn consent_url(&self, request: &ConsentRequest<'_>) -> Result<Url> {
        let further = [("response_mode", "query"), ("prompt", "select_account")];
        Ok(oauth::consent_url(
            &self.endpoints.auth_url,
            self.client_id()?,
            scope(request.wanted),
            request,
            &further,
        ))
    }

    async fn redeem(&self, code: &ConsentCode<'_>, now: DateTime<Utc>) -> Result<Granted> {
        let registration = self.registration()?;
        let issued = oauth::redeem(&self.transport, registration, code, now).await?;
        self.granted(issued, code.wanted).await
    }

    async fn device_code(&self, wanted: Permission) -> Result<Option<DeviceCode>> {
        let (url, client) = (&self.endpoints.device_url, self.client_id()?);
        let scope = scope(wanted);
        let code = oauth::device_code(&self.transport, url, client, scope, wanted).await?;
        Ok(Some(code))
    }

    async fn poll(&self, device: &DeviceCode, now: DateTime<Utc>) -> Result<Poll> {
        let polled = oauth::poll(&self.transport, self.registration()?, device, now).await?;
        Ok(match polled {
            Polled::Pending => Poll::Pending,
            Polled::SlowDown => Poll::SlowDown,
            Polled::Declined => Poll::Declined,
            Polled::Expired => Poll::Expired,
            Polled::Issued(issued) => {
                Poll::Granted(Box::new(self.granted(*issued, device.wanted).await?))
            }
        })
    }

    /// The identity platform has no way for an app to give a grant back.
    async fn revoke(&self, _refresh: &SecretString) -> Result<bool> {
        Ok(false)
    }

    fn missing(&self, granted: &[String], wanted: Permission) -> Vec<&'static str> {
        let has = |wanted: &str| granted.iter().any(|scope| is_scope(scope, wanted));
        let is_missing = !granted.is_empty()
            && match wanted {
                Permission::Write => !has(WRITE),
                Permission::Read => !has(WRITE) && !has(READ),
            };
        let name = match wanted {
            Permission::Write => WRITE,
            Permission::Read => READ,
        };
        if is_missing { vec![name] } else { Vec::new() }
    }
}

/// What is asked for: a refresh token, who it is, the events.
fn scope(wanted: Permission) -> &'static str {
    match wanted {
        Permission::Read => "offline_access openid profile User.Read Calendars.Read",
        Permission::Write => "offline_access openid profile User.Read Calendars.ReadWrite",
    }
}

/// Whether a scope is the wanted one: short or in full, in whatever case.
fn is_scope(scope: &str, wanted: &str) -> bool {
    let strip = |text: &str, from: &str| {
        let start = text.get(..from.len())?;
        let rest = text.get(from.len()..)?;
        start.eq_ignore_ascii_case(from).then(|| rest.to_owned())
    };
    let short = strip(scope, PREFIX).unwrap_or_else(|| scope.to_owned());
    match strip(&short, wanted) {
        Some(rest) => rest.is_empty() || rest.eq_ignore_ascii_case(SHARED),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_known_in_any_spelling() {
        for scope in [
            "Calendars.Read",
            "calendars.read",
            "https://graph.microsoft.com/Calendars.Read",
            "HTTPS://graph.microsoft.com/calendars.read.shared",
        ] {
            assert!(is_scope(scope, READ), "{scope}");
            assert!(!is_scope(scope, WRITE), "{scope}");
        }
        assert!(!is_scope("Calendars.ReadWrite", READ));
        assert!(!is_scope("Calendars.ReadBasic", READ));
        assert!(is_scope("Calendars.ReadWrite.Shared", WRITE));
    }
}
