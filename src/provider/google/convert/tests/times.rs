//! When events take place.

use super::*;

#[test]
fn times_are_read_in_their_own_zone_or_the_calendars() {
    let hour = |zone| timed("2026-07-01T07:00:00Z", "2026-07-01T08:00:00Z", zone);
    let zurich = "Europe/Zurich";
    let cases = [
        // With an offset the instant is plain; the zone says what weekly means.
        (
            json!({"dateTime": "2026-07-01T03:00:00-04:00", "timeZone": "America/New_York"}),
            json!({"dateTime": "2026-07-01T08:00:00Z"}),
            hour("America/New_York"),
        ),
        (
            json!({"dateTime": "2026-07-01T09:00:00+02:00"}),
            json!({"dateTime": "2026-07-01T10:00:00+02:00"}),
            hour(zurich),
        ),
        // Without one, it is read in the zone; the end falls back to the start's.
        (
            json!({"dateTime": "2026-07-01T03:00:00", "timeZone": "America/New_York"}),
            json!({"dateTime": "2026-07-01T04:00:00"}),
            hour("America/New_York"),
        ),
        (
            json!({"dateTime": "2026-07-01T09:00:00"}),
            json!({"dateTime": "2026-07-01T10:00:00"}),
            hour(zurich),
        ),
        // Unknown names are as good as none.
        (
            json!({"dateTime": "2026-07-01T09:00:00", "timeZone": "Mars/Olympus"}),
            json!({"dateTime": "2026-07-01T10:00:00", "timeZone": ""}),
            hour(zurich),
        ),
        // The start's zone is the event's.
        (
            json!({"dateTime": "2026-07-01T09:00:00", "timeZone": "Europe/Berlin"}),
            json!({"dateTime": "2026-07-01T11:00:00", "timeZone": "Europe/Helsinki"}),
            hour("Europe/Berlin"),
        ),
    ];
    for (start, end, expected) in cases {
        let item = single(&json!({"start": start, "end": end}));
        assert_eq!(event(&item).time, Some(expected), "{item}");
    }
}

#[test]
fn days_stay_days_and_a_zone_means_nothing_to_them() {
    let cases = [
        (
            json!({"date": "2026-03-02"}),
            json!({"date": "2026-03-05"}),
            "2026-03-05",
        ),
        (
            json!({"date": "2026-03-02", "timeZone": "Pacific/Apia"}),
            json!({"date": "2026-03-03"}),
            "2026-03-03",
        ),
        (
            json!({"date": "2026-03-02", "dateTime": null}),
            json!(null),
            "2026-03-03",
        ),
        (
            json!({"date": "2026-03-02"}),
            json!({"date": "2026-03-02"}),
            "2026-03-03",
        ),
    ];
    for (start, end, last) in cases {
        let item = single(&json!({"start": start, "end": end}));
        let expected = EventTime::all_day(day("2026-03-02"), day(last));
        assert_eq!(event(&item).time, Some(expected), "{item}");
    }
}

#[test]
fn a_timed_event_without_an_end_is_a_moment() {
    let moment = timed(
        "2026-03-02T08:00:00Z",
        "2026-03-02T08:00:00Z",
        "Europe/Zurich",
    );
    for end in [
        json!(null),
        json!({}),
        json!({"dateTime": "2026-03-02T08:00:00+01:00"}),
    ] {
        let item = single(&json!({"end": end}));
        assert_eq!(event(&item).time, Some(moment.clone()), "{item}");
    }
}

#[test]
fn an_event_whose_time_cannot_be_read_is_set_aside() {
    for times in [
        json!({"start": null}),
        json!({"start": {}}),
        json!({"start": {"timeZone": "Europe/Zurich"}}),
        json!({"start": {"date": "2026-02-30"}}),
        json!({"start": {"dateTime": "secret"}}),
        json!({"start": {"dateTime": 5}}),
        json!({"end": {"dateTime": "secret"}}),
        json!({"end": {"date": "2026-03-03"}}),
        json!({"start": {"date": "2026-03-02"}}),
        json!({"start": null, "recurrence": ["RRULE:FREQ=DAILY"]}),
        json!({"attendees": "secret"}),
        json!({"status": ["secret"]}),
    ] {
        let reason = set_aside(&single(&times));
        assert!(!reason.contains("secret"), "{reason}");
    }
}
