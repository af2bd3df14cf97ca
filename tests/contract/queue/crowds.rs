//! Many at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use calsync::queue::Queue;
use futures_util::future::join_all;

use super::bench::{Bench, Google, at, notification, watch};

/// The names of many watches.
fn names(number: usize) -> Vec<String> {
    (0..number).map(|n| format!("w-{n:04}")).collect()
}

async fn push(queue: Arc<dyn Queue>, watch: String) {
    let said = vec![notification(Google, &watch)];
    queue.push(said).await.unwrap();
}

/// Claims and acknowledges by this many until there is nothing left.
async fn drain(queue: Arc<dyn Queue>, most: usize) -> Vec<String> {
    let mut seen = Vec::new();
    loop {
        let claim = queue.claim(Google, most, at(1)).await.unwrap();
        assert!(claim.deliveries.len() <= most);
        if claim.is_empty() {
            return seen;
        }
        seen.extend(claim.deliveries.iter().map(watch));
        let ids = claim.deliveries.iter().map(|delivery| delivery.id);
        queue.ack(Google, ids.collect()).await.unwrap();
    }
}

pub(crate) async fn many_pushes_at_once_are_all_there(mut bench: Bench) {
    let queues = [bench.queue.clone(), bench.another().await];
    let names = names(600);
    let pushes = names.iter().zip(queues.iter().cycle());
    let pushes = pushes.map(|(name, queue)| tokio::spawn(push(queue.clone(), name.clone())));
    for pushed in join_all(pushes).await {
        pushed.unwrap();
    }
    bench.restart().await;
    let found: BTreeSet<_> = drain(bench.queue, 100).await.into_iter().collect();
    assert_eq!(found, names.into_iter().collect());
}

pub(crate) async fn two_claimants_never_get_the_same_delivery(bench: Bench) {
    let names = names(500);
    let said = names.iter().map(|name| notification(Google, name));
    bench.queue.push(said.collect()).await.unwrap();
    let queues = [bench.queue.clone(), bench.another().await];
    let drains = [7, 3, 11, 5].into_iter().zip(queues.iter().cycle());
    let drains = drains.map(|(most, queue)| tokio::spawn(drain(queue.clone(), most)));
    let seen = join_all(drains).await;
    let mut seen: Vec<_> = seen.into_iter().flat_map(Result::unwrap).collect();
    seen.sort();
    assert_eq!(seen, names);
}

pub(crate) async fn a_push_of_many_is_claimed_in_parts(bench: Bench) {
    let names = names(2500);
    let said = names.iter().map(|name| notification(Google, name));
    bench.queue.push(said.collect()).await.unwrap();
    assert_eq!(bench.status(Google).await.waiting, 2500);
    assert_eq!(drain(bench.queue.clone(), 1000).await, names);
    assert_eq!(bench.status(Google).await.held, 0);
}

pub(crate) async fn who_pushes_and_who_claims_do_not_hinder_each_other(bench: Bench) {
    let names = names(300);
    let other = bench.another().await;
    let pushes = names
        .iter()
        .map(|name| push(bench.queue.clone(), name.clone()));
    let (_, early) = tokio::join!(join_all(pushes), drain(other.clone(), 10));
    let late = drain(other, 10).await;
    let mut seen: Vec<_> = early.into_iter().chain(late).collect();
    seen.sort();
    assert_eq!(seen, names);
}
