//! What happens "at Google" during a demo.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::world::World;
use crate::model::time::Zone;

/// The ids of the events that the edits touch.
const REVIEW: &str = "demoreview";
const DENTIST: &str = "demodentist";
const LUNCH: &str = "demolunch";

/// The calendar of the user whom the demo looks at, before the first sync.
pub(super) fn prepare(world: &World) {
    let google = &world.sandbox.google;
    let day = Day::of(world);
    let calendar = world.calendar();
    google.put_event(
        calendar,
        json!({
            "id": REVIEW, "summary": "Weekly review", "location": "Room 2",
            "start": day.time(-14, 9), "end": day.time(-14, 10),
            "recurrence": ["RRULE:FREQ=WEEKLY"],
        }),
    );
    google.put_event(
        calendar,
        json!({
            "id": DENTIST, "summary": "Dentist",
            "start": day.time(2, 15), "end": day.time(2, 16),
        }),
    );
    google.put_event(
        calendar,
        json!({
            "id": LUNCH, "summary": "Lunch with Kim",
            "start": day.time(1, 12), "end": day.time(1, 13),
        }),
    );
}

/// Edits the calendar; what was done, one line each.
pub(super) fn make(world: &World) -> Vec<String> {
    let google = &world.sandbox.google;
    let day = Day::of(world);
    let calendar = world.calendar();
    google.move_occurrence(
        calendar,
        REVIEW,
        &day.at(7, 9),
        &day.at(8, 14),
        &day.at(8, 15),
    );
    google.cancel_occurrence(calendar, REVIEW, &day.at(14, 9));
    google.edit_event(
        calendar,
        DENTIST,
        json!({ "summary": "Dentist (bring the X-ray)" }),
    );
    google.delete_event(calendar, LUNCH);
    let (start, end) = (day.date(3), day.date(5));
    google.put_event(
        calendar,
        json!({
            "summary": "Offsite", "transparency": "transparent",
            "start": { "date": start.to_string() }, "end": { "date": end.to_string() },
        }),
    );
    vec![
        "  next week's review is moved to the day after".to_owned(),
        "  the review of the week after is cancelled".to_owned(),
        "  the dentist is renamed".to_owned(),
        "  lunch is deleted".to_owned(),
        "  an offsite of two whole days is added".to_owned(),
    ]
}

/// Days around the demo's today, in the user's zone.
struct Day<'a> {
    today: NaiveDate,
    zone: &'a Zone,
}

impl<'a> Day<'a> {
    fn of(world: &'a World) -> Self {
        let zone = &world.user.timezone;
        Self {
            today: zone.wall(world.now).date(),
            zone,
        }
    }

    fn date(&self, days: i64) -> NaiveDate {
        self.today + TimeDelta::days(days)
    }

    fn at(&self, days: i64, hour: u32) -> String {
        let wall = self.date(days).and_time(NaiveTime::MIN) + TimeDelta::hours(i64::from(hour));
        let at: DateTime<Utc> = self.zone.instant(wall);
        at.to_rfc3339()
    }

    fn time(&self, days: i64, hour: u32) -> Value {
        json!({ "dateTime": self.at(days, hour), "timeZone": self.zone.name() })
    }
}
