use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::Value;

use super::*;
use crate::provider::consent::{ConsentCode, DeviceCode, Permission, Verifier};
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

/// A registration at a server, and what it is asked for.
fn registration<'a>(url: &'a Url, secret: Option<&'a SecretString>) -> Registration<'a> {
    Registration {
        token_url: url,
        client_id: "client",
        client_secret: secret,
    }
}

/// Redeems a code at a server with the given answers.
async fn redeemed(server: &Server) -> Result<Issued> {
    let (url, transport) = (server.url("/token"), Transport::new(settings()));
    let code = ConsentCode {
        code: &"4/0A".into(),
        redirect: "http://127.0.0.1:4711",
        verifier: &Verifier::new(&[7; 32]),
        wanted: Permission::Write,
    };
    redeem(&transport, registration(&url, None), &code, now()).await
}

#[tokio::test]
async fn a_code_is_sent_once_with_what_only_we_know() {
    let body = r#"{"access_token":"a","refresh_token":"r","scope":"one two","id_token":"x.y.z"}"#;
    let server = Server::start([json(200, body)]);
    let issued = redeemed(&server).await.unwrap();
    assert_eq!(issued.tokens.refresh.expose_secret(), "r");
    assert_eq!(issued.scopes.unwrap(), ["one", "two"]);
    assert!(server.requests()[0].ends_with(
        "grant_type=authorization_code&code=4%2F0A&redirect_uri=http%3A%2F%2F127.0.0.1%3A4711\
         &code_verifier=BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc&client_id=client"
    ));
    let server = Server::start([json(503, ""), json(200, body)]);
    assert!(redeemed(&server).await.is_err());
    assert_eq!(server.requests().len(), 1, "a code must not be sent again");
}

#[tokio::test]
async fn a_consent_without_a_refresh_token_is_of_no_use() {
    for body in [
        r#"{"access_token":"a"}"#,
        r#"{"access_token":"a","refresh_token":""}"#,
    ] {
        let server = Server::start([json(200, body)]);
        let error = redeemed(&server).await.err().unwrap();
        assert!(matches!(error, ProviderError::Protocol { .. }), "{body}");
    }
}

#[tokio::test]
async fn what_became_of_a_device_code_is_told_by_its_error() {
    let granted = r#"{"access_token":"a","refresh_token":"r"}"#.to_owned();
    let refused = |code: &str| format!(r#"{{"error":"{code}"}}"#);
    let cases = [
        (200, granted, "issued"),
        (400, refused("authorization_pending"), "pending"),
        (400, refused("slow_down"), "slow down"),
        (400, refused("authorization_declined"), "declined"),
        (403, refused("access_denied"), "declined"),
        (400, refused("expired_token"), "expired"),
        (
            400,
            refused("bad_verification_code"),
            "answer not understood (token endpoint: bad_verification_code)",
        ),
        (503, String::new(), "not reachable (HTTP 503)"),
    ];
    for (status, body, expected) in cases {
        let server = Server::start([json(status, &body)]);
        let (url, transport) = (server.url("/token"), Transport::new(settings()));
        let device = DeviceCode {
            device_code: "dev".into(),
            user_code: "ABC".to_owned(),
            verification_url: String::new(),
            lifetime: Duration::ZERO,
            interval: Duration::ZERO,
            wanted: Permission::Read,
        };
        let polled = poll(&transport, registration(&url, None), &device, now()).await;
        let spoken = match polled {
            Ok(Polled::Pending) => "pending".to_owned(),
            Ok(Polled::SlowDown) => "slow down".to_owned(),
            Ok(Polled::Declined) => "declined".to_owned(),
            Ok(Polled::Expired) => "expired".to_owned(),
            Ok(Polled::Issued(_)) => "issued".to_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(spoken, expected, "{status} {body}");
    }
}

#[test]
fn an_id_token_tells_whose_login_it_is() {
    let token = |payload: &str| SecretString::from(format!("h.{payload}.s"));
    // {"sub":"117","email":"ana@b.example","aud":["x"]}
    let told = token("eyJzdWIiOiIxMTciLCJlbWFpbCI6ImFuYUBiLmV4YW1wbGUiLCJhdWQiOlsieCJdfQ");
    let read = IdToken::read(Some(&told)).unwrap();
    assert_eq!(
        (read.sub.as_str(), read.email.as_deref()),
        ("117", Some("ana@b.example"))
    );
    // {"sub":""}
    for wrong in [
        Some(token("eyJzdWIiOiIifQ")),
        Some(token("x")),
        Some("x".into()),
        None,
    ] {
        assert!(IdToken::read(wrong.as_ref()).is_err());
    }
}
