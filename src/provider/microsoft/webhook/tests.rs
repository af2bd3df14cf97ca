//! Posts as they arrive, and forgeries.

use proptest::prelude::*;

use super::*;

const WATCH: &str = "user_u-7_0123456789abcdef01";

fn signer() -> Signer {
    Signer::new(&"s3cret".into())
}

/// The client state of a watch.
fn state(watch: &str) -> String {
    let watch = WatchId::new(watch);
    let state = client_state(&watch, &signer().sign(&watch));
    state.expose_secret().to_owned()
}

fn posted(query: Option<&str>, body: &[u8]) -> Incoming {
    receive(
        &signer(),
        &Post {
            header: &|_| None,
            query,
            body,
            at: "2026-03-02T08:00:00Z".parse().unwrap(),
        },
    )
}

/// Receives a collection of entries.
fn received(entries: &str) -> (Vec<Notification>, usize) {
    match posted(None, format!(r#"{{"value":[{entries}]}}"#).as_bytes()) {
        Incoming::Notifications { authentic, forged } => (authentic, forged),
        other => panic!("{other:?}"),
    }
}

/// A change as the contract shows it.
fn change(state: &str) -> String {
    format!(
        r##"{{"id":"lsgTZMr9KwAAA","subscriptionId":"7f105c7d-2dc5-4530-97cd-4e7ae6534c07",
            "subscriptionExpirationDateTime":"2026-05-09T23:29:18.2277768+00:00",
            "clientState":"{state}","changeType":"updated",
            "resource":"Users/8ee44408-0679-472c-bc2a-692812af3437/Events/AAMkAGI1AAA=",
            "resourceData":{{"@odata.type":"#Microsoft.Graph.Event","@odata.id":"Users/8ee44408/Events/x",
                "@odata.etag":"W/\"DwAAABYAAAAX\"","id":"AAMkAGI1AAA="}},
            "tenantId":"84bd8158-6d4d-4958-8b9f-9d6445542f95"}}"##
    )
}

/// What a change is read as.
fn expected() -> Notification {
    Notification {
        provider: ProviderKind::Microsoft,
        user_id: "u-7".parse().unwrap(),
        watch: Some("7f105c7d-2dc5-4530-97cd-4e7ae6534c07".to_owned()),
        resource: Some("Users/8ee44408-0679-472c-bc2a-692812af3437/Events/AAMkAGI1AAA=".to_owned()),
        what: "updated".to_owned(),
        received_at: "2026-03-02T08:00:00Z".parse().ok(),
    }
}

#[test]
fn a_challenge_is_decoded_once_and_answered() {
    for (query, token) in [
        ("validationToken=abc", "abc"),
        ("validationToken=a%20b+c%2Bd%252B", "a b c+d%2B"),
        ("a=1&validationToken=x&b=2", "x"),
        ("validationToken=%3Cb%3E&validationToken=other", "<b>"),
        (
            "validationToken=Validation%3a+Testing",
            "Validation: Testing",
        ),
    ] {
        let incoming = posted(Some(query), b"");
        assert_eq!(incoming, Incoming::Challenge(token.to_owned()), "{query}");
    }
}

#[test]
fn a_challenge_of_absurd_length_is_malformed() {
    let query = |length: usize| format!("validationToken={}", "x".repeat(length));
    let longest = posted(Some(&query(CHALLENGE)), b"");
    assert_eq!(longest, Incoming::Challenge("x".repeat(CHALLENGE)));
    for length in [0, CHALLENGE + 1, 1 << 20] {
        let incoming = posted(Some(&query(length)), b"");
        assert_eq!(incoming, Incoming::Malformed, "{length}");
    }
}

#[test]
fn a_change_is_a_notification_of_the_subscriptions_user() {
    let (authentic, forged) = received(&change(&state(WATCH)));
    assert_eq!((authentic, forged), (vec![expected()], 0));
}

#[test]
fn another_query_leaves_notifications_as_they_are() {
    let body = format!(
        r#"{{"value":[{}],"validationTokens":[]}}"#,
        change(&state(WATCH))
    );
    let incoming = posted(Some("a=1&validationtoken=x"), body.as_bytes());
    let authentic = vec![expected()];
    assert_eq!(
        incoming,
        Incoming::Notifications {
            authentic,
            forged: 0
        }
    );
}

#[test]
fn word_of_the_subscription_itself_is_a_notification_too() {
    for event in [
        "reauthorizationRequired",
        "subscriptionRemoved",
        "missed",
        "new",
    ] {
        let entry = format!(
            r#"{{"subscriptionId":"7f105c7d","subscriptionExpirationDateTime":
                "2026-05-09T11:00:00.0000000Z","tenantId":"84bd8158","clientState":"{}",
                "lifecycleEvent":"{event}","changeType":null}}"#,
            state(WATCH)
        );
        let expected = Notification {
            watch: Some("7f105c7d".to_owned()),
            resource: None,
            what: event.to_owned(),
            ..expected()
        };
        assert_eq!(received(&entry), (vec![expected], 0));
    }
}

