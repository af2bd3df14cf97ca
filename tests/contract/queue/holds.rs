//! What becomes of what was claimed.

use calsync::queue::DeliveryId;

use super::bench::{Bench, Google, google};

/// A year in minutes.
const YEAR: i64 = 365 * 24 * 60;

pub(crate) async fn what_is_acknowledged_is_gone(bench: Bench) {
    bench.push(&google(&["a", "b", "c"])).await;
    let claim = bench.claim(Google, 1).await;
    let served = vec![claim.deliveries[0].id, claim.deliveries[2].id];
    bench.ack(Google, served.clone()).await;
    bench.ack(Google, served).await;
    assert_eq!(bench.watches(Google, 10).await, ["b"]);
}

pub(crate) async fn what_is_not_acknowledged_comes_back_when_the_hold_ends(bench: Bench) {
    bench.push(&google(&["a"])).await;
    let first = bench.one(Google, 1).await;
    assert!(bench.claim(Google, 5).await.is_empty());
    let second = bench.one(Google, 6).await;
    assert_eq!(second, first);
    assert!(bench.claim(Google, 10).await.is_empty());
}

pub(crate) async fn a_crash_after_the_claim_loses_nothing(mut bench: Bench) {
    bench.push(&google(&["a", "b"])).await;
    let claim = bench.claim(Google, 1).await;
    bench.ack(Google, vec![claim.deliveries[0].id]).await;
    bench.restart().await;
    assert!(bench.claim(Google, 2).await.is_empty());
    assert_eq!(bench.watches(Google, 6).await, ["b"]);
}

pub(crate) async fn a_late_ack_ends_what_another_holds(bench: Bench) {
    bench.push(&google(&["a"])).await;
    let late = bench.one(Google, 1).await;
    let another = bench.one(Google, 6).await;
    bench.ack(Google, vec![late.id]).await;
    bench.give_back(Google, another.id, 7).await;
    assert!(bench.claim(Google, 20).await.is_empty());
    assert!(bench.dead().await.is_empty());
}

pub(crate) async fn an_ack_of_what_nobody_knows_is_nothing(bench: Bench) {
    bench.push(&google(&["a"])).await;
    let nobodys = vec![DeliveryId(0), DeliveryId(700), DeliveryId(u64::MAX)];
    bench.ack(Google, nobodys).await;
    bench.ack(Google, Vec::new()).await;
    assert_eq!(bench.watches(Google, 1).await, ["a"]);
}

pub(crate) async fn what_is_given_back_waits_until_it_is_due(bench: Bench) {
    bench.push(&google(&["a", "b"])).await;
    let claim = bench.claim(Google, 1).await;
    bench.give_back(Google, claim.deliveries[0].id, 30).await;
    bench.give_back(Google, claim.deliveries[1].id, 2).await;
    assert_eq!(bench.watches(Google, 2).await, ["b"]);
    bench.ack(Google, vec![claim.deliveries[1].id]).await;
    assert!(bench.claim(Google, 29).await.is_empty());
    assert_eq!(bench.watches(Google, 30).await, ["a"]);
}

pub(crate) async fn what_is_not_held_cannot_be_given_back(bench: Bench) {
    bench.push(&google(&["a", "b"])).await;
    let claim = bench.claim(Google, 1).await;
    let [ended, returned] = [0, 1].map(|which| claim.deliveries[which].id);
    bench.ack(Google, vec![ended]).await;
    bench.give_back(Google, ended, 2).await;
    bench.give_back(Google, returned, 2).await;
    bench.give_back(Google, returned, 60).await;
    bench.give_back(Google, DeliveryId(u64::MAX), 2).await;
    assert_eq!(bench.watches(Google, 2).await, ["b"]);
}

pub(crate) async fn what_comes_back_comes_before_what_is_new(bench: Bench) {
    bench.push(&google(&["a", "b"])).await;
    let claim = bench.claim(Google, 1).await;
    bench.push(&google(&["c"])).await;
    bench.give_back(Google, claim.deliveries[1].id, 3).await;
    assert_eq!(bench.watches(Google, 6).await, ["b", "a", "c"]);
}

pub(crate) async fn a_clock_that_was_set_back_strands_nothing(bench: Bench) {
    bench.push(&google(&["a", "b"])).await;
    let claim = bench.claim(Google, YEAR).await;
    let returned = claim.deliveries[0].id;
    bench.give_back(Google, returned, YEAR + 60).await;
    let mut again = bench.watches(Google, 1).await;
    again.sort();
    assert_eq!(again, ["a", "b"]);
}
