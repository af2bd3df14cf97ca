//! A world in which an application plans: Ana's tasks, and her calendar at
//! either provider, in words that hold for both.

mod words;

use std::sync::Mutex;

use calsync::jobs::AutoSync;
use calsync::model::content::Content;
use calsync::model::id::CalendarId;
use calsync::model::preferences::{ConflictStrategy, PreferencesChange};
use calsync::model::run::JobRun;
use calsync::model::time::EventTime;
use calsync::sandbox::{google, microsoft};
use calsync::sync::Intent;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

pub(crate) use self::words::{Mishap, Write};
use self::words::{
    fault, google_kind, google_patch, google_time, graph_kind, graph_patch, graph_time,
};
use super::story::{ANA, World, email};

/// Where Ana's calendar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    Google,
    Microsoft,
}

/// Ana's tasks and her calendar "Work", which may be written.
pub(crate) struct Planner {
    pub(crate) world: World,
    pub(crate) at: At,
}

/// A task or an event as a person sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seen {
    pub(crate) title: String,
    pub(crate) place: String,
    pub(crate) text: String,
    /// Instants in UTC or days, from and until before.
    pub(crate) when: String,
}

/// What somebody changes of an event.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Edit<'a> {
    Title(&'a str),
    Place(&'a str),
    Text(&'a str),
    /// To an hour that begins at an instant (`2026-03-04T09:00`).
    Move(&'a str),
    /// To the whole of a day (`2026-03-04`).
    Day(&'a str),
}

/// Runs stories at both providers.
macro_rules! at_both {
    ($($story:ident,)*) => {
        mod at_google {
            $(#[tokio::test]
            async fn $story() {
                use crate::support::planner::{At, Planner};
                super::$story(Planner::start(At::Google).await).await;
            })*
        }
        mod at_microsoft {
            $(#[tokio::test]
            async fn $story() {
                use crate::support::planner::{At, Planner};
                super::$story(Planner::start(At::Microsoft).await).await;
            })*
        }
    };
}
pub(crate) use at_both;

impl Planner {
    /// Ana's world on a Monday morning; her calendar has been read once, and
    /// may be written.
    pub(crate) async fn start(at: At) -> Self {
        let now = "2026-03-02T06:00:00Z";
        let world = match at {
            At::Google => World::start(now).await,
            At::Microsoft => World::outlook(now).await,
        };
        world.lets_write();
        let planner = Self { world, at };
        planner
            .prefer(PreferencesChange {
                write_enabled: Some(true),
                ..PreferencesChange::default()
            })
            .await;
        planner.sync().await;
        planner
    }

    pub(crate) async fn prefer(&self, change: PreferencesChange) {
        let store = self.world.store().await;
        let ana = ANA.parse().unwrap();
        store.preferences_change(&ana, change).await.unwrap();
    }

    pub(crate) async fn strategy(&self, strategy: ConflictStrategy) {
        self.prefer(PreferencesChange {
            conflict_strategy: Some(strategy),
            ..PreferencesChange::default()
        })
        .await;
    }

    /// The next cycle, ten minutes later.
    pub(crate) async fn sync(&self) -> JobRun {
        self.world.minutes_later(10);
        self.world.auto_sync().await
    }

    /// Does what the application does: writes into the shared tables.
    pub(crate) fn application(&self, sql: &str) {
        self.world.database().execute_batch(sql).unwrap();
    }

    /// The application plans an hour (`2026-03-03T09:00:00Z`).
    pub(crate) fn task(&self, id: &str, title: &str, start: &str) {
        self.task_of(ANA, id, title, start);
    }

    /// The application plans an hour of a user's.
    pub(crate) fn task_of(&self, user: &str, id: &str, title: &str, start: &str) {
        let end = start.parse::<DateTime<Utc>>().unwrap() + TimeDelta::hours(1);
        let sql = format!(
            "INSERT INTO tasks (id, user_id, title, start_date, end_date, status, updated_at)
             VALUES ('{id}', '{user}', '{title}', '{start}', '{}', 'open', '{}')",
            end.to_rfc3339(),
            self.world.now().to_rfc3339(),
        );
        self.application(&sql);
    }

    /// The application changes a task, and says when.
    pub(crate) fn plan(&self, id: &str, set: &str) {
        self.application(&format!(
            "UPDATE tasks SET {set}, updated_at = '{}' WHERE id = '{id}'",
            self.world.now().to_rfc3339(),
        ));
    }

    /// The tasks that are planned, in order.
    pub(crate) async fn tasks(&self) -> Vec<Seen> {
        let store = self.world.store().await;
        let tasks = store.task_list(None).await.unwrap();
        let planned = tasks.iter().filter(|task| task.content.time.is_some());
        sorted(planned.map(|task| Seen::of(&task.content)))
    }

    /// The events of the calendar, in order.
    pub(crate) fn events(&self) -> Vec<Seen> {
        sorted(self.bodies().iter().map(|body| self.seen(body)))
    }

    /// Both sides hold this, and a further cycle does nothing.
    pub(crate) async fn both_hold(&self, expected: &[&str]) {
        let tasks = self.tasks().await;
        assert_eq!(tasks, self.events());
        let lines: Vec<_> = tasks.iter().map(Seen::line).collect();
        assert_eq!(lines, expected);
        self.world.a_second_cycle_does_nothing().await;
        assert_eq!(self.pushed(), 0);
    }

    /// The writes that were sent since requests were last cleared.
    pub(crate) fn pushed(&self) -> usize {
        self.world.written()
    }

    /// Somebody changes the event of a title.
    pub(crate) fn edit(&self, title: &str, edit: Edit<'_>) {
        self.edit_event(&self.id(title), edit);
    }

    /// Somebody changes the event of the provider's id.
    pub(crate) fn edit_event(&self, id: &str, edit: Edit<'_>) {
        match self.at {
            At::Google => self.world.calendar("Work").edit(id, google_patch(edit)),
            At::Microsoft => self.world.folder("Work").edit(id, graph_patch(edit)),
        }
    }

    /// Somebody deletes the event of a title.
    pub(crate) fn delete(&self, title: &str) {
        self.delete_event(&self.id(title));
    }

    /// Somebody deletes the event of the provider's id.
    pub(crate) fn delete_event(&self, id: &str) {
        match self.at {
            At::Google => self.world.calendar("Work").delete(id),
            At::Microsoft => self.world.folder("Work").delete(id),
        }
    }

    /// A further person, whose calendar may be written as well.
    pub(crate) async fn another_person(&self, user: &str) {
        match self.at {
            At::Google => self.world.person(user, "Europe/Berlin", "Other").await,
            At::Microsoft => self.world.colleague(user, "Europe/Berlin", "Other").await,
        }
        let store = self.world.store().await;
        let change = PreferencesChange {
            write_enabled: Some(true),
            ..PreferencesChange::default()
        };
        let user = user.parse().unwrap();
        store.preferences_change(&user, change).await.unwrap();
    }

    /// The next write of a kind meets a mishap, so many times.
    pub(crate) fn mishap(&self, write: Write, mishap: Mishap, times: u32) {
        self.mishap_of(ANA, write, mishap, times);
    }

    /// The next write of a user meets a mishap.
    pub(crate) fn mishap_of(&self, user: &str, write: Write, mishap: Mishap, times: u32) {
        let account = email(user);
        match self.at {
            At::Google => {
                let refused = match mishap {
                    Mishap::NoScope => google::ApiError::insufficient_permissions(),
                    _ => google::ApiError::forbidden(),
                };
                let fault = fault(mishap, refused.status, &refused.body());
                self.world
                    .inject(fault.on(google_kind(write)).account(&account).times(times));
            }
            At::Microsoft => {
                let refused = match mishap {
                    Mishap::NoScope => {
                        microsoft::ApiError::new(403, "Authorization_RequestDenied", "no scope")
                    }
                    _ => microsoft::ApiError::access_denied(),
                };
                let fault = fault(mishap, refused.status, &refused.body());
                self.world
                    .upset(fault.on(graph_kind(write)).account(&account).times(times));
            }
        }
    }

    /// Somebody changes an event just before the next update of it arrives.
    pub(crate) fn just_before_an_update(&self, title: &str, edit: Edit<'_>) {
        let id = self.id(title);
        match self.at {
            At::Google => {
                let (work, patch) = (self.world.calendar("Work").id, google_patch(edit));
                let fault = google::Fault::meanwhile(move |google| {
                    assert!(google.edit_event(&work, &id, patch.clone()));
                });
                self.world.inject(fault.on(google::Kind::EventsPatch));
            }
            At::Microsoft => {
                let patch = graph_patch(edit);
                let fault = microsoft::Fault::meanwhile(move |graph| {
                    assert!(graph.edit_event(&id, patch.clone()));
                });
                self.world.upset(fault.on(microsoft::Kind::EventsUpdate));
            }
        }
    }

    /// Somebody deletes an event just before the next update of it arrives.
    pub(crate) fn deleted_just_before_an_update(&self, title: &str) {
        let id = self.id(title);
        match self.at {
            At::Google => {
                let work = self.world.calendar("Work").id;
                let fault = google::Fault::meanwhile(move |google| {
                    assert!(google.delete_event(&work, &id));
                });
                self.world.inject(fault.on(google::Kind::EventsPatch));
            }
            At::Microsoft => {
                let fault = microsoft::Fault::meanwhile(move |graph| {
                    assert!(graph.delete_event(&id));
                });
                self.world.upset(fault.on(microsoft::Kind::EventsUpdate));
            }
        }
    }

    /// The process that sends the write of this number can note nothing from
    /// there on.
    pub(crate) fn dies_at(&self, write: Write, number: u32) {
        let database = Mutex::new(self.world.database());
        let dies = move || {
            let database = database.lock().unwrap();
            database.execute_batch("DELETE FROM leases").unwrap();
        };
        match self.at {
            At::Google => {
                let fault = google::Fault::meanwhile(move |_| dies());
                self.world.inject(fault.on(google_kind(write)).nth(number));
            }
            At::Microsoft => {
                let fault = microsoft::Fault::meanwhile(move |_| dies());
                self.world.upset(fault.on(graph_kind(write)).nth(number));
            }
        }
    }

    /// The event of a title gets another revision that says the same.
    pub(crate) fn touch(&self, title: &str) {
        let id = self.id(title);
        match self.at {
            At::Google => self
                .world
                .calendar("Work")
                .edit(&id, json!({ "colorId": "7" })),
            At::Microsoft => self
                .world
                .folder("Work")
                .edit(&id, json!({ "importance": "high" })),
        }
    }

    /// What a dry run says.
    pub(crate) async fn intents(&self) -> Vec<Intent> {
        let cx = self.world.context();
        let job = AutoSync {
            force: true,
            ..AutoSync::default()
        };
        let forecast = job.forecast(&cx).await.unwrap();
        forecast.into_iter().flat_map(|user| user.plan).collect()
    }

    /// Somebody has an event repeat every day.
    pub(crate) fn repeats(&self, title: &str) {
        let id = self.id(title);
        match self.at {
            At::Google => self
                .world
                .calendar("Work")
                .edit(&id, json!({ "recurrence": ["RRULE:FREQ=DAILY"] })),
            At::Microsoft => self.world.folder("Work").edit(
                &id,
                json!({ "recurrence": { "pattern": { "type": "daily", "interval": 1 },
                    "range": { "type": "noEnd", "startDate": "2026-03-03" } } }),
            ),
        }
    }

    /// Somebody moves an event to another calendar, where it keeps its id.
    pub(crate) fn moves(&self, title: &str, to: &str) {
        let id = self.id(title);
        match self.at {
            At::Google => {
                let mut bodies = self.bodies().into_iter();
                let mut body = bodies.find(|body| body["id"] == id.as_str()).unwrap();
                for member in ["etag", "organizer", "creator"] {
                    body.as_object_mut().unwrap().remove(member);
                }
                self.world.calendar("Work").delete(&id);
                self.world.calendar(to).put(body);
            }
            At::Microsoft => {
                let folder = self.world.folder(to).id;
                let moved = self.world.microsoft().move_event_to_calendar(&id, &folder);
                assert!(moved);
            }
        }
    }

    /// A further calendar of Ana's, discovered.
    pub(crate) async fn other_calendar(&self, name: &str) -> CalendarId {
        match self.at {
            At::Google => self.world.add_calendar(name, "Europe/Berlin"),
            At::Microsoft => drop(self.world.add_folder(name)),
        }
        self.application("UPDATE accounts SET discovered_at = NULL");
        self.sync().await;
        self.world.known(name).await.id
    }

    /// The provider's id of the event of a title.
    pub(crate) fn id(&self, title: &str) -> String {
        let bodies = self.bodies();
        let mut of = bodies.iter().filter(|body| self.seen(body).title == title);
        let found = of.next().unwrap_or_else(|| panic!("no event {title}"));
        assert!(of.next().is_none(), "two events {title}");
        found["id"].as_str().unwrap().to_owned()
    }

    /// The events as the provider has them.
    pub(crate) fn bodies(&self) -> Vec<Value> {
        match self.at {
            At::Google => {
                let work = self.world.calendar("Work");
                let mut events = self.world.google().events(&work.id);
                events.retain(|event| event["status"] != "cancelled");
                events
            }
            At::Microsoft => {
                let work = self.world.folder("Work");
                self.world.microsoft().events(&work.id)
            }
        }
    }

    /// What an event says.
    pub(crate) fn seen(&self, body: &Value) -> Seen {
        let text = |value: &Value| value.as_str().unwrap_or_default().trim().to_owned();
        match self.at {
            At::Google => Seen {
                title: text(&body["summary"]),
                place: text(&body["location"]),
                text: text(&body["description"]),
                when: span(google_time(&body["start"]), google_time(&body["end"])),
            },
            At::Microsoft => {
                let days = body["isAllDay"] == true;
                Seen {
                    title: text(&body["subject"]),
                    place: text(&body["location"]["displayName"]),
                    text: text(&body["body"]["content"]),
                    when: span(
                        graph_time(&body["start"], days),
                        graph_time(&body["end"], days),
                    ),
                }
            }
        }
    }
}

impl Seen {
    /// What a task says.
    pub(crate) fn of(content: &Content) -> Self {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Self {
            title: text(&content.title),
            place: text(&content.location),
            text: text(&content.description),
            when: match &content.time {
                None => String::new(),
                Some(EventTime::AllDay { start, end }) => span(start.to_string(), end.to_string()),
                Some(EventTime::Timed { start, end, .. }) => span(instant(*start), instant(*end)),
            },
        }
    }

    /// `2026-03-03T09:00Z report @hall`.
    pub(crate) fn line(&self) -> String {
        let start = self.when.split('/').next().unwrap_or_default();
        let mut line = format!("{start} {}", self.title);
        if !self.place.is_empty() {
            line += &format!(" @{}", self.place);
        }
        if !self.text.is_empty() {
            line += &format!(" ({})", self.text);
        }
        line
    }
}

fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%MZ").to_string()
}

fn span(start: String, end: String) -> String {
    format!("{start}/{end}")
}

fn sorted(all: impl Iterator<Item = Seen>) -> Vec<Seen> {
    let mut all: Vec<_> = all.collect();
    all.sort();
    all
}
