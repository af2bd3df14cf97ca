//! Every type of pattern and range, there and back.

use serde_json::{Value, json};

use super::reverse::pattern;
use super::*;
use crate::engine::timeline::expand;
use crate::model::time::{OriginalStart, Window, Zone};

/// A series that begins at nine in Berlin on 2 March 2026, a Monday.
fn nine() -> EventTime {
    let at = |text: &str| text.parse().unwrap();
    let (start, end) = (at("2026-03-02T08:00:00Z"), at("2026-03-02T09:00:00Z"));
    EventTime::timed(start, end, Zone::parse("Europe/Berlin").unwrap())
}

fn all_day() -> EventTime {
    let day = "2026-03-02".parse().unwrap();
    EventTime::all_day(day, day)
}

fn no_end() -> Value {
    json!({"type": "noEnd", "startDate": "2026-03-02", "endDate": "0001-01-01",
           "numberOfOccurrences": 0, "recurrenceTimeZone": "W. Europe Standard Time"})
}

/// The rule of a pattern and a range.
fn ruled(pattern: &Value, range: &Value, first: &EventTime) -> Option<String> {
    let given = json!({"pattern": pattern, "range": range});
    let given: PatternedRecurrence = serde_json::from_value(given).unwrap();
    rule(&given, first).map(|rule| rule.0.concat())
}

/// The pattern and the range of a rule.
fn patterned(line: &str, first: &EventTime) -> Option<(Value, Value)> {
    let found = pattern(&Recurrence(vec![line.to_owned()]), first)?;
    let found = serde_json::to_value(found).unwrap();
    Some((found["pattern"].clone(), found["range"].clone()))
}

/// A pattern that repeats each time, with further members, or others.
fn kind(kind: &str, more: Value) -> Value {
    let mut pattern = json!({"type": kind, "interval": 1});
    let members = pattern.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    pattern
}

/// Patterns in canonical form, and what they are as rules.
fn pairs() -> Vec<(Value, &'static str)> {
    [days_and_weeks(), months(), years()].concat()
}

fn days_and_weeks() -> Vec<(Value, &'static str)> {
    let weekly = |more| kind("weekly", more);
    vec![
        (kind("daily", json!({})), "FREQ=DAILY"),
        (
            kind("daily", json!({"interval": 3})),
            "FREQ=DAILY;INTERVAL=3",
        ),
        (
            weekly(json!({"daysOfWeek": ["monday"], "firstDayOfWeek": "monday"})),
            "FREQ=WEEKLY;BYDAY=MO",
        ),
        (
            weekly(json!({"interval": 2, "daysOfWeek": ["sunday", "tuesday"],
                          "firstDayOfWeek": "sunday"})),
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=SU",
        ),
    ]
}

fn months() -> Vec<(Value, &'static str)> {
    let workdays = json!(["monday", "tuesday", "wednesday", "thursday", "friday"]);
    let absolute = |day| kind("absoluteMonthly", json!({"dayOfMonth": day}));
    let relative = |days, index| {
        kind(
            "relativeMonthly",
            json!({"daysOfWeek": days, "index": index}),
        )
    };
    vec![
        (absolute(15), "FREQ=MONTHLY;BYMONTHDAY=15"),
        (absolute(28), "FREQ=MONTHLY;BYMONTHDAY=28"),
        (absolute(29), "FREQ=MONTHLY;BYMONTHDAY=28,29;BYSETPOS=-1"),
        (
            absolute(31),
            "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
        ),
        (
            relative(json!(["monday"]), "first"),
            "FREQ=MONTHLY;BYDAY=1MO",
        ),
        (
            relative(json!(["tuesday"]), "second"),
            "FREQ=MONTHLY;BYDAY=2TU",
        ),
        (
            relative(json!(["saturday"]), "third"),
            "FREQ=MONTHLY;BYDAY=3SA",
        ),
        (
            relative(workdays, "last"),
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        ),
    ]
}

fn years() -> Vec<(Value, &'static str)> {
    let absolute = |month, day| kind("absoluteYearly", json!({"dayOfMonth": day, "month": month}));
    let relative = |more| kind("relativeYearly", more);
    vec![
        (absolute(12, 31), "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31"),
        (
            absolute(2, 29),
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1",
        ),
        (
            relative(json!({"daysOfWeek": ["thursday"], "index": "fourth", "month": 11})),
            "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
        ),
        (
            relative(json!({"interval": 2, "daysOfWeek": ["sunday", "saturday"],
                            "index": "first", "month": 6})),
            "FREQ=YEARLY;INTERVAL=2;BYMONTH=6;BYDAY=SU,SA;BYSETPOS=1",
        ),
    ]
}