#[test]
fn a_forgery_among_others_spoils_only_itself() {
    let (right, other) = (state(WATCH), state("user_u-7_other"));
    let signature = right.split_once('.').unwrap().1;
    let entries = [
        change(&right),
        change(""),
        change(WATCH),
        change(signature),
        change(&format!(".{signature}")),
        change(&format!("{WATCH}.")),
        change(&format!("{WATCH}.{}", other.split_once('.').unwrap().1)),
        change(&format!("{WATCH}.{right}")),
        change(&format!("user_u-8_0123456789abcdef01.{signature}")),
        change(&state("channel-1")),
        change(&state(&format!("user_u_{}", "x".repeat(58)))),
        change("x").replace(r#""clientState":"x","#, ""),
        change("x").replace(r#""x""#, "null"),
        change("x").replace(r#""x""#, "7"),
        "null".to_owned(),
        "[]".to_owned(),
        "7".to_owned(),
        r#""text""#.to_owned(),
        "{}".to_owned(),
        change(&other),
    ];
    let (authentic, forged) = received(&entries.join(","));
    assert_eq!(authentic, [expected(), expected()]);
    assert_eq!(forged, entries.len() - 2);
}

#[test]
fn what_is_signed_is_a_reason_to_look_whatever_else_it_says() {
    let members = [
        String::new(),
        r#","subscriptionId":"","changeType":"","resource":"""#.to_owned(),
        format!(
            r#","subscriptionId":"{}","lifecycleEvent":"{}","resource":"{}""#,
            "x".repeat(SUBSCRIPTION + 1),
            "x".repeat(WORD + 1),
            "x".repeat(RESOURCE + 1)
        ),
        r#","subscriptionId":"\u0000","changeType":"a\nb","resource":"\u001b[0m""#.to_owned(),
    ];
    for members in members {
        let entry = format!(r#"{{"clientState":"{}"{members}}}"#, state(WATCH));
        let expected = Notification {
            watch: Some(WATCH.to_owned()),
            resource: None,
            what: "unknown".to_owned(),
            ..expected()
        };
        assert_eq!(received(&entry), (vec![expected], 0), "{members}");
    }
}

#[test]
fn escapes_are_read_as_what_they_stand_for() {
    let escaped = state(WATCH).replace('_', r"\u005f");
    assert_eq!(received(&change(&escaped)), (vec![expected()], 0));
}

#[test]
fn a_body_without_a_list_is_malformed() {
    let bodies: [&[u8]; 9] = [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"null",
        br#"{"value":null}"#,
        br#"{"value":{"a":1}}"#,
        br#"{"value":[{"clientState":"x"}"#,
        b"\xff\xfe",
    ];
    for body in bodies {
        assert_eq!(posted(None, body), Incoming::Malformed);
        assert_eq!(posted(Some("a=1"), body), Incoming::Malformed);
    }
    assert_eq!(received(""), (Vec::new(), 0));
}

#[test]
fn a_list_without_end_is_malformed() {
    let body = |entries: usize| format!(r#"{{"value":[{}0]}}"#, "0,".repeat(entries - 1));
    let longest = posted(None, body(NOTIFICATIONS).as_bytes());
    let forged = NOTIFICATIONS;
    assert_eq!(
        longest,
        Incoming::Notifications {
            authentic: Vec::new(),
            forged
        }
    );
    let longer = posted(None, body(NOTIFICATIONS + 1).as_bytes());
    assert_eq!(longer, Incoming::Malformed);
    let deep = format!(r#"{{"value":{}"#, "[".repeat(1 << 20));
    assert_eq!(posted(None, deep.as_bytes()), Incoming::Malformed);
}

#[test]
fn the_longest_client_state_is_one_that_graph_takes() {
    let watch = WatchId::generate(&"x".repeat(40).parse().unwrap());
    assert!(state(watch.as_str()).len() <= 128);
}

/// Something like JSON, broken or not.
fn almost_json() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{".to_owned()),
        Just("}".to_owned()),
        Just("[".to_owned()),
        Just("]".to_owned()),
        Just(",".to_owned()),
        Just(r#""value":["#.to_owned()),
        Just(r#""clientState":"user_u_x.AAAA""#.to_owned()),
        Just(r#""subscriptionId":"#.to_owned()),
        Just("null".to_owned()),
        ".{0,12}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn bytes_of_any_kind_bring_nothing_authentic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(posted(None, &body), Incoming::Malformed);
    }

    #[test]
    fn almost_json_brings_nothing_authentic(body in almost_json(), query in ".{0,40}") {
        let body = format!(r#"{{"value":[{body}]}}"#);
        match posted(Some(&query), body.as_bytes()) {
            Incoming::Notifications { authentic, .. } => prop_assert!(authentic.is_empty()),
            Incoming::Challenge(_) | Incoming::Hello => prop_assert!(false),
            Incoming::Malformed => {}
        }
    }

    #[test]
    fn queries_of_any_kind_are_survived(query in "(validationToken=)?.{0,80}") {
        let incoming = posted(Some(&query), b"");
        prop_assert!(matches!(incoming, Incoming::Challenge(_) | Incoming::Malformed));
    }
}
