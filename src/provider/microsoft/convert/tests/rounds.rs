//! What a page says in each kind of round.

use super::*;

#[test]
fn a_full_round_tells_a_series_by_its_master_and_its_occurrences() {
    let delta = page(
        Round::Full,
        &[
            stub(
                "o1",
                "2026-05-04T07:00:00.0000000",
                "2026-05-04T08:00:00.0000000",
            ),
            master(json!({})),
            exception(json!({})),
        ],
    );
    assert!(delta.touched.is_empty() && delta.vanished.is_empty());
    let expected = Change::Occurrence {
        external_id: ExternalId::new("o1"),
        series: ExternalId::new("s1"),
        time: timed("2026-05-04T07:00:00Z", "2026-05-04T08:00:00Z", "UTC"),
    };
    assert_eq!(delta.changes[0], expected);
    assert!(matches!(delta.changes[1], Change::Upsert(_)));
    assert!(matches!(delta.changes[2], Change::Upsert(_)));
}

#[test]
fn a_bare_occurrence_takes_whole_days_when_its_series_does() {
    let midnights = stub("o1", "2026-05-04T00:00:00", "2026-05-05T00:00:00");
    let delta = page(
        Round::Full,
        &[midnights.clone(), master(json!({"isAllDay": true}))],
    );
    assert!(delta.touched.is_empty());
    let time = |change: &Change| match change {
        Change::Occurrence { time, .. } => time.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(time(&delta.changes[0]), all_day("2026-05-04", "2026-05-05"));
    let delta = page(Round::Full, &[midnights.clone(), master(json!({}))]);
    let expected = timed("2026-05-04T00:00:00Z", "2026-05-05T00:00:00Z", "UTC");
    assert_eq!(time(&delta.changes[0]), expected);
    let said = with(midnights, json!({"isAllDay": true}));
    assert_eq!(time(&changed(&said)), all_day("2026-05-04", "2026-05-05"));
}

#[test]
fn what_a_full_round_tells_of_a_series_by_halves_is_read_again() {
    let half = json!({"id": "e1", "type": "exception", "seriesMasterId": "s1",
        "start": utc("2026-05-04T09:00:00"), "end": utc("2026-05-04T10:00:00")});
    for item in [
        half,
        stub("o1", "2026-05-04T00:00:00", "2026-05-05T00:00:00"),
        stub("o1", "2026-05-03T22:00:00", "2026-05-04T22:00:00"),
        stub("o1", "2026-05-04T00:00:00", "2026-05-04T00:00:00"),
        with(
            stub("o1", "2026-05-04T07:00:00", "2026-05-04T08:00:00"),
            json!({"isCancelled": true}),
        ),
    ] {
        let delta = page(Round::Full, std::slice::from_ref(&item));
        assert_eq!(delta.touched, ids(&["s1"]), "{item}");
        assert!(delta.changes.is_empty(), "{item}");
    }
}

#[test]
fn an_incremental_round_only_points_at_series() {
    let delta = page(
        Round::Incremental,
        &[
            single(json!({})),
            stub("o1", "2026-05-04T07:00:00", "2026-05-04T08:00:00"),
            exception(json!({"id": "e2", "seriesMasterId": "s2"})),
            master(json!({"id": "s3"})),
        ],
    );
    assert_eq!(delta.touched, ids(&["s1", "s2", "s3"]));
    assert_eq!(delta.changes.len(), 1);
    assert_eq!(delta.changes[0].external_id().as_str(), "e1");
}

#[test]
fn what_was_removed_vanished_whatever_the_reason_and_the_round() {
    for round in [Round::Full, Round::Incremental] {
        let delta = page(
            round,
            &[
                json!({"id": "g1", "@removed": {"reason": "deleted"}}),
                json!({"id": "g2", "@removed": {"reason": "changed"}, "type": "seriesMaster"}),
                json!({"id": "g3", "@removed": {}}),
            ],
        );
        assert_eq!(delta.vanished, ids(&["g1", "g2", "g3"]));
        assert!(delta.changes.is_empty() && delta.touched.is_empty());
    }
}

#[test]
fn of_an_event_that_comes_twice_the_newest_version_counts() {
    let version =
        |at: &str, subject: &str| single(json!({"lastModifiedDateTime": at, "subject": subject}));
    let new = version("2026-05-01T08:00:02Z", "new");
    let old = version("2026-05-01T08:00:01.9999999Z", "old");
    for items in [[new.clone(), old.clone()], [old, new]] {
        let delta = page(Round::Incremental, &items);
        assert_eq!(delta.changes.len(), 1);
        assert!(
            matches!(&delta.changes[0], Change::Upsert(e) if e.title.as_deref() == Some("new"))
        );
    }
}

#[test]
fn an_item_without_id_spoils_the_page() {
    for item in [
        json!({"type": "singleInstance"}),
        json!({"id": ""}),
        json!({"id": 7}),
        json!(null),
    ] {
        let raw = to_raw_value(&item).unwrap();
        let events = vec![types::Event::read(&raw)];
        let error = delta(events, Round::Full, &Zone::utc()).unwrap_err();
        assert!(matches!(error, ProviderError::Protocol { .. }), "{item}");
    }
}
