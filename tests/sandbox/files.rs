//! iCalendar files and the seeded population.

use calsync::sandbox::ics::{self, IcsError};
use calsync::sandbox::population::{PopulationSpec, populate};
use serde_json::json;

use super::support::{ANA, now, world};

const FILE: &str = "\
BEGIN:VCALENDAR\r
X-WR-CALNAME:Village\r
X-WR-TIMEZONE:Europe/London\r
BEGIN:VEVENT\r
UID:chess\r
DTSTART;TZID=Europe/London:20260302T180000\r
DURATION:PT2H\r
RRULE:FREQ=WEEKLY;BYDAY=MO\r
EXDATE;TZID=Europe/London:20260316T180000\r
SUMMARY:Chess\\, weekly\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:chess\r
RECURRENCE-ID;TZID=Europe/London:20260309T180000\r
DTSTART;TZID=Europe/London:20260310T190000\r
DTEND;TZID=Europe/London:20260310T200000\r
SUMMARY:Chess on Tuesday\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:fair\r
DTSTART;VALUE=DATE:20260501\r
TRANSP:TRANSPARENT\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:odd\r
DTSTART;TZID=Mars/Olympus:20260501T100000\r
END:VEVENT\r
END:VCALENDAR\r
";

#[tokio::test]
async fn a_file_becomes_a_calendar_and_says_what_it_left_out() {
    let world = world().await;
    let google = &world.sandbox.google;
    let loaded = ics::load_text(google, ANA, "village.ics", FILE).unwrap();
    assert_eq!(
        (loaded.name.as_str(), loaded.events),
        ("Village", 3),
        "{:?}",
        loaded.skipped
    );
    assert_eq!(
        (loaded.skipped[0].line, loaded.skipped[0].reason.as_str()),
        (24, "unknown time zone Mars/Olympus")
    );
    let events = google.events(&loaded.calendar);
    let series = events
        .iter()
        .find(|event| event["summary"] == "Chess, weekly")
        .unwrap();
    assert_eq!(
        series["recurrence"],
        json!([
            "RRULE:FREQ=WEEKLY;BYDAY=MO",
            "EXDATE;TZID=Europe/London:20260316T180000"
        ])
    );
    assert_eq!(series["end"]["dateTime"], "2026-03-02T20:00:00Z");
    let moved = events
        .iter()
        .find(|event| event["summary"] == "Chess on Tuesday")
        .unwrap();
    assert_eq!(
        (
            &moved["recurringEventId"],
            &moved["originalStartTime"]["dateTime"]
        ),
        (&series["id"], &json!("2026-03-09T18:00:00Z"))
    );
    let fair = events
        .iter()
        .find(|event| event["start"]["date"] == "2026-05-01")
        .unwrap();
    assert_eq!(fair["end"]["date"], "2026-05-02");
}

#[tokio::test]
async fn a_broken_file_names_the_line() {
    let world = world().await;
    for (text, expected) in [
        (
            "hello",
            "x.ics, line 1: this is no iCalendar file: there is no BEGIN:VCALENDAR",
        ),
        (
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\n",
            "x.ics, line 2: VEVENT begins here and never ends",
        ),
    ] {
        let error: IcsError =
            ics::load_text(&world.sandbox.google, ANA, "x.ics", text).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[tokio::test]
async fn a_population_is_as_large_as_asked_and_the_same_again() {
    let (one, two) = (world().await, world().await);
    let spec = PopulationSpec {
        users: 12,
        events: 600,
        seed: 3,
        now: now(),
    };
    let users = populate(&one.sandbox.google, spec);
    assert_eq!(users, populate(&two.sandbox.google, spec));
    assert_eq!(users.len(), 12);
    assert_eq!(
        one.sandbox.google.calendar_ids(&users[0].email),
        two.sandbox.google.calendar_ids(&users[0].email)
    );
    let ids = users
        .iter()
        .flat_map(|user| one.sandbox.google.calendar_ids(&user.email));
    let ids: std::collections::BTreeSet<String> = ids.collect();
    let entries: usize = ids
        .iter()
        .map(|id| one.sandbox.google.events(id).len())
        .sum();
    assert!((500..=600).contains(&entries), "{entries}");
    for id in &ids {
        assert_eq!(one.sandbox.google.events(id), two.sandbox.google.events(id));
    }
}
