//! Literal items and what becomes of them.

mod rounds;
mod series;
mod times;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

use super::delta::Delta;
use super::*;
use crate::model::event::{
    Attendee, Event, EventKind, EventStatus, Occurrences, Reminders, ResponseStatus, Transparency,
};
use crate::model::recurrence::Recurrence;
use crate::model::time::{EventTime, OriginalStart};

/// What a page of a round says.
fn page(round: Round, items: &[Value]) -> Delta {
    let raw: Vec<_> = items
        .iter()
        .map(|item| to_raw_value(item).unwrap())
        .collect();
    let events = raw.iter().map(|item| types::Event::read(item)).collect();
    delta(events, round, &Zone::utc()).unwrap()
}

/// The only change of a page of a full round.
fn changed(item: &Value) -> Change {
    let mut delta = page(Round::Full, std::slice::from_ref(item));
    assert!(
        delta.touched.is_empty() && delta.vanished.is_empty(),
        "{item}"
    );
    assert_eq!(delta.changes.len(), 1, "{item}");
    delta.changes.remove(0)
}

/// The event that an item means.
fn event(item: &Value) -> Event {
    match changed(item) {
        Change::Upsert(event) => *event,
        other => panic!("{other:?}"),
    }
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

fn utc(text: &str) -> Value {
    json!({"dateTime": text, "timeZone": "UTC"})
}

/// An item with further members, or others.
fn with(mut item: Value, more: Value) -> Value {
    let members = item.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    item
}

/// A single event of an hour, with further members.
fn single(more: Value) -> Value {
    let item = json!({
        "@odata.type": "#microsoft.graph.event", "id": "e1", "type": "singleInstance",
        "start": utc("2026-05-04T07:00:00.0000000"), "end": utc("2026-05-04T08:00:00.0000000")
    });
    with(item, more)
}

/// An exception of the series `s1` that says everything.
fn exception(more: Value) -> Value {
    let item = json!({
        "id": "e1", "type": "exception", "seriesMasterId": "s1", "subject": "Moved",
        "body": {"contentType": "text", "content": ""}, "location": null, "isAllDay": false,
        "isCancelled": false, "isOrganizer": true, "isReminderOn": false, "showAs": "busy",
        "sensitivity": "normal", "attendees": [], "responseStatus": null,
        "originalStart": "2026-05-04T07:00:00Z",
        "originalStartTimeZone": "W. Europe Standard Time",
        "start": utc("2026-05-04T09:00:00"), "end": utc("2026-05-04T10:00:00")
    });
    with(item, more)
}

/// A weekly series from long ago.
fn master(more: Value) -> Value {
    let item = json!({
        "id": "s1", "type": "seriesMaster", "seriesMasterId": null, "subject": "Weekly",
        "isAllDay": false, "showAs": "free", "originalStartTimeZone": "Pacific Standard Time",
        "start": utc("2020-05-04T07:00:00"), "end": utc("2020-05-04T08:00:00"),
        "recurrence": {
            "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"],
                        "firstDayOfWeek": "monday", "month": 0, "dayOfMonth": 0},
            "range": {"type": "noEnd", "startDate": "2020-05-04", "endDate": "0001-01-01",
                      "recurrenceTimeZone": "W. Europe Standard Time"}}
    });
    with(item, more)
}

