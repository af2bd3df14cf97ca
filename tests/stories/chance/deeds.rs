//! What the application does with its tasks, and people with their events.

use calsync::model::content::Content;
use calsync::model::preferences::{ConflictStrategy, PreferencesChange};
use calsync::model::task::WrittenTime;
use calsync::model::time::Zone;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rusqlite::OptionalExtension;
use serde_json::Value;

use super::history::Field;
use super::house::House;
use crate::support::planner::{At, Edit, Seen};
use crate::support::story::ANA;

/// A time that nobody else has: the beginning of an hour, or a day.
#[derive(Clone, Debug)]
pub(super) enum When {
    Hour(DateTime<Utc>),
    Day(NaiveDate),
}

impl House {
    /// Some deeds on both sides.
    pub(super) fn some_deeds(&self) {
        for _ in 0..self.chance(5) {
            let minutes = i64::try_from(self.chance(20)).unwrap();
            self.planner.world.minutes_later(minutes);
            self.some_deed();
        }
        let hours = if self.one_in(5) { 7 } else { 0 };
        self.planner.world.minutes_later(10 + 60 * hours);
    }

    fn some_deed(&self) {
        match self.chance(10) {
            0..6 => self.application_acts(),
            _ => self.person_acts(),
        }
    }

    /// The application does something to a task.
    pub(super) fn application_acts(&self) {
        let tasks = self.history.lock().unwrap().tasks.clone();
        let known = self.pick(&tasks).and_then(|id| {
            let seen = self.task(&id)?;
            Some((id, seen))
        });
        match (known, self.chance(12)) {
            (None, _) | (_, 0..2) if tasks.len() < 4 => self.plans(),
            (None, _) => {}
            (Some((id, before)), deed) => self.changes(&id, &before, deed),
        }
    }

    fn plans(&self) {
        let id = {
            let mut history = self.history.lock().unwrap();
            let id = format!("t-{}", history.tasks.len() + 1);
            history.tasks.push(id.clone());
            id
        };
        let title = self.word("title");
        let sql = format!(
            "INSERT INTO tasks (id, user_id, title, {TIME}, status, updated_at)
             VALUES ('{id}', '{ANA}', '{title}', {}, 'open', '{}')",
            self.when().sql(),
            self.planner.world.now().to_rfc3339(),
        );
        self.application(&sql);
        let after = self.task(&id).unwrap();
        self.note(format!("application plans {id}: {after:?}"));
        let mut history = self.history.lock().unwrap();
        history.edited(&id, Field::Title, &Seen::default(), &after);
        history.edited(&id, Field::When, &Seen::default(), &after);
    }

    fn changes(&self, id: &str, before: &Seen, deed: u64) {
        let (field, set) = match deed {
            0..4 => (Field::Title, format!("title = '{}'", self.word("title"))),
            4 => (Field::Place, format!("location = '{}'", self.word("place"))),
            5 => {
                let text = self.word("text");
                (Field::Text, format!("description = '{text}'"))
            }
            6 => (Field::Place, "location = NULL".to_owned()),
            7..9 => (Field::When, format!("({TIME}) = ({})", self.when().sql())),
            9..11 => (Field::When, format!("({TIME}) = (NULL, NULL, 0)")),
            _ => return self.deletes_task(id, before),
        };
        match self.one_in(4) {
            true => {
                let sql = format!("UPDATE tasks SET {set} WHERE id = '{id}'");
                self.application(&sql);
            }
            false => self.updates(id, &set),
        }
        let after = self.task(id).unwrap();
        self.note(format!("application changes {id}: {set}"));
        let mut history = self.history.lock().unwrap();
        history.edited(id, field, before, &after);
    }

    /// Changes a task, and says when.
    fn updates(&self, id: &str, set: &str) {
        self.application(&format!(
            "UPDATE tasks SET {set}, updated_at = '{}' WHERE id = '{id}'",
            self.planner.world.now().to_rfc3339(),
        ));
    }

    fn deletes_task(&self, id: &str, before: &Seen) {
        self.note(format!("application deletes {id}: {before:?}"));
        match self.one_in(2) {
            true => self.application(&format!("DELETE FROM tasks WHERE id = '{id}'")),
            false => self.updates(id, "deleted_at = '2026-03-02'"),
        }
        self.history.lock().unwrap().gone(before);
    }

