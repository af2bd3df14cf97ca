//! What has to be decided on.

use calsync::model::calendar::AccessRole;
use calsync::model::link::LinkState;
use calsync::store::{Cutoffs, LinkChange, Step, TaskChange};

use super::bench::{Bench, now};
use super::build::{gone, listed};
use super::linked::{is_closed, opening, written};

pub(crate) async fn where_nothing_moved_nothing_is_to_be_decided(bench: Bench) {
    assert_eq!(bench.moved().await, []);
    bench.linked().await;
    bench.pulls("else", "1").await;
    assert_eq!(bench.moved().await, []);
}

pub(crate) async fn what_the_application_edits_is_seen_until_it_is_decided_on(bench: Bench) {
    bench.linked().await;
    let edits = [
        "title = 'other'",
        "title = NULL",
        "description = 'd'",
        "location = 'l'",
        "start_date = '2026-03-10T08:00:00Z'",
        "end_date = '2026-03-10T11:00:00Z'",
        "timezone = 'Europe/Berlin'",
        "status = 'done'",
        "reminder_minutes = 5",
        "deleted_at = '2026-03-10T08:00:00.000Z'",
    ];
    for edit in edits {
        bench.application(&format!("UPDATE tasks SET {edit} WHERE id = 't'"));
        let pair = bench.one().await;
        assert_eq!(pair.task_id.as_str(), "t", "{edit}");
        assert!(!pair.event.as_ref().unwrap().is_news, "{edit}");
        assert_eq!(bench.one().await, pair, "{edit}");
        assert_eq!(bench.decide(vec![pair.step()]).await, (1, 0), "{edit}");
        assert_eq!(bench.moved().await, [], "{edit}");
    }
}

pub(crate) async fn a_task_whose_time_cannot_be_read_waits(bench: Bench) {
    bench.linked().await;
    bench.application("UPDATE tasks SET start_date = 'soon'");
    assert_eq!(bench.moved().await, []);
    bench.application("UPDATE tasks SET start_date = '2026-03-10T08:00:00Z'");
    assert_eq!(bench.one().await.task_id.as_str(), "t");
}

pub(crate) async fn a_task_is_deleted_in_whatever_words_that_is_said(bench: Bench) {
    bench.linked().await;
    for words in ["2026-03-10", "2026-03-10 08:00", "1", "yes"] {
        bench.application(&format!("UPDATE tasks SET deleted_at = '{words}'"));
        let task = bench.one().await.task.unwrap();
        assert!(task.deleted_at.is_some(), "{words}");
    }
}

pub(crate) async fn a_zone_that_is_no_longer_known_stops_nothing(bench: Bench) {
    bench.linked().await;
    bench.application("UPDATE calendar_events SET timezone = 'Mars/Base'");
    bench.application(
        "UPDATE calendar_links SET base_event = replace(base_event, 'UTC', 'Mars/Base')",
    );
    bench.application("UPDATE tasks SET title = 'other', timezone = 'Mars/Base'");
    let pair = bench.one().await;
    let event = pair.event.unwrap().event;
    assert_eq!(event.time, pair.task.unwrap().content.time);
}

pub(crate) async fn a_task_that_is_only_touched_has_not_moved(bench: Bench) {
    bench.linked().await;
    bench.application("UPDATE tasks SET updated_at = '2026-03-10T08:00:00.000Z'");
    assert_eq!(bench.moved().await, []);
}

pub(crate) async fn a_task_whose_row_is_deleted_is_seen(bench: Bench) {
    bench.linked().await;
    bench.application("DELETE FROM tasks");
    let pair = bench.one().await;
    assert_eq!(pair.task, None);
    let event = pair.event.as_ref().unwrap();
    assert_eq!(event.event.external_id.as_str(), "x");
    assert_eq!(bench.decide(vec![pair.step()]).await, (1, 0));
    assert_eq!(bench.moved().await, []);
}

