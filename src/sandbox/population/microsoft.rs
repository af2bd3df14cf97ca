//! Users with a Microsoft account.

use chrono::{Datelike, Days, NaiveDate};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::event::wall;
use super::{PopulationSpec, SandboxUser, ZONES, words, working_hours};
use crate::sandbox::microsoft::{CalendarSpec, Microsoft};

/// Fills the model: the same variety as at Google. The users are called
/// `m-001` and so on, so that they can stand beside those of
/// [`populate`](super::populate).
pub fn populate_microsoft(microsoft: &Microsoft, spec: PopulationSpec) -> Vec<SandboxUser> {
    let mut people = Populator {
        microsoft,
        rng: StdRng::seed_from_u64(spec.seed),
        today: spec.now.date_naive(),
    };
    let mut left = spec.events;
    let mut users = Vec::with_capacity(spec.users);
    for index in 0..spec.users {
        let share = left / (spec.users - index);
        let (user, made) = people.user(index, share);
        left = left.saturating_sub(made);
        users.push(user);
    }
    users
}

/// Draws users, calendars and events.
struct Populator<'a> {
    microsoft: &'a Microsoft,
    rng: StdRng,
    today: NaiveDate,
}

/// A calendar that is being filled.
struct Place {
    id: String,
    zone: &'static str,
    owner: String,
}

