//! When events take place.

use super::*;

#[test]
fn times_are_read_in_the_zone_they_name_and_with_the_offset_they_carry() {
    let seven = "2026-05-04T07:00:00Z";
    for (text, zone) in [
        ("2026-05-04T07:00:00.0000000", "UTC"),
        ("2026-05-04T07:00:00.9999999", "UTC"),
        ("2026-05-04T07:00:00", "tzone://Microsoft/Utc"),
        ("2026-05-04T07:00", "UTC"),
        ("2026-05-04T07:00:00Z", "UTC"),
        ("2026-05-04T09:00:00+02:00", "UTC"),
        ("2026-05-04T09:00:00.0000000", "W. Europe Standard Time"),
        ("2026-05-04T09:00:00", "Europe/Berlin"),
        ("2026-05-04T07:00:00", "tzone://Microsoft/Custom"),
        ("2026-05-04T07:00:00", "Nowhere Standard Time"),
    ] {
        let read = event(&single(
            json!({"start": {"dateTime": text, "timeZone": zone}}),
        ));
        assert_eq!(
            read.time,
            Some(timed(seven, "2026-05-04T08:00:00Z", "UTC")),
            "{text} {zone}"
        );
    }
    let nameless = event(&single(
        json!({"start": {"dateTime": "2026-05-04T07:00:00"}}),
    ));
    assert_eq!(nameless.time.unwrap().slot(), OriginalStart::At(at(seven)));
}

#[test]
fn an_event_keeps_the_zone_that_it_was_entered_in() {
    for (name, expected) in [
        (json!("W. Europe Standard Time"), "Europe/Berlin"),
        (json!("pacific standard time"), "America/Los_Angeles"),
        (json!("Europe/Zurich"), "Europe/Zurich"),
        (json!("tzone://Microsoft/Utc"), "UTC"),
        (json!("tzone://Microsoft/Custom"), "UTC"),
        (json!("Nowhere Standard Time"), "UTC"),
        (Value::Null, "UTC"),
    ] {
        let read = event(&single(json!({"originalStartTimeZone": name})));
        let expected = timed("2026-05-04T07:00:00Z", "2026-05-04T08:00:00Z", expected);
        assert_eq!(read.time, Some(expected), "{name}");
    }
    assert_eq!(
        calendar_zone(Some("Romance Standard Time")).name(),
        "Europe/Paris"
    );
    assert_eq!(calendar_zone(Some("Nowhere")), Zone::utc());
}

#[test]
fn whole_days_are_dates_whatever_the_zone() {
    let days = |start: &str, end: &str, zone: &str| {
        let time = |text: &str| json!({"dateTime": text, "timeZone": zone});
        event(&single(json!({
            "isAllDay": true, "start": time(start), "end": time(end),
            "originalStartTimeZone": "Tonga Standard Time"
        })))
        .time
        .unwrap()
    };
    let midnight = "2026-05-04T00:00:00.0000000";
    let next = "2026-05-05T00:00:00.0000000";
    assert_eq!(
        days(midnight, next, "UTC"),
        all_day("2026-05-04", "2026-05-05")
    );
    assert_eq!(
        days(midnight, next, "Hawaiian Standard Time"),
        all_day("2026-05-04", "2026-05-05")
    );
    assert_eq!(
        days(midnight, midnight, "UTC"),
        all_day("2026-05-04", "2026-05-05")
    );
    assert_eq!(
        days(midnight, "2026-05-07T00:00:00", "UTC"),
        all_day("2026-05-04", "2026-05-07")
    );
}

#[test]
fn the_slot_of_whole_days_is_the_day_whose_midnight_is_given() {
    for (given, zone, expected) in [
        (
            "2026-05-04T00:00:00Z",
            "Pacific Standard Time",
            "2026-05-04",
        ),
        (
            "2026-05-03T22:00:00Z",
            "W. Europe Standard Time",
            "2026-05-04",
        ),
        (
            "2026-05-04T07:00:00Z",
            "Pacific Standard Time",
            "2026-05-04",
        ),
        ("2026-05-03T11:00:00Z", "Tonga Standard Time", "2026-05-04"),
    ] {
        let read = event(&exception(json!({
            "isAllDay": true, "originalStart": given, "originalStartTimeZone": zone,
            "start": utc("2026-05-06T00:00:00"), "end": utc("2026-05-07T00:00:00")
        })));
        let EventKind::Exception { original_start, .. } = read.kind else {
            panic!("{zone}");
        };
        assert_eq!(
            original_start,
            OriginalStart::Date(day(expected)),
            "{given} {zone}"
        );
    }
}

#[test]
fn an_exception_names_the_occurrence_that_it_stands_for() {
    let slot = |item: &Value| match event(item).kind {
        EventKind::Exception {
            series,
            original_start,
        } => {
            assert_eq!(series.as_str(), "s1");
            original_start
        }
        other => panic!("{other:?}"),
    };
    let seven = OriginalStart::At(at("2026-05-04T07:00:00Z"));
    let nine = OriginalStart::At(at("2026-05-04T09:00:00Z"));
    assert_eq!(slot(&exception(json!({}))), seven);
    for (given, expected) in [
        (json!("2026-05-04T07:00:00.1234567Z"), seven),
        (json!("2026-05-04T07:00:00"), seven),
        (Value::Null, nine),
        (json!("soon"), nine),
        (json!("0001-01-01T00:00:00Z"), nine),
    ] {
        assert_eq!(slot(&exception(json!({"originalStart": given}))), expected);
    }
}
