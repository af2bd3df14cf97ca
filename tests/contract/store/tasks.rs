//! The application's tasks.

use calsync::model::content::Content;
use calsync::model::id::TaskId;
use calsync::model::task::Task;
use calsync::model::time::{EventTime, Zone};
use calsync::store::StoreError;
use chrono::NaiveDate;
use rusqlite::Connection;

use super::bench::{Bench, now};
use super::build::{at, user, user_id};

fn task(id: &str) -> Task {
    Task {
        id: TaskId::new(id),
        user_id: user_id("u"),
        content: Content {
            title: Some(id.to_owned()),
            ..Content::default()
        },
        timezone: None,
        status: "open".to_owned(),
        updated_at: now(),
        deleted_at: None,
    }
}

fn berlin() -> Zone {
    Zone::parse("Europe/Berlin").unwrap()
}

async fn listed(bench: &Bench) -> Vec<Task> {
    bench.store.task_list(None).await.unwrap()
}

async fn times(bench: &Bench) -> Vec<Option<EventTime>> {
    let tasks = listed(bench).await.into_iter();
    tasks.map(|task| task.content.time).collect()
}

/// What the application does by itself.
fn sql(bench: &Bench, sql: &str) {
    let store = Connection::open(bench.directory().join("calsync.db")).unwrap();
    store.execute_batch(sql).unwrap();
}

pub(crate) async fn tasks_come_back_as_they_were_stored(bench: Bench) {
    let mut timed = task("a");
    timed.content = Content {
        title: Some("Write".to_owned()),
        description: Some("All of it".to_owned()),
        location: Some("Desk".to_owned()),
        time: Some(EventTime::timed(
            at("2026-03-29T00:30"),
            at("2026-03-29T02:00"),
            berlin(),
        )),
        reminder_minutes: Some(10),
    };
    timed.timezone = Some(berlin());
    timed.status = "in progress".to_owned();
    let mut days = task("b");
    let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
    days.content.time = Some(EventTime::all_day(day(29), day(31)));
    let tasks = vec![timed, days, task("c")];
    bench.store.task_upsert(tasks.clone()).await.unwrap();
    assert_eq!(listed(&bench).await, tasks);
}

pub(crate) async fn a_task_is_replaced_by_its_id(bench: Bench) {
    let mut first = task("a");
    first.content.location = Some("Desk".to_owned());
    bench.store.task_upsert(vec![first]).await.unwrap();
    bench.store.task_upsert(vec![task("a")]).await.unwrap();
    assert_eq!(listed(&bench).await, [task("a")]);
    let mut gone = task("a");
    gone.deleted_at = Some(now());
    bench.store.task_upsert(vec![gone]).await.unwrap();
    assert_eq!(listed(&bench).await, []);
}

pub(crate) async fn a_task_keeps_its_zone_while_it_has_no_time_of_day(bench: Bench) {
    let day = NaiveDate::from_ymd_opt(2026, 7, 1).unwrap();
    for time in [None, Some(EventTime::all_day(day, day))] {
        let mut zoned = task("a");
        zoned.timezone = Some(berlin());
        zoned.content.time = time;
        bench.store.task_upsert(vec![zoned.clone()]).await.unwrap();
        assert_eq!(listed(&bench).await, [zoned]);
    }
    sql(
        &bench,
        "UPDATE tasks SET all_day = 0, start_date = '2026-07-01T09:00', end_date = NULL",
    );
    let (from, to) = (at("2026-07-01T07:00"), at("2026-07-01T07:30"));
    let expected = Some(EventTime::timed(from, to, berlin()));
    assert_eq!(times(&bench).await, [expected]);
}

pub(crate) async fn tasks_of_one_user_can_be_asked_for(bench: Bench) {
    bench.store.user_upsert(vec![user("v")]).await.unwrap();
    let mut other = task("b");
    other.user_id = user_id("v");
    let tasks = vec![task("c"), other.clone(), task("a")];
    bench.store.task_upsert(tasks).await.unwrap();
    let of = |id| {
        let user = user_id(id);
        let store = bench.store.clone();
        async move { store.task_list(Some(&user)).await.unwrap() }
    };
    assert_eq!(of("u").await, [task("a"), task("c")]);
    assert_eq!(of("v").await, [other]);
    assert_eq!(of("nobody").await, []);
    assert_eq!(listed(&bench).await.len(), 3);
}

pub(crate) async fn a_task_needs_its_user_and_keeps_it(bench: Bench) {
    bench.store.user_upsert(vec![user("v")]).await.unwrap();
    bench.store.task_upsert(vec![task("a")]).await.unwrap();
    for owner in ["nobody", "v"] {
        let mut stray = task("a");
        stray.user_id = user_id(owner);
        let both = vec![task("b"), stray];
        let refused = bench.store.task_upsert(both).await.unwrap_err();
        assert!(matches!(refused, StoreError::NoSuch(_)), "{refused}");
    }
    assert_eq!(listed(&bench).await, [task("a")]);
}

pub(crate) async fn what_the_application_writes_is_read(bench: Bench) {
    let mut ann = user("ann");
    ann.timezone = berlin();
    bench.store.user_upsert(vec![ann]).await.unwrap();
    let rows = "
        INSERT INTO tasks (id, user_id) VALUES ('a', 'ann');
        INSERT INTO tasks (id, user_id, start_date) VALUES ('b', 'ann', '2026-07-01 09:00:00');
        INSERT INTO tasks (id, user_id, start_date, end_date, timezone)
        VALUES ('c', 'ann', '2026-07-01T09:00:00+00:00', '2026-07-01T09:00:00.000Z', 'UTC');
        INSERT INTO tasks (id, user_id, start_date, end_date, all_day)
        VALUES ('d', 'ann', '2026-07-01', '2026-07-01', 1);
        INSERT INTO tasks (id, user_id, title, deleted_at) VALUES ('e', 'ann', 'x', '2026-07-01');";
    sql(&bench, rows);
    let day = |day| NaiveDate::from_ymd_opt(2026, 7, day).unwrap();
    let timed = |from: &str, to: &str, zone| Some(EventTime::timed(at(from), at(to), zone));
    let expected = [
        None,
        timed("2026-07-01T07:00", "2026-07-01T07:30", berlin()),
        timed("2026-07-01T09:00", "2026-07-01T09:01", Zone::utc()),
        Some(EventTime::all_day(day(1), day(2))),
    ];
    assert_eq!(times(&bench).await, expected);
    assert_eq!(listed(&bench).await[0].status, "open");
}

pub(crate) async fn an_odd_row_stops_nobody(bench: Bench) {
    let rows = "
        INSERT INTO tasks (id, user_id, start_date, updated_at) VALUES ('a', 'u', 'soon', 'now');
        INSERT INTO tasks (id, user_id, start_date, timezone)
        VALUES ('b', 'u', '2026-07-01T09:00', 'Mars/Base');
        INSERT INTO tasks (id, user_id, start_date, end_date)
        VALUES ('c', 'u', '2026-07-01T09:00:00Z', 'later');";
    sql(&bench, rows);
    let from = at("2026-07-01T09:00");
    let to = at("2026-07-01T09:30");
    let in_utc = Some(EventTime::timed(from, to, Zone::utc()));
    assert_eq!(times(&bench).await, [None, in_utc, None]);
}

pub(crate) async fn a_task_goes_with_its_user(bench: Bench) {
    bench.store.task_upsert(vec![task("a")]).await.unwrap();
    sql(
        &bench,
        "PRAGMA foreign_keys = ON; DELETE FROM users WHERE id = 'u'",
    );
    assert_eq!(listed(&bench).await, []);
}
