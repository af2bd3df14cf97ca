//! Literal items and what becomes of them.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::*;
use crate::model::event::{Reminders, ResponseStatus};
use crate::model::time::{EventTime, OriginalStart};

/// The change that an item means on a calendar in Zurich.
fn changed(item: &Value) -> Change {
    let raw = serde_json::value::to_raw_value(item).unwrap();
    let zone = Zone::parse("Europe/Zurich").unwrap();
    changes(&[&raw], &zone).unwrap().remove(0)
}

/// The event that an item means.
fn event(item: &Value) -> Event {
    match changed(item) {
        Change::Upsert(event) => *event,
        other => panic!("{other:?}"),
    }
}

/// A single event of an hour, with further fields.
fn single(more: &Value) -> Value {
    let mut item = json!({
        "id": "e1",
        "start": {"dateTime": "2026-03-02T09:00:00+01:00", "timeZone": "Europe/Zurich"},
        "end": {"dateTime": "2026-03-02T10:00:00+01:00", "timeZone": "Europe/Zurich"}
    });
    let fields = item.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    item
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn timed(start: &str, end: &str, zone: &str) -> EventTime {
    EventTime::timed(at(start), at(end), Zone::parse(zone).unwrap())
}

/// Whether an item is set aside with a reason that quotes nothing of it.
fn set_aside(item: &Value) -> String {
    match changed(item) {
        Change::Unreadable {
            external_id,
            reason,
        } => {
            assert_eq!(external_id.as_str(), "e1");
            reason
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_full_event_is_read_to_the_last_field() {
    let read = event(&single(&json!({
        "kind": "calendar#event", "etag": "\"3580\"", "status": "confirmed",
        "htmlLink": "https://g/e", "created": "2026-01-05T08:00:00.000Z",
        "updated": "2026-03-01T17:20:30.900Z", "summary": "Review \u{1f600}",
        "description": "<b>text</b>", "location": "Room 1", "iCalUID": "u@google.com",
        "organizer": {"email": "ana@example.com", "self": true}, "visibility": "private",
        "transparency": "transparent", "sequence": 1, "eventType": "focusTime",
        "attendees": [
            {"email": "ana@example.com", "self": true, "responseStatus": "accepted"},
            {"email": "bo@example.com", "displayName": "Bo", "optional": true,
             "responseStatus": "needsAction"}],
        "reminders": {"useDefault": true}, "hangoutLink": "https://meet/h",
        "extendedProperties": {"private": {"a": "b"}}, "unknown": [{}]
    })));
    let attendee = |email: &str, response| Attendee {
        email: Some(email.to_owned()),
        name: None,
        response: Some(response),
        optional: false,
        is_self: false,
    };
    let expected = Event {
        external_id: ExternalId::new("e1"),
        etag: Some("\"3580\"".into()),
        ical_uid: Some("u@google.com".into()),
        kind: EventKind::Single,
        time: Some(timed(
            "2026-03-02T08:00:00Z",
            "2026-03-02T09:00:00Z",
            "Europe/Zurich",
        )),
        status: EventStatus::Confirmed,
        title: Some("Review \u{1f600}".into()),
        description: Some("<b>text</b>".into()),
        location: Some("Room 1".into()),
        transparency: Transparency::Transparent,
        visibility: Some("private".into()),
        organizer_self: true,
        response: Some(ResponseStatus::Accepted),
        attendees: vec![
            Attendee {
                is_self: true,
                ..attendee("ana@example.com", ResponseStatus::Accepted)
            },
            Attendee {
                name: Some("Bo".into()),
                optional: true,
                ..attendee("bo@example.com", ResponseStatus::NeedsAction)
            },
        ],
        reminders: Some(Reminders::Default),
        conference_url: Some("https://meet/h".into()),
        html_link: Some("https://g/e".into()),
        updated_at: Some(at("2026-03-01T17:20:30.900Z")),
    };
    assert_eq!(read, expected);
}

#[test]
fn a_cancelled_occurrence_is_an_exception_without_a_time() {
    let read = event(&json!({
        "id": "e1_20260309T080000Z", "status": "cancelled", "etag": "\"2\"",
        "recurringEventId": "e1",
        "originalStartTime": {"dateTime": "2026-03-09T09:00:00+01:00", "timeZone": "Europe/Zurich"}
    }));
    assert_eq!(read.status, EventStatus::Cancelled);
    assert_eq!((read.time, read.etag.as_deref()), (None, Some("\"2\"")));
    let series = ExternalId::new("e1");
    let original_start = OriginalStart::At(at("2026-03-09T08:00:00Z"));
    assert_eq!(
        read.kind,
        EventKind::Exception {
            series,
            original_start
        }
    );
}

#[test]
fn a_cancelled_occurrence_is_the_same_with_and_without_its_details() {
    let sparse = json!({
        "id": "e1_x", "status": "cancelled", "recurringEventId": "e1",
        "originalStartTime": {"date": "2026-03-09"}
    });
    let mut full = single(&json!({"summary": "secret", "attendees": [{"email": "a@b"}]}));
    full.as_object_mut()
        .unwrap()
        .extend(sparse.as_object().unwrap().clone());
    assert_eq!(changed(&full), changed(&sparse));
}

#[test]
fn anything_else_cancelled_is_removed_whatever_it_carries() {
    let removed = Change::Removed(ExternalId::new("e1"));
    for more in [
        json!({"status": "cancelled"}),
        json!({"status": "cancelled", "recurrence": ["RRULE:FREQ=DAILY"], "summary": "x"}),
        json!({"status": "cancelled", "start": 7, "attendees": "?"}),
        json!({"status": "cancelled", "recurringEventId": ""}),
    ] {
        assert_eq!(changed(&single(&more)), removed, "{more}");
    }
    assert_eq!(
        changed(&json!({"id": "e1", "status": "cancelled"})),
        removed
    );
}

#[test]
fn a_cancelled_occurrence_without_its_original_start_is_set_aside() {
    for start in [
        json!(null),
        json!({}),
        json!({"dateTime": "nine"}),
        json!(7),
        json!("nine"),
    ] {
        let item = json!({
            "id": "e1", "status": "cancelled", "recurringEventId": "s", "originalStartTime": start
        });
        assert!(!set_aside(&item).contains("nine"));
    }
    set_aside(&json!({"id": "e1", "status": "cancelled", "recurringEventId": "s"}));
    set_aside(&single(&json!({"recurringEventId": "s"})));
}

#[test]
fn recurrence_makes_a_series_and_its_lines_stay_as_they_came() {
    let lines = [
        "RRULE:FREQ=WEEKLY;BYDAY=MO",
        "EXDATE;TZID=Europe/Zurich:20260309T090000",
        "?",
    ];
    let read = event(&single(&json!({"recurrence": lines})));
    let recurrence = Recurrence(lines.map(str::to_owned).to_vec());
    let occurrences = Occurrences::Expanded;
    assert_eq!(
        read.kind,
        EventKind::Series {
            recurrence,
            occurrences
        }
    );
    assert!(read.time.is_some());
    assert_eq!(
        event(&single(&json!({"recurrence": []}))).kind,
        EventKind::Single
    );
}

#[test]
fn an_exception_names_its_series_and_its_slot() {
    let zurich = OriginalStart::At(at("2026-03-09T08:00:00Z"));
    let cases = [
        (json!({"dateTime": "2026-03-09T09:00:00+01:00"}), zurich),
        (json!({"dateTime": "2026-03-09T09:00:00.25+01:00"}), zurich),
        (json!({"dateTime": "2026-03-09T09:00:00"}), zurich),
        (
            json!({"dateTime": "2026-03-09T10:00:00", "timeZone": "Europe/Helsinki"}),
            zurich,
        ),
        (json!("2026-03-09T09:00:00+01:00"), zurich),
        (
            json!({"date": "2026-03-09"}),
            OriginalStart::Date(day("2026-03-09")),
        ),
        (json!("2026-03-09"), OriginalStart::Date(day("2026-03-09"))),
    ];
    for (given, original_start) in cases {
        let item = single(&json!({"recurringEventId": "s", "originalStartTime": given}));
        let series = ExternalId::new("s");
        let kind = EventKind::Exception {
            series,
            original_start,
        };
        assert_eq!(event(&item).kind, kind, "{given}");
    }
}

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

#[test]
fn empty_and_missing_texts_are_no_texts() {
    for more in [
        json!({}),
        json!({"summary": null}),
        json!({"summary": "", "location": ""}),
    ] {
        let read = event(&single(&more));
        assert_eq!(
            (read.title, read.location, read.description),
            (None, None, None)
        );
    }
}

#[test]
fn unknown_words_mean_the_usual() {
    let read = event(&single(&json!({
        "status": "postponed", "transparency": "translucent", "visibility": "secret",
        "attendees": [{"self": true, "responseStatus": "maybe"}], "updated": "yesterday"
    })));
    assert_eq!(read.status, EventStatus::Confirmed);
    assert_eq!(read.transparency, Transparency::Opaque);
    assert_eq!(read.visibility.as_deref(), Some("secret"));
    assert_eq!((read.response, read.updated_at), (None, None));
    let tentative = event(&single(&json!({"status": "tentative"})));
    assert_eq!(tentative.status, EventStatus::Tentative);
}

#[test]
fn my_answer_is_that_of_the_entry_which_is_me() {
    let read = event(&single(&json!({"attendees": [
        {"email": "a@b", "responseStatus": "accepted"},
        {"email": "me@b", "self": true, "responseStatus": "declined"}]})));
    assert_eq!(read.response, Some(ResponseStatus::Declined));
    assert!(!read.busy());
}

#[test]
fn an_event_is_ours_unless_somebody_else_organises_it() {
    let guests = json!([{"email": "a@b"}]);
    let cases = [
        (json!({}), true),
        (json!({"attendees": guests}), false),
        (
            json!({"organizer": {"email": "x@y", "self": true}, "attendees": guests}),
            true,
        ),
        (json!({"organizer": {"email": "x@y"}}), false),
        (json!({"organizer": {"email": "x@y", "self": false}}), false),
    ];
    for (more, ours) in cases {
        assert_eq!(event(&single(&more)).organizer_self, ours, "{more}");
    }
}

#[test]
fn reminders_are_the_calendars_or_minutes() {
    let minutes = |list: &[u32]| Some(Reminders::Minutes(list.to_vec()));
    let cases = [
        (json!({}), None),
        (
            json!({"reminders": {"useDefault": true}}),
            Some(Reminders::Default),
        ),
        (json!({"reminders": {"useDefault": false}}), minutes(&[])),
        (
            json!({"reminders": {"useDefault": false, "overrides": [
            {"method": "email", "minutes": 30}, {"method": "popup", "minutes": 10},
            {"method": "sms", "minutes": 5}, {"method": "popup", "minutes": 30},
            {"method": "popup"}]}}),
            minutes(&[10, 30]),
        ),
    ];
    for (more, expected) in cases {
        assert_eq!(event(&single(&more)).reminders, expected, "{more}");
    }
}

#[test]
fn the_meeting_is_joined_by_video_first() {
    let entries = json!({"entryPoints": [
        {"entryPointType": "phone", "uri": "tel:1"}, {"entryPointType": "video", "uri": "https://v"}]});
    let link = "https://meet/h";
    let cases = [
        (
            json!({"conferenceData": entries, "hangoutLink": link}),
            Some("https://v"),
        ),
        (
            json!({"conferenceData": {"entryPoints": [{"entryPointType": "phone", "uri": "tel:1"}]},
            "hangoutLink": link}),
            Some(link),
        ),
        (json!({"conferenceData": {}}), None),
        (json!({}), None),
    ];
    for (more, expected) in cases {
        assert_eq!(
            event(&single(&more)).conference_url.as_deref(),
            expected,
            "{more}"
        );
    }
}

#[test]
fn an_item_without_an_id_spoils_the_page() {
    for item in [
        json!({"status": "cancelled"}),
        json!({"id": ""}),
        json!({"id": 5}),
        json!(null),
    ] {
        let raw = serde_json::value::to_raw_value(&item).unwrap();
        let error = changes(&[&raw], &Zone::utc()).unwrap_err();
        assert!(matches!(error, ProviderError::Protocol { .. }), "{item}");
    }
}

#[test]
fn the_zone_of_a_calendar_is_the_first_that_is_known() {
    let name = |names: [Option<&str>; 2]| first_known_zone(names).name().to_owned();
    assert_eq!(
        name([Some("Europe/Zurich"), Some("Europe/Berlin")]),
        "Europe/Zurich"
    );
    assert_eq!(
        name([Some("Mars/Olympus"), Some("Europe/Berlin")]),
        "Europe/Berlin"
    );
    assert_eq!(name([None, None]), "UTC");
}

#[test]
fn roles_that_google_adds_are_readable_and_not_writable() {
    let cases = [
        ("owner", AccessRole::Owner),
        ("writer", AccessRole::Writer),
        ("writerWithoutPrivateAccess", AccessRole::Writer),
        ("reader", AccessRole::Reader),
        ("freeBusyReader", AccessRole::FreeBusyReader),
        ("none", AccessRole::None),
        ("superWriter", AccessRole::Reader),
    ];
    for (word, role) in cases {
        assert_eq!(access_role(Some(word)), role, "{word}");
    }
}

#[test]
fn a_calendar_is_named_by_the_user_then_by_itself_then_by_its_id() {
    let cases = [
        (
            json!({"id": "c", "summary": "Team", "summaryOverride": "Us"}),
            "Us",
        ),
        (
            json!({"id": "c", "summary": "Team", "summaryOverride": ""}),
            "Team",
        ),
        (json!({"id": "c"}), "c"),
        (json!({"id": "c", "summary": 5}), "c"),
    ];
    for (item, name) in cases {
        let raw = serde_json::value::to_raw_value(&item).unwrap();
        assert_eq!(calendars(&[&raw]).unwrap()[0].name, name, "{item}");
    }
}