pub(crate) async fn what_the_provider_changes_and_removes_is_seen(bench: Bench) {
    bench.linked().await;
    bench.pulls("x", "2").await;
    let changed = bench.one().await;
    let event = changed.event.as_ref().unwrap();
    assert_eq!(event.event.etag.as_deref(), Some("2"));
    assert!(event.is_news && event.removed_at.is_none());
    bench.decide(vec![changed.step()]).await;
    assert_eq!(bench.moved().await, []);
    bench.changes(vec![gone("x")]).await;
    let removed = bench.one().await;
    let event = removed.event.as_ref().unwrap();
    assert!(event.is_news && event.removed_at.is_some());
    bench.decide(vec![removed.step()]).await;
    assert_eq!(bench.moved().await, []);
}

pub(crate) async fn our_own_write_coming_back_is_no_news(bench: Bench) {
    bench.pending().await;
    let entry = bench.due().await.remove(0);
    bench.settle(&entry, written("x", "t", "7")).await;
    assert_eq!(bench.moved().await, []);
    bench.pulls("x", "7").await;
    assert_eq!(bench.moved().await, []);
    bench.pulls("x", "8").await;
    assert!(bench.one().await.event.unwrap().is_news);
}

/// Closes the link and unschedules the task.
async fn close(bench: &Bench) {
    bench.changes(vec![gone("x")]).await;
    let step = Step {
        task: TaskChange::Unschedule,
        link: LinkChange::Close,
        ..bench.one().await.step()
    };
    assert_eq!(bench.decide(vec![step]).await, (1, 0));
}

pub(crate) async fn a_closed_link_rests_until_its_task_is_scheduled(bench: Bench) {
    bench.linked().await;
    close(&bench).await;
    assert_eq!(bench.moved().await, []);
    bench.application("UPDATE tasks SET title = 'other'");
    assert_eq!(bench.moved().await, []);
    bench.application(
        "UPDATE tasks SET start_date = '2026-03-12T09:00:00Z',
                       end_date = '2026-03-12T10:00:00Z'",
    );
    let pair = bench.one().await;
    assert!(is_closed(&pair));
    assert_eq!(bench.decide(vec![opening(&pair, 2)]).await, (1, 0));
    let entry = bench.due().await.remove(0);
    assert_eq!(entry.external_id, None);
    bench.settle(&entry, written("y", "t", "1")).await;
    assert_eq!(bench.moved().await, []);
}

pub(crate) async fn only_a_task_with_a_start_becomes_an_event(bench: Bench) {
    bench.write_here().await;
    for id in ["a", "b", "c"] {
        bench.task(id);
    }
    bench.application(
        "UPDATE tasks SET start_date = NULL, end_date = NULL WHERE id = 'a';
         UPDATE tasks SET deleted_at = '2026-03-10T08:00:00.000Z' WHERE id = 'b';
         INSERT INTO users (id) VALUES ('v');
         UPDATE tasks SET user_id = 'v' WHERE id = 'c'",
    );
    assert_eq!(bench.moved().await, []);
    bench.task("d");
    let pair = bench.one().await;
    assert_eq!((pair.task_id.as_str(), pair.link), ("d", None));
    assert_eq!(pair.task.unwrap().content.title.as_deref(), Some("d"));
}

pub(crate) async fn nothing_new_is_written_where_it_may_not_be(bench: Bench) {
    bench.write_here().await;
    bench.task("t");
    assert_eq!(bench.moved().await.len(), 1);
    bench.write_enabled(false).await;
    assert_eq!(bench.moved().await, []);
    bench.write_enabled(true).await;
    bench
        .discover(vec![listed("main", AccessRole::Reader)])
        .await;
    assert_eq!(bench.moved().await, []);
    bench
        .discover(vec![listed("main", AccessRole::Writer)])
        .await;
    bench.write_here().await;
    assert_eq!(bench.moved().await.len(), 1);
    let calendar = bench.calendar.clone();
    bench
        .store
        .calendar_set_active(&calendar, false)
        .await
        .unwrap();
    assert_eq!(bench.moved().await, []);
}

