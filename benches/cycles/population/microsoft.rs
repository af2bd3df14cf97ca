//! Outlook calendars: all of it inside the window that is synced.

use calsync::sandbox::Sandbox;
use calsync::sandbox::microsoft::{CalendarSpec, Microsoft};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Dice, Population, ZONE};

/// Days that events are spread over, before today and from today on.
const PAST: i64 = 28;
const FUTURE: i64 = 84;

/// Adds an account; answers its refresh token.
pub(super) fn account(sandbox: &Sandbox, email: &str, population: &Population) -> String {
    let microsoft = &sandbox.microsoft;
    let account = microsoft.add_account(email);
    for nth in 0..population.calendars {
        let id = match nth {
            0 => microsoft.default_calendar(email),
            _ => microsoft.add_calendar(email, CalendarSpec::named(&format!("Calendar {nth}"))),
        };
        Filler::new(microsoft, &id, sandbox.clock.now()).fill(population.events);
    }
    account.refresh_token
}

/// Fills one calendar.
struct Filler<'a> {
    microsoft: &'a Microsoft,
    calendar: &'a str,
    today: DateTime<Utc>,
    dice: Dice,
}

impl<'a> Filler<'a> {
    fn new(microsoft: &'a Microsoft, calendar: &'a str, now: DateTime<Utc>) -> Self {
        let midnight = now.date_naive().and_time(chrono::NaiveTime::MIN);
        Self {
            microsoft,
            calendar,
            today: midnight.and_utc(),
            dice: Dice::default(),
        }
    }

    /// Half of what happens belongs to a series; of a hundred entries three
    /// take whole days.
    fn fill(&mut self, events: u32) {
        let mut made = 0;
        while made < events {
            made += match self.dice.pick(100) {
                0..91 => self.single(),
                91..94 => self.all_day(),
                _ => self.series(events - made),
            };
        }
    }

    fn single(&mut self) -> u32 {
        let day = self.day();
        let event = self.timed(day);
        self.microsoft.put_event(self.calendar, event);
        1
    }

    fn all_day(&mut self) -> u32 {
        let day = self.day();
        let midnight = |day: i64| {
            let date = (self.today + TimeDelta::days(day)).date_naive();
            json!({ "dateTime": format!("{date}T00:00:00"), "timeZone": "UTC" })
        };
        let event = json!({ "isAllDay": true, "start": midnight(day), "end": midnight(day + 1),
            "showAs": "free", "subject": self.dice.words(2) });
        self.microsoft.put_event(self.calendar, event);
        1
    }

    /// Every workday or week of the window, with one occurrence moved.
    fn series(&mut self, at_most: u32) -> u32 {
        let mut event = self.timed(-PAST);
        let days = PAST + FUTURE;
        let (pattern, count) = match self.dice.pick(8) {
            0 => (json!({ "type": "daily", "interval": 1 }), days),
            _ => (weekly(self.today - TimeDelta::days(PAST)), days / 7),
        };
        let count = at_most.min(u32::try_from(count).unwrap());
        event["recurrence"] = json!({ "pattern": pattern,
            "range": { "type": "numbered", "numberOfOccurrences": count } });
        let id = self.microsoft.put_event(self.calendar, event);
        let first = (self.today - TimeDelta::days(PAST)).date_naive();
        let (start, end) = (format!("{first}T18:00:00"), format!("{first}T19:00:00"));
        let moved = self
            .microsoft
            .move_occurrence(&id, &first.to_string(), &start, &end);
        moved.unwrap();
        count
    }

    /// An appointment so many days from today.
    fn timed(&mut self, day: i64) -> Value {
        let minutes = day * 24 * 60 + 7 * 60 + 15 * self.dice.pick(40);
        let start = self.today + TimeDelta::minutes(minutes);
        let end = start + TimeDelta::minutes(15 * (1 + self.dice.pick(8)));
        let wall = |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%M:%S").to_string();
        let at = |at| json!({ "dateTime": wall(at), "timeZone": ZONE });
        let title = self.dice.words(3);
        let mut event = json!({ "start": at(start), "end": at(end), "subject": title });
        if self.dice.pick(3) == 0 {
            let place = format!("Room {}, {}", self.dice.pick(40), self.dice.words(2));
            event["location"] = json!(place);
        }
        if self.dice.pick(4) == 0 {
            event["body"] = json!(self.dice.words(50));
        }
        if self.dice.pick(3) == 0 {
            self.invite(&mut event);
        }
        event
    }

    /// Guests, and a link to meet them.
    fn invite(&mut self, event: &mut Value) {
        let guests = (0..4).map(|_| {
            let (name, number) = (self.dice.words(2), self.dice.pick(2000));
            json!({ "type": "required", "status": { "response": "accepted", "time": "2026-01-05T08:00:00Z" },
                "emailAddress": { "name": name, "address": format!("guest{number}@example.org") } })
        });
        event["attendees"] = guests.collect();
        let link = format!("https://teams.example.com/l/{}", self.dice.pick(1 << 40));
        event["isOnlineMeeting"] = json!(true);
        event["onlineMeeting"] = json!({ "joinUrl": link });
    }

    fn day(&mut self) -> i64 {
        self.dice.pick(PAST + FUTURE) - PAST
    }
}

fn weekly(first: DateTime<Utc>) -> Value {
    let weekday = first.format("%A").to_string().to_lowercase();
    json!({ "type": "weekly", "interval": 1, "daysOfWeek": [weekday], "firstDayOfWeek": "monday" })
}
