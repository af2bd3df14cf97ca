//! Literal items and what becomes of them.

mod details;
mod times;

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
