//! What providers post, and how it is answered.

use super::desk::{Desk, GOOGLE, GRAPH, entry, google, graph, now, request};
use super::queue::Mood;
use crate::model::account::ProviderKind;

#[tokio::test]
async fn a_notification_of_google_is_queued_before_it_is_answered() {
    let desk = Desk::new();
    for path in [GOOGLE, "/integrations/calendar/webhooks/google"] {
        let answer = desk.ask(&google(path, "exists", None)).await;
        assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    }
    let pushed = desk.queue.pushed();
    assert_eq!(pushed.len(), 2);
    assert_eq!(pushed[0], pushed[1]);
    assert_eq!(pushed[0].provider, ProviderKind::Google);
    assert_eq!(pushed[0].user_id.as_str(), "u-7");
    assert_eq!(pushed[0].received_at, Some(now()));
}

#[tokio::test]
async fn a_hello_is_answered_and_not_queued() {
    let desk = Desk::new();
    let answer = desk.ask(&google(GOOGLE, "sync", None)).await;
    assert_eq!(answer.status, 204);
    assert!(desk.queue.pushed().is_empty());
}

#[tokio::test]
async fn a_forgery_of_googles_is_refused_without_a_word() {
    let desk = Desk::new();
    for state in ["exists", "sync"] {
        let forged = google(GOOGLE, state, Some("not the token"));
        let answer = desk.ask(&forged).await;
        assert_eq!((answer.status, answer.body.as_str()), (403, ""));
    }
    assert!(desk.queue.pushed().is_empty());
}

#[tokio::test]
async fn graphs_notifications_are_queued_and_those_that_are_forged_dropped() {
    let desk = Desk::new();
    let paths = [
        GRAPH,
        "/integrations/calendar/webhooks/microsoft",
        "/webhooks/microsoft/lifecycle",
    ];
    let entries = [entry("created", true), entry("updated", false), 7.into()];
    for path in paths {
        let answer = desk.ask(&graph(path, &entries)).await;
        assert_eq!((answer.status, answer.body.as_str()), (202, ""));
    }
    let pushed = desk.queue.pushed();
    assert_eq!(pushed.len(), 3);
    assert!(pushed.iter().all(|one| one.what == "updated"), "{pushed:?}");
}

#[tokio::test]
async fn graph_is_not_told_that_all_of_its_notifications_were_forged() {
    let desk = Desk::new();
    let forged = desk.ask(&graph(GRAPH, &[entry("created", true)])).await;
    let authentic = desk.ask(&graph(GRAPH, &[entry("created", false)])).await;
    let without_date = |head: &str| {
        let lines = head.lines().filter(|line| !line.starts_with("date"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(forged.status, 202);
    assert_eq!(without_date(&forged.head), without_date(&authentic.head));
    assert_eq!(desk.queue.pushed().len(), 1);
}

#[tokio::test]
async fn graphs_challenge_is_answered_by_itself_and_as_mere_text() {
    let desk = Desk::new();
    let line = format!("POST {GRAPH}?validationToken=a%20b%2Bc%3Cscript%3E+d");
    let answer = desk.ask(&request(&line, &[], "")).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, "a b+c<script> d")
    );
    assert_eq!(answer.header("content-type"), Some("text/plain"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
}

#[tokio::test]
async fn what_cannot_be_understood_is_refused_without_a_word() {
    let desk = Desk::new();
    let malformed = [
        request(&format!("POST {GOOGLE}"), &[], "surprise"),
        request(&format!("POST {GRAPH}"), &[], ""),
        request(&format!("POST {GRAPH}"), &[], "{\"value\":"),
        request(&format!("POST {GRAPH}?validationToken="), &[], ""),
    ];
    for request in malformed {
        let answer = desk.ask(&request).await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (400, ""),
            "{request}"
        );
    }
    assert!(desk.queue.pushed().is_empty());
}

#[tokio::test]
async fn a_wrong_path_or_method_is_refused_without_a_word() {
    let desk = Desk::new();
    for (line, status) in [
        ("GET /", 404),
        ("POST /webhooks/google", 404),
        ("POST /webhooks/google/calendar/", 404),
        ("POST /webhooks/google/../../etc/passwd", 404),
        ("GET /webhooks/google/calendar", 405),
        ("PUT /webhooks/microsoft/lifecycle", 405),
        ("POST /metrics", 405),
    ] {
        let answer = desk.ask(&request(line, &[], "")).await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (status, ""),
            "{line}"
        );
    }
}

#[tokio::test]
async fn while_the_queue_is_away_providers_are_asked_to_try_again() {
    let desk = Desk::new();
    desk.queue.is(Mood::Refuses);
    let (of_google, of_graph) = (
        google(GOOGLE, "exists", None),
        graph(GRAPH, &[entry("updated", false)]),
    );
    for request in [&of_google, &of_graph] {
        let answer = desk.ask(request).await;
        assert_eq!((answer.status, answer.body.as_str()), (503, ""));
        assert_eq!(answer.header("retry-after"), Some("10"));
    }
    // What needs no queue is answered all the same.
    assert_eq!(desk.ask(&google(GOOGLE, "sync", None)).await.status, 204);
    assert_eq!(
        desk.ask(&google(GOOGLE, "exists", Some("x"))).await.status,
        403
    );
    desk.queue.is(Mood::Takes);
    assert_eq!(desk.ask(&of_google).await.status, 204);
    assert_eq!(desk.ask(&of_graph).await.status, 202);
    assert_eq!(desk.queue.pushed().len(), 2);
}

#[tokio::test]
async fn many_requests_wait_for_the_queue_at_once() {
    let desk = Desk::new();
    desk.queue.is(Mood::Waits);
    let mut clients = Vec::new();
    for _ in 0..50 {
        let mut client = desk.connect();
        client.send(&google(GOOGLE, "exists", None)).await;
        clients.push(client);
    }
    for _ in 0..50 {
        desk.queue.has_waiting().await;
    }
    (0..50).for_each(|_| desk.queue.release());
    for mut client in clients {
        assert_eq!(client.answer().await.unwrap().status, 204);
    }
    assert_eq!(desk.queue.pushed().len(), 50);
}
