//! Pages of Google's `events.list`.

use reqwest::Url;
use rusqlite::{Statement, params};
use serde::{Deserialize, Serialize};

use super::Page;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Events {
    #[serde(default)]
    items: Vec<Event>,
    next_page_token: Option<String>,
    next_sync_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    id: String,
    etag: Option<String>,
    status: Option<String>,
    html_link: Option<String>,
    updated: Option<String>,
    summary: Option<String>,
    description: Option<String>,
    location: Option<String>,
    organizer: Option<Organizer>,
    start: Option<Time>,
    end: Option<Time>,
    recurrence: Option<Vec<String>>,
    recurring_event_id: Option<String>,
    original_start_time: Option<Time>,
    transparency: Option<String>,
    visibility: Option<String>,
    #[serde(rename = "iCalUID")]
    ical_uid: Option<String>,
    #[serde(default)]
    attendees: Vec<Attendee>,
    hangout_link: Option<String>,
    reminders: Option<Reminders>,
}

#[derive(Deserialize)]
struct Organizer {
    #[serde(rename = "self", default)]
    own: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Time {
    date: Option<String>,
    date_time: Option<String>,
    time_zone: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attendee {
    email: Option<String>,
    display_name: Option<String>,
    response_status: Option<String>,
    optional: Option<bool>,
    #[serde(rename = "self")]
    own: Option<bool>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reminders {
    use_default: Option<bool>,
    overrides: Option<Vec<Reminder>>,
}

#[derive(Serialize, Deserialize)]
struct Reminder {
    method: Option<String>,
    minutes: Option<u32>,
}

impl Time {
    fn text(&self) -> Option<&str> {
        self.date_time.as_deref().or(self.date.as_deref())
    }
}

impl Page for Events {
    fn insert(&self, statement: &mut Statement<'_>) {
        for event in &self.items {
            insert_event(statement, event);
        }
    }

    fn next(&self, listing: &Url) -> Option<Url> {
        let token = self.next_page_token.as_ref()?;
        let mut url = listing.clone();
        url.query_pairs_mut().append_pair("pageToken", token);
        Some(url)
    }

    fn token(&self) -> Option<&str> {
        self.next_sync_token.as_deref()
    }
}

fn insert_event(statement: &mut Statement<'_>, event: &Event) {
    let start = event.start.as_ref();
    let own = event.attendees.iter().find(|one| one.own == Some(true));
    let response = own.and_then(|own| own.response_status.as_deref());
    let json = |value: &Option<Vec<String>>| {
        let value = value.as_ref();
        value.map(|value| serde_json::to_string(value).unwrap())
    };
    let row = params![
        event.id,
        "calendar",
        event.etag,
        event.ical_uid,
        event.recurring_event_id,
        event.original_start_time.as_ref().and_then(Time::text),
        event.summary,
        event.description,
        event.location,
        start.and_then(Time::text),
        event.end.as_ref().and_then(Time::text),
        start.is_some_and(|start| start.date.is_some()),
        start.and_then(|start| start.time_zone.as_deref()),
        json(&event.recurrence),
        event.status,
        event.transparency,
        event.visibility,
        event.organizer.as_ref().is_some_and(|one| one.own),
        response,
        event.transparency.as_deref() != Some("transparent") && response != Some("declined"),
        serde_json::to_string(&event.attendees).unwrap(),
        event
            .reminders
            .as_ref()
            .map(|one| serde_json::to_string(one).unwrap()),
        event.hangout_link,
        event.html_link,
        event.updated,
    ];
    statement.execute(row).unwrap();
}
