//! What series become, by literal cases.

use chrono::{DateTime, Utc};

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn timed(start: &str, minutes: i64, zone: &str) -> EventTime {
    let zone = Zone::parse(zone).unwrap();
    let start = zone.instant(format!("{start}:00").parse().unwrap());
    EventTime::timed(start, start + TimeDelta::minutes(minutes), zone)
}

fn days(start: &str, end: &str) -> EventTime {
    EventTime::all_day(start.parse().unwrap(), end.parse().unwrap())
}

fn window(from: &str, to: &str) -> Window {
    Window::new(
        at(&format!("{from}T00:00:00Z")),
        at(&format!("{to}T00:00:00Z")),
    )
}

fn lines(lines: &[&str]) -> Recurrence {
    Recurrence(lines.iter().map(ToString::to_string).collect())
}

fn starts(first: &EventTime, rule: &[&str], window: &Window) -> Vec<String> {
    starts_without(first, rule, &[], window)
}

fn starts_without(
    first: &EventTime,
    rule: &[&str],
    exceptions: &[OriginalStart],
    window: &Window,
) -> Vec<String> {
    let expansion = expand(first, &lines(rule), exceptions, window);
    assert_eq!(expansion.unparsed, None);
    expansion.times.iter().map(start_of).collect()
}

fn start_of(time: &EventTime) -> String {
    match time {
        EventTime::AllDay { start, .. } => start.to_string(),
        EventTime::Timed { start, .. } => start.format("%m-%dT%H:%MZ").to_string(),
    }
}

#[test]
fn a_weekly_series_keeps_its_wall_time_through_both_changes() {
    let berlin = timed("2026-01-05T02:30", 30, "Europe/Berlin");
    let sundays = ["RRULE:FREQ=WEEKLY;BYDAY=SU"];
    // 29 March has no 02:30: the offset before the gap counts.
    assert_eq!(
        starts(&berlin, &sundays, &window("2026-03-21", "2026-04-06")),
        ["03-22T01:30Z", "03-29T01:30Z", "04-05T00:30Z"]
    );
    // 25 October has 02:30 twice: the first counts, once.
    assert_eq!(
        starts(&berlin, &sundays, &window("2026-10-17", "2026-11-02")),
        ["10-18T00:30Z", "10-25T00:30Z", "11-01T01:30Z"]
    );
    let new_york = timed("2025-07-06T02:30", 30, "America/New_York");
    assert_eq!(
        starts(&new_york, &sundays, &window("2026-03-01", "2026-03-16")),
        ["03-01T07:30Z", "03-08T07:30Z", "03-15T06:30Z"]
    );
    assert_eq!(
        starts(
            &new_york,
            &["RRULE:FREQ=DAILY"],
            &window("2026-10-31", "2026-11-03")
        ),
        ["10-31T06:30Z", "11-01T07:30Z", "11-02T07:30Z"]
    );
}

#[test]
fn until_includes_its_last_date_in_every_form() {
    let first = timed("2026-10-19T09:00", 60, "Europe/Berlin");
    let all = window("2026-10-01", "2026-12-01");
    let last = |until: &str| {
        let rule = format!("RRULE:FREQ=WEEKLY;UNTIL={until}");
        starts(&first, &[&rule], &all).pop().unwrap()
    };
    assert_eq!(last("20261102T080000Z"), "11-02T08:00Z");
    assert_eq!(last("20261102T075959Z"), "10-26T08:00Z");
    assert_eq!(last("20261102"), "11-02T08:00Z");
    assert_eq!(last("20261102T090000"), "11-02T08:00Z");
    let day = days("2026-10-19", "2026-10-20");
    for until in ["20261102", "20261102T235959Z", "20261102T000000Z"] {
        let rule = format!("RRULE:FREQ=WEEKLY;UNTIL={until}");
        assert_eq!(
            starts(&day, &[&rule], &all).pop().unwrap(),
            "2026-11-02",
            "{until}"
        );
    }
}

