//! What the source holds: calendars with believable events around today, the
//! same on every run.

use calsync::sandbox::Sandbox;
use calsync::sandbox::google::{CalendarSpec, Google};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How much of what.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Population {
    /// Accounts.
    pub(crate) accounts: usize,
    /// Calendars of each account.
    pub(crate) calendars: usize,
    /// Events of each calendar: singles, series and exceptions.
    pub(crate) events: u32,
}

/// The zone of every calendar.
const ZONE: &str = "Europe/Berlin";

/// Days that events are spread over, before today and from today on.
const PAST: i64 = 5 * 365;
const FUTURE: i64 = 365;

const WORDS: &[&str] = &[
    "agenda", "budget", "customer", "design", "draft", "figures", "goals", "hiring", "launch",
    "market", "notes", "open", "plan", "quarter", "release", "report", "review", "risks", "scope",
    "status", "support", "team", "testing", "travel", "update", "vendor", "weekly", "workshop",
];

/// Fills the sandbox; answers addresses and refresh tokens of the accounts.
pub(crate) fn fill(sandbox: &Sandbox, population: &Population) -> Vec<(String, String)> {
    let google = &sandbox.google;
    let accounts = (0..population.accounts).map(|number| {
        let email = format!("person{number}@example.com");
        let account = google.add_account(&email);
        for nth in 0..population.calendars {
            let spec = match nth {
                0 => CalendarSpec::primary(ZONE),
                _ => CalendarSpec::named(&format!("Calendar {nth}"), ZONE),
            };
            let id = google.add_calendar(&email, spec);
            Filler::new(google, &id, sandbox.clock.now()).fill(population.events);
        }
        (email, account.refresh_token)
    });
    accounts.collect()
}

/// Fills one calendar.
struct Filler<'a> {
    google: &'a Google,
    calendar: &'a str,
    today: DateTime<Utc>,
    state: u64,
}

impl<'a> Filler<'a> {
    fn new(google: &'a Google, calendar: &'a str, now: DateTime<Utc>) -> Self {
        let midnight = now.date_naive().and_time(chrono::NaiveTime::MIN);
        Self {
            google,
            calendar,
            today: midnight.and_utc(),
            state: 1,
        }
    }

    /// Of a hundred: 85 that take place once, 6 of whole days, 3 series with
    /// two exceptions each.
    fn fill(&mut self, events: u32) {
        let mut made = 0;
        while made < events {
            made += match self.pick(94) {
                0..85 => self.single(),
                85..91 => self.all_day(),
                _ if events - made < 3 => self.single(),
                _ => self.series(),
            };
        }
    }

    fn single(&mut self) -> u32 {
        let day = self.pick(PAST + FUTURE) - PAST;
        let event = self.timed(day);
        self.google.put_event(self.calendar, event);
        1
    }

    fn all_day(&mut self) -> u32 {
        let day = self.pick(PAST + FUTURE) - PAST;
        let date = |day: i64| (self.today + TimeDelta::days(day)).date_naive().to_string();
        let event = json!({
            "start": { "date": date(day) }, "end": { "date": date(day + 1) },
            "transparency": "transparent", "summary": self.words(2),
        });
        self.google.put_event(self.calendar, event);
        1
    }

    /// A series, most of them over by now, with one occurrence moved
    /// and one cancelled.
    fn series(&mut self) -> u32 {
        let first = self.pick(PAST + FUTURE) - PAST;
        let mut event = self.timed(first);
        let rule = match self.pick(4) {
            0 => "RRULE:FREQ=WEEKLY".to_owned(),
            1 => "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=60".to_owned(),
            2 => "RRULE:FREQ=DAILY;COUNT=24".to_owned(),
            _ => "RRULE:FREQ=WEEKLY;COUNT=20".to_owned(),
        };
        event["recurrence"] = json!([rule]);
        let start = |event: &Value, key: &str| event[key]["dateTime"].as_str().unwrap().to_owned();
        let (begin, end) = (start(&event, "start"), start(&event, "end"));
        let id = self.google.put_event(self.calendar, event);
        let later = shifted(&begin, TimeDelta::minutes(90));
        let until = shifted(&end, TimeDelta::minutes(90));
        let other = shifted(&begin, TimeDelta::days(14));
        let google = self.google;
        let moved = google.move_occurrence(self.calendar, &id, &begin, &later, &until);
        let cancelled = google.cancel_occurrence(self.calendar, &id, &other);
        1 + u32::from(moved.is_some()) + u32::from(cancelled.is_some())
    }

    /// An appointment so many days from today.
    fn timed(&mut self, day: i64) -> Value {
        let minutes = day * 24 * 60 + 7 * 60 + 15 * self.pick(40);
        let start = self.today + TimeDelta::minutes(minutes);
        let end = start + TimeDelta::minutes(15 * (1 + self.pick(8)));
        let at = |at: DateTime<Utc>| json!({ "dateTime": at.to_rfc3339(), "timeZone": ZONE });
        let mut event = json!({ "start": at(start), "end": at(end), "summary": self.words(3) });
        if self.pick(3) == 0 {
            event["location"] = json!(format!("Room {}, {}", self.pick(40), self.words(2)));
        }
        if self.pick(4) == 0 {
            event["description"] = json!(self.words(50));
        }
        if self.pick(3) == 0 {
            self.invite(&mut event);
        }
        event
    }

    /// Guests, and a link to meet them.
    fn invite(&mut self, event: &mut Value) {
        let guests: Vec<_> = (0..4)
            .map(|_| {
                let (name, number) = (self.words(2), self.pick(2000));
                json!({ "email": format!("guest{number}@example.org"), "displayName": name,
                    "responseStatus": "accepted" })
            })
            .collect();
        event["attendees"] = json!(guests);
        let link = format!("https://meet.example.com/{}", self.pick(1 << 40));
        event["hangoutLink"] = json!(link);
        event["conferenceData"] =
            json!({ "entryPoints": [{ "entryPointType": "video", "uri": link }] });
    }

    fn words(&mut self, count: usize) -> String {
        let one = |_| WORDS[self.pick(WORDS.len() as i64) as usize];
        (0..count).map(one).collect::<Vec<_>>().join(" ")
    }

    /// A number below `count`.
    fn pick(&mut self, count: i64) -> i64 {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.state >> 20) % count.unsigned_abs()).cast_signed()
    }
}

fn shifted(text: &str, by: TimeDelta) -> String {
    let at = DateTime::parse_from_rfc3339(text).unwrap();
    (at + by).to_rfc3339()
}