/// A bare occurrence, as a delta brings it.
fn stub(id: &str, start: &str, end: &str) -> Value {
    json!({"@odata.type": "#microsoft.graph.event", "@odata.etag": "W/\"2\"", "id": id,
           "seriesMasterId": "s1", "type": "occurrence", "start": utc(start), "end": utc(end)})
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

fn all_day(start: &str, end: &str) -> EventTime {
    EventTime::all_day(day(start), day(end))
}

fn ids(ids: &[&str]) -> Vec<ExternalId> {
    ids.iter().map(|id| ExternalId::new(*id)).collect()
}

#[test]
fn a_full_event_is_read_to_the_last_member() {
    let read = event(&single(json!({
        "@odata.etag": "W/\"DwAAABYAAAB1\"", "changeKey": "DwAAABYAAAB1",
        "createdDateTime": "2026-05-01T08:00:00.7579581Z",
        "lastModifiedDateTime": "2026-05-01T08:00:01.245372Z", "categories": [],
        "transactionId": "calsync-42-1", "originalStartTimeZone": "W. Europe Standard Time",
        "iCalUId": "0400", "reminderMinutesBeforeStart": 15, "isReminderOn": true,
        "subject": "Report \u{1f600}", "bodyPreview": "First", "importance": "normal",
        "sensitivity": "private", "isAllDay": false, "isCancelled": false, "isOrganizer": false,
        "seriesMasterId": null, "showAs": "free", "webLink": "https://outlook/e",
        "responseStatus": {"response": "accepted", "time": "0001-01-01T00:00:00Z"},
        "body": {"contentType": "text", "content": "First draft\r\n"},
        "location": {"displayName": "Office", "locationType": "default"}, "recurrence": null,
        "attendees": [
            {"type": "optional", "status": {"response": "tentativelyAccepted"},
             "emailAddress": {"name": "Bo", "address": "bo@example.com"}},
            {"type": "resource", "status": {"response": "none"}, "emailAddress": null}],
        "organizer": {"emailAddress": {"address": "ana@example.com"}},
        "onlineMeeting": {"joinUrl": "https://teams/j"}, "occurrenceId": "unknown member"
    })));
    let bo = Attendee {
        email: Some("bo@example.com".into()),
        name: Some("Bo".into()),
        response: Some(ResponseStatus::Tentative),
        optional: true,
        is_self: false,
    };
    let nobody = Attendee {
        email: None,
        name: None,
        response: None,
        optional: false,
        is_self: false,
    };
    let expected = Event {
        external_id: ExternalId::new("e1"),
        etag: Some("W/\"DwAAABYAAAB1\"".into()),
        ical_uid: Some("0400".into()),
        kind: EventKind::Single,
        time: Some(timed(
            "2026-05-04T07:00:00Z",
            "2026-05-04T08:00:00Z",
            "Europe/Berlin",
        )),
        status: EventStatus::Confirmed,
        title: Some("Report \u{1f600}".into()),
        description: Some("First draft\r\n".into()),
        location: Some("Office".into()),
        transparency: Transparency::Transparent,
        visibility: Some("private".into()),
        organizer_self: false,
        response: Some(ResponseStatus::Accepted),
        attendees: vec![bo, nobody],
        reminders: Some(Reminders::Minutes(vec![15])),
        conference_url: Some("https://teams/j".into()),
        html_link: Some("https://outlook/e".into()),
        updated_at: Some(at("2026-05-01T08:00:01.245372Z")),
    };
    assert_eq!(read, expected);
}

#[test]
fn an_event_of_nulls_has_a_time_and_little_else() {
    let names = [
        "@odata.etag",
        "changeKey",
        "iCalUId",
        "lastModifiedDateTime",
        "subject",
        "body",
        "isAllDay",
        "originalStartTimeZone",
        "originalStart",
        "recurrence",
        "isCancelled",
        "showAs",
        "sensitivity",
        "location",
        "attendees",
        "isOrganizer",
        "responseStatus",
        "isReminderOn",
        "reminderMinutesBeforeStart",
        "onlineMeeting",
        "onlineMeetingUrl",
        "webLink",
        "seriesMasterId",
        "@removed",
    ];
    let nulls: serde_json::Map<_, _> = names
        .iter()
        .map(|name| ((*name).to_owned(), Value::Null))
        .collect();
    let read = event(&single(Value::Object(nulls)));
    assert_eq!(read, event(&single(json!({}))));
    assert_eq!(
        (&read.title, &read.etag, &read.reminders),
        (&None, &None, &None)
    );
    assert_eq!(read.transparency, Transparency::Opaque);
    assert!(read.organizer_self);
}

#[test]
fn values_that_nobody_knows_are_taken_with_care() {
    let read = event(&single(json!({
        "type": "somethingNew", "showAs": "asleep", "sensitivity": "vip",
        "responseStatus": {"response": "maybe"}, "isReminderOn": true,
        "reminderMinutesBeforeStart": -5, "changeKey": "k",
        "attendees": [{"type": "robot", "status": null, "emailAddress": {"name": ""}}]
    })));
    assert_eq!(read.kind, EventKind::Single);
    assert_eq!(
        (read.transparency, read.response),
        (Transparency::Opaque, None)
    );
    assert_eq!(read.visibility.as_deref(), Some("vip"));
    assert_eq!(read.reminders, Some(Reminders::Minutes(Vec::new())));
    assert_eq!(read.etag.as_deref(), Some("k"));
    assert!(!read.attendees[0].optional);
}

#[test]
fn a_type_that_nobody_knows_is_told_by_what_the_item_has() {
    let series = changed(&master(json!({"type": null})));
    assert!(
        matches!(series, Change::Upsert(event) if matches!(event.kind, EventKind::Series { .. }))
    );
    let member = changed(&exception(json!({"type": "exceptionTwo"})));
    assert!(
        matches!(member, Change::Upsert(event) if matches!(event.kind, EventKind::Exception { .. }))
    );
}

#[test]
fn what_an_event_is_shown_as_says_how_settled_and_how_busy_it_is() {
    use EventStatus::{Confirmed, Tentative};
    use Transparency::{Opaque, Transparent};
    for (show_as, status, transparency) in [
        ("free", Confirmed, Transparent),
        ("workingElsewhere", Confirmed, Transparent),
        ("tentative", Tentative, Opaque),
        ("busy", Confirmed, Opaque),
        ("oof", Confirmed, Opaque),
        ("unknown", Confirmed, Opaque),
    ] {
        let read = event(&single(json!({"showAs": show_as})));
        assert_eq!(
            (read.status, read.transparency),
            (status, transparency),
            "{show_as}"
        );
    }
}

#[test]
fn an_answer_is_one_to_an_invitation() {
    for (word, expected) in [
        ("none", None),
        ("organizer", None),
        ("notResponded", Some(ResponseStatus::NeedsAction)),
        ("declined", Some(ResponseStatus::Declined)),
        ("tentativelyAccepted", Some(ResponseStatus::Tentative)),
        ("accepted", Some(ResponseStatus::Accepted)),
    ] {
        let read = event(&single(json!({"responseStatus": {"response": word}})));
        assert_eq!(read.response, expected, "{word}");
    }
}

#[test]
fn what_is_cancelled_stays_as_cancelled() {
    for item in [single(json!({})), exception(json!({})), master(json!({}))] {
        let read = event(&with(item, json!({"isCancelled": true})));
        assert_eq!(read.status, EventStatus::Cancelled);
    }
}

#[test]
fn an_item_that_cannot_be_read_is_named_and_not_quoted() {
    for (more, reason) in [
        (json!({"start": null}), "no start"),
        (json!({"start": {"dateTime": ""}}), "no start"),
        (
            json!({"start": utc("secret")}),
            "a time that cannot be read",
        ),
        (
            json!({"end": utc("2026-13-01T00:00:00")}),
            "a time that cannot be read",
        ),
        (
            json!({"isAllDay": true, "start": utc("secret")}),
            "a date that cannot be read",
        ),
        (
            json!({"subject": ["secret"]}),
            "not of the shape of an event",
        ),
        (json!({"type": 7}), "not of the shape of an event"),
        (json!({"type": "exception"}), "instance without its series"),
        (
            json!({"type": "occurrence", "seriesMasterId": ""}),
            "instance without its series",
        ),
    ] {
        assert_eq!(set_aside(&single(more.clone())), reason, "{more}");
    }
    let stub = stub("e1", "secret", "2026-05-04T08:00:00");
    assert_eq!(set_aside(&stub), "a time that cannot be read");
}

#[test]
fn a_calendar_is_ours_to_write_when_graph_says_so() {
    use AccessRole::{Owner, Reader, Writer};
    for (item, role, name) in [
        (
            json!({"name": "Calendar", "isDefaultCalendar": true, "canEdit": true}),
            Owner,
            "Calendar",
        ),
        (
            json!({"name": "Mine", "canEdit": true, "canShare": true}),
            Owner,
            "Mine",
        ),
        (
            json!({"name": "Team", "canEdit": true, "canShare": false}),
            Writer,
            "Team",
        ),
        (
            json!({"name": "Holidays", "canEdit": false, "canShare": true}),
            Reader,
            "Holidays",
        ),
        (json!({"name": null}), Reader, "c1"),
        (json!({"name": 7, "canEdit": true}), Reader, "c1"),
    ] {
        let raw = to_raw_value(&with(item.clone(), json!({"id": "c1"}))).unwrap();
        let [calendar] = <[_; 1]>::try_from(calendars(&[&raw]).unwrap()).unwrap();
        assert_eq!(
            (calendar.access_role, calendar.name.as_str()),
            (role, name),
            "{item}"
        );
        assert_eq!(calendar.timezone, None);
        assert_eq!(
            calendar.is_primary,
            item["isDefaultCalendar"] == true,
            "{item}"
        );
    }
}
