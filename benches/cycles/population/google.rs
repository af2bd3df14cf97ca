//! Google calendars.

use calsync::sandbox::Sandbox;
use calsync::sandbox::google::{CalendarSpec, Google};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Dice, Population, ZONE};

/// Days that events are spread over, before today and from today on.
const PAST: i64 = 5 * 365;
const FUTURE: i64 = 365;

/// Adds an account; answers its refresh token.
pub(super) fn account(sandbox: &Sandbox, email: &str, population: &Population) -> String {
    let google = &sandbox.google;
    let account = google.add_account(email);
    for nth in 0..population.calendars {
        let spec = match nth {
            0 => CalendarSpec::primary(ZONE),
            _ => CalendarSpec::named(&format!("Calendar {nth}"), ZONE),
        };
        let id = google.add_calendar(email, spec);
        Filler::new(google, &id, sandbox.clock.now()).fill(population.events);
    }
    account.refresh_token
}

/// Fills one calendar.
struct Filler<'a> {
    google: &'a Google,
    calendar: &'a str,
    today: DateTime<Utc>,
    dice: Dice,
}

impl<'a> Filler<'a> {
    fn new(google: &'a Google, calendar: &'a str, now: DateTime<Utc>) -> Self {
        let midnight = now.date_naive().and_time(chrono::NaiveTime::MIN);
        Self {
            google,
            calendar,
            today: midnight.and_utc(),
            dice: Dice::default(),
        }
    }

    /// Of a hundred: 85 that take place once, 6 of whole days, 3 series with
    /// two exceptions each.
    fn fill(&mut self, events: u32) {
        let mut made = 0;
        while made < events {
            made += match self.dice.pick(94) {
                0..85 => self.single(),
                85..91 => self.all_day(),
                _ if events - made < 3 => self.single(),
                _ => self.series(),
            };
        }
    }

    fn single(&mut self) -> u32 {
        let day = self.dice.pick(PAST + FUTURE) - PAST;
        let event = self.timed(day);
        self.google.put_event(self.calendar, event);
        1
    }

    fn all_day(&mut self) -> u32 {
        let day = self.dice.pick(PAST + FUTURE) - PAST;
        let date = |day: i64| (self.today + TimeDelta::days(day)).date_naive().to_string();
        let event = json!({
            "start": { "date": date(day) }, "end": { "date": date(day + 1) },
            "transparency": "transparent", "summary": self.dice.words(2),
        });
        self.google.put_event(self.calendar, event);
        1
    }

    /// A series, most of them over by now, with one occurrence moved
    /// and one cancelled.
    fn series(&mut self) -> u32 {
        let first = self.dice.pick(PAST + FUTURE) - PAST;
        let mut event = self.timed(first);
        let rule = match self.dice.pick(4) {
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
        let minutes = day * 24 * 60 + 7 * 60 + 15 * self.dice.pick(40);
        let start = self.today + TimeDelta::minutes(minutes);
        let end = start + TimeDelta::minutes(15 * (1 + self.dice.pick(8)));
        let at = |at: DateTime<Utc>| json!({ "dateTime": at.to_rfc3339(), "timeZone": ZONE });
        let mut event =
            json!({ "start": at(start), "end": at(end), "summary": self.dice.words(3) });
        if self.dice.pick(3) == 0 {
            event["location"] = json!(format!(
                "Room {}, {}",
                self.dice.pick(40),
                self.dice.words(2)
            ));
        }
        if self.dice.pick(4) == 0 {
            event["description"] = json!(self.dice.words(50));
        }
        if self.dice.pick(3) == 0 {
            self.invite(&mut event);
        }
        event
    }

    /// Guests, and a link to meet them.
    fn invite(&mut self, event: &mut Value) {
        let guests: Vec<_> = (0..4)
            .map(|_| {
                let (name, number) = (self.dice.words(2), self.dice.pick(2000));
                json!({ "email": format!("guest{number}@example.org"), "displayName": name,
                    "responseStatus": "accepted" })
            })
            .collect();
        event["attendees"] = json!(guests);
        let link = format!("https://meet.example.com/{}", self.dice.pick(1 << 40));
        event["hangoutLink"] = json!(link);
        event["conferenceData"] =
            json!({ "entryPoints": [{ "entryPointType": "video", "uri": link }] });
    }
}

fn shifted(text: &str, by: TimeDelta) -> String {
    let at = DateTime::parse_from_rfc3339(text).unwrap();
    (at + by).to_rfc3339()
}
