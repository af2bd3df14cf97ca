//! What only a queue in Redis has to answer for: a server that ends, hangs,
//! fills up, or does not know us.

use std::process::Command;
use std::sync::Arc;

use calsync::queue::{Queue, QueueError, QueueLocation, Returned, open};
use futures_util::future::join_all;

use super::bench::{Google, Microsoft, at, google, notification, settings, watch};
use crate::support::redis::Redis;

async fn queue_at(url: &str) -> Arc<dyn Queue> {
    let opened = open(settings(QueueLocation::Redis(url.into()))).await;
    opened.unwrap()
}

/// Has the server do something, as its operator would; `--` is a blank within
/// a word.
fn operate(server: &Redis, command: &str) {
    let mut words = command.split(' ').map(|word| word.replace("--", " "));
    let client = redis::Client::open(server.url()).unwrap();
    let mut connection = client.get_connection().unwrap();
    let mut asked = redis::cmd(&words.next().unwrap());
    asked.arg(words.collect::<Vec<_>>());
    asked.exec(&mut connection).unwrap();
}

#[track_caller]
fn unavailable<T: std::fmt::Debug>(result: Result<T, QueueError>, reason: &str) {
    let error = result.unwrap_err();
    assert!(matches!(error, QueueError::Unavailable { .. }), "{error}");
    assert!(error.to_string().contains(reason), "{error}");
}

#[track_caller]
fn unusable<T: std::fmt::Debug>(result: Result<T, QueueError>, reason: &str) {
    let error = result.unwrap_err();
    assert!(matches!(error, QueueError::Unusable { .. }), "{error}");
    assert!(error.to_string().contains(reason), "{error}");
}

/// The watches of everything that can be claimed at a minute.
async fn watches(queue: &dyn Queue, minute: i64) -> Vec<String> {
    let claim = queue.claim(Google, 1000, at(minute)).await.unwrap();
    claim.deliveries.iter().map(watch).collect()
}

#[tokio::test]
async fn opening_connects_to_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let socket = directory.path().join("nobody.sock");
    let queue = queue_at(&format!("unix://{}", socket.display())).await;
    unavailable(queue.status().await, "is it running");
    unavailable(queue.push(google(&["a"])).await, "nobody.sock");
}

#[tokio::test]
async fn a_server_that_ends_and_returns_has_lost_nothing() {
    let Some(mut server) = Redis::start_durable() else {
        return;
    };
    let queue = queue_at(server.url()).await;
    queue.push(google(&["a", "b", "c"])).await.unwrap();
    let claim = queue.claim(Google, 2, at(1)).await.unwrap();
    let [served, declined] = [0, 1].map(|which| claim.deliveries[which].id);
    server.kill();
    unavailable(queue.push(google(&["x"])).await, "no connection");
    unavailable(queue.claim(Google, 1, at(1)).await, "no connection");
    unavailable(queue.ack(Google, vec![served]).await, "no connection");
    server.restart();
    queue.push(google(&["d"])).await.unwrap();
    queue.ack(Google, vec![served]).await.unwrap();
    assert_eq!(watches(&*queue, 2).await, ["c", "d"]);
    queue.ack(Google, vec![declined]).await.unwrap();
    assert_eq!(queue.status().await.unwrap()[0].held, 2);
}

#[tokio::test]
async fn what_was_confirmed_survives_a_server_that_is_killed_meanwhile() {
    let Some(mut server) = Redis::start_durable() else {
        return;
    };
    let queue = queue_at(server.url()).await;
    let names: Vec<_> = (0..200).map(|n| format!("w-{n:03}")).collect();
    let pushes = names.iter().map(|name| {
        let queue = queue.clone();
        let said = vec![notification(Google, name)];
        async move { queue.push(said).await.is_ok().then_some(name.clone()) }
    });
    let kill = async {
        tokio::task::yield_now().await;
        server.restart();
    };
    let (confirmed, ()) = tokio::join!(join_all(pushes), kill);
    let found = watches(&*queue, 1).await;
    for name in confirmed.into_iter().flatten() {
        assert!(found.contains(&name), "{name}");
    }
}

#[tokio::test]
async fn a_connection_that_was_cut_is_nobodys_trouble() {
    let Some(server) = Redis::start() else {
        return;
    };
    let queue = queue_at(server.url()).await;
    for name in ["a", "b"] {
        queue.push(google(&[name])).await.unwrap();
        operate(&server, "CLIENT KILL TYPE normal SKIPME yes");
    }
    assert_eq!(watches(&*queue, 1).await, ["a", "b"]);
}

#[tokio::test]
async fn a_server_that_hangs_is_not_waited_for() {
    let Some(server) = Redis::start() else {
        return;
    };
    let queue = queue_at(server.url()).await;
    queue.push(google(&["a"])).await.unwrap();
    let signal = |name: &str| {
        let mut kill = Command::new("kill");
        kill.arg(name).arg(server.pid().to_string());
        assert!(kill.status().unwrap().success());
    };
    signal("-STOP");
    // The clock runs ahead as soon as everybody waits.
    tokio::time::pause();
    unavailable(queue.status().await, "no answer in time");
    unavailable(queue.status().await, "no answer in time");
    tokio::time::resume();
    signal("-CONT");
    assert_eq!(watches(&*queue, 1).await, ["a"]);
}

