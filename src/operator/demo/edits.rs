//! What happens "at Google" and "at Microsoft" during a demo.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::world::World;
use crate::model::time::Zone;
use crate::model::user::User;
use crate::sandbox::Sandbox;
use crate::sandbox::google::Google;
use crate::sandbox::microsoft::Microsoft;

/// The events that the edits touch, of the user whom the demo looks at.
pub(super) struct Prepared {
    /// The calendar at Google.
    calendar: String,
    review: String,
    dentist: String,
    lunch: String,
    standup: String,
    budget: String,
}

/// Fills the user's calendars, before the first sync.
pub(super) fn prepare(sandbox: &Sandbox, email: &str, user: &User, now: DateTime<Utc>) -> Prepared {
    let (google, microsoft) = (&sandbox.google, &sandbox.microsoft);
    let day = Day::of(user, now);
    let once = |title: &str, days: i64, hour: u32| {
        let (start, end) = (day.time(days, hour), day.time(days, hour + 1));
        google.put_event(
            email,
            json!({ "summary": title, "start": start, "end": end }),
        )
    };
    let outlook = microsoft.default_calendar(email);
    Prepared {
        calendar: email.to_owned(),
        review: google.put_event(
            email,
            json!({
                "summary": "Weekly review", "location": "Room 2",
                "start": day.time(-14, 9), "end": day.time(-14, 10),
                "recurrence": ["RRULE:FREQ=WEEKLY"],
            }),
        ),
        dentist: once("Dentist", 2, 15),
        lunch: once("Lunch with Kim", 1, 12),
        standup: microsoft.put_event(&outlook, standup(&day)),
        budget: microsoft.put_event(
            &outlook,
            json!({
                "subject": "Budget", "start": day.wall(4, 11), "end": day.wall(4, 12),
            }),
        ),
    }
}

/// A weekly series as Microsoft writes it.
fn standup(day: &Day<'_>) -> Value {
    let first = day.date(-13);
    let weekday = first.format("%A").to_string().to_lowercase();
    json!({
        "subject": "Team standup", "start": day.wall(-13, 10), "end": day.wall(-13, 11),
        "recurrence": {
            "pattern": { "type": "weekly", "interval": 1, "daysOfWeek": [weekday] },
            "range": { "type": "noEnd", "startDate": first.to_string() },
        },
    })
}

/// Edits the calendars; what was done, in words.
pub(super) fn make(world: &World) -> String {
    let day = Day::of(&world.user, world.now);
    at_google(&world.sandbox.google, &world.prepared, &day);
    at_microsoft(&world.sandbox.microsoft, &world.prepared, &day);
    "
Meanwhile, at Google:
  next week's review is moved to the day after
  the review of the week after is cancelled
  the dentist is renamed
  lunch is deleted
  an offsite of two whole days is added
and at Microsoft:
  next week's standup is moved to the afternoon
  the standup of the week after is cancelled
  the budget meeting is moved to the next day"
        .to_owned()
}

/// Edits that notifications tell of; what was done, in words.
pub(super) fn make_more(world: &World) -> String {
    let day = Day::of(&world.user, world.now);
    let (google, microsoft) = (&world.sandbox.google, &world.sandbox.microsoft);
    let coffee = json!({
        "summary": "Coffee with Sam", "start": day.time(1, 16), "end": day.time(1, 17),
    });
    google.put_event(&world.prepared.calendar, coffee);
    let budget = json!({ "subject": "Budget, second reading" });
    microsoft.edit_event(&world.prepared.budget, budget);
    "
Then, at Google:
  coffee with Sam is added
and at Microsoft:
  the budget meeting is renamed"
        .to_owned()
}

fn at_google(google: &Google, prepared: &Prepared, day: &Day<'_>) {
    let calendar = &prepared.calendar;
    let (slot, start, end) = (day.at(7, 9), day.at(8, 14), day.at(8, 15));
    google.move_occurrence(calendar, &prepared.review, &slot, &start, &end);
    google.cancel_occurrence(calendar, &prepared.review, &day.at(14, 9));
    let renamed = json!({ "summary": "Dentist (bring the X-ray)" });
    google.edit_event(calendar, &prepared.dentist, renamed);
    google.delete_event(calendar, &prepared.lunch);
    let (start, end) = (day.date(3), day.date(5));
    google.put_event(
        calendar,
        json!({
            "summary": "Offsite", "transparency": "transparent",
            "start": { "date": start.to_string() }, "end": { "date": end.to_string() },
        }),
    );
}

fn at_microsoft(microsoft: &Microsoft, prepared: &Prepared, day: &Day<'_>) {
    let afternoon = json!({ "start": day.wall(8, 16), "end": day.wall(8, 17) });
    let slot = day.date(8).to_string();
    microsoft.edit_occurrence(&prepared.standup, &slot, afternoon);
    microsoft.cancel_occurrence(&prepared.standup, &day.date(15).to_string());
    let later = json!({ "start": day.wall(5, 11), "end": day.wall(5, 12) });
    microsoft.edit_event(&prepared.budget, later);
}

/// Days around the demo's today, in the user's zone.
pub(super) struct Day<'a> {
    today: NaiveDate,
    zone: &'a Zone,
}

impl<'a> Day<'a> {
    pub(super) fn of(user: &'a User, now: DateTime<Utc>) -> Self {
        let zone = &user.timezone;
        Self {
            today: zone.wall(now).date(),
            zone,
        }
    }

    fn date(&self, days: i64) -> NaiveDate {
        self.today + TimeDelta::days(days)
    }

    pub(super) fn at(&self, days: i64, hour: u32) -> String {
        let wall = self.date(days).and_time(NaiveTime::MIN) + TimeDelta::hours(i64::from(hour));
        let at: DateTime<Utc> = self.zone.instant(wall);
        at.to_rfc3339()
    }

    /// A wall clock time as Microsoft writes it.
    fn wall(&self, days: i64, hour: u32) -> Value {
        let dated = format!("{}T{hour:02}:00:00", self.date(days));
        json!({ "dateTime": dated, "timeZone": self.zone.name() })
    }

    fn time(&self, days: i64, hour: u32) -> Value {
        json!({ "dateTime": self.at(days, hour), "timeZone": self.zone.name() })
    }
}
