//! What is sent for contents and for the events that they are meant for.

use serde_json::value::RawValue;

use super::*;
use crate::model::id::{ExternalId, TaskId};
use crate::provider::microsoft::convert;

fn days(start: &str, end: &str) -> EventTime {
    EventTime::all_day(start.parse().unwrap(), end.parse().unwrap())
}

fn span(start: &str, end: &str, zone: &str) -> EventTime {
    let zone = Zone::parse(zone).unwrap();
    EventTime::timed(start.parse().unwrap(), end.parse().unwrap(), zone)
}

fn morning() -> EventTime {
    let (start, end) = ("2026-03-30T07:00:00Z", "2026-03-30T08:00:00Z");
    span(start, end, "Europe/Berlin")
}

fn of(content: Content) -> Result<Value> {
    created(&Creation {
        calendar: ExternalId::new("c"),
        timezone: None,
        task: TaskId::new("it's 42"),
        key: CreationKey::new("6f0f0d2c1c554b1e9d0a7c1f1a2b3c4d"),
        content,
    })
}

fn at(time: EventTime) -> Content {
    Content {
        time: Some(time),
        ..Content::default()
    }
}

/// The members that every new event has.
fn minimum(start: &str, end: &str, is_all_day: bool) -> Value {
    json!({
        "subject": "",
        "start": { "dateTime": start, "timeZone": "UTC" },
        "end": { "dateTime": end, "timeZone": "UTC" },
        "isAllDay": is_all_day,
        "transactionId": "6f0f0d2c-1c55-4b1e-9d0a-7c1f1a2b3c4d",
        "singleValueExtendedProperties": [{
            "id": "String {5d1b1f3e-8f0a-4a43-9d0b-2f6f6c1e7a11} Name CalsyncTaskId",
            "value": "it's 42",
        }],
    })
}

/// An event as Graph has it: what `more` says, and nothing else of note.
fn standing(more: &Value) -> Standing {
    let mut event = json!({ "id": "e", "type": "singleInstance",
        "start": { "dateTime": "2026-03-02T08:00:00", "timeZone": "UTC" },
        "end": { "dateTime": "2026-03-02T09:00:00", "timeZone": "UTC" } });
    for (name, value) in more.as_object().unwrap() {
        event[name] = value.clone();
    }
    let event = RawValue::from_string(event.to_string()).unwrap();
    convert::standing(&event, &Zone::utc()).unwrap()
}

fn series(zone: &str) -> Value {
    json!({ "type": "seriesMaster", "recurrence": {
        "pattern": { "type": "daily", "interval": 1 },
        "range": { "type": "noEnd", "startDate": "2026-03-02", "recurrenceTimeZone": zone } } })
}

fn change(fields: &[Field], content: Content, more: &Value) -> Result<Value> {
    let update = Update {
        etag: String::new(),
        fields: fields.to_vec(),
        content,
    };
    updated(&update, &standing(more))
}

fn retime(time: EventTime, more: &Value) -> Result<Value> {
    change(&[Field::Time], at(time), more)
}