#[test]
fn an_until_before_the_first_occurrence_leaves_the_first() {
    let first = timed("2026-10-19T09:00", 60, "UTC");
    let rule = ["RRULE:FREQ=DAILY;UNTIL=20261001T000000Z"];
    assert_eq!(
        starts(&first, &rule, &window("2026-10-01", "2026-11-01")),
        ["10-19T09:00Z"]
    );
}

#[test]
fn dates_are_added_and_left_out_in_every_form() {
    let first = timed("2026-05-04T09:00", 60, "Europe/Berlin");
    let all = window("2026-05-01", "2026-06-01");
    let rule = "RRULE:FREQ=WEEKLY;COUNT=4";
    assert_eq!(
        starts(
            &first,
            &[
                rule,
                "EXDATE;TZID=Europe/Berlin:20260511T090000",
                "EXDATE:20260518T070000Z",
                "EXDATE;TZID=America/New_York:20260525T030000",
                "RDATE;TZID=Europe/Berlin:20260505T110000,20260506T110000",
                "RDATE;VALUE=PERIOD:20260507T090000Z/PT1H",
            ],
            &all
        ),
        [
            "05-04T07:00Z",
            "05-05T09:00Z",
            "05-06T09:00Z",
            "05-07T09:00Z"
        ]
    );
    assert_eq!(
        starts(&first, &[rule, "EXDATE;VALUE=DATE:20260511"], &all),
        ["05-04T07:00Z", "05-18T07:00Z", "05-25T07:00Z"]
    );
    assert_eq!(
        starts(
            &days("2026-05-04", "2026-05-05"),
            &[
                rule,
                "EXDATE;VALUE=DATE:20260511",
                "RDATE;VALUE=DATE:20260530"
            ],
            &all
        ),
        ["2026-05-04", "2026-05-18", "2026-05-25", "2026-05-30"]
    );
    assert_eq!(
        starts(
            &first,
            &["RRULE:FREQ=DAILY;COUNT=3", "EXRULE:FREQ=DAILY;INTERVAL=2"],
            &all
        ),
        ["05-05T07:00Z"]
    );
}

#[test]
fn exceptions_replace_their_occurrence_and_no_other() {
    let first = timed("2026-05-04T09:00", 60, "Europe/Berlin");
    let all = window("2026-05-01", "2026-05-30");
    let weekly = ["RRULE:FREQ=WEEKLY"];
    let slot = OriginalStart::At(at("2026-05-11T07:00:00Z"));
    assert_eq!(
        starts_without(&first, &weekly, &[slot], &all),
        ["05-04T07:00Z", "05-18T07:00Z", "05-25T07:00Z"]
    );
    // The series was moved by an hour after the exception was made.
    let moved = timed("2026-05-04T10:00", 60, "Europe/Berlin");
    assert_eq!(
        starts_without(&moved, &weekly, &[slot], &all),
        ["05-04T08:00Z", "05-18T08:00Z", "05-25T08:00Z"]
    );
    // Two on one day: only an exact slot can be meant.
    let twice = ["RRULE:FREQ=WEEKLY;BYHOUR=9,15"];
    let stale = OriginalStart::At(at("2026-05-11T10:00:00Z"));
    assert_eq!(
        starts_without(
            &first,
            &twice,
            &[slot, stale],
            &window("2026-05-11", "2026-05-12")
        ),
        ["05-11T13:00Z"]
    );
    assert_eq!(
        starts_without(
            &days("2026-05-04", "2026-05-05"),
            &weekly,
            &[OriginalStart::Date("2026-05-18".parse().unwrap())],
            &all
        ),
        ["2026-05-04", "2026-05-11", "2026-05-25"]
    );
}

