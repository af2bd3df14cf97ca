//! The JSON of writes.

use super::*;
use crate::model::content::Content;
use crate::model::id::{CreationKey, ExternalId, TaskId};
use crate::model::time::Zone;

fn timed(zone: &str) -> Option<EventTime> {
    let at = |text: &str| text.parse().unwrap();
    let (start, end) = (at("2026-03-02T08:00:00Z"), at("2026-03-02T09:30:00Z"));
    Some(EventTime::timed(start, end, Zone::parse(zone).unwrap()))
}

fn days() -> Option<EventTime> {
    let day = |text: &str| text.parse().unwrap();
    Some(EventTime::all_day(day("2026-03-02"), day("2026-03-04")))
}

fn creation(content: Content) -> Creation {
    Creation {
        calendar: ExternalId::new("ana@example.com"),
        timezone: None,
        task: TaskId::new("t-118"),
        key: CreationKey::new("0f8fad5bd9cb469fa16570867728950e"),
        content,
    }
}

/// The body of a change of some fields, of an event that is like this.
fn change(fields: &[Field], content: Content, before: &Value) -> Value {
    let update = Update {
        etag: "\"1\"".to_owned(),
        fields: fields.to_vec(),
        content,
    };
    let text = before.to_string();
    changed(&update, &serde_json::from_str(&text).unwrap()).unwrap()
}

fn bare() -> Value {
    json!({ "id": "e" })
}

#[test]
fn a_new_event_says_all_that_the_content_says() {
    let content = Content {
        title: Some("report".to_owned()),
        description: Some("first draft".to_owned()),
        location: Some("Room 1".to_owned()),
        time: timed("Europe/Zurich"),
        reminder_minutes: Some(15),
    };
    let expected = json!({
        "id": "0f8fad5bd9cb469fa16570867728950e",
        "summary": "report",
        "description": "first draft",
        "location": "Room 1",
        "start": { "dateTime": "2026-03-02T08:00:00Z", "timeZone": "Europe/Zurich" },
        "end": { "dateTime": "2026-03-02T09:30:00Z", "timeZone": "Europe/Zurich" },
        "reminders": { "useDefault": false, "overrides": [{ "method": "popup", "minutes": 15 }] },
        "extendedProperties": { "private": { "calsyncTask": "t-118" } },
    });
    assert_eq!(created(&creation(content)).unwrap(), expected);
}

#[test]
fn what_the_content_of_a_new_event_leaves_open_is_left_out() {
    let content = Content {
        time: days(),
        ..Content::default()
    };
    let expected = json!({
        "id": "0f8fad5bd9cb469fa16570867728950e",
        "start": { "date": "2026-03-02" },
        "end": { "date": "2026-03-04" },
        "extendedProperties": { "private": { "calsyncTask": "t-118" } },
    });
    assert_eq!(created(&creation(content)).unwrap(), expected);
}

#[test]
fn no_event_is_written_without_a_time() {
    let error = created(&creation(Content::default())).unwrap_err();
    assert!(matches!(error, ProviderError::Invalid { .. }));
    let update = Update {
        etag: "\"1\"".to_owned(),
        fields: vec![Field::Time],
        content: Content::default(),
    };
    let error = changed(&update, &Event::default()).unwrap_err();
    assert!(matches!(error, ProviderError::Invalid { .. }));
}

#[test]
fn a_change_holds_the_fields_that_change_and_null_for_those_that_are_cleared() {
    let content = || Content {
        title: Some("report".to_owned()),
        time: timed("UTC"),
        ..Content::default()
    };
    let cases = [
        (vec![Field::Title], json!({ "summary": "report" })),
        (
            vec![Field::Description, Field::Location],
            json!({ "description": null, "location": null }),
        ),
        (vec![], json!({})),
    ];
    for (fields, expected) in cases {
        assert_eq!(change(&fields, content(), &bare()), expected);
    }
}

