//! Posts as they arrive, and forgeries.

use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::*;
use crate::model::id::WatchId;

const CHANNEL: &str = "user_u-7_0123456789abcdef01";

fn signer() -> Signer {
    Signer::new(&"s3cret".into())
}

fn token(channel: &str) -> String {
    let signature = signer().sign(&WatchId::new(channel));
    signature.expose_secret().to_owned()
}

/// Receives a post with the given headers.
fn received(headers: &[(&str, &str)]) -> Incoming {
    let header = |name: &str| {
        let mut headers = headers.iter();
        headers.find(|(n, _)| *n == name).map(|(_, value)| *value)
    };
    receive(
        &signer(),
        &Post {
            header: &header,
            query: None,
            body: b"",
            at: "2026-03-02T08:00:00Z".parse().unwrap(),
        },
    )
}

/// The headers of a post for a channel, as the guide shows them.
fn headers<'a>(channel: &'a str, token: &'a str, state: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("content-length", "0"),
        (
            "user-agent",
            "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)",
        ),
        ("x-goog-channel-id", channel),
        ("x-goog-channel-token", token),
        ("x-goog-channel-expiration", "Tue, 19 Nov 2013 01:13:52 GMT"),
        ("x-goog-resource-id", "ret08u3rv24htgh289g"),
        (
            "x-goog-resource-uri",
            "https://www.googleapis.com/calendar/v3/calendars/ana%40example.com/events",
        ),
        ("x-goog-resource-state", state),
        ("x-goog-message-number", "10"),
    ]
}

fn forged() -> Incoming {
    Incoming::Notifications {
        authentic: Vec::new(),
        forged: 1,
    }
}

#[test]
fn a_change_is_a_notification_of_the_channels_user() {
    for state in ["exists", "not_exists", "somethingNew"] {
        let expected = Notification {
            provider: ProviderKind::Google,
            user_id: "u-7".parse().unwrap(),
            watch: Some(CHANNEL.to_owned()),
            resource: Some("ret08u3rv24htgh289g".to_owned()),
            what: state.to_owned(),
            received_at: "2026-03-02T08:00:00Z".parse().ok(),
        };
        let expected = Incoming::Notifications {
            authentic: vec![expected],
            forged: 0,
        };
        let token = token(CHANNEL);
        assert_eq!(received(&headers(CHANNEL, &token, state)), expected);
    }
}

#[test]
fn the_greeting_of_a_channel_is_nothing_to_do() {
    let token = token(CHANNEL);
    assert_eq!(received(&headers(CHANNEL, &token, "sync")), Incoming::Hello);
}

#[test]
fn a_channel_with_another_token_is_forged() {
    let other = token("user_u-7_0123456789abcdef02");
    let right = token(CHANNEL);
    for wrong in ["", "x", &other, &right[1..], &right.to_lowercase()] {
        for state in ["sync", "exists"] {
            assert_eq!(received(&headers(CHANNEL, wrong, state)), forged());
        }
    }
    let mut without = headers(CHANNEL, "", "exists");
    without.retain(|(name, _)| *name != "x-goog-channel-token");
    assert_eq!(received(&without), forged());
}

#[test]
fn a_channel_that_names_no_user_is_forged() {
    let long = format!("user_u_{}", "x".repeat(58));
    for channel in ["01234567-89ab-cdef-0123456789ab", "user_", "user__x", &long] {
        let token = token(channel);
        assert_eq!(received(&headers(channel, &token, "exists")), forged());
    }
}

#[test]
fn a_post_without_channel_or_state_is_malformed() {
    let token = token(CHANNEL);
    for missing in ["x-goog-channel-id", "x-goog-resource-state"] {
        let mut headers = headers(CHANNEL, &token, "exists");
        headers.retain(|(name, _)| *name != missing);
        assert_eq!(received(&headers), Incoming::Malformed, "{missing}");
    }
    for state in ["", "a\tb", &"x".repeat(33)] {
        let headers = headers(CHANNEL, &token, state);
        assert_eq!(received(&headers), Incoming::Malformed, "{state:?}");
    }
    assert_eq!(
        received(&headers("", &token, "exists")),
        Incoming::Malformed
    );
    assert_eq!(received(&[]), Incoming::Malformed);
}

#[test]
fn a_probe_is_a_hello_whatever_it_says() {
    let probe = WatchId::probe();
    let token = token(probe.as_str());
    for state in ["sync", "exists", "not_exists"] {
        let probe = headers(probe.as_str(), &token, state);
        assert_eq!(received(&probe), Incoming::Hello, "{state}");
    }
    let other = headers(probe.as_str(), "forged", "sync");
    assert_eq!(received(&other), forged());
}

#[test]
fn a_resource_that_says_too_much_is_left_out() {
    let (token, long) = (token(CHANNEL), "x".repeat(257));
    let mut headers = headers(CHANNEL, &token, "exists");
    headers.retain(|(name, _)| *name != "x-goog-resource-id");
    for resource in [None, Some(""), Some(long.as_str())] {
        let with = resource.map(|id| ("x-goog-resource-id", id));
        let headers: Vec<_> = headers.iter().copied().chain(with).collect();
        let Incoming::Notifications { authentic, .. } = received(&headers) else {
            panic!("not received");
        };
        assert_eq!(authentic[0].resource, None);
    }
}

proptest! {
    #[test]
    fn nothing_that_is_not_signed_is_authentic(
        channel in ".{0,80}", token in ".{0,80}", resource in ".{0,300}", state in ".{0,40}",
    ) {
        let headers = [
            ("x-goog-channel-id", channel.as_str()),
            ("x-goog-channel-token", &token),
            ("x-goog-resource-id", &resource),
            ("x-goog-resource-state", &state),
        ];
        let received = received(&headers);
        prop_assert!(received == forged() || received == Incoming::Malformed);
    }

    #[test]
    fn whatever_is_signed_is_taken_or_refused(user in "[a-zA-Z0-9_-]{1,40}", state in "\\PC{0,40}") {
        let channel = WatchId::generate(&user.parse().unwrap());
        let token = token(channel.as_str());
        let received = received(&headers(channel.as_str(), &token, &state));
        prop_assert_ne!(received, forged());
    }
}
