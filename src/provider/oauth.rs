//! The refresh grant (RFC 6749, 6), with the error codes that Google and
//! Microsoft share.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::http::{Answer, Body, Request, Transport};
use super::{ProviderError, Result};
use crate::model::account::{AccessToken, Tokens};

/// How long an access token lives when the answer does not say.
const DEFAULT_LIFETIME_S: i64 = 3600;

/// Error codes that pass by themselves, in `error` or `error_description`.
const TRANSIENT: [&str; 3] = [
    "temporarily_unavailable",
    "internal_failure",
    "server_error",
];

/// Our registration at a provider.
pub(super) struct Registration<'a> {
    pub(super) token_url: &'a Url,
    pub(super) client_id: &'a str,
    pub(super) client_secret: Option<&'a SecretString>,
}

/// The id of our registration, which `key` of the configuration sets.
pub(super) fn registered<'a>(client_id: Option<&'a str>, key: &str) -> Result<&'a str> {
    client_id.ok_or_else(|| ProviderError::Operator {
        reason: format!("{key} is not set"),
    })
}

/// A token answer; unknown fields are nobody's business.
#[derive(Deserialize)]
struct Grant {
    access_token: SecretString,
    token_type: Option<String>,
    expires_in: Option<Value>,
    refresh_token: Option<SecretString>,
}

/// A refusal. `error` is a text in OAuth, but whatever stands before the
/// token endpoint may answer in its own way.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    error: Value,
    error_description: Value,
    /// Google's narrower code.
    error_subtype: Value,
    /// Microsoft's narrower codes.
    error_codes: Value,
}

/// Exchanges a refresh token. Its successor is in the answer, or it stays.
pub(super) async fn refresh(
    transport: &Transport,
    registration: Registration<'_>,
    refresh: &SecretString,
    now: DateTime<Utc>,
) -> Result<Tokens> {
    let request = grant_request(&registration, refresh);
    let answer = transport.send_unauthorised(&request, classify).await?;
    let grant: Grant = answer.json()?;
    if !speaks_bearer(&grant) {
        let reason = "token is of a kind other than bearer".to_owned();
        return Err(ProviderError::Protocol { reason });
    }
    let expires_at = now
        .checked_add_signed(lifetime(grant.expires_in.as_ref()))
        .unwrap_or(now);
    Ok(Tokens {
        access: Some(AccessToken {
            secret: grant.access_token,
            expires_at,
        }),
        refresh: successor(grant.refresh_token, refresh),
    })
}

/// The request of the grant. A refresh token survives its use, so that the
/// request may be repeated.
fn grant_request(registration: &Registration<'_>, refresh: &SecretString) -> Request {
    let mut fields = vec![
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh.expose_secret()),
        ("client_id", registration.client_id),
    ];
    if let Some(secret) = registration.client_secret {
        fields.push(("client_secret", secret.expose_secret()));
    }
    let url = registration.token_url.clone();
    Request::post(url, "token", Body::form(&fields)).repeatable()
}

/// Whether the token is one that we know how to use (RFC 6749, 7.1).
fn speaks_bearer(grant: &Grant) -> bool {
    let kind = grant.token_type.as_deref().unwrap_or("Bearer");
    kind.eq_ignore_ascii_case("bearer") && !grant.access_token.expose_secret().is_empty()
}

/// The refresh token that is valid from now on.
fn successor(new: Option<SecretString>, old: &SecretString) -> SecretString {
    new.filter(|token| !token.expose_secret().is_empty())
        .unwrap_or_else(|| old.clone())
}

/// `expires_in`, a number or the text of one.
fn lifetime(expires_in: Option<&Value>) -> TimeDelta {
    let seconds = expires_in.and_then(|value| match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_i64(),
    });
    let seconds: i64 = seconds.unwrap_or(DEFAULT_LIFETIME_S);
    TimeDelta::try_seconds(seconds.max(0)).unwrap_or_default()
}