    /// Somebody does something to an event of a task.
    pub(super) fn person_acts(&self) {
        let Some((task, body)) = self.pick(&self.events()) else {
            return;
        };
        let id = body["id"].as_str().unwrap();
        let before = self.planner.seen(&body);
        let edit = |edit: Edit<'_>| {
            self.note(format!("person changes event of {task}: {edit:?}"));
            self.planner.edit_event(id, edit);
        };
        let field = match self.chance(10) {
            0..3 => {
                edit(Edit::Title(&self.word("title")));
                Field::Title
            }
            3 => {
                edit(Edit::Place(&self.word("place")));
                Field::Place
            }
            4 => {
                edit(Edit::Text(&self.word("text")));
                Field::Text
            }
            5 => {
                edit(Edit::Place(""));
                Field::Place
            }
            6..8 => {
                match self.when() {
                    When::Hour(at) => edit(Edit::Move(&at.format("%Y-%m-%dT%H:%M").to_string())),
                    When::Day(day) => edit(Edit::Day(&day.to_string())),
                }
                Field::When
            }
            _ => {
                self.note(format!("person deletes event of {task}: {before:?}"));
                self.planner.delete_event(id);
                self.history.lock().unwrap().gone(&before);
                return;
            }
        };
        let after = self.events().into_iter().find(|(_, body)| body["id"] == id);
        let after = self.planner.seen(&after.unwrap().1);
        let mut history = self.history.lock().unwrap();
        history.edited(&task, field, &before, &after);
    }

    /// The user changes the strategy, perhaps.
    pub(super) async fn prefers(&self) {
        if !self.one_in(3) {
            return;
        }
        let strategy = match self.chance(4) {
            0 => ConflictStrategy::PreferNewest,
            1 => ConflictStrategy::PreferTask,
            2 => ConflictStrategy::PreferCalendar,
            _ => ConflictStrategy::Manual,
        };
        self.note(format!("{strategy:?}"));
        self.planner
            .prefer(PreferencesChange {
                conflict_strategy: Some(strategy),
                ..PreferencesChange::default()
            })
            .await;
    }

    /// A text that nobody else wrote.
    fn word(&self, kind: &str) -> String {
        format!("{kind} {}", self.history.lock().unwrap().number())
    }

    fn when(&self) -> When {
        let number = i64::from(self.history.lock().unwrap().number());
        let first = NaiveDate::from_ymd_opt(2026, 3, 12).unwrap();
        match self.one_in(4) {
            true => When::Day(first + TimeDelta::days(number)),
            false => {
                let midnight = first.and_time(chrono::NaiveTime::MIN).and_utc();
                When::Hour(midnight + TimeDelta::hours(number))
            }
        }
    }

    /// A task as it is; none: it is no more.
    pub(super) fn task(&self, id: &str) -> Option<Seen> {
        let database = self.database.lock().unwrap();
        let sql = format!(
            "SELECT title, location, description, {TIME} FROM tasks
             WHERE id = ?1 AND deleted_at IS NULL"
        );
        let row = { database.prepare_cached(&sql).unwrap() }.query_row([id], |row| {
            let (start, end): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
            let all_day = row.get(5)?;
            let time = start.map(|start| {
                let end = end.as_deref();
                let start = &start;
                let written = WrittenTime {
                    start,
                    end,
                    all_day,
                };
                written.read(Zone::parse("Europe/Berlin").unwrap()).unwrap()
            });
            Ok(Content {
                title: row.get(0)?,
                location: row.get(1)?,
                description: row.get(2)?,
                time,
                reminder_minutes: None,
            })
        });
        row.optional()
            .unwrap()
            .map(|content| Seen::of(&content.normalized()))
    }

    /// The events that stand for tasks, with these, in order.
    pub(super) fn events(&self) -> Vec<(String, Value)> {
        let mut events: Vec<_> = self
            .planner
            .bodies()
            .into_iter()
            .filter_map(|body| Some((self.mark(&body)?, body)))
            .collect();
        events.sort_by_key(|(task, body)| (task.clone(), body["id"].to_string()));
        events
    }

    /// The task that an event stands for.
    pub(super) fn mark(&self, body: &Value) -> Option<String> {
        let mark = match self.planner.at {
            At::Google => &body["extendedProperties"]["private"]["calsyncTask"],
            At::Microsoft => {
                let all = body["singleValueExtendedProperties"].as_array()?;
                let named = |one: &&Value| one["id"].as_str().unwrap().ends_with("CalsyncTaskId");
                &all.iter().find(named)?["value"]
            }
        };
        mark.as_str().map(str::to_owned)
    }
}

/// The columns of a task's time.
const TIME: &str = "start_date, end_date, all_day";

impl When {
    fn sql(&self) -> String {
        match self {
            Self::Hour(at) => {
                let text = |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
                let end = *at + TimeDelta::hours(1);
                format!("'{}', '{}', 0", text(*at), text(end))
            }
            Self::Day(day) => format!("'{day}', '{day}', 1"),
        }
    }
}
