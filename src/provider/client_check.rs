//! Whether a provider knows our registration: it is asked to renew a token that
//! does not exist, and who it refuses, the token or the client, tells.

use chrono::DateTime;
use secrecy::SecretString;

use super::http::Transport;
use super::oauth::{self, Registration};
use super::{ProviderError, Result};

/// A refresh token that nobody was ever given.
const NOBODYS: &str = "calsync-doctor-no-such-token";

/// What a provider says of our registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientCheck {
    /// It knows it.
    Known,
    /// It refuses it, with this code.
    Refused(String),
    /// It cannot be told, for this reason.
    Unclear(String),
}

/// Asks the provider.
pub(super) async fn check(
    transport: &Transport,
    registration: Result<Registration<'_>>,
) -> ClientCheck {
    let token = SecretString::from(NOBODYS);
    // Nobody looks at the lifetime of what is not granted.
    let now = DateTime::UNIX_EPOCH;
    let answer = match registration {
        Ok(registration) => oauth::refresh(transport, registration, &token, now).await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(_) => ClientCheck::Unclear("it renews a token that does not exist".to_owned()),
        Err(error) => read(&error),
    }
}

fn read(error: &ProviderError) -> ClientCheck {
    // What narrows a code down stands behind it.
    let is = |reason: &str, codes: &[&str]| {
        let code = reason.split(':').next().unwrap_or_default();
        codes.contains(&code)
    };
    match error {
        ProviderError::ReauthRequired { reason } if is(reason, &["invalid_grant"]) => {
            ClientCheck::Known
        }
        ProviderError::Operator { reason }
            if is(reason, &["invalid_client", "unauthorized_client"]) =>
        {
            ClientCheck::Refused(reason.clone())
        }
        ProviderError::ReauthRequired { reason } | ProviderError::Operator { reason } => {
            ClientCheck::Unclear(reason.clone())
        }
        other => ClientCheck::Unclear(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::http::scripted::{Server, json, settings};

    async fn checked(status: u16, body: &str) -> (ClientCheck, String) {
        let server = Server::start([json(status, body)]);
        let url = server.url("/token");
        let registration = Registration {
            token_url: &url,
            client_id: "client",
            client_secret: None,
        };
        let found = check(&Transport::new(settings()), Ok(registration)).await;
        (found, server.requests().concat())
    }

    #[tokio::test]
    async fn who_refuses_the_token_knows_the_client() {
        let (found, asked) = checked(400, r#"{"error":"invalid_grant"}"#).await;
        assert_eq!(found, ClientCheck::Known);
        assert!(asked.contains("grant_type=refresh_token&refresh_token=calsync-doctor"));
        let body = r#"{"error":"invalid_grant","error_codes":[70000]}"#;
        assert_eq!(checked(400, body).await.0, ClientCheck::Known);
    }

    #[tokio::test]
    async fn a_refused_client_is_told_with_its_code() {
        for (status, code) in [(401, "invalid_client"), (400, "unauthorized_client")] {
            let body = format!(r#"{{"error":"{code}","error_codes":[7000215]}}"#);
            let expected = ClientCheck::Refused(format!("{code}: AADSTS7000215"));
            assert_eq!(checked(status, &body).await.0, expected);
        }
    }

    #[tokio::test]
    async fn whatever_else_is_answered_tells_nothing() {
        let cases = [
            (400, r#"{"error":"invalid_request"}"#),
            (400, r#"{"error":"interaction_required"}"#),
            (404, "<html>"),
            (200, "{}"),
            (200, r#"{"access_token":"x"}"#),
        ];
        for (status, body) in cases {
            let (found, _) = checked(status, body).await;
            assert!(matches!(found, ClientCheck::Unclear(_)), "{body} {found:?}");
        }
    }
}
