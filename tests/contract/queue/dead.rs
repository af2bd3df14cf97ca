//! What is put aside, and how it returns.

use calsync::queue::DeliveryId;

use super::bench::{ATTEMPTS, Bench, Google, Microsoft, at, google};

/// Claims what is there as often as it may be, and once more.
async fn exhaust(bench: &Bench) -> u64 {
    for attempt in 0..i64::from(ATTEMPTS) {
        assert_eq!(bench.claim(Google, attempt * 5).await.dead, 0);
    }
    bench.claim(Google, i64::from(ATTEMPTS) * 5).await.dead
}

pub(crate) async fn what_is_claimed_too_often_is_dead(bench: Bench) {
    bench.push(&google(&["a"])).await;
    for attempt in 0..i64::from(ATTEMPTS) {
        let delivery = bench.one(Google, attempt).await;
        bench.give_back(Google, delivery.id, attempt + 1).await;
    }
    let claim = bench.claim(Google, 10).await;
    assert!(claim.deliveries.is_empty());
    assert_eq!(claim.dead, 1);
    assert!(!claim.is_empty());
    let dead = bench.dead().await;
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].provider, Google);
    assert_eq!(dead[0].reason, "claimed 3 times and never served");
    assert_eq!(dead[0].at, at(10));
    let entry: serde_json::Value = serde_json::from_str(&dead[0].entry).unwrap();
    assert_eq!(entry["channel_id"], "a");
    assert!(bench.claim(Google, 100).await.is_empty());
}

pub(crate) async fn what_is_given_back_untried_is_no_attempt(bench: Bench) {
    bench.push(&google(&["a"])).await;
    for minute in 0..10 {
        let delivery = bench.one(Google, minute).await;
        bench.decline(Google, delivery.id, minute + 1).await;
    }
    for minute in 10..10 + i64::from(ATTEMPTS) {
        let delivery = bench.one(Google, minute).await;
        bench.give_back(Google, delivery.id, minute + 1).await;
    }
    assert_eq!(bench.claim(Google, 20).await.dead, 1);
}

pub(crate) async fn what_cannot_be_read_is_dead_with_its_reason(bench: Bench) {
    let cases = [
        ("{\"user_id\"", "not JSON: EOF"),
        ("[1]", "not a JSON object"),
        ("{\"channel_id\": \"w\"}", "no user_id"),
        ("{\"user_id\": \"a b\"}", "user id \"a b\" is not"),
    ];
    for (entry, _) in cases {
        bench.foreign(Microsoft, entry.as_bytes()).await;
    }
    let claim = bench.claim(Microsoft, 1).await;
    assert!(claim.deliveries.is_empty());
    assert_eq!(claim.dead, 4);
    let dead = bench.dead().await;
    assert_eq!(dead.len(), 4);
    for (dead, (entry, reason)) in dead.iter().zip(cases) {
        assert_eq!(dead.entry, entry);
        assert!(dead.reason.starts_with(reason), "{dead:?}");
        assert_eq!((dead.provider, dead.at), (Microsoft, at(1)));
    }
    assert!(bench.claim(Microsoft, 10).await.is_empty());
}

pub(crate) async fn what_cannot_be_read_stops_nothing_else(bench: Bench) {
    bench.push(&google(&["a"])).await;
    bench.foreign(Google, b"nonsense").await;
    bench.push(&google(&["b"])).await;
    let claim = bench.claim(Google, 1).await;
    assert_eq!((claim.deliveries.len(), claim.dead), (2, 1));
}

pub(crate) async fn dead_entries_wait_again_as_if_they_were_new(bench: Bench) {
    bench.push(&google(&["a"])).await;
    bench.foreign(Microsoft, b"nonsense").await;
    assert_eq!(exhaust(&bench).await, 1);
    assert_eq!(bench.claim(Microsoft, 1).await.dead, 1);
    bench.push(&google(&["b"])).await;
    assert_eq!(bench.queue.retry(None).await.unwrap(), 2);
    assert!(bench.dead().await.is_empty());
    assert_eq!(bench.watches(Google, 100).await, ["b", "a"]);
    assert_eq!(bench.claim(Microsoft, 100).await.dead, 1);
    assert_eq!(bench.dead().await[0].entry, "nonsense");
    bench
        .ack(
            Google,
            vec![bench.claim(Google, 105).await.deliveries[0].id],
        )
        .await;
    assert_eq!(bench.queue.retry(None).await.unwrap(), 1);
}

pub(crate) async fn only_the_given_entries_wait_again(bench: Bench) {
    for entry in ["1", "2", "3"] {
        bench.foreign(Google, entry.as_bytes()).await;
    }
    bench.foreign(Microsoft, b"4").await;
    bench.claim(Google, 1).await;
    bench.claim(Microsoft, 2).await;
    let dead = bench.dead().await;
    let chosen = vec![dead[1].id, dead[3].id, DeliveryId(u64::MAX)];
    assert_eq!(bench.queue.retry(Some(chosen)).await.unwrap(), 2);
    let left: Vec<_> = bench.dead().await.iter().map(|dead| dead.id).collect();
    assert_eq!(left, [dead[0].id, dead[2].id]);
    assert_eq!(bench.queue.retry(Some(Vec::new())).await.unwrap(), 0);
    assert_eq!(bench.status(Google).await.waiting, 1);
    assert_eq!(bench.status(Microsoft).await.waiting, 1);
}

pub(crate) async fn only_the_given_entries_are_forgotten(bench: Bench) {
    for entry in ["1", "2"] {
        bench.foreign(Google, entry.as_bytes()).await;
    }
    bench.foreign(Microsoft, b"3").await;
    bench.claim(Google, 1).await;
    bench.claim(Microsoft, 2).await;
    let dead = bench.dead().await;
    let chosen = vec![dead[0].id, dead[2].id, DeliveryId(u64::MAX)];
    assert_eq!(bench.queue.forget(chosen.clone()).await.unwrap(), 2);
    assert_eq!(bench.queue.forget(chosen).await.unwrap(), 0);
    let left: Vec<_> = bench.dead().await.iter().map(|dead| dead.id).collect();
    assert_eq!(left, [dead[1].id]);
    assert_eq!(bench.queue.retry(None).await.unwrap(), 1);
}

pub(crate) async fn what_is_served_at_last_is_not_dead(bench: Bench) {
    bench.push(&google(&["a"])).await;
    let slow = bench.one(Google, 0).await;
    for attempt in 1..i64::from(ATTEMPTS) {
        bench.one(Google, attempt * 5).await;
    }
    assert_eq!(bench.claim(Google, 60).await.dead, 1);
    bench.ack(Google, vec![slow.id]).await;
    assert!(bench.dead().await.is_empty());
    assert!(bench.claim(Google, 120).await.is_empty());
}

pub(crate) async fn the_dead_list_begins_with_the_oldest(bench: Bench) {
    bench.foreign(Google, b"late").await;
    bench.foreign(Microsoft, b"early").await;
    bench.claim(Microsoft, 1).await;
    bench.claim(Google, 2).await;
    let dead = bench.dead().await;
    let entries: Vec<_> = dead.iter().map(|dead| dead.entry.as_str()).collect();
    assert_eq!(entries, ["early", "late"]);
}