#[test]
fn every_type_of_pattern_is_a_rule() {
    for (pattern, rule) in pairs() {
        let found = ruled(&pattern, &no_end(), &nine());
        assert_eq!(found, Some(format!("RRULE:{rule}")), "{pattern}");
    }
}

#[test]
fn the_rule_of_a_pattern_is_that_pattern() {
    for (pattern, rule) in pairs() {
        let (found, range) = patterned(&format!("RRULE:{rule}"), &nine()).expect(rule);
        assert_eq!(found, pattern, "{rule}");
        let expected = json!({"type": "noEnd", "startDate": "2026-03-02",
                              "recurrenceTimeZone": "W. Europe Standard Time"});
        assert_eq!(range, expected, "{rule}");
    }
}

#[test]
fn members_that_are_not_of_the_type_are_filler() {
    let filled = json!({"type": "Daily", "interval": 2, "month": 0, "dayOfMonth": 0,
                        "daysOfWeek": [], "firstDayOfWeek": "sunday", "index": "first"});
    let rule = ruled(&filled, &no_end(), &nine());
    assert_eq!(rule.as_deref(), Some("RRULE:FREQ=DAILY;INTERVAL=2"));
}

#[test]
fn names_come_in_any_case_and_defaults_are_known() {
    let weekly =
        json!({"type": "Weekly", "interval": 1, "daysOfWeek": ["Friday", "Monday", "friday"]});
    let rule = ruled(&weekly, &no_end(), &nine());
    assert_eq!(
        rule.as_deref(),
        Some("RRULE:FREQ=WEEKLY;BYDAY=MO,FR;WKST=SU")
    );
    let bare = json!({"type": "weekly", "interval": 0, "firstDayOfWeek": "Monday"});
    let rule = ruled(&bare, &no_end(), &nine());
    assert_eq!(rule.as_deref(), Some("RRULE:FREQ=WEEKLY"));
    let first = json!({"type": "relativeMonthly", "daysOfWeek": ["monday"], "index": null});
    let rule = ruled(&first, &no_end(), &nine());
    assert_eq!(rule.as_deref(), Some("RRULE:FREQ=MONTHLY;BYDAY=1MO"));
}

#[test]
fn every_type_of_range_ends_the_rule_and_comes_back() {
    let daily = json!({"type": "daily", "interval": 1});
    let until = |day: &str| json!({"type": "endDate", "startDate": "2026-03-02", "endDate": day});
    let cases = [
        (until("2026-03-28"), nine(), "UNTIL=20260328T225959Z"),
        (until("2026-03-29"), nine(), "UNTIL=20260329T215959Z"),
        (until("2026-03-29"), all_day(), "UNTIL=20260329"),
        (
            json!({"type": "numbered", "startDate": "2026-03-02", "numberOfOccurrences": 7}),
            nine(),
            "COUNT=7",
        ),
    ];
    for (range, first, end) in cases {
        let line = format!("RRULE:FREQ=DAILY;{end}");
        assert_eq!(ruled(&daily, &range, &first).as_ref(), Some(&line));
        let (_, mut found) = patterned(&line, &first).unwrap();
        found.as_object_mut().unwrap().remove("recurrenceTimeZone");
        assert_eq!(found, range, "{end}");
    }
}