#[test]
fn occurrences_that_reach_into_the_window_are_in_it() {
    let night = timed("2026-05-01T22:00", 4 * 60, "UTC");
    assert_eq!(
        starts(
            &night,
            &["RRULE:FREQ=DAILY"],
            &window("2026-05-04", "2026-05-05")
        ),
        ["05-03T22:00Z", "05-04T22:00Z"]
    );
    let trip = days("2026-05-01", "2026-05-04");
    assert_eq!(
        starts(
            &trip,
            &["RRULE:FREQ=WEEKLY"],
            &window("2026-05-10", "2026-05-16")
        ),
        ["2026-05-08", "2026-05-15"]
    );
}

#[test]
fn a_timed_occurrence_lasts_as_long_as_the_first() {
    let night = timed("2026-03-27T22:00", 8 * 60, "Europe/Berlin");
    let expansion = expand(
        &night,
        &lines(&["RRULE:FREQ=DAILY;COUNT=3"]),
        &[],
        &window("2026-03-27", "2026-04-01"),
    );
    for time in expansion.times {
        let EventTime::Timed { start, end, .. } = time else {
            panic!("timed")
        };
        assert_eq!(end - start, TimeDelta::hours(8));
    }
}

#[test]
fn a_rule_that_does_not_parse_leaves_the_first_occurrence_and_says_why() {
    let first = timed("2026-05-04T09:00", 60, "UTC");
    let all = window("2026-05-01", "2026-06-01");
    for rule in [
        "RRULE:FREQ=SOMETIMES",
        "RRULE",
        "RRULE:FREQ=DAILY;UNTIL=never",
        "RDATE:x",
    ] {
        let expansion = expand(&first, &lines(&[rule]), &[], &all);
        assert_eq!(expansion.times, std::slice::from_ref(&first), "{rule}");
        assert!(expansion.unparsed.is_some(), "{rule}");
    }
    let flood = expand(&first, &lines(&["RRULE:FREQ=MINUTELY"]), &[], &all);
    assert_eq!(flood.times.len(), 1);
    assert!(flood.unparsed.unwrap().contains("10000"));
}

#[test]
fn a_rule_that_takes_for_ever_to_count_is_not_counted() {
    let first = timed("2000-01-01T09:00", 30, "Europe/Berlin");
    let june = window("2026-06-01", "2026-07-01");
    let of = |rule: &str| expand(&first, &lines(&[rule]), &[], &june);
    for freq in ["SECONDLY", "MINUTELY"] {
        let expansion = of(&format!("RRULE:FREQ={freq};COUNT=4000000000"));
        let reason = expansion.unparsed.unwrap();
        assert!(reason.contains("counts more than 1000000"), "{reason}");
    }
    // Few are counted however short the steps are.
    assert_eq!(of("RRULE:FREQ=SECONDLY;COUNT=1000").unparsed, None);
    assert_eq!(of("RRULE:FREQ=DAILY;COUNT=4000000000").times.len(), 30);
}

#[test]
fn a_series_that_began_long_ago_gives_what_a_walk_from_its_first_gives() {
    let rules = [
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=DAILY;BYDAY=MO,WE;BYHOUR=7,9",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=MO",
        "FREQ=MONTHLY;INTERVAL=5",
        "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "FREQ=YEARLY",
        "FREQ=YEARLY;INTERVAL=2;BYMONTH=3,5;BYDAY=2SU",
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
        "FREQ=HOURLY;INTERVAL=7",
    ];
    for first in ["1996-02-29T09:00", "1999-12-31T23:30", "2000-01-31T00:00"] {
        let first = timed(first, 60, "Europe/Berlin");
        for rule in rules {
            // A count that is never reached has the same occurrences, but
            // they have to be walked from the first.
            let walked = format!("RRULE:{rule};COUNT=1000000");
            let jumped = format!("RRULE:{rule}");
            for year in ["2024", "2027"] {
                let year = window(&format!("{year}-01-01"), &format!("{year}-12-31"));
                let walked = starts(&first, &[&walked], &year);
                assert_eq!(
                    starts(&first, &[&jumped], &year),
                    walked,
                    "{rule} {first:?}"
                );
            }
        }
    }
}
