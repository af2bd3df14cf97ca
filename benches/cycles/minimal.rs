//! The minimal program: it fetches the pages, parses them and inserts the
//! events into a plain table, one transaction a page.

mod google;
mod microsoft;

use std::env;
use std::path::Path;
use std::process::Command;

use reqwest::{Client, Url};
use rusqlite::{Connection, Statement};
use serde::de::DeserializeOwned;

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

/// A page of a provider's listing.
trait Page: DeserializeOwned {
    /// Inserts its events.
    fn insert(&self, statement: &mut Statement<'_>);
    /// Where the next page is, of a listing that begins there.
    fn next(&self, listing: &Url) -> Option<Url>;
    /// Where the next listing begins, on the last page.
    fn token(&self) -> Option<&str>;
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
        .build()
        .unwrap();
    let listing: Url = env::var(LISTING).unwrap().parse().unwrap();
    if listing.path().starts_with("/google/") {
        runtime.block_on(pull::<google::Events>(&mut database, &listing));
    } else {
        runtime.block_on(pull::<microsoft::Events>(&mut database, &listing));
    }
}

async fn pull<P: Page>(database: &mut Connection, listing: &Url) {
    let agent = "minimal (gzip)";
    let client = Client::builder().gzip(true).user_agent(agent).build();
    let client = client.unwrap();
    let mut next = Some(listing.clone());
    while let Some(url) = next {
        let answer = client.get(url).send().await.unwrap();
        let body = answer.bytes().await.unwrap();
        let page: P = serde_json::from_slice(&body).unwrap();
        store(database, &page);
        next = page.next(listing);
    }
}

fn store<P: Page>(database: &mut Connection, page: &P) {
    let tx = database.transaction().unwrap();
    page.insert(&mut tx.prepare_cached(INSERT).unwrap());
    if let Some(token) = page.token() {
        tx.execute("INSERT INTO cursor VALUES (?1)", [token])
            .unwrap();
    }
    tx.commit().unwrap();
}
