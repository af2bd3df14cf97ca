//! Series with moved and cancelled occurrences.

use chrono::{Datelike, Days, NaiveDate};
use serde_json::json;

use super::event::{at, wall};
use super::{Place, Populator, words};

/// A series that is about to be made.
struct Plan {
    first: NaiveDate,
    /// Minutes after midnight.
    begin: usize,
    length: usize,
    rule: String,
    /// Days between the occurrences that may be changed.
    step: u64,
}

impl Populator<'_> {
    /// A series; how many entries it takes, at most `at_most`.
    pub(super) fn series(&mut self, place: &Place, at_most: usize) -> usize {
        if self.pick(6) == 0 {
            return self.all_day_series(place);
        }
        let plan = self.plan();
        let mut recurrence = vec![plan.rule.clone()];
        if self.pick(3) == 0 {
            let left_out =
                wall(plan.first + Days::new(plan.step * 2), plan.begin).replace(['-', ':'], "");
            recurrence.push(format!("EXDATE;TZID={}:{left_out}", place.zone));
        }
        let event = json!({ "summary": self.one_of(words::ROUTINES), "recurrence": recurrence,
            "start": at(plan.first, plan.begin, place.zone), "end": at(plan.first, plan.begin + plan.length, place.zone) });
        let id = self.google.put_event(&place.id, event);
        1 + self.exceptions(place, &id, &plan, at_most.saturating_sub(1))
    }

    fn plan(&mut self) -> Plan {
        let first = self.day(-150, -14);
        let (rule, step) = self.rule(first);
        let begin = 7 * 60 + 30 * self.pick(24);
        Plan {
            first,
            begin,
            length: self.one_of(&[15, 30, 60, 90]),
            rule,
            step,
        }
    }

    fn rule(&mut self, first: NaiveDate) -> (String, u64) {
        let weekday = first.weekday().to_string()[..2].to_uppercase();
        let until = self.today + Days::new(45);
        match self.pick(7) {
            6 => (format!("RRULE:FREQ=MONTHLY;BYMONTHDAY={}", first.day()), 7),
            0 => (format!("RRULE:FREQ=WEEKLY;BYDAY={weekday}"), 7),
            1 => (format!("RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY={weekday}"), 14),
            2 => (
                format!(
                    "RRULE:FREQ=WEEKLY;UNTIL={}T225959Z;BYDAY={weekday}",
                    until.format("%Y%m%d")
                ),
                7,
            ),
            3 => (format!("RRULE:FREQ=DAILY;COUNT={}", 20 + self.pick(60)), 1),
            4 => ("RRULE:FREQ=DAILY;INTERVAL=2".to_owned(), 2),
            _ => (
                format!(
                    "RRULE:FREQ=WEEKLY;COUNT={};BYDAY={weekday}",
                    10 + self.pick(30)
                ),
                7,
            ),
        }
    }

    /// Moves and cancels some occurrences; how many.
    fn exceptions(&mut self, place: &Place, id: &str, plan: &Plan, at_most: usize) -> usize {
        let mut made = 0;
        for number in [3_u64, 5, 8] {
            let day = plan.first + Days::new(plan.step * number);
            let original = wall(day, plan.begin);
            if made == at_most || self.pick(2) == 0 {
                continue;
            }
            let done = match self.pick(2) {
                0 => self.google.cancel_occurrence(&place.id, id, &original),
                _ => {
                    let later = plan.begin + 90;
                    let (start, end) = (wall(day, later), wall(day, later + plan.length));
                    self.google
                        .move_occurrence(&place.id, id, &original, &start, &end)
                }
            };
            made += usize::from(done.is_some());
        }
        made
    }

    fn all_day_series(&mut self, place: &Place) -> usize {
        let first = self.day(-100, 0);
        let rule = match self.pick(2) {
            0 => format!(
                "RRULE:FREQ=WEEKLY;UNTIL={}",
                (self.today + Days::new(60)).format("%Y%m%d")
            ),
            _ => format!("RRULE:FREQ=MONTHLY;BYMONTHDAY={}", first.day()),
        };
        let event = json!({ "summary": self.one_of(words::ROUTINES), "recurrence": [rule],
            "start": { "date": first.to_string() }, "end": { "date": (first + Days::new(1)).to_string() } });
        self.google.put_event(&place.id, event);
        1
    }
}
