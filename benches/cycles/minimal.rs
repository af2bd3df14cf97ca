//! The minimal program: it fetches the pages, parses them and inserts the
//! events into a plain table, one transaction a page.

use std::env;
use std::path::Path;
use std::process::Command;

use reqwest::{Client, Url};
use rusqlite::{Connection, Statement, Transaction, params};
use serde::{Deserialize, Serialize};

use super::child;

/// The role of the process.
pub(crate) const ROLE: &str = "minimal";

const LISTING: &str = "CALSYNC_BENCH_LISTING";
const DATABASE: &str = "CALSYNC_BENCH_DATABASE";

/// The command that runs it: the first page and a file that is not there yet.
pub(crate) fn command(listing: &str, database: &Path) -> Command {
    let mut command = child::role(ROLE);
    command.env(LISTING, listing).env(DATABASE, database);
    command
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
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

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE event (
        id TEXT PRIMARY KEY, calendar TEXT, etag TEXT, ical_uid TEXT, series TEXT,
        original_start TEXT, title TEXT, description TEXT, location TEXT, start TEXT, end TEXT,
        all_day INTEGER, timezone TEXT, recurrence TEXT, status TEXT, transparency TEXT,
        visibility TEXT, organizer_self INTEGER, response TEXT, busy INTEGER, attendees TEXT,
        reminders TEXT, conference_url TEXT, html_link TEXT, updated TEXT);
    CREATE TABLE cursor (token TEXT)";

const INSERT: &str = "INSERT OR REPLACE INTO event VALUES
    (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,
     ?21, ?22, ?23, ?24, ?25)";

/// The process of the minimal program.
pub(crate) fn run() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut database = Connection::open(env::var(DATABASE).unwrap()).unwrap();
    database.execute_batch(SCHEMA).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let listing = env::var(LISTING).unwrap().parse().unwrap();
    runtime.unwrap().block_on(pull(&mut database, &listing));
}

async fn pull(database: &mut Connection, listing: &Url) {
    let agent = "minimal (gzip)";
    let client = Client::builder().gzip(true).user_agent(agent).build();
    let client = client.unwrap();
    let mut url = listing.clone();
    loop {
        let answer = client.get(url).send().await.unwrap();
        let body = answer.bytes().await.unwrap();
        let page: Page = serde_json::from_slice(&body).unwrap();
        let tx = database.transaction().unwrap();
        insert(&tx, &page);
        tx.commit().unwrap();
        let Some(token) = &page.next_page_token else {
            return;
        };
        url = listing.clone();
        url.query_pairs_mut().append_pair("pageToken", token);
    }
}

fn insert(tx: &Transaction<'_>, page: &Page) {
    let mut statement = tx.prepare_cached(INSERT).unwrap();
    for event in &page.items {
        insert_event(&mut statement, event);
    }
    if let Some(token) = &page.next_sync_token {
        tx.execute("INSERT INTO cursor VALUES (?1)", [token])
            .unwrap();
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