pub(crate) async fn a_link_stays_in_its_calendar_when_another_is_written_to(bench: Bench) {
    bench.linked().await;
    let both = ["main", "more"].map(|id| listed(id, AccessRole::Owner));
    let calendars = bench.discover(both.to_vec()).await;
    let more = calendars.iter().find(|one| one.id != bench.calendar);
    let more = more.unwrap().id.clone();
    bench.store.calendar_set_primary_write(&more).await.unwrap();
    assert_eq!(bench.moved_in(&more).await, []);
    bench.application("UPDATE tasks SET title = 'other'");
    assert_eq!(bench.moved_in(&more).await, []);
    assert_eq!(bench.one().await.task_id.as_str(), "t");
    bench.task("new");
    let there = bench.moved_in(&more).await;
    assert_eq!(there.len(), 1);
    assert_eq!(there[0].task_id.as_str(), "new");
}

pub(crate) async fn a_link_goes_with_its_calendar(bench: Bench) {
    bench.pending().await;
    let account = bench.account.clone();
    bench.store.account_remove(&account).await.unwrap();
    for table in ["calendar_links", "outbox"] {
        let left = bench.asked(&format!("SELECT '' || count(*) FROM {table}"));
        assert_eq!(left, "0", "{table}");
    }
    assert_eq!(bench.asked("SELECT '' || count(*) FROM tasks"), "1");
}

pub(crate) async fn an_event_that_a_link_needs_is_not_forgotten(bench: Bench) {
    bench.linked().await;
    bench.changes(vec![gone("x")]).await;
    let far = now() + chrono::TimeDelta::days(1);
    let cutoffs = Cutoffs {
        events: far,
        conflicts: far,
        statuses: far,
        runs: far,
    };
    let forgotten = bench.store.stale_remove(cutoffs, 10).await.unwrap();
    assert_eq!(forgotten.events, 0);
    let pair = bench.one().await;
    assert!(pair.event.as_ref().unwrap().removed_at.is_some());
    let link = pair.link.as_ref().unwrap();
    assert!(matches!(link.state, LinkState::Open { .. }));
    let close = Step {
        link: LinkChange::Close,
        ..pair.step()
    };
    bench.decide(vec![close]).await;
    let forgotten = bench.store.stale_remove(cutoffs, 10).await.unwrap();
    assert_eq!(forgotten.events, 1);
}

pub(crate) async fn a_task_that_is_somebody_elses_now_has_moved(bench: Bench) {
    bench.linked().await;
    bench.application(
        "INSERT INTO users (id, timezone) VALUES ('u-2', 'UTC');
         UPDATE tasks SET user_id = 'u-2'",
    );
    let pair = bench.one().await;
    let owners = (pair.task.unwrap().user_id, pair.link.unwrap().user_id);
    assert_eq!((owners.0.as_str(), owners.1.as_str()), ("u-2", "u"));
}

pub(crate) async fn the_users_zone_moves_tasks_that_name_none(bench: Bench) {
    bench.linked().await;
    // It is the zone of the user as well.
    bench.application("UPDATE tasks SET timezone = NULL");
    assert_eq!(bench.moved().await, []);
    bench.application("UPDATE users SET timezone = 'Asia/Tokyo'");
    assert_eq!(bench.moved().await.len(), 1);
}

pub(crate) async fn what_was_over_long_ago_is_given_no_event(bench: Bench) {
    bench.write_here().await;
    bench.task("t");
    bench.application("UPDATE tasks SET start_date = '2025-03-10T09:00:00Z', end_date = NULL");
    assert_eq!(bench.moved().await, []);
    bench.application("UPDATE tasks SET end_date = '2026-03-10T09:00:00Z'");
    assert_eq!(bench.moved().await.len(), 1);
}