#[test]
fn a_pattern_that_cannot_be_read_is_no_rule() {
    let day = json!({"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 15});
    for pattern in [
        json!({}),
        json!({"type": "hourly", "interval": 1}),
        json!({"type": "daily", "interval": -1}),
        json!({"type": "weekly", "daysOfWeek": ["someday"]}),
        json!({"type": "absoluteMonthly", "dayOfMonth": 0}),
        json!({"type": "absoluteMonthly", "dayOfMonth": 32}),
        json!({"type": "relativeMonthly", "daysOfWeek": [], "index": "first"}),
        json!({"type": "relativeMonthly", "daysOfWeek": ["monday"], "index": "fifth"}),
        json!({"type": "absoluteYearly", "dayOfMonth": 1, "month": 13}),
        json!({"type": "relativeYearly", "daysOfWeek": ["monday"]}),
    ] {
        assert_eq!(ruled(&pattern, &no_end(), &nine()), None, "{pattern}");
    }
    for range in [
        json!({}),
        json!({"type": "forever"}),
        json!({"type": "numbered", "numberOfOccurrences": 0}),
        json!({"type": "endDate", "endDate": "soon"}),
        json!({"type": "endDate"}),
    ] {
        assert_eq!(ruled(&day, &range, &nine()), None, "{range}");
    }
}

#[test]
fn a_rule_without_counterpart_is_no_pattern() {
    for rule in [
        "FREQ=HOURLY",
        "FREQ=DAILY;INTERVAL=2;BYDAY=MO",
        "FREQ=DAILY;BYMONTH=3",
        "FREQ=DAILY;BYHOUR=9,17",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYMONTHDAY=1,15",
        "FREQ=MONTHLY;BYMONTHDAY=-2",
        "FREQ=MONTHLY;BYMONTHDAY=27,28;BYSETPOS=-1",
        "FREQ=MONTHLY;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=5MO",
        "FREQ=MONTHLY;BYDAY=1MO,3MO",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        "FREQ=MONTHLY;BYMONTH=3;BYDAY=1MO",
        "FREQ=YEARLY;BYMONTHDAY=5",
        "FREQ=YEARLY;BYDAY=20MO",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=1",
        "FREQ=YEARLY;BYWEEKNO=20",
        "FREQ=DAILY;COUNT=2;UNTIL=20260401",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;UNTIL=20260301T000000Z",
        "FREQ=DAILY;FREQ=WEEKLY",
        "INTERVAL=2",
        "",
    ] {
        assert_eq!(patterned(&format!("RRULE:{rule}"), &nine()), None, "{rule}");
    }
    let daily = || "RRULE:FREQ=DAILY".to_owned();
    for lines in [
        vec![],
        vec!["EXDATE:20260303T080000Z".to_owned()],
        vec![daily(), "EXDATE:20260303T080000Z".to_owned()],
        vec![daily(), daily()],
    ] {
        assert_eq!(
            pattern(&Recurrence(lines.clone()), &nine()),
            None,
            "{lines:?}"
        );
    }
}

#[test]
fn a_rule_takes_what_it_does_not_say_from_its_first_occurrence() {
    let cases = [
        ("FREQ=WEEKLY", "daysOfWeek", json!(["monday"])),
        ("FREQ=MONTHLY", "dayOfMonth", json!(2)),
        ("FREQ=YEARLY", "month", json!(3)),
        ("FREQ=YEARLY;BYMONTH=4", "dayOfMonth", json!(2)),
        (
            "FREQ=DAILY;BYDAY=MO,FR",
            "daysOfWeek",
            json!(["monday", "friday"]),
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "dayOfMonth", json!(31)),
        (
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1",
            "dayOfMonth",
            json!(29),
        ),
    ];
    for (rule, member, expected) in cases {
        let (pattern, _) = patterned(&format!("rrule:{rule}"), &nine()).expect(rule);
        assert_eq!(pattern[member], expected, "{rule}");
    }
}

#[test]
fn the_last_day_is_the_last_on_which_an_occurrence_begins() {
    let cases = [
        ("20260305T080000Z", nine(), "2026-03-05"),
        ("20260305T075959Z", nine(), "2026-03-04"),
        ("20260305T230000Z", nine(), "2026-03-05"),
        ("20260305T090000", nine(), "2026-03-05"),
        ("20260305", nine(), "2026-03-05"),
        ("20260305T000000Z", all_day(), "2026-03-05"),
    ];
    for (until, first, expected) in cases {
        let line = format!("RRULE:FREQ=DAILY;UNTIL={until}");
        let (_, range) = patterned(&line, &first).expect(until);
        assert_eq!(range["endDate"], expected, "{until}");
    }
}

#[test]
fn a_day_that_a_month_does_not_have_is_its_last() {
    let day = |text: &str| -> NaiveDate { text.parse().unwrap() };
    let given = json!({"pattern": {"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 30},
        "range": {"type": "endDate", "startDate": "2026-01-30", "endDate": "2026-04-30"}});
    let given: PatternedRecurrence = serde_json::from_value(given).unwrap();
    let first = EventTime::all_day(day("2026-01-30"), day("2026-01-31"));
    let rule = rule(&given, &first).unwrap();
    let year = |text: &str| day(text).and_time(chrono::NaiveTime::MIN).and_utc();
    let window = Window::new(year("2026-01-01"), year("2027-01-01"));
    let expansion = expand(&first, &rule, &[], &window);
    let starts: Vec<_> = expansion.times.iter().map(EventTime::slot).collect();
    let expected = ["2026-01-30", "2026-02-28", "2026-03-30", "2026-04-30"];
    assert_eq!(starts, expected.map(|text| OriginalStart::Date(day(text))));
}
