//! What befalls notifications on their way to a receiver.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use axum::response::IntoResponse;
use calsync::sandbox::push::Mishap;

use super::channels::{ADDRESS, edit, greeted, numbers, opened, received, states, stop};
use super::receiver::Arrived;

fn tokens(arrived: &[Arrived]) -> Vec<&str> {
    let tokens = arrived.iter();
    tokens
        .map(|one| one.header("x-goog-channel-token"))
        .collect()
}

#[tokio::test]
async fn what_a_receiver_could_not_take_is_sent_again_by_googles_rules() {
    let (world, receiver) = greeted().await;
    let google = &world.sandbox.google;
    for (status, again) in [
        (200, 0),
        (202, 0),
        (204, 0),
        (302, 0),
        (400, 0),
        (404, 0),
        (429, 0),
        (501, 0),
        (500, 1),
        (502, 1),
        (503, 1),
        (504, 1),
    ] {
        receiver.answer(status);
        edit(&world);
        google.settle().await;
        let first = numbers(&receiver.take());
        receiver.answer_by(|_| None);
        assert_eq!(google.redeliver().await, again, "{status}");
        let second = numbers(&receiver.take());
        assert_eq!(second, first[..again], "{status}");
        assert_eq!(google.redeliver().await, 0, "{status}");
    }
}

#[tokio::test]
async fn no_answer_is_a_failure_or_an_outage_as_one_likes() {
    let (world, receiver) = greeted().await;
    let google = &world.sandbox.google;
    world.sandbox.unroute(ADDRESS);
    edit(&world);
    google.settle().await;
    google.behave(|how| how.retry_unanswered = true);
    edit(&world);
    google.settle().await;
    let statuses: Vec<_> = google.sent().iter().map(|sent| sent.status).collect();
    assert_eq!(statuses, [Some(204), None, None]);
    world
        .sandbox
        .route("https://calsync.example/", receiver.address);
    assert_eq!(google.redeliver().await, 1);
    assert_eq!(receiver.take().len(), 1);
}

#[tokio::test]
async fn notifications_are_repeated_lost_delayed_and_forged_on_request() {
    let (world, receiver) = greeted().await;
    let google = &world.sandbox.google;
    google.mishap(Mishap::Duplicated, 1);
    google.mishap(Mishap::Lost, 2);
    google.mishap(Mishap::Delayed, 1);
    google.mishap(Mishap::Forged, 1);
    let mut arrived = Vec::new();
    for _ in 0..6 {
        edit(&world);
        google.settle().await;
        arrived.push(receiver.take());
    }
    let counts: Vec<usize> = arrived.iter().map(Vec::len).collect();
    assert_eq!(counts, [2, 0, 0, 0, 1, 1]);
    assert_eq!(numbers(&arrived[0])[0], numbers(&arrived[0])[1]);
    assert_eq!(tokens(&arrived[4]), ["Aecret"]);
    assert_eq!(tokens(&arrived[5]), ["secret"]);
    google.release();
    google.settle().await;
    let late = numbers(&receiver.take());
    assert!(late.len() == 1 && late < numbers(&arrived[4]));
}

#[tokio::test]
async fn a_delayed_notification_may_come_after_the_stop() {
    let (world, receiver) = received().await;
    let google = &world.sandbox.google;
    let channel = opened(&world, "c-1").await;
    google.mishap(Mishap::Delayed, u32::MAX);
    (0..3).for_each(|_| edit(&world));
    stop(&world, "c-1", &channel["resourceId"]).await;
    google.clear_mishaps();
    receiver.take();
    google.release();
    google.settle().await;
    assert_eq!(states(&receiver.take()), ["exists"; 3]);
}

#[tokio::test]
async fn a_storm_arrives_whole_and_not_all_at_once() {
    let (world, receiver) = greeted().await;
    assert!(world.sandbox.google.storm("c-1", 500));
    world.sandbox.google.settle().await;
    let numbers: BTreeSet<u64> = numbers(&receiver.take()).into_iter().collect();
    assert_eq!(numbers.len(), 500);
    let most = receiver.most_at_once();
    assert!(most <= 8, "{most} at once");
}

#[tokio::test]
async fn tests_can_read_what_was_sent_and_answered() {
    let (world, receiver) = greeted().await;
    let google = &world.sandbox.google;
    receiver.answer_by(|_| Some((StatusCode::IM_A_TEAPOT, "no").into_response()));
    google.clear_sent();
    edit(&world);
    google.settle().await;
    let sent = google.sent();
    assert_eq!((sent.len(), sent[0].status), (1, Some(418)));
    assert_eq!((sent[0].url.as_str(), sent[0].path()), (ADDRESS, "/google"));
    assert_eq!(sent[0].header("x-goog-channel-id"), Some("c-1"));
    assert_eq!(sent[0].body, "");
}