/// What a refusal means. A grant that is void, or that lacks a consent or a
/// proof, is the user's to mend; the registration is the operator's.
fn classify(answer: &Answer) -> ProviderError {
    let refusal: Refusal = answer.json().unwrap_or_default();
    let code = text(&refusal.error);
    let reason = if code.is_empty() {
        format!("HTTP {}", answer.status.as_u16())
    } else {
        super::code(code)
    };
    if passes(answer, &refusal) {
        let retry_after = answer.retry_after();
        return ProviderError::Unavailable {
            reason,
            retry_after,
        };
    }
    let reason = narrowed(reason, &refusal);
    match code {
        "invalid_grant"
        | "interaction_required"
        | "consent_required"
        | "login_required"
        | "access_denied" => ProviderError::ReauthRequired { reason },
        "invalid_client"
        | "unauthorized_client"
        | "invalid_scope"
        | "invalid_resource"
        | "unsupported_grant_type"
        | "invalid_request" => ProviderError::Operator { reason },
        _ => ProviderError::Protocol {
            reason: format!("token endpoint: {reason}"),
        },
    }
}

/// Whether a refusal is worth another try later.
fn passes(answer: &Answer, refusal: &Refusal) -> bool {
    let named = |value: &Value| TRANSIENT.iter().any(|code| text(value).contains(code));
    answer.status.is_server_error()
        || matches!(answer.status.as_u16(), 408 | 429)
        || named(&refusal.error)
        || named(&refusal.error_description)
}

/// A code together with what narrows it down.
fn narrowed(code: String, refusal: &Refusal) -> String {
    let subtype = text(&refusal.error_subtype);
    if !subtype.is_empty() {
        return format!("{code}: {}", super::code(subtype));
    }
    match aadsts(refusal) {
        Some(number) => format!("{code}: AADSTS{number}"),
        None => code,
    }
}

/// Microsoft's number of a refusal, for whoever has to look it up: decisions
/// must not depend on it.
fn aadsts(refusal: &Refusal) -> Option<u64> {
    if let Some(number) = refusal.error_codes[0].as_u64() {
        return Some(number);
    }
    let (_, told) = text(&refusal.error_description).split_once("AADSTS")?;
    let end = told.find(|c: char| !c.is_ascii_digit());
    told.get(..end.unwrap_or(told.len()))?.parse().ok()
}

