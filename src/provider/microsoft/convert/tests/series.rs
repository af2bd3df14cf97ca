//! Series and their instances.

use super::*;

/// The instances of a series.
fn instances(master: &Value, items: &[Value]) -> Vec<Change> {
    let master = to_raw_value(master).unwrap();
    let raw: Vec<_> = items
        .iter()
        .map(|item| to_raw_value(item).unwrap())
        .collect();
    let raw: Vec<&RawValue> = raw.iter().map(AsRef::as_ref).collect();
    match read(&master, &Zone::utc()).unwrap() {
        Read::Series(series) => series.instances(&raw, &Zone::utc()).unwrap(),
        Read::Alone(_) | Read::Member { .. } => panic!("no series"),
    }
}

#[test]
fn a_series_keeps_its_rule_its_zone_and_its_first_time() {
    let read = event(&master(json!({})));
    let rule = Recurrence(vec!["RRULE:FREQ=WEEKLY;BYDAY=MO".into()]);
    let kind = EventKind::Series {
        recurrence: rule,
        occurrences: Occurrences::Listed,
    };
    assert_eq!(read.kind, kind);
    let first = timed(
        "2020-05-04T07:00:00Z",
        "2020-05-04T08:00:00Z",
        "Europe/Berlin",
    );
    assert_eq!(read.time, Some(first));
    let own = event(&master(json!({"recurrence": null})));
    let zone = timed(
        "2020-05-04T07:00:00Z",
        "2020-05-04T08:00:00Z",
        "America/Los_Angeles",
    );
    assert_eq!(own.time, Some(zone));
}

#[test]
fn a_rule_that_cannot_be_read_costs_nothing_but_itself() {
    for recurrence in [
        Value::Null,
        json!(7),
        json!({"pattern": {"type": "lunar"}, "range": {"type": "noEnd"}}),
        json!({"pattern": {"type": "daily", "interval": "two"}, "range": null}),
    ] {
        let read = event(&master(json!({"recurrence": recurrence})));
        let expected = EventKind::Series {
            recurrence: Recurrence::default(),
            occurrences: Occurrences::Listed,
        };
        assert_eq!(read.kind, expected);
    }
}

#[test]
fn an_exception_has_from_its_series_what_it_does_not_say() {
    let item = json!({"id": "e1", "type": "exception", "seriesMasterId": "s1", "subject": null,
        "start": utc("2026-05-04T09:00:00"), "end": utc("2026-05-04T10:00:00")});
    let series = master(json!({"location": {"displayName": "Office"}, "iCalUId": "of the series"}));
    let changes = instances(&series, &[item]);
    let [Change::Upsert(read)] = changes.as_slice() else {
        panic!("{changes:?}");
    };
    assert_eq!(read.title, None);
    assert_eq!(read.location.as_deref(), Some("Office"));
    assert_eq!(read.transparency, Transparency::Transparent);
    assert_eq!(read.ical_uid, None);
    let own = timed(
        "2026-05-04T09:00:00Z",
        "2026-05-04T10:00:00Z",
        "America/Los_Angeles",
    );
    assert_eq!(read.time, Some(own));
}

#[test]
fn instances_belong_to_the_series_that_lists_them() {
    let days = master(json!({"isAllDay": true}));
    let occurrence = |more: Value| {
        with(
            stub("o1", "2026-05-04T00:00:00", "2026-05-05T00:00:00"),
            more,
        )
    };
    let expected = Change::Occurrence {
        external_id: ExternalId::new("o1"),
        series: ExternalId::new("s1"),
        time: all_day("2026-05-04", "2026-05-05"),
    };
    for more in [
        json!({}),
        json!({"type": null, "seriesMasterId": null}),
        json!({"subject": "x"}),
    ] {
        assert_eq!(
            instances(&days, &[occurrence(more)]),
            std::slice::from_ref(&expected)
        );
    }
    assert_eq!(
        instances(&days, &[occurrence(json!({"isCancelled": true}))]),
        []
    );
}