#[tokio::test]
async fn a_server_without_memory_can_be_drained() {
    let Some(server) = Redis::start() else {
        return;
    };
    let queue = queue_at(server.url()).await;
    queue.push(google(&["a", "b", "c"])).await.unwrap();
    let calendar_list = "calendar_webhooks:google";
    operate(&server, &format!("LPUSH {calendar_list} nonsense"));
    operate(&server, "CONFIG SET maxmemory 1");
    unavailable(queue.push(google(&["d"])).await, "OOM");
    let claim = queue.claim(Google, 9, at(1)).await.unwrap();
    assert_eq!((claim.deliveries.len(), claim.dead), (3, 1));
    let ids: Vec<_> = claim.deliveries.iter().map(|one| one.id).collect();
    let returned = Returned {
        ids: vec![ids[0]],
        tried: true,
        until: at(2),
    };
    queue.give_back(Google, returned).await.unwrap();
    queue.ack(Google, ids[1..].to_vec()).await.unwrap();
    assert_eq!(watches(&*queue, 2).await, ["a"]);
    queue.ack(Google, vec![ids[0]]).await.unwrap();
    let status = &queue.status().await.unwrap()[0];
    assert_eq!((status.waiting, status.held, status.dead), (0, 0, 1));
    operate(&server, "CONFIG SET maxmemory 0");
    queue.push(google(&["e"])).await.unwrap();
}

#[tokio::test]
async fn room_that_a_drain_makes_is_room_for_pushes() {
    let Some(server) = Redis::start() else {
        return;
    };
    let queue = queue_at(server.url()).await;
    operate(&server, "CONFIG SET maxmemory 8mb");
    let many: Vec<_> = (0..1000)
        .map(|n| notification(Google, &n.to_string()))
        .collect();
    while queue.push(many.clone()).await.is_ok() {}
    loop {
        let claim = queue.claim(Google, 1000, at(1)).await.unwrap();
        if claim.is_empty() {
            break;
        }
        let ids = claim.deliveries.iter().map(|one| one.id).collect();
        queue.ack(Google, ids).await.unwrap();
    }
    queue.push(many).await.unwrap();
}

#[tokio::test]
async fn what_was_claimed_but_not_buried_is_buried_by_the_next_claim() {
    let Some(server) = Redis::start() else {
        return;
    };
    let list = "calendar_webhooks:google";
    operate(&server, "INCR calendar_webhooks:last_id");
    operate(&server, &format!("HSET {list}:records 1 1--nonsense"));
    operate(
        &server,
        &format!("ZADD {list}:held {} 1", at(5).timestamp_millis()),
    );
    operate(&server, &format!("ZADD {list}:order 1 1"));
    let queue = queue_at(server.url()).await;
    assert!(queue.claim(Google, 9, at(4)).await.unwrap().is_empty());
    assert_eq!(queue.claim(Google, 9, at(5)).await.unwrap().dead, 1);
    assert_eq!(queue.dead().await.unwrap()[0].entry, "nonsense");
}

#[tokio::test]
async fn the_newer_protocol_is_spoken_too() {
    let Some(server) = Redis::start() else {
        return;
    };
    let queue = queue_at(&format!("{}?protocol=resp3&db=3", server.url())).await;
    queue.push(google(&["a"])).await.unwrap();
    assert_eq!(queue.status().await.unwrap()[0].oldest, Some(at(0)));
    for minute in [0, 5, 10] {
        assert_eq!(watches(&*queue, minute).await, ["a"]);
    }
    assert_eq!(queue.claim(Google, 9, at(15)).await.unwrap().dead, 1);
    let dead = queue.dead().await.unwrap();
    assert_eq!((dead[0].provider, dead[0].at), (Google, at(15)));
    assert_eq!(queue.retry(None).await.unwrap(), 1);
}

#[tokio::test]
async fn a_lost_counter_overwrites_nothing() {
    let Some(server) = Redis::start() else {
        return;
    };
    let queue = queue_at(server.url()).await;
    queue.push(google(&["a", "b"])).await.unwrap();
    assert_eq!(watches(&*queue, 1).await, ["a", "b"]);
    operate(&server, "DEL calendar_webhooks:last_id");
    queue.push(google(&["c"])).await.unwrap();
    assert_eq!(watches(&*queue, 2).await, ["c"]);
    assert_eq!(watches(&*queue, 7).await, ["a", "b", "c"]);
}

#[tokio::test]
async fn a_key_that_is_something_else_is_left_alone() {
    let Some(server) = Redis::start() else {
        return;
    };
    operate(&server, "SET calendar_webhooks:google precious");
    let queue = queue_at(server.url()).await;
    let both = vec![notification(Microsoft, "a"), notification(Google, "b")];
    unusable(queue.push(both).await, "calendar_webhooks:*");
    unusable(queue.claim(Google, 1, at(1)).await, "calendar_webhooks:*");
}

