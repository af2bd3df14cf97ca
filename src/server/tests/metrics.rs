//! What is told about the receiver.

use std::collections::BTreeSet;
use std::time::Duration;

use super::desk::{Desk, GOOGLE, GRAPH, entry, google, graph, request};
use super::queue::Mood;

async fn get(desk: &Desk, path: &str) -> (u16, String) {
    let answer = desk.ask(&request(&format!("GET {path}"), &[], "")).await;
    (answer.status, answer.body)
}

/// Checks the text as Prometheus would; answers its samples.
fn samples(text: &str) -> Vec<(String, f64)> {
    let (mut begun, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let (mut family, mut samples) = (String::new(), Vec::new());
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            family = rest.split_once(' ').unwrap().0.to_owned();
            assert!(begun.insert(family.clone()), "{family} begins twice");
            assert!(family.starts_with("calsync_"), "{family}");
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert_eq!(name, family);
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
        } else {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let name = series.split('{').next().unwrap();
            let suffixes = ["", "_bucket", "_sum", "_count"];
            let fits = |suffix: &&str| name.strip_suffix(*suffix) == Some(family.as_str());
            assert!(suffixes.iter().any(fits), "{line} is not of {family}");
            let plain = |c: char| c.is_ascii_lowercase() || c == '_';
            assert!(name.chars().all(plain), "{name}");
            assert!(seen.insert(series.to_owned()), "{series} is there twice");
            samples.push((series.to_owned(), value.parse().unwrap()));
        }
    }
    samples
}

fn value(samples: &[(String, f64)], series: &str) -> f64 {
    let found = samples.iter().find(|(name, _)| name == series);
    found.unwrap_or_else(|| panic!("{series}: {samples:?}")).1
}

#[tokio::test(start_paused = true)]
async fn what_was_posted_is_counted_by_what_became_of_it() {
    let desk = Desk::new();
    desk.ask(&google(GOOGLE, "exists", None)).await;
    desk.ask(&google(GOOGLE, "sync", None)).await;
    desk.ask(&google(GOOGLE, "exists", Some("x"))).await;
    desk.ask(&request(&format!("POST {GOOGLE}"), &[], "")).await;
    let (good, forged) = (entry("updated", false), entry("updated", true));
    desk.ask(&graph(
        GRAPH,
        &[good.clone(), forged.clone(), good.clone(), forged],
    ))
    .await;
    desk.ask(&request(
        &format!("POST {GRAPH}?validationToken=x"),
        &[],
        "",
    ))
    .await;
    desk.queue.is(Mood::Refuses);
    desk.ask(&graph(GRAPH, &[good])).await;
    desk.queue.is(Mood::Takes);
    let (status, text) = get(&desk, "/metrics").await;
    assert_eq!(status, 200);
    let samples = samples(&text);
    for (provider, outcome, expected) in [
        ("google", "queued", 1.0),
        ("google", "hello", 1.0),
        ("google", "forged", 1.0),
        ("google", "malformed", 1.0),
        ("google", "unavailable", 0.0),
        ("microsoft", "queued", 2.0),
        ("microsoft", "forged", 2.0),
        ("microsoft", "challenge", 1.0),
        ("microsoft", "unavailable", 1.0),
    ] {
        let series = format!(
            "calsync_webhook_notifications_total{{provider=\"{provider}\",outcome=\"{outcome}\"}}"
        );
        assert_eq!(value(&samples, &series), expected, "{series}");
    }
    assert_eq!(value(&samples, "calsync_queue_push_seconds_count"), 2.0);
}

#[tokio::test(start_paused = true)]
async fn the_queue_is_described_while_it_answers() {
    let desk = Desk::new();
    desk.ask(&google(GOOGLE, "exists", None)).await;
    let (_, text) = get(&desk, "/metrics").await;
    let seen = samples(&text);
    let depth = "calsync_queue_depth{provider=\"google\",state=\"waiting\"}";
    assert_eq!(value(&seen, depth), 1.0);
    let age = "calsync_queue_oldest_age_seconds{provider=\"google\"}";
    assert_eq!(value(&seen, age), 0.0);
    assert_eq!(value(&seen, "calsync_queue_up"), 1.0);
    let build = format!(
        "calsync_build_info{{version=\"{}\"}}",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(value(&seen, &build), 1.0);
    desk.queue.is(Mood::Refuses);
    tokio::time::advance(std::time::Duration::from_secs(1)).await;
    let (status, text) = get(&desk, "/metrics").await;
    assert_eq!(status, 200);
    let seen = samples(&text);
    assert_eq!(value(&seen, "calsync_queue_up"), 0.0);
    assert!(!seen.iter().any(|(name, _)| name == depth), "{text}");
}

#[tokio::test(start_paused = true)]
async fn metrics_are_served_as_what_they_are() {
    let answer = Desk::new().ask(&request("GET /metrics", &[], "")).await;
    let kind = answer.header("content-type");
    assert_eq!(kind, Some("text/plain; version=0.0.4; charset=utf-8"));
}

#[tokio::test(start_paused = true)]
async fn a_receiver_is_alive_but_not_ready_without_its_parts() {
    let desk = Desk::new();
    assert_eq!(get(&desk, "/healthz").await, (200, "ok\n".to_owned()));
    let (status, text) = get(&desk, "/readyz").await;
    assert_eq!((status, text.as_str()), (503, "not available: store\n"));
    desk.queue.is(Mood::Refuses);
    tokio::time::advance(std::time::Duration::from_secs(1)).await;
    let (status, text) = get(&desk, "/readyz").await;
    assert_eq!(
        (status, text.as_str()),
        (503, "not available: queue, store\n")
    );
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_refuses_what_is_pushed_is_not_available() {
    let desk = Desk::new();
    let ready = async || get(&desk, "/readyz").await.1;
    desk.queue.is(Mood::Waits);
    assert_eq!(desk.ask(&google(GOOGLE, "exists", None)).await.status, 503);
    // It answers all the same when it is asked how it is.
    assert_eq!(ready().await, "not available: queue, store\n");
    desk.queue.is(Mood::Takes);
    assert_eq!(desk.ask(&google(GOOGLE, "exists", None)).await.status, 204);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(ready().await, "not available: store\n");
    desk.queue.is(Mood::Waits);
    assert_eq!(desk.ask(&google(GOOGLE, "exists", None)).await.status, 503);
    tokio::time::advance(Duration::from_secs(29)).await;
    assert_eq!(ready().await, "not available: queue, store\n");
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(ready().await, "not available: store\n");
}

#[tokio::test(start_paused = true)]
async fn many_probes_ask_the_queue_once_a_second() {
    let desk = Desk::new();
    for _ in 0..10 {
        get(&desk, "/readyz").await;
        get(&desk, "/metrics").await;
    }
    assert_eq!(*desk.queue.status_asked.lock().unwrap(), 1);
    tokio::time::advance(std::time::Duration::from_secs(1)).await;
    get(&desk, "/readyz").await;
    assert_eq!(*desk.queue.status_asked.lock().unwrap(), 2);
}
