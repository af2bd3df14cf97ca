//! What other programs queue.

use super::bench::{Bench, Google, Microsoft, at};

pub(crate) async fn entries_of_other_programs_are_served(bench: Bench) {
    let entry = br#"{"user_id": "u-7", "resource_id": "r-1", "resource_state": "exists",
        "channel_id": "w-1", "received_at": "2026-03-10T13:00:00.250+01:00", "more": [1]}"#;
    bench.foreign(Google, entry).await;
    let said = bench.one(Google, 1).await.notification;
    assert_eq!(said, super::bench::notification(Google, "w-1"));
    let entry = br#"{"user_id": "u-7", "subscription_id": null, "change_type": "updated"}"#;
    bench.foreign(Microsoft, entry).await;
    let said = bench.one(Microsoft, 1).await.notification;
    assert_eq!(said.user_id.as_str(), "u-7");
    assert_eq!((said.watch, said.what.as_str()), (None, "updated"));
    assert_eq!((said.resource, said.received_at), (None, None));
}

pub(crate) async fn an_entry_was_received_before_it_is_claimed(bench: Bench) {
    let entry = br#"{"user_id": "u-7", "received_at": "2030-01-01T00:00:00Z"}"#;
    bench.foreign(Google, entry).await;
    let said = bench.one(Google, 1).await.notification;
    assert_eq!(said.received_at, Some(at(1)));
}

pub(crate) async fn bytes_that_are_no_text_are_dead_and_kept(bench: Bench) {
    let entry = b"\xff\x00\n{";
    bench.foreign(Google, entry).await;
    for minute in [1, 2] {
        assert_eq!(bench.claim(Google, minute).await.dead, 1);
        let dead = bench.dead().await;
        assert_eq!(dead[0].reason, "not UTF-8 text");
        assert_eq!(dead[0].entry, String::from_utf8_lossy(entry));
        assert_eq!(bench.queue.retry(None).await.unwrap(), 1);
    }
}
