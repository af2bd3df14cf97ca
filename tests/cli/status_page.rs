//! `calsync status --html`.

use crate::support::program::{ANA, Program, World};

/// Elements that have no end.
const VOID: [&str; 3] = ["meta", "link", "br"];

/// Panics unless every element ends where it should, every attribute is quoted
/// and every `&` begins a reference.
#[track_caller]
fn check_form(page: &str) {
    let page = page.strip_prefix("<!DOCTYPE html>\n").unwrap();
    let mut open = Vec::new();
    for part in page.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap_or_else(|| panic!("<{part}"));
        check_references(text);
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "</{name}>");
            continue;
        }
        let name = tag.split([' ', '/']).next().unwrap();
        check_attributes(tag[name.len()..].trim_end_matches('/'));
        assert!(tag.ends_with('/') || !VOID.contains(&name), "<{tag}>");
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<&str>::new());
}

#[track_caller]
fn check_references(text: &str) {
    for part in text.split('&').skip(1) {
        let name = part.split_once(';').map(|(name, _)| name);
        let known = ["amp", "lt", "gt", "quot", "#39"];
        assert!(name.is_some_and(|it| known.contains(&it)), "&{part}");
    }
}

#[track_caller]
fn check_attributes(mut rest: &str) {
    while !rest.trim().is_empty() {
        let (name, value) = rest.trim_start().split_once("=\"").unwrap();
        let letters = |c: char| c.is_ascii_alphanumeric() || c == '-';
        assert!(name.chars().all(letters), "{name}");
        let (value, left) = value.split_once('"').unwrap();
        check_references(value);
        rest = left;
    }
}

/// Panics if the page needs anything else.
#[track_caller]
fn check_alone(page: &str) {
    for word in [
        "http:", "https:", "src=", "href=", "url(", "@import", "<script", "<link",
    ] {
        assert!(!page.contains(word), "{word}");
    }
}

fn page(program: &Program, code: i32) -> String {
    let ran = program.run("status --html page.html").exits(code).silent();
    assert_eq!(ran.stdout, "");
    let page = std::fs::read_to_string(program.path("page.html")).unwrap();
    check_form(&page);
    check_alone(&page);
    page
}

#[test]
fn there_is_a_page_before_there_is_a_store() {
    let program = Program::new();
    let page = page(&program, 0);
    assert!(page.contains("<title>calsync: healthy</title>"), "{page}");
    assert!(page.contains("not there yet"), "{page}");
    assert!(!program.path("state").exists());
    let printed = program.text("status --html -");
    check_form(&printed);
    assert!(!program.path("-").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_shows_cycles_backlog_and_staleness() {
    let world = World::new().await;
    world.program.text("auto-sync");
    world.program.text("queue status");
    let page = page(&world.program, 0);
    for part in [
        "aria-label=\"cycles of auto-sync\"",
        "<rect class=\"ok\"",
        "1 cycle, the longest took",
        "aria-label=\"notifications by provider\"",
        "google put aside",
        "aria-label=\"calendars by their last pull\"",
        "prefers-color-scheme: dark",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let files = std::fs::read_dir(world.program.path(".")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let left: Vec<_> = names.filter(|name| name.ends_with(".new")).collect();
    assert_eq!(left, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_names_ids_and_nothing_personal() {
    let mut world = World::new().await;
    world.program.text("auto-sync");
    world.sandbox.google.revoke(ANA);
    world.program.run("auto-sync --force").exits(1);
    let calendar = world.calendar();
    let spoil = format!(
        "UPDATE accounts SET status_reason = 'secret reason of {ANA}';
         UPDATE calendars SET name = '<Private> & name';
         UPDATE calendar_sync_status SET errors = json_array(json_object(
             'user_id', 'ana', 'account_id', NULL, 'calendar_id', '{calendar}',
             'kind', '<refused>', 'message', 'calendar \"Private\" of {ANA}'));
         INSERT INTO calendar_sync_conflicts (id, user_id, calendar_id, kind, summary, detected_at)
         VALUES ('c-1', 'ana', '{calendar}', 'mass_delete', 'Private lost', '2026-03-02T09:00:00Z')"
    );
    let database = rusqlite::Connection::open(world.program.store()).unwrap();
    database.execute_batch(&spoil).unwrap();
    world
        .program
        .set("CALSYNC__QUEUE__URL", "redis://calsync:hush@127.0.0.1:1/0");
    let page = page(&world.program, 1);
    for id in ["c-1", "ana", &calendar, "&lt;refused&gt;"] {
        assert!(page.contains(id), "{id}: {page}");
    }
    let place = world.program.path("").display().to_string();
    for secret in [
        ANA,
        "secret",
        "Private",
        "Standup",
        "Room 1",
        "hush",
        "127.0.0.1",
        "redis",
        &place,
    ] {
        assert!(!page.contains(secret), "{secret}: {page}");
    }
}

#[test]
fn a_page_that_cannot_be_written_is_an_error_that_names_it() {
    let program = Program::new();
    let ran = program.run("status --html none/page.html").exits(1);
    ran.says(&[
        "cannot write the page none/page.html",
        "does its directory exist",
    ]);
    let ran = program.run("--json status --html page.html").exits(2);
    ran.says(&["--html and --json exclude each other"]);
}
