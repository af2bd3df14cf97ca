//! What is pushed, and how it is claimed.

use calsync::model::notification::Notification;

use super::bench::{Bench, Google, Microsoft, at, google, notification, watch};

pub(crate) async fn what_is_pushed_comes_as_it_was(bench: Bench) {
    for provider in [Google, Microsoft] {
        let full = notification(provider, "w-1");
        let bare = Notification {
            watch: None,
            resource: None,
            received_at: None,
            ..full.clone()
        };
        bench.push(&[full.clone(), bare.clone()]).await;
        let claim = bench.claim(provider, 1).await;
        let brought: Vec<_> = claim
            .deliveries
            .into_iter()
            .map(|delivery| delivery.notification)
            .collect();
        assert_eq!(brought, [full, bare]);
    }
}

pub(crate) async fn the_oldest_comes_first(bench: Bench) {
    bench.queue.push(google(&["a", "b"])).await.unwrap();
    bench.push(&google(&["c", "d"])).await;
    assert_eq!(bench.watches(Google, 1).await, ["a", "b", "c", "d"]);
}

pub(crate) async fn a_claim_takes_no_more_than_it_is_asked_for(bench: Bench) {
    bench.push(&google(&["a", "b", "c"])).await;
    for expected in [&["a", "b"][..], &["c"], &[]] {
        let claim = bench.queue.claim(Google, 2, at(1)).await.unwrap();
        let watches: Vec<_> = claim.deliveries.iter().map(watch).collect();
        assert_eq!(watches, expected);
    }
    assert!(
        bench
            .queue
            .claim(Google, 0, at(9))
            .await
            .unwrap()
            .is_empty()
    );
}

pub(crate) async fn what_is_claimed_is_not_claimed_again(bench: Bench) {
    bench.push(&google(&["a", "b"])).await;
    let claim = bench.claim(Google, 1).await;
    assert_ne!(claim.deliveries[0].id, claim.deliveries[1].id);
    assert!(bench.claim(Google, 2).await.is_empty());
}

pub(crate) async fn providers_do_not_mix(bench: Bench) {
    let both = vec![notification(Google, "a"), notification(Microsoft, "b")];
    bench.queue.push(both).await.unwrap();
    let delivery = bench.one(Microsoft, 1).await;
    assert_eq!(watch(&delivery), "b");
    bench.ack(Google, vec![delivery.id]).await;
    assert_eq!(bench.status(Microsoft).await.held, 1);
    bench.ack(Microsoft, vec![delivery.id]).await;
    assert_eq!(bench.watches(Google, 1).await, ["a"]);
}

pub(crate) async fn an_empty_queue_brings_nothing(bench: Bench) {
    assert!(bench.claim(Google, 1).await.is_empty());
    assert!(bench.dead().await.is_empty());
}

pub(crate) async fn a_push_of_nothing_is_nothing(bench: Bench) {
    bench.queue.push(Vec::new()).await.unwrap();
    assert!(bench.claim(Google, 1).await.is_empty());
}

pub(crate) async fn what_waits_outlives_who_pushed_it(mut bench: Bench) {
    bench.push(&google(&["a"])).await;
    bench.restart().await;
    assert_eq!(bench.watches(Google, 1).await, ["a"]);
}
