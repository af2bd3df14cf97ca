//! What concerns an account: its calendars, tokens and limits.

use super::*;

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let refused = json(401, r#"{"error":{"code":"InvalidAuthenticationToken"}}"#);
    let server = Server::start([refused.clone(), page("")]);
    changes(&server, &request(None, None)).await.unwrap();
    assert!(server.requests()[1].contains("Bearer other"));
    let server = Server::start([refused.clone(), refused]);
    let error = changes(&server, &request(None, None)).await.unwrap_err();
    let expected = "Unauthorized { reason: \"InvalidAuthenticationToken\" }";
    assert_eq!(format!("{error:?}"), expected);
}

#[tokio::test]
async fn a_throttled_request_is_sent_again() {
    let body = r#"{"error":{"code":"ApplicationThrottled"}}"#;
    let server = Server::start([answer(429, "retry-after: 0\r\n", body), page("")]);
    changes(&server, &request(None, None)).await.unwrap();
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn all_calendars_are_listed_each_once() {
    let server = Server::linked(|base| {
        let first = format!(
            r#"{{"value":[{{"id":"a","name":"Calendar","canEdit":true,"isDefaultCalendar":true}}],
                "@odata.nextLink":"{base}/v1.0/me/calendars?$skip=10"}}"#
        );
        let last = r#"{"value":[{"id":"b","name":"Team","canEdit":false},{"id":"a"}]}"#;
        vec![json(200, &first), json(200, last)]
    });
    let [a, b] = <[DiscoveredCalendar; 2]>::try_from(calendars(&server).await.unwrap()).unwrap();
    assert_eq!((a.name.as_str(), a.is_primary), ("Calendar", true));
    assert_eq!(a.access_role, AccessRole::Owner);
    assert_eq!(
        (b.name.as_str(), b.access_role),
        ("Team", AccessRole::Reader)
    );
    let expected = ["/v1.0/me/calendars", "/v1.0/me/calendars?$skip=10"];
    assert_eq!(asked(&server), expected);
}

#[tokio::test]
async fn a_refresh_asks_for_no_scope_and_takes_the_new_token() {
    let body = r#"{"token_type":"Bearer","scope":"Calendars.ReadWrite","expires_in":3599,
                   "access_token":"new","refresh_token":"next"}"#;
    let server = Server::start([json(200, body)]);
    let now = "2026-03-02T08:00:00Z".parse().unwrap();
    let old = SecretString::from("old");
    let tokens = microsoft(&server).refresh(&old, now).await.unwrap();
    assert_eq!(tokens.refresh.expose_secret(), "next");
    let sent = "grant_type=refresh_token&refresh_token=old&client_id=client";
    assert!(server.requests()[0].ends_with(sent));
}

#[tokio::test]
async fn without_a_registration_the_operator_is_told() {
    let server = Server::start([]);
    let mut adapter = microsoft(&server);
    adapter.endpoints.client_id = None;
    let now = "2026-03-02T08:00:00Z".parse().unwrap();
    let error = adapter.refresh(&"old".into(), now).await.unwrap_err();
    assert!(
        matches!(error, ProviderError::Operator { reason } if reason == "microsoft.client_id is not set")
    );
}

#[test]
fn a_mailbox_is_never_asked_more_than_it_takes() {
    for (given, kept) in [(1, 1), (4, 4), (16, 4)] {
        let settings = TransportSettings {
            per_account_concurrency: given,
            ..settings()
        };
        assert_eq!(limited(settings).per_account_concurrency, kept);
    }
    let settings = limited(settings());
    assert!(settings.requests_per_second * 600 + settings.burst <= 10_000);
}

#[test]
fn a_listing_covers_a_window() {
    let server = Server::start([]);
    assert_eq!(microsoft(&server).scope(), Scope::Window);
}

#[test]
fn printing_the_endpoints_shows_no_secret() {
    let server = Server::start([]);
    let endpoints = MicrosoftEndpoints {
        client_secret: Some("s3cret".into()),
        ..microsoft(&server).endpoints
    };
    assert!(!format!("{endpoints:?}").contains("s3cret"));
}
