//! Clients that take more than they may. The clock of these tests jumps to
//! the next timer whenever nobody does anything.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::desk::{Desk, GOOGLE, GRAPH, entry, google, graph, request};
use super::queue::Mood;

#[tokio::test(start_paused = true)]
async fn a_head_that_is_too_large_is_refused() {
    let desk = Desk::new();
    let long = "x".repeat(17 << 10);
    let large = request("GET /healthz", &[("x-large", &long)], "");
    assert_eq!(desk.ask(&large).await.status, 431);
    let many = vec![("x-many", "1"); 101];
    assert_eq!(
        desk.ask(&request("GET /healthz", &many, "")).await.status,
        431
    );
    let line = format!("POST {GRAPH}?validationToken={}", "x".repeat(17 << 10));
    assert_eq!(desk.ask(&request(&line, &[], "")).await.status, 431);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_too_large_is_refused_before_it_arrives() {
    let desk = Desk::new();
    let head = format!("POST {GRAPH} HTTP/1.1\r\nhost: calsync\r\n");
    let announced = format!("{head}content-length: 4097\r\n\r\n");
    assert_eq!(desk.ask(&announced).await.status, 413);
    let parts = format!("1000\r\n{}\r\n1\r\nx\r\n", "x".repeat(4096));
    let unannounced = format!("{head}transfer-encoding: chunked\r\n\r\n{parts}");
    assert_eq!(desk.ask(&unannounced).await.status, 413);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_says_nothing_is_cut_off() {
    let begun = Instant::now();
    assert!(Desk::new().connect().answer().await.is_none());
    assert_eq!(begun.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_head_that_trickles_in_is_cut_off() {
    let (desk, begun) = (Desk::new(), Instant::now());
    let mut client = desk.connect();
    for byte in "GET /healthz HTTP/1.1\r\nhost: x".split_inclusive(|_| true) {
        client.send(byte).await;
        sleep(Duration::from_secs(1)).await;
    }
    assert!(client.answer().await.is_none());
    // The second head has the same time, however long the pause before it.
    let mut client = desk.connect();
    assert_eq!(
        client.ask(&request("GET /healthz", &[], "")).await.status,
        200
    );
    sleep(Duration::from_secs(60)).await;
    client.send("GET").await;
    let since = Instant::now();
    assert!(client.answer().await.is_none());
    assert_eq!(since.elapsed().as_secs(), 10);
    assert!(begun.elapsed() > Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_trickles_in_is_refused() {
    let (desk, begun) = (Desk::new(), Instant::now());
    let mut client = desk.connect();
    let whole = graph(GRAPH, &[entry("updated", false)]);
    let (head, _) = whole.split_at(whole.len() - 10);
    assert_eq!(client.ask(head).await.status, 408);
    assert_eq!(begun.elapsed().as_secs(), 5);
    assert!(client.answer().await.is_none());
    assert!(desk.queue.pushed().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_connection_serves_many_requests_and_may_rest_between_them() {
    let desk = Desk::new();
    let mut client = desk.connect();
    for _ in 0..3 {
        assert_eq!(
            client.ask(&google(GOOGLE, "exists", None)).await.status,
            204
        );
        sleep(Duration::from_secs(120)).await;
    }
    let since = Instant::now();
    assert!(client.answer().await.is_none());
    assert_eq!(since.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_does_not_answer_is_not_waited_for() {
    let desk = Desk::new();
    desk.queue.is(Mood::Waits);
    let begun = Instant::now();
    assert_eq!(desk.ask(&google(GOOGLE, "exists", None)).await.status, 503);
    assert_eq!(begun.elapsed().as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn beyond_those_that_may_wait_for_the_queue_requests_are_refused_at_once() {
    let desk = Desk::limited(|limits| limits.waiting = 1);
    desk.queue.is(Mood::Waits);
    let mut first = desk.connect();
    first.send(&google(GOOGLE, "exists", None)).await;
    desk.queue.has_waiting().await;
    let begun = Instant::now();
    assert_eq!(desk.ask(&google(GOOGLE, "exists", None)).await.status, 503);
    assert_eq!(begun.elapsed(), Duration::ZERO);
    desk.queue.release();
    assert_eq!(first.answer().await.unwrap().status, 204);
}

#[tokio::test(start_paused = true)]
async fn a_fault_in_one_request_is_not_the_end_of_others() {
    let desk = Desk::new();
    let mut client = desk.connect();
    desk.queue.is(Mood::Panics);
    let answer = client.ask(&google(GOOGLE, "exists", None)).await;
    assert_eq!((answer.status, answer.body.as_str()), (500, ""));
    desk.queue.is(Mood::Takes);
    assert_eq!(
        client.ask(&google(GOOGLE, "exists", None)).await.status,
        204
    );
}
