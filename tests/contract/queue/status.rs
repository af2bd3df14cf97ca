//! What there is to count.

use calsync::queue::QueueStatus;

use super::bench::{Bench, Google, Microsoft, at, google, notification};

pub(crate) async fn what_waits_is_held_and_is_dead_is_counted(bench: Bench) {
    bench.foreign(Google, b"nonsense").await;
    bench.claim(Google, 0).await;
    bench.push(&google(&["a", "b", "c"])).await;
    let claim = bench.claim(Google, 1).await;
    bench.give_back(Google, claim.deliveries[0].id, 60).await;
    bench.push(&google(&["d"])).await;
    let expected = QueueStatus {
        provider: Google,
        waiting: 2,
        held: 2,
        dead: 1,
        oldest: Some(at(0)),
    };
    assert_eq!(bench.status(Google).await, expected);
    let nothing = QueueStatus {
        provider: Microsoft,
        waiting: 0,
        held: 0,
        dead: 0,
        oldest: None,
    };
    assert_eq!(bench.status(Microsoft).await, nothing);
}

pub(crate) async fn the_oldest_is_known_while_it_waits_and_while_it_is_held(bench: Bench) {
    for minute in [3, 4] {
        let mut said = notification(Google, "w");
        said.received_at = Some(at(minute));
        bench.push(&[said]).await;
    }
    assert_eq!(bench.status(Google).await.oldest, Some(at(3)));
    let oldest = bench.queue.claim(Google, 1, at(5)).await.unwrap();
    assert_eq!(bench.status(Google).await.oldest, Some(at(3)));
    bench.ack(Google, vec![oldest.deliveries[0].id]).await;
    assert_eq!(bench.status(Google).await.oldest, Some(at(4)));
    bench.one(Google, 5).await;
    assert_eq!(bench.status(Google).await.oldest, Some(at(4)));
}