impl Populator<'_> {
    fn user(&mut self, index: usize, events: usize) -> (SandboxUser, usize) {
        let (zone, _) = ZONES[index % ZONES.len()];
        let email = words::email(index).replace("@example.com", "@contoso.example");
        let account = self.microsoft.add_account(&email);
        if index % 4 == 3 {
            self.microsoft.set_mail(&email, None);
        }
        let places = self.places(index, &email, zone);
        let mut made = self.holidays(&email, events / 20);
        while made < events {
            let place = &places[self.pick(places.len())];
            made += self.entry(place, events - made);
        }
        let user = SandboxUser {
            user_id: format!("m-{:03}", index + 1),
            email,
            timezone: zone.to_owned(),
            working_hours: working_hours(index),
            refresh_token: account.refresh_token,
        };
        (user, made)
    }

    /// His default calendar, and one or two more.
    fn places(&mut self, index: usize, email: &str, zone: &'static str) -> Vec<Place> {
        let mut ids = vec![self.microsoft.default_calendar(email)];
        let mut more = vec![CalendarSpec::named("Projects").hex_color("#1a73e8")];
        if index.is_multiple_of(2) {
            more.push(CalendarSpec::named("Family"));
        }
        let added = more
            .into_iter()
            .map(|spec| self.microsoft.add_calendar(email, spec));
        ids.extend(added);
        let place = |id| Place {
            id,
            zone,
            owner: email.to_owned(),
        };
        ids.into_iter().map(place).collect()
    }

    /// A calendar that may only be read; how many events it has.
    fn holidays(&mut self, email: &str, at_most: usize) -> usize {
        let spec = CalendarSpec::named("Holidays").read_only();
        let id = self.microsoft.add_calendar(email, spec);
        let year = self.today.year() - 1;
        let names = words::HOLIDAYS.iter().take(at_most);
        for (name, month, day) in names.clone() {
            let first = NaiveDate::from_ymd_opt(year, *month, *day).unwrap_or(self.today);
            let mut event = days(name, first, 1);
            event["showAs"] = json!("free");
            event["recurrence"] = json!({ "range": { "type": "noEnd" },
                "pattern": { "type": "absoluteYearly", "interval": 1, "dayOfMonth": day, "month": month } });
            self.microsoft.put_event(&id, event);
        }
        names.len()
    }

    /// One entry, or a series with its exceptions; how many that was.
    fn entry(&mut self, place: &Place, at_most: usize) -> usize {
        let event = match self.pick(100) {
            0..62 => self.single(place),
            62..72 => self.all_day(),
            72..79 => self.invitation(place),
            79..85 => self.odd(place),
            _ => return self.series(place, at_most),
        };
        self.microsoft.put_event(&place.id, event);
        1
    }

    fn single(&mut self, place: &Place) -> Value {
        let title = self.one_of(words::MEETINGS);
        let mut event = self.timed(place, title);
        if self.pick(3) == 0 {
            event["location"] = json!(self.one_of(words::PLACES));
        }
        if self.pick(5) == 0 {
            event["body"] = json!("Agenda:\n- what changed\n- what is next");
        }
        if self.pick(12) == 0 {
            event["originalStartTimeZone"] = json!("tzone://Microsoft/Custom");
        }
        event
    }

    fn all_day(&mut self) -> Value {
        let length = if self.pick(4) == 0 { 3 } else { 1 };
        let (title, day) = (self.one_of(words::DAYS), self.day(-60, 180));
        let mut event = days(title, day, length);
        event["showAs"] = json!(self.one_of(&["free", "oof", "workingElsewhere"]));
        event
    }

    /// An invitation by somebody else, answered or not, now and then called off.
    fn invitation(&mut self, place: &Place) -> Value {
        let title = self.one_of(words::MEETINGS);
        let mut event = self.timed(place, title);
        let answers = [
            "declined",
            "tentativelyAccepted",
            "accepted",
            "notResponded",
        ];
        let answer = self.one_of(&answers);
        let person = |name: &str, address: &str| json!({ "name": name, "address": address });
        let time = "2026-01-05T08:00:00Z";
        event["isOrganizer"] = json!(false);
        event["organizer"] = json!({ "emailAddress": person("Pat Host", "host@partner.example") });
        event["responseStatus"] = json!({ "response": answer, "time": time });
        event["attendees"] = json!([{ "type": "required", "emailAddress": person("", &place.owner),
            "status": { "response": answer, "time": time } }]);
        if self.pick(5) == 0 {
            event["isCancelled"] = json!(true);
            event["subject"] = json!(format!("Canceled: {title}"));
        }
        event
    }

    /// Untitled, without length, free or private.
    fn odd(&mut self, place: &Place) -> Value {
        let title = self.one_of(words::MEETINGS);
        let mut event = self.timed(place, title);
        match self.pick(4) {
            0 => event["subject"] = Value::Null,
            1 => event["end"] = event["start"].clone(),
            2 => event["showAs"] = json!("free"),
            _ => event["sensitivity"] = json!("private"),
        }
        event
    }

    /// A series; how many entries it takes, at most `at_most`.
    fn series(&mut self, place: &Place, at_most: usize) -> usize {
        let first = self.day(-150, -14);
        let begin = 7 * 60 + 30 * self.pick(24);
        let length = self.one_of(&[15, 30, 60, 90]);
        let title = self.one_of(words::ROUTINES);
        let mut event = between(title, first, begin, length, place.zone);
        let (recurrence, step) = self.recurrence(first);
        event["recurrence"] = recurrence;
        let id = self.microsoft.put_event(&place.id, event);
        let mut made = 1;
        for number in [3_u64, 5, 8] {
            if made < at_most && self.pick(2) == 0 {
                let day = first + Days::new(step * number);
                made += usize::from(self.except(&id, day, begin, length));
            }
        }
        made
    }

    /// Moves or cancels an occurrence; whether there was one.
    fn except(&mut self, id: &str, day: NaiveDate, begin: usize, length: usize) -> bool {
        let original = day.to_string();
        let done = match self.pick(2) {
            0 => self.microsoft.cancel_occurrence(id, &original),
            _ => {
                let (start, end) = (wall(day, begin + 90), wall(day, begin + 90 + length));
                self.microsoft.move_occurrence(id, &original, &start, &end)
            }
        };
        done.is_some()
    }

    /// A recurrence, and the days between two occurrences.
    fn recurrence(&mut self, first: NaiveDate) -> (Value, u64) {
        let weekday = first.format("%A").to_string().to_lowercase();
        let weekly = |interval| json!({ "type": "weekly", "interval": interval, "daysOfWeek": [weekday], "firstDayOfWeek": "monday" });
        let until = (self.today + Days::new(45)).to_string();
        let count = 10 + self.pick(50);
        let numbered = json!({ "type": "numbered", "numberOfOccurrences": count });
        let no_end = json!({ "type": "noEnd" });
        let (pattern, range, step) = match self.pick(7) {
            0 => (weekly(1), no_end, 7),
            1 => (weekly(2), no_end, 14),
            2 => (weekly(1), json!({ "type": "endDate", "endDate": until }), 7),
            3 => (json!({ "type": "daily", "interval": 1 }), numbered, 1),
            4 => (
                json!({ "type": "absoluteMonthly", "interval": 1, "dayOfMonth": first.day() }),
                no_end,
                7,
            ),
            5 => (nth_weekday(first, &weekday), no_end, 7),
            _ => (weekly(1), numbered, 7),
        };
        (json!({ "pattern": pattern, "range": range }), step)
    }

    fn timed(&mut self, place: &Place, title: &str) -> Value {
        let day = self.day(-60, 120);
        let minutes = 8 * 60 + 15 * self.pick(40);
        let length = self.one_of(&[15, 30, 30, 45, 60, 60, 90, 120]);
        // Somebody travels.
        let zone = match self.pick(10) {
            0 => self.one_of(&ZONES).0,
            _ => place.zone,
        };
        between(title, day, minutes, length, zone)
    }

    fn day(&mut self, from: i64, to: i64) -> NaiveDate {
        self.today + chrono::TimeDelta::days(self.rng.random_range(from..to))
    }

    fn pick(&mut self, count: usize) -> usize {
        self.rng.random_range(0..count.max(1))
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.pick(all.len())]
    }
}

/// The same weekday of the same week of each month.
fn nth_weekday(first: NaiveDate, weekday: &str) -> Value {
    let indexes = ["first", "second", "third", "fourth", "last"];
    let index = indexes[(first.day0() / 7) as usize];
    json!({ "type": "relativeMonthly", "interval": 1, "daysOfWeek": [weekday], "index": index })
}

fn between(title: &str, day: NaiveDate, begin: usize, length: usize, zone: &str) -> Value {
    let at = |minutes| json!({ "dateTime": wall(day, minutes), "timeZone": zone });
    json!({ "subject": title, "start": at(begin), "end": at(begin + length) })
}

fn days(title: &str, first: NaiveDate, length: u64) -> Value {
    let midnight = |day: NaiveDate| json!({ "dateTime": wall(day, 0), "timeZone": "UTC" });
    json!({ "subject": title, "isAllDay": true, "start": midnight(first), "end": midnight(first + Days::new(length)) })
}