#[test]
fn a_time_takes_the_place_of_one_of_the_other_shape() {
    let of = |time| Content {
        time,
        ..Content::default()
    };
    let whole = json!({
        "start": { "date": "2026-03-02", "dateTime": null, "timeZone": null },
        "end": { "date": "2026-03-04", "dateTime": null, "timeZone": null },
    });
    assert_eq!(change(&[Field::Time], of(days()), &bare()), whole);
    let spans = json!({
        "start": { "date": null, "dateTime": "2026-03-02T08:00:00Z", "timeZone": "UTC" },
        "end": { "date": null, "dateTime": "2026-03-02T09:30:00Z", "timeZone": "UTC" },
    });
    assert_eq!(change(&[Field::Time], of(timed("UTC")), &bare()), spans);
}

#[test]
fn only_a_series_keeps_the_zone_that_its_rule_is_read_in() {
    let start = json!({ "dateTime": "2026-03-02T09:00:00+01:00", "timeZone": "Europe/Berlin" });
    let rule = json!(["RRULE:FREQ=DAILY"]);
    let cases = [
        (
            json!({ "id": "e", "start": start, "recurrence": rule }),
            "Europe/Berlin",
        ),
        (
            json!({ "id": "e", "start": start, "recurrence": [] }),
            "UTC",
        ),
        (json!({ "id": "e", "start": start }), "UTC"),
        (
            json!({ "id": "e", "start": { "date": "2026-03-02" }, "recurrence": rule }),
            "UTC",
        ),
    ];
    for (before, zone) in cases {
        let content = Content {
            time: timed("UTC"),
            ..Content::default()
        };
        let body = change(&[Field::Time], content, &before);
        for end in ["start", "end"] {
            assert_eq!(body[end]["timeZone"], zone, "{before}");
        }
        assert_eq!(body["start"]["dateTime"], "2026-03-02T08:00:00Z");
    }
}

#[test]
fn a_reminder_takes_the_place_of_the_last_before_the_start() {
    let popup = |minutes: u32| json!({ "method": "popup", "minutes": minutes });
    let email = |minutes: u32| json!({ "method": "email", "minutes": minutes });
    let own = |overrides: &[Value]| json!({ "useDefault": false, "overrides": overrides });
    let sms = json!({ "method": "sms", "minutes": 1 });
    let full: Vec<_> = [1, 2, 3, 4, 5].map(|number| email(10 * number)).to_vec();
    let cases = [
        (json!(null), Some(15), own(&[popup(15)])),
        (json!({ "useDefault": true }), Some(15), own(&[popup(15)])),
        (own(&[popup(10)]), Some(15), own(&[popup(15)])),
        (own(&[email(10)]), Some(5), own(&[email(5)])),
        (
            own(&[popup(60), email(10)]),
            Some(30),
            own(&[email(30), popup(60)]),
        ),
        // What is nearer to the start would count in place of the new one.
        (own(&[popup(60), email(10)]), Some(90), own(&[email(90)])),
        (own(&[popup(60), popup(10)]), Some(60), own(&[popup(60)])),
        (
            own(&[popup(10), email(10)]),
            Some(15),
            own(&[email(15), popup(15)]),
        ),
        (own(&[sms, popup(10)]), Some(15), own(&[popup(15)])),
        (
            own(&full),
            Some(0),
            own(&[email(0), email(20), email(30), email(40), email(50)]),
        ),
        (own(&[popup(60), popup(10)]), None, own(&[])),
        (json!({ "useDefault": true }), None, own(&[])),
    ];
    for (reminders, minutes, expected) in cases {
        let content = Content {
            reminder_minutes: minutes,
            ..Content::default()
        };
        let before = json!({ "id": "e", "reminders": reminders });
        let body = change(&[Field::Reminder], content, &before);
        assert_eq!(body, json!({ "reminders": expected }), "{before}");
    }
}

#[test]
fn an_event_is_another_tasks_if_it_says_so() {
    let marked = |private: Value| json!({ "extendedProperties": { "private": private } });
    let creation = creation(Content::default());
    for (event, expected) in [
        (marked(json!({ "calsyncTask": "t-118" })), false),
        (
            marked(json!({ "calsyncTask": "t-119", "x": "t-118" })),
            true,
        ),
        (marked(json!({ "x": "t-119" })), false),
        (bare(), false),
    ] {
        assert_eq!(is_anothers(&event, &creation), expected, "{event}");
    }
}