fn refused(result: Result<Value>) -> String {
    match result {
        Err(ProviderError::Invalid { reason }) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_content_leaves_open_is_left_out() {
    let body = of(at(morning())).unwrap();
    let expected = minimum("2026-03-30T07:00:00", "2026-03-30T08:00:00", false);
    assert_eq!(body, expected);
}

#[test]
fn whole_days_are_midnights_whose_end_is_excluded() {
    let body = of(at(days("2026-03-29", "2026-03-30"))).unwrap();
    let expected = minimum("2026-03-29T00:00:00", "2026-03-30T00:00:00", true);
    assert_eq!(body, expected);
}

#[test]
fn everything_that_a_content_says_is_sent() {
    let body = of(Content {
        title: Some("a".to_owned()),
        description: Some("<b>\nc".to_owned()),
        location: Some("d".to_owned()),
        reminder_minutes: Some(0),
        ..at(morning())
    });
    let mut expected = minimum("2026-03-30T07:00:00", "2026-03-30T08:00:00", false);
    expected["subject"] = json!("a");
    expected["body"] = json!({ "contentType": "text", "content": "<b>\nc" });
    expected["location"] = json!({ "displayName": "d" });
    expected["isReminderOn"] = json!(true);
    expected["reminderMinutesBeforeStart"] = json!(0);
    assert_eq!(body.unwrap(), expected);
}

#[test]
fn without_a_time_there_is_no_event() {
    assert_eq!(refused(of(Content::default())), "no time");
    let none = change(&[Field::Time], Content::default(), &json!({}));
    assert_eq!(refused(none), "no time");
}

#[test]
fn only_the_fields_that_change_are_sent() {
    let content = Content {
        title: Some("a".to_owned()),
        description: Some("b".to_owned()),
        location: Some("c".to_owned()),
        reminder_minutes: Some(15),
        ..at(days("2026-03-02", "2026-03-04"))
    };
    let midnight = |day: &str| json!({ "dateTime": format!("{day}T00:00:00"), "timeZone": "UTC" });
    let cases = [
        (Field::Title, json!({ "subject": "a" })),
        (
            Field::Description,
            json!({ "body": { "contentType": "text", "content": "b" } }),
        ),
        (
            Field::Location,
            json!({ "location": { "displayName": "c" } }),
        ),
        (
            Field::Time,
            json!({ "isAllDay": true, "start": midnight("2026-03-02"), "end": midnight("2026-03-04") }),
        ),
        (
            Field::Reminder,
            json!({ "isReminderOn": true, "reminderMinutesBeforeStart": 15 }),
        ),
    ];
    for (field, expected) in cases {
        let body = change(&[field], content.clone(), &json!({})).unwrap();
        assert_eq!(body, expected, "{field:?}");
    }
}

#[test]
fn what_is_none_is_cleared() {
    let fields = [
        Field::Title,
        Field::Description,
        Field::Location,
        Field::Reminder,
    ];
    let body = change(&fields, Content::default(), &json!({})).unwrap();
    let expected = json!({
        "subject": "",
        "body": { "contentType": "text", "content": "" },
        "location": { "displayName": "" },
        "isReminderOn": false,
    });
    assert_eq!(body, expected);
}

#[test]
fn days_that_become_a_span_are_said_to_be_no_days() {
    let body = retime(morning(), &json!({ "isAllDay": true })).unwrap();
    assert_eq!(body["isAllDay"], false);
    let start = json!({ "dateTime": "2026-03-30T07:00:00", "timeZone": "UTC" });
    assert_eq!(body["start"], start);
}

#[test]
fn the_time_of_a_series_is_told_by_its_own_clocks() {
    let cases = [
        ("W. Europe Standard Time", "2026-03-30T09:00:00"),
        ("Pacific Standard Time", "2026-03-30T00:00:00"),
        ("UTC", "2026-03-30T07:00:00"),
    ];
    for (zone, wall) in cases {
        let body = retime(morning(), &series(zone)).unwrap();
        let start = json!({ "dateTime": wall, "timeZone": zone });
        assert_eq!(body["start"], start);
        assert_eq!(body["isAllDay"], false);
    }
    let mut whole = series("UTC");
    whole["isAllDay"] = json!(true);
    let body = retime(morning(), &whole).unwrap();
    let start = json!({ "dateTime": "2026-03-30T09:00:00", "timeZone": "W. Europe Standard Time" });
    assert_eq!(body["start"], start);
}

#[test]
fn a_time_that_a_series_cannot_be_told_is_refused() {
    let unknown = refused(retime(morning(), &series("tzone://Microsoft/Custom")));
    assert_eq!(unknown, "a series in an unknown zone");
    let nameless = refused(retime(morning(), &series("Antarctica/Troll")));
    assert_eq!(nameless, "no Windows name of the series' zone");
    let again = span(
        "2026-10-25T01:30:00Z",
        "2026-10-25T02:30:00Z",
        "Europe/Berlin",
    );
    let twice = refused(retime(again.clone(), &series("W. Europe Standard Time")));
    assert_eq!(twice, "a time that clocks show twice");
    assert!(retime(again, &json!({})).is_ok());
}

#[test]
fn a_key_that_is_no_such_number_is_sent_as_it_is() {
    assert_eq!(transaction_id(&CreationKey::new("k-1")), "k-1");
}
