//! On which days a series happens: every pattern names at most one occurrence
//! a day, so the day of its original start is an occurrence's name.

use jiff::civil::Date;
use jiff::{Span, ToSpan};

use super::months::day_in;
use super::rule::{Pattern, Range, Rule};

/// An endless series is not followed further than this.
const LIMIT: usize = 20_000;

impl Rule {
    /// The days up to and with `last`, from the first one.
    pub(super) fn days(&self, last: Date) -> impl Iterator<Item = Date> + '_ {
        let (count, last) = match self.range {
            Range::NoEnd => (LIMIT, last),
            Range::EndDate(end) => (LIMIT, last.min(end)),
            Range::Numbered(count) => (count, last),
        };
        let begin = self.first;
        self.candidates()
            .filter(move |day| *day >= begin)
            .take(count)
            .take_while(move |day| *day <= last)
    }

    /// The first day.
    pub(super) fn first_day(&self) -> Option<Date> {
        self.days(Date::MAX).next()
    }

    /// Whether the series happens on `day`.
    pub(super) fn has(&self, day: Date) -> bool {
        self.days(day).any(|other| other == day)
    }

    /// The days before and after `day`.
    pub(super) fn neighbours(&self, day: Date) -> (Option<Date>, Option<Date>) {
        let before = self.days(day).filter(|other| *other < day).last();
        let after = self.days(Date::MAX).find(|other| *other > day);
        (before, after)
    }

    /// Days that fit the pattern, in order; some may lie before the start.
    fn candidates(&self) -> Box<dyn Iterator<Item = Date> + '_> {
        match &self.pattern {
            Pattern::Daily => Box::new(self.first.series(self.interval.days())),
            Pattern::Weekly(days, begins) => {
                let back = i32::from(self.first.weekday().since(*begins));
                let week = self.first.saturating_sub(back.days());
                let weeks = week.series(self.interval.weeks());
                Box::new(weeks.flat_map(move |week| {
                    week.series(1.day())
                        .take(7)
                        .filter(move |day| days.contains(&day.weekday()))
                }))
            }
            pattern => {
                let months = self.first_month().series(self.step());
                Box::new(months.filter_map(move |month| day_in(month, pattern)))
            }
        }
    }

    fn first_month(&self) -> Date {
        let month = self.first.first_of_month();
        let Some(wanted) = self.month else {
            return month;
        };
        let this_year = month.with().month(wanted).build().unwrap_or(month);
        match this_year.last_of_month() < self.first {
            true => this_year.saturating_add(1.year()),
            false => this_year,
        }
    }

    fn step(&self) -> Span {
        match self.month {
            Some(_) => self.interval.years(),
            None => self.interval.months(),
        }
    }
}
