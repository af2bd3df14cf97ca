//! Pages of Graph's `calendarView/delta`.

use reqwest::Url;
use rusqlite::{Statement, params};
use serde::{Deserialize, Serialize};

use super::Page;

#[derive(Deserialize)]
pub(super) struct Events {
    #[serde(default)]
    value: Vec<Event>,
    #[serde(rename = "@odata.nextLink")]
    next_link: Option<String>,
    #[serde(rename = "@odata.deltaLink")]
    delta_link: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    id: String,
    #[serde(rename = "@odata.etag")]
    etag: Option<String>,
    #[serde(rename = "iCalUId")]
    ical_uid: Option<String>,
    series_master_id: Option<String>,
    original_start: Option<String>,
    subject: Option<String>,
    body: Option<Body>,
    location: Option<Location>,
    start: Option<Time>,
    end: Option<Time>,
    is_all_day: Option<bool>,
    original_start_time_zone: Option<String>,
    recurrence: Option<serde_json::Value>,
    is_cancelled: Option<bool>,
    show_as: Option<String>,
    sensitivity: Option<String>,
    is_organizer: Option<bool>,
    response_status: Option<Response>,
    #[serde(default)]
    attendees: Vec<Attendee>,
    is_reminder_on: Option<bool>,
    reminder_minutes_before_start: Option<i32>,
    online_meeting: Option<Meeting>,
    web_link: Option<String>,
    last_modified_date_time: Option<String>,
}

#[derive(Deserialize)]
struct Body {
    content: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    display_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Time {
    date_time: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Response {
    response: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attendee {
    email_address: Option<Address>,
    #[serde(rename = "type")]
    kind: Option<String>,
    status: Option<Response>,
}

#[derive(Serialize, Deserialize)]
struct Address {
    name: Option<String>,
    address: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meeting {
    join_url: Option<String>,
}

impl Page for Events {
    fn insert(&self, statement: &mut Statement<'_>) {
        for event in &self.value {
            insert_event(statement, event);
        }
    }

    fn next(&self, _listing: &Url) -> Option<Url> {
        self.next_link.as_ref().map(|link| link.parse().unwrap())
    }

    fn token(&self) -> Option<&str> {
        self.delta_link.as_deref()
    }
}

fn insert_event(statement: &mut Statement<'_>, event: &Event) {
    let response = event.response_status.as_ref();
    let response = response.and_then(|status| status.response.as_deref());
    let time = |time: &Option<Time>| time.as_ref().and_then(|time| time.date_time.clone());
    let reminder = event.reminder_minutes_before_start;
    let row = params![
        event.id,
        "calendar",
        event.etag,
        event.ical_uid,
        event.series_master_id,
        event.original_start,
        event.subject,
        event.body.as_ref().and_then(|body| body.content.as_deref()),
        event
            .location
            .as_ref()
            .and_then(|place| place.display_name.as_deref()),
        time(&event.start),
        time(&event.end),
        event.is_all_day,
        event.original_start_time_zone,
        event.recurrence.as_ref().map(ToString::to_string),
        event.is_cancelled,
        event.show_as,
        event.sensitivity,
        event.is_organizer,
        response,
        event.show_as.as_deref() != Some("free") && response != Some("declined"),
        serde_json::to_string(&event.attendees).unwrap(),
        reminder.filter(|_| event.is_reminder_on == Some(true)),
        event
            .online_meeting
            .as_ref()
            .and_then(|meeting| meeting.join_url.as_deref()),
        event.web_link,
        event.last_modified_date_time,
    ];
    statement.execute(row).unwrap();
}
