//! Believable users with believable calendars, the same for the same seed.

mod event;
mod microsoft;
mod recurring;
mod words;

use chrono::{DateTime, NaiveDate, Utc};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::google::{AccessRole, CalendarSpec, Google};

pub use microsoft::populate_microsoft;

/// How many of what.
#[derive(Clone, Copy, Debug)]
pub struct PopulationSpec {
    /// Users, each with several calendars.
    pub users: usize,
    /// Entries in all calendars together, about: events, series, exceptions.
    pub events: usize,
    /// Equal seeds give equal populations.
    pub seed: u64,
    /// The events lie around this moment.
    pub now: DateTime<Utc>,
}

/// A user of the application with his account at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxUser {
    /// The application's id, `u-001` (of a Microsoft user `m-001`).
    pub user_id: String,
    /// His address; at Google also the id of his primary calendar.
    pub email: String,
    /// IANA name of his zone.
    pub timezone: String,
    /// First and last working hour; `None`: always; may cross midnight.
    pub working_hours: Option<(u8, u8)>,
    /// What calsync holds of his account.
    pub refresh_token: String,
}

/// Where people live, how many share a holiday calendar there.
const ZONES: [(&str, &str); 8] = [
    ("Europe/Zurich", "en.ch#holiday@group.v.calendar.google.com"),
    (
        "Europe/Berlin",
        "en.german#holiday@group.v.calendar.google.com",
    ),
    ("Europe/London", "en.uk#holiday@group.v.calendar.google.com"),
    (
        "America/New_York",
        "en.usa#holiday@group.v.calendar.google.com",
    ),
    (
        "America/Los_Angeles",
        "en.usa#holiday@group.v.calendar.google.com",
    ),
    (
        "Asia/Tokyo",
        "en.japanese#holiday@group.v.calendar.google.com",
    ),
    (
        "Asia/Kolkata",
        "en.indian#holiday@group.v.calendar.google.com",
    ),
    (
        "Pacific/Auckland",
        "en.new_zealand#holiday@group.v.calendar.google.com",
    ),
];

/// Users who share a team calendar.
const TEAM: usize = 5;

/// Fills the model.
pub fn populate(google: &Google, spec: PopulationSpec) -> Vec<SandboxUser> {
    let mut people = Populator {
        google,
        rng: StdRng::seed_from_u64(spec.seed),
        today: spec.now.date_naive(),
        team: String::new(),
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
pub(super) struct Populator<'a> {
    google: &'a Google,
    rng: StdRng,
    today: NaiveDate,
    /// The team calendar of the users being made.
    team: String,
}

/// A calendar that is being filled.
pub(super) struct Place {
    id: String,
    zone: &'static str,
    owner: String,
    /// It is the owner's own, so others may invite him.
    primary: bool,
}

impl Populator<'_> {
    fn user(&mut self, index: usize, events: usize) -> (SandboxUser, usize) {
        let (zone, holidays) = ZONES[index % ZONES.len()];
        let email = words::email(index);
        let account = self.google.add_account(&email);
        let places = self.places(index, &email, zone);
        let mut made = self.holidays(&email, holidays, zone, events / 20);
        while made < events {
            let place = &places[self.pick(places.len())];
            made += self.entry(place, events - made);
        }
        let user = SandboxUser {
            user_id: format!("u-{:03}", index + 1),
            email,
            timezone: zone.to_owned(),
            working_hours: working_hours(index),
            refresh_token: account.refresh_token,
        };
        (user, made)
    }

    /// His own calendars, and the one he shares with his team.
    fn places(&mut self, index: usize, email: &str, zone: &'static str) -> Vec<Place> {
        let google = self.google;
        let mut own = vec![google.add_calendar(email, CalendarSpec::primary(zone))];
        own.push(google.add_calendar(email, CalendarSpec::named("Work", zone)));
        if index.is_multiple_of(2) {
            own.push(google.add_calendar(email, CalendarSpec::named("Family", zone)));
        }
        if index.is_multiple_of(TEAM) {
            self.team =
                google.add_calendar(email, CalendarSpec::named(words::team(index / TEAM), zone));
            own.push(self.team.clone());
        } else {
            google.share(email, &self.team, AccessRole::Writer);
        }
        own.into_iter()
            .map(|id| Place {
                primary: id == email,
                id,
                zone,
                owner: email.to_owned(),
            })
            .collect()
    }

    /// A calendar that nobody here may write; the first to list it fills it.
    fn holidays(&mut self, email: &str, id: &str, zone: &'static str, at_most: usize) -> usize {
        let spec = CalendarSpec::named("Public holidays", zone)
            .role(AccessRole::Reader)
            .id(id);
        self.google.add_calendar(email, spec);
        if !self.google.events(id).is_empty() {
            return 0;
        }
        let place = Place {
            id: id.to_owned(),
            zone,
            owner: email.to_owned(),
            primary: false,
        };
        let names = words::HOLIDAYS.iter().take(at_most);
        names
            .map(|(name, month, day)| self.holiday(&place, name, *month, *day))
            .sum()
    }

    /// One entry, or a series with its exceptions; how many that was.
    fn entry(&mut self, place: &Place, at_most: usize) -> usize {
        match self.pick(100) {
            0..65 => self.single(place),
            65..75 => self.all_day(place),
            75..83 if place.primary => self.invitation(place),
            75..86 => self.odd(place),
            _ => self.series(place, at_most),
        }
    }

    /// A number below `count`.
    fn pick(&mut self, count: usize) -> usize {
        self.rng.random_range(0..count.max(1))
    }

    /// One of several.
    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.pick(all.len())]
    }
}

fn working_hours(index: usize) -> Option<(u8, u8)> {
    match index % 6 {
        5 => None,
        // The night shift.
        4 => Some((22, 6)),
        3 => Some((7, 15)),
        _ => Some((9, 17)),
    }
}
