//! Events that happen once.

use chrono::{Datelike, Days, NaiveDate};
use serde_json::{Value, json};

use super::{Place, Populator, ZONES, words};

impl Populator<'_> {
    /// An appointment; puts one.
    pub(super) fn single(&mut self, place: &Place) -> usize {
        let title = self.one_of(words::MEETINGS);
        let mut event = self.timed(place, title);
        if self.pick(3) == 0 {
            event["location"] = json!(self.one_of(words::PLACES));
        }
        if self.pick(5) == 0 {
            event["description"] = json!("Agenda:<br>- what changed<br>- what is next");
        }
        self.google.put_event(&place.id, event);
        1
    }

    /// One or three whole days; puts one.
    pub(super) fn all_day(&mut self, place: &Place) -> usize {
        let length = if self.pick(4) == 0 { 3 } else { 1 };
        let day = self.day(-60, 180);
        let event = json!({ "summary": self.one_of(words::DAYS), "start": { "date": day.to_string() },
            "end": { "date": (day + Days::new(length)).to_string() }, "transparency": "transparent" });
        self.google.put_event(&place.id, event);
        1
    }

    /// An invitation by somebody else, answered or not; puts one.
    pub(super) fn invitation(&mut self, place: &Place) -> usize {
        let answer = self.one_of(&["declined", "tentative", "accepted", "needsAction"]);
        let title = self.one_of(words::MEETINGS);
        let mut event = self.timed(place, title);
        let host = "host@partner.example";
        event["organizer"] = json!({ "email": host, "displayName": "Pat Host" });
        event["creator"] = json!({ "email": host });
        event["attendees"] = json!([
            { "email": host, "organizer": true, "responseStatus": "accepted" },
            { "email": place.owner, "self": true, "responseStatus": answer }]);
        if answer == "tentative" {
            event["status"] = json!("tentative");
        }
        self.google.put_event(&place.id, event);
        1
    }

    /// Untitled, without length, free or private; puts one.
    pub(super) fn odd(&mut self, place: &Place) -> usize {
        let title = self.one_of(words::MEETINGS);
        let mut event = self.timed(place, title);
        match self.pick(4) {
            0 => event["summary"] = Value::Null,
            1 => event["end"] = event["start"].clone(),
            2 => event["transparency"] = json!("transparent"),
            _ => event["visibility"] = json!("private"),
        }
        self.google.put_event(&place.id, event);
        1
    }

    /// A holiday that returns each year; puts one.
    pub(super) fn holiday(&mut self, place: &Place, name: &str, month: u32, day: u32) -> usize {
        let first =
            NaiveDate::from_ymd_opt(self.today.year() - 1, month, day).unwrap_or(self.today);
        let event = json!({ "summary": name, "start": { "date": first.to_string() },
            "end": { "date": (first + Days::new(1)).to_string() }, "recurrence": ["RRULE:FREQ=YEARLY"],
            "transparency": "transparent", "visibility": "public" });
        self.google.put_event(&place.id, event);
        1
    }

    fn timed(&mut self, place: &Place, title: &str) -> Value {
        let day = self.day(-60, 120);
        let minutes = 8 * 60 + 15 * self.pick(40);
        let length = self.one_of(&[15, 30, 30, 45, 60, 60, 90, 120]);
        // Somebody travels.
        let zone = if self.pick(10) == 0 {
            self.one_of(&ZONES).0
        } else {
            place.zone
        };
        json!({ "summary": title, "start": at(day, minutes, zone), "end": at(day, minutes + length, zone) })
    }

    /// A day from `from` up to `to` days from today.
    pub(super) fn day(&mut self, from: i64, to: i64) -> NaiveDate {
        let offset = from
            + i64::try_from(self.pick((to - from).unsigned_abs() as usize)).unwrap_or_default();
        self.today + chrono::TimeDelta::days(offset)
    }
}

/// `minutes` after midnight of `day`, in `zone`.
pub(super) fn at(day: NaiveDate, minutes: usize, zone: &str) -> Value {
    json!({ "dateTime": wall(day, minutes), "timeZone": zone })
}

/// `minutes` after midnight of `day`, without a zone.
pub(super) fn wall(day: NaiveDate, minutes: usize) -> String {
    let day = day + Days::new(minutes as u64 / 1440);
    format!("{day}T{:02}:{:02}:00", minutes / 60 % 24, minutes % 60)
}
