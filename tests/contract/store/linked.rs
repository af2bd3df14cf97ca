//! Tasks and their events, and what one does with them.

use calsync::model::content::Content;
use calsync::model::id::{CalendarId, ExternalId};
use calsync::model::link::{Base, LinkState};
use calsync::model::preferences::PreferencesChange;
use calsync::model::time::{EventTime, Zone};
use calsync::store::{
    Action, Due, LinkChange, LinkPlan, OutboxChange, OutboxEntry, Pair, Planned, Sent, Settlement,
    Step,
};

use super::bench::{Bench, lease, now};
use super::build::{at, user_id};

/// A content of an hour on 10 March 2026, as builders make events.
pub(crate) fn content(title: &str) -> Content {
    Content {
        title: Some(title.to_owned()),
        time: Some(EventTime::timed(
            at("2026-03-10T09:00"),
            at("2026-03-10T10:00"),
            Zone::utc(),
        )),
        ..Content::default()
    }
}

/// What both sides agree on at a revision.
pub(crate) fn base(title: &str, etag: &str) -> Base {
    Base {
        task: content(title),
        event: content(title),
        etag: Some(etag.to_owned()),
    }
}

pub(crate) fn create(generation: u32) -> Action {
    Action::Create {
        generation,
        content: content("t"),
    }
}

/// Has an action sent.
pub(crate) fn put(action: Action) -> OutboxChange {
    OutboxChange::Put {
        action,
        why: "the task moved".to_owned(),
        parked: false,
    }
}

/// Has an action sent once that is approved.
pub(crate) fn parked(action: Action) -> OutboxChange {
    OutboxChange::Put {
        action,
        why: "the task moved".to_owned(),
        parked: true,
    }
}

pub(crate) fn written(external: &str, title: &str, etag: &str) -> Sent {
    Sent::Written {
        external_id: ExternalId::new(external),
        base: Box::new(base(title, etag)),
        etag: Some(etag.to_owned()),
    }
}

/// The step that opens the link of a new task.
pub(crate) fn opening(pair: &Pair, generation: u32) -> Step {
    Step {
        link: LinkChange::Open { generation },
        outbox: put(create(generation)),
        ..pair.step()
    }
}

pub(crate) fn is_closed(pair: &Pair) -> bool {
    pair.link.as_ref().unwrap().state == LinkState::Closed
}

/// The day from which on tasks are given events.
pub(crate) fn from() -> chrono::NaiveDate {
    "2026-03-01".parse().unwrap()
}

impl Bench {
    /// Does what the application does: writes into the shared tables.
    pub(crate) fn application(&self, sql: &str) {
        let file = self.directory().join("calsync.db");
        let connection = rusqlite::Connection::open(file).unwrap();
        connection
            .pragma_update(None, "foreign_keys", "ON")
            .unwrap();
        connection.execute_batch(sql).unwrap();
    }

    /// What a query of one text says.
    pub(crate) fn asked(&self, sql: &str) -> String {
        let file = self.directory().join("calsync.db");
        let connection = rusqlite::Connection::open(file).unwrap();
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// Lets the user's tasks be written, to the bench's calendar.
    pub(crate) async fn write_here(&self) {
        self.write_enabled(true).await;
        let primary = self.store.calendar_set_primary_write(&self.calendar).await;
        assert!(primary.unwrap());
    }

    pub(crate) async fn write_enabled(&self, write_enabled: bool) {
        let change = PreferencesChange {
            write_enabled: Some(write_enabled),
            ..PreferencesChange::default()
        };
        let changed = self.store.preferences_change(&user_id("u"), change).await;
        changed.unwrap();
    }

    /// The application plans a task, titled like its id.
    pub(crate) fn task(&self, id: &str) {
        self.application(&format!(
            "INSERT INTO tasks (id, user_id, title, start_date, end_date, timezone, status,
                                updated_at)
             VALUES ('{id}', 'u', '{id}', '2026-03-10T09:00:00Z', '2026-03-10T10:00:00Z', 'UTC',
                     'open', '2026-03-01T00:00:00.000Z')"
        ));
    }

    /// What has to be decided on.
    pub(crate) async fn moved(&self) -> Vec<Pair> {
        self.moved_in(&self.calendar).await
    }

    pub(crate) async fn moved_in(&self, calendar: &CalendarId) -> Vec<Pair> {
        self.store
            .link_moved(calendar, now(), from())
            .await
            .unwrap()
    }

    /// The only thing that has to be decided on.
    pub(crate) async fn one(&self) -> Pair {
        let mut moved = self.moved().await;
        assert_eq!(moved.len(), 1, "{moved:?}");
        moved.remove(0)
    }

    /// Carries out what was decided; how much was done and skipped.
    pub(crate) async fn decide(&self, steps: Vec<Step>) -> (u64, u64) {
        let plan = self.decided(steps);
        let Planned { done, skipped } = self.store.link_plan(plan).await.unwrap();
        (done, skipped)
    }

    pub(crate) fn decided(&self, steps: Vec<Step>) -> LinkPlan {
        LinkPlan {
            calendar: self.calendar.clone(),
            lease: lease(&self.calendar, "cycle"),
            steps,
            park: None,
            now: now(),
        }
    }

    /// What is to be sent by now.
    pub(crate) async fn due(&self) -> Vec<OutboxEntry> {
        self.store
            .outbox_list(&self.calendar, Due::By(now()))
            .await
            .unwrap()
    }

    pub(crate) fn settlement(&self, entry: &OutboxEntry, outcome: Sent) -> Settlement {
        Settlement {
            entry: entry.clone(),
            lease: lease(&self.calendar, "cycle"),
            outcome,
            event: None,
            now: now(),
        }
    }

    pub(crate) async fn settle(&self, entry: &OutboxEntry, outcome: Sent) -> bool {
        let held = lease(&self.calendar, "cycle");
        let begun = self.store.outbox_begin(entry, &held, now()).await.unwrap();
        let Some(begun) = begun else {
            return false;
        };
        let settlement = self.settlement(&begun, outcome);
        self.store.outbox_settle(settlement).await.unwrap()
    }

    /// The task `t`, whose creation was decided.
    pub(crate) async fn pending(&self) {
        self.write_here().await;
        self.task("t");
        let step = opening(&self.one().await, 1);
        assert_eq!(self.decide(vec![step]).await, (1, 0));
    }

    /// The task `t`, whose event is `x` of revision 1 and was pulled.
    pub(crate) async fn linked(&self) {
        self.pending().await;
        let entry = self.due().await.remove(0);
        assert!(self.settle(&entry, written("x", "t", "1")).await);
        self.pulls("x", "1").await;
        assert_eq!(self.moved().await, []);
    }

    /// The provider says an event of a revision.
    pub(crate) async fn pulls(&self, event: &str, etag: &str) {
        use super::build::Build;
        let event = super::build::event(event).with(|event| event.etag = Some(etag.to_owned()));
        self.changes(vec![event.upsert()]).await;
    }
}