#[tokio::test]
async fn nothing_is_held_when_a_key_is_something_else() {
    for key in ["", ":dead", ":order"] {
        let Some(server) = Redis::start() else {
            return;
        };
        let queue = queue_at(server.url()).await;
        queue.push(google(&["a"])).await.unwrap();
        let claimed = queue.claim(Google, 1, at(1)).await.unwrap();
        let key = format!("calendar_webhooks:google{key}");
        operate(&server, &format!("COPY {key} kept REPLACE"));
        operate(&server, &format!("SET {key} precious"));
        unusable(queue.claim(Google, 1, at(9)).await, "calendar_webhooks:*");
        operate(&server, &format!("DEL {key}"));
        // It would count as dead if it had been held meanwhile.
        for minute in [9, 19] {
            let again = queue.claim(Google, 1, at(minute)).await.unwrap();
            assert_eq!(again.deliveries, claimed.deliveries, "{key}");
        }
    }
}

#[tokio::test]
async fn a_counter_that_does_not_count_is_told_with_a_way_out() {
    let Some(server) = Redis::start() else {
        return;
    };
    let queue = queue_at(server.url()).await;
    for counter in ["ten", "1.5"] {
        operate(&server, &format!("SET calendar_webhooks:last_id {counter}"));
        queue.push(google(&["a"])).await.unwrap();
        unusable(queue.claim(Google, 1, at(1)).await, "calendar_webhooks:*");
    }
}

#[tokio::test]
async fn a_record_that_makes_no_sense_is_put_aside() {
    let Some(server) = Redis::start() else {
        return;
    };
    let list = "calendar_webhooks:google";
    for (id, record) in [(1, "nonsense"), (2, "x--y")] {
        operate(&server, &format!("HSET {list}:records {id} {record}"));
        operate(&server, &format!("ZADD {list}:held 1 {id}"));
        operate(&server, &format!("ZADD {list}:order {id} {id}"));
    }
    operate(&server, &format!("HSET {list}:dead 3 odd"));
    let queue = queue_at(server.url()).await;
    assert_eq!(queue.status().await.unwrap()[0].oldest, None);
    assert_eq!(queue.claim(Google, 9, at(1)).await.unwrap().dead, 2);
    let dead = queue.dead().await.unwrap();
    let mut entries: Vec<_> = dead.iter().map(|one| one.entry.as_str()).collect();
    entries.sort_unstable();
    assert_eq!(entries, ["nonsense", "odd", "x y"]);
    assert_eq!(queue.retry(None).await.unwrap(), 3);
}

#[tokio::test]
async fn a_counter_that_is_missing_goes_on_with_the_time() {
    let Some(server) = Redis::start() else {
        return;
    };
    let queue = queue_at(server.url()).await;
    queue.push(google(&["a"])).await.unwrap();
    let claim = queue.claim(Google, 1, at(1)).await.unwrap();
    let id = claim.deliveries[0].id.0;
    assert!((1 << 40..1 << 53).contains(&id), "{id}");
}

#[tokio::test]
async fn a_server_that_may_lose_notifications_says_so_if_it_may_be_asked() {
    let (Some(forgetful), Some(durable)) = (Redis::start(), Redis::start_durable()) else {
        return;
    };
    let queue = queue_at(durable.url()).await;
    assert_eq!(queue.risks().await, Vec::<String>::new());
    operate(&forgetful, "CONFIG SET maxmemory-policy allkeys-lru");
    let risks = queue_at(forgetful.url()).await.risks().await;
    assert_eq!(risks.len(), 2);
    assert!(risks[0].contains("noeviction"), "{risks:?}");
    assert!(risks[1].contains("appendonly yes"), "{risks:?}");
    let guest = "ACL SETUSER guest on nopass ~calendar_webhooks:* +@all -config";
    operate(&forgetful, guest);
    let url = format!("{}?user=guest&pass=x", forgetful.url());
    assert_eq!(queue_at(&url).await.risks().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_server_that_refuses_us_says_so_without_the_password() {
    let Some(server) = Redis::start() else {
        return;
    };
    operate(
        &server,
        "ACL SETUSER guest on >s3cret ~calendar_webhooks:* +lpush",
    );
    let guest = format!("{}?user=guest&pass=s3cret", server.url());
    let queue = queue_at(&guest).await;
    queue.push(google(&["a"])).await.unwrap();
    unusable(queue.claim(Google, 1, at(1)).await, "its user may not");
    operate(&server, "ACL SETUSER default off");
    let wrong = format!("{}?user=guest&pass=wr0ng", server.url());
    let refused = queue_at(&wrong).await.status().await.unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("refuses the user or the password")
    );
    for secret in ["guest", "wr0ng"] {
        assert!(!refused.to_string().contains(secret), "{refused}");
    }
    unusable(queue_at(server.url()).await.status().await, "queue.url");
}
