//! `calsync demo`.

use serde_json::{Value, json};

use super::auto_sync::check_shape;
use crate::support::program::{Program, keys};

const SMALL: &str = "demo --users 2 --events 50";

fn ics(entry: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nX-WR-TIMEZONE:Europe/Zurich\r\n\
         BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:Choir\r\n{entry}\r\n\
         END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

const WEEKLY: &str = "DTSTART;TZID=Europe/Zurich:20200304T190000\r\n\
                      DTEND;TZID=Europe/Zurich:20200304T210000\r\nRRULE:FREQ=WEEKLY";

#[test]
fn it_tells_its_story_without_any_configuration() {
    let mut program = Program::new();
    program.unset("STATE_DIRECTORY");
    let ran = program
        .run(&format!("--log-format human -q {SMALL}"))
        .exits(0);
    let told = ran.silent().stdout;
    for line in [
        "Models of Google Calendar and Microsoft Graph with 3 users are running.",
        "  lunch is deleted",
        "The timeline of you from today on:",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
}

#[test]
fn what_stays_on_this_machine_goes_through_no_proxy() {
    let mut program = Program::new();
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy"] {
        program.set(name, "http://127.0.0.1:9");
    }
    program.run(&format!("-q {SMALL}")).exits(0);
}

#[test]
fn its_second_cycle_brings_the_edits_and_its_third_nothing() {
    let ran = Program::new()
        .run(&format!("-q --json {SMALL}"))
        .exits(0)
        .silent();
    let shown = ran.json();
    let expected = ["appeared", "cycles", "disappeared", "timeline", "user_id"];
    assert_eq!(keys(&shown), expected);
    let changed = |cycle: &Value| {
        check_shape(cycle);
        assert_eq!(cycle["outcome"], "ok");
        let count = |name: &str| cycle["counts"][name].as_u64().unwrap();
        count("events_created") + count("events_updated") + count("events_removed")
    };
    let cycles = shown["cycles"].as_array().unwrap().iter();
    let syncs = cycles.filter(|cycle| cycle["job"] == "auto-sync");
    let changes: Vec<_> = syncs.map(changed).collect();
    assert!(changes[0] > 40, "{changes:?}");
    assert_eq!(changes[1], 8, "{changes:?}");
    assert_eq!(changes.last(), Some(&0), "{changes:?}");
}

#[test]
fn a_task_becomes_an_event_edits_merge_and_a_conflict_is_settled() {
    let told = Program::new().run(&format!("-q {SMALL}")).exits(0).stdout;
    for line in [
        "  the task says  \"Write the yearly report\", Library\n  the event says \"Write the yearly report\", Library",
        "  the task says  \"Finish the yearly report\", Library\n  the event says \"Discuss the yearly report\", Library",
        "  the task says  \"Finish the yearly report\", Library\n  the event says \"Finish the yearly report\", Library",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
}

#[test]
fn edits_that_notifications_tell_of_arrive_with_a_drain() {
    let shown = Program::new().json(&format!("-q {SMALL}"));
    let cycles = shown["cycles"].as_array().unwrap();
    let counts = |job: &str| {
        let mut cycles = cycles.iter().rev();
        &cycles.find(|cycle| cycle["job"] == job).unwrap()["counts"]
    };
    assert!(counts("renew-watches")["created"].as_u64() > Some(2));
    let drained = counts("drain-webhooks");
    assert_eq!(
        (&drained["claimed"], &drained["synced"]),
        (&json!(2), &json!(2))
    );
    let timeline = shown["timeline"].as_array().unwrap();
    for title in ["Coffee with Sam", "Budget, second reading"] {
        assert!(timeline.iter().any(|row| row["title"] == title), "{title}");
    }
}

#[test]
fn a_calendar_of_ones_own_is_shown_in_its_own_time() {
    let program = Program::new();
    program.file("choir.ics", &ics(WEEKLY));
    let told = program.text("demo --users 0 --events 0 --ics choir.ics --at 2020-03-02");
    let row = "Wed 2020-03-04 19:00    Wed 2020-03-04 21:00  Choir";
    assert!(
        told.contains("BEGINS (Europe/Zurich)") && told.contains(row),
        "{told}"
    );
}

#[test]
fn an_entry_that_makes_no_sense_is_left_out_with_its_line() {
    let program = Program::new();
    program.file("choir.ics", &ics("LOCATION:Hall"));
    let told = program.text("demo --users 0 --events 0 --ics choir.ics");
    assert!(
        told.contains("left out: line 5: it has no DTSTART"),
        "{told}"
    );
}

#[test]
fn what_is_no_calendar_file_is_refused() {
    let program = Program::new();
    program.file("broken.ics", "rubbish");
    let ran = program.run("demo --users 0 --ics broken.ics").exits(2);
    ran.says(&["broken.ics, line 1", "no iCalendar file"]);
    let ran = program.run("demo --users 0 --ics none.ics").exits(2);
    ran.says(&["none.ics", "No such file"]);
    let ran = program.run("demo --users 0 --dir broken.ics/x").exits(2);
    ran.says(&["broken.ics/x cannot be made", "--dir"]);
    let ran = program.run("demo --at soon").exits(2);
    ran.says(&["expected a date like 2026-03-02"]);
}

#[test]
fn a_store_that_is_kept_can_be_looked_at_and_is_not_used_again() {
    let mut program = Program::new();
    let told = program.text(&format!("{SMALL} --dir kept"));
    let store = program.path("kept/calsync.db").display().to_string();
    let hint = format!("CALSYNC__STORE__URL=sqlite:{store} calsync events list --user you");
    assert!(told.contains(&hint), "{told}");
    let ran = program.run(&format!("{SMALL} --dir kept")).exits(2);
    ran.says(&["there is a store already", "kept/calsync.db", "--dir"]);
    program.set("CALSYNC__STORE__URL", &format!("sqlite:{store}"));
    let ran = program.run("events list --user you").exits(0).silent();
    assert!(ran.stdout.contains("Weekly review"), "{}", ran.stdout);
}