/// A text, or nothing.
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;
    use crate::provider::http::scripted::{Server, json, settings};

    fn now() -> DateTime<Utc> {
        "2026-03-02T08:00:00Z".parse().unwrap()
    }

    /// Refreshes `old` at a server with the given answers.
    async fn refreshed(server: &Server) -> Result<Tokens> {
        let url = server.url("/token");
        let secret = SecretString::from("s3cret");
        let registration = Registration {
            token_url: &url,
            client_id: "cl&ient",
            client_secret: Some(&secret),
        };
        let transport = Transport::new(settings());
        refresh(&transport, registration, &SecretString::from("old"), now()).await
    }

    fn refusal(status: u16, body: &str) -> ProviderError {
        classify(&Answer::of(status, HeaderMap::new(), body))
    }

    #[tokio::test]
    async fn a_refresh_without_a_new_token_keeps_the_old_one() {
        let body = r#"{"access_token":"new","expires_in":3599,"token_type":"Bearer","x":[1]}"#;
        let server = Server::start([json(200, body)]);
        let tokens = refreshed(&server).await.unwrap();
        assert_eq!(tokens.refresh.expose_secret(), "old");
        let access = tokens.access.unwrap();
        assert_eq!(access.secret.expose_secret(), "new");
        assert_eq!(access.expires_at, now() + TimeDelta::seconds(3599));
        let request = &server.requests()[0];
        assert!(request.starts_with("POST /token HTTP/1.1"));
        assert!(request.ends_with(
            "grant_type=refresh_token&refresh_token=old&client_id=cl%26ient&client_secret=s3cret"
        ));
        assert!(!request.to_lowercase().contains("authorization"));
    }

    #[tokio::test]
    async fn a_new_refresh_token_takes_the_place_of_the_old_one() {
        let body = r#"{"access_token":"new","refresh_token":"next"}"#;
        let server = Server::start([json(200, body)]);
        let tokens = refreshed(&server).await.unwrap();
        assert_eq!(tokens.refresh.expose_secret(), "next");
        let lifetime = tokens.access.unwrap().expires_at - now();
        assert_eq!(lifetime, TimeDelta::seconds(3600));
    }

    #[tokio::test]
    async fn a_passing_refusal_is_repeated() {
        let busy = json(503, "<html>");
        let server = Server::start([busy, json(200, r#"{"access_token":"new"}"#)]);
        assert!(refreshed(&server).await.is_ok());
        assert_eq!(server.requests().len(), 2);
    }

    #[tokio::test]
    async fn an_answer_without_a_usable_token_is_not_understood() {
        for body in [
            "{}",
            "<html>",
            r#"{"access_token":"x","token_type":"mac"}"#,
            r#"{"access_token":""}"#,
        ] {
            let server = Server::start([json(200, body)]);
            let error = refreshed(&server).await.unwrap_err();
            assert!(matches!(error, ProviderError::Protocol { .. }), "{body}");
        }
    }

    #[test]
    fn each_refusal_blames_whoever_can_mend_it() {
        let plain = [
            (400, "invalid_grant", "reauth invalid_grant"),
            (401, "invalid_client", "operator invalid_client"),
            (400, "invalid_client", "operator invalid_client"),
            (400, "interaction_required", "reauth interaction_required"),
            (400, "consent_required", "reauth consent_required"),
            (400, "login_required", "reauth login_required"),
            (400, "access_denied", "reauth access_denied"),
            (400, "unauthorized_client", "operator unauthorized_client"),
            (400, "invalid_resource", "operator invalid_resource"),
            (400, "invalid_scope", "operator invalid_scope"),
            (
                400,
                "unsupported_grant_type",
                "operator unsupported_grant_type",
            ),
            (400, "invalid_request", "operator invalid_request"),
            (400, "server_error", "later server_error"),
            (
                400,
                "temporarily_unavailable",
                "later temporarily_unavailable",
            ),
            (503, "invalid_grant", "later invalid_grant"),
            (400, "slow_down", "protocol token endpoint: slow_down"),
            (
                400,
                "ana@b.example",
                "protocol token endpoint: unprintable code",
            ),
        ];
        for (status, code, expected) in plain {
            let body = format!(r#"{{"error":"{code}","error_description":"Words."}}"#);
            assert_eq!(spoken(&refusal(status, &body)), expected, "{status}");
        }
    }

    #[test]
    fn subtypes_descriptions_and_bodies_of_any_shape_are_read() {
        let rapt = r#"{"error":"invalid_grant","error_subtype":"invalid_rapt"}"#;
        let passing = r#"{"error":"invalid_request","error_description":"internal_failure"}"#;
        let cases = [
            (400, rapt, "reauth invalid_grant: invalid_rapt"),
            (400, passing, "later invalid_request"),
            (429, "", "later HTTP 429"),
            (500, "<html>", "later HTTP 500"),
            (
                400,
                r#"{"error":{"code":400}}"#,
                "protocol token endpoint: HTTP 400",
            ),
            (404, "", "protocol token endpoint: HTTP 404"),
        ];
        for (status, body, expected) in cases {
            assert_eq!(spoken(&refusal(status, body)), expected, "{status} {body}");
        }
    }

    #[test]
    fn the_number_of_a_refusal_is_said_beside_its_code() {
        let described = r#""error_description":"AADSTS700082: Ana's token.\r\nTrace ID: x""#;
        let cases = [
            (
                r#""error":"invalid_grant","error_codes":[70008,1]"#.to_owned(),
                "reauth invalid_grant: AADSTS70008",
            ),
            (
                format!(r#""error":"invalid_grant",{described}"#),
                "reauth invalid_grant: AADSTS700082",
            ),
            (
                format!(r#""error":"invalid_client",{described},"error_codes":[7000215]"#),
                "operator invalid_client: AADSTS7000215",
            ),
            (
                r#""error":"login_required","error_codes":"x""#.to_owned(),
                "reauth login_required",
            ),
            (
                r#""error":"invalid_grant","error_description":"AADSTS: none""#.to_owned(),
                "reauth invalid_grant",
            ),
        ];
        for (members, expected) in cases {
            let body = format!("{{{members}}}");
            assert_eq!(spoken(&refusal(400, &body)), expected, "{body}");
        }
    }

    fn spoken(error: &ProviderError) -> String {
        match error {
            ProviderError::ReauthRequired { reason } => format!("reauth {reason}"),
            ProviderError::Operator { reason } => format!("operator {reason}"),
            ProviderError::Unavailable { reason, .. } => format!("later {reason}"),
            ProviderError::Protocol { reason } => format!("protocol {reason}"),
            other => other.to_string(),
        }
    }

    #[test]
    fn a_lifetime_may_be_a_text_and_is_never_negative() {
        let cases = [("3599", 3599), (r#""120""#, 120), ("-5", 0), ("null", 3600)];
        for (text, seconds) in cases {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(
                lifetime(Some(&value)),
                TimeDelta::seconds(seconds),
                "{text}"
            );
        }
    }
}
