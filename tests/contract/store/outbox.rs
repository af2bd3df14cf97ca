//! What is decided and not sent yet, and the record of what was sent.

use calsync::model::calendar::AccessRole;
use calsync::model::conflict::ResolutionStatus;
use calsync::model::content::Field;
use calsync::model::link::LinkState;
use calsync::store::{Action, Due, OutboxChange, OutboxEntry, Outcome, Sent, Step, StoreError};
use chrono::{DateTime, TimeDelta, Utc};

use super::bench::{Bench, lease, now};
use super::build::listed;
use super::linked::{content, from, is_closed, parked, put, written};

fn failed(again: Option<DateTime<Utc>>) -> Sent {
    Sent::Failed {
        reason: "rate limited".to_owned(),
        again,
        is_refused: false,
    }
}

fn delete(etag: &str) -> Action {
    Action::Delete {
        etag: Some(etag.to_owned()),
    }
}

/// Has an action sent for the linked task, which moved.
async fn decide(bench: &Bench, action: Action) -> OutboxEntry {
    bench.application("UPDATE tasks SET status = status || '.'");
    let step = Step {
        outbox: put(action),
        ..bench.one().await.step()
    };
    assert_eq!(bench.decide(vec![step]).await, (1, 0));
    bench.due().await.remove(0)
}

pub(crate) async fn what_is_decided_later_replaces_what_was_not_sent(bench: Bench) {
    bench.linked().await;
    let first = decide(&bench, delete("1")).await;
    let second = decide(&bench, delete("2")).await;
    assert!(second.id > first.id);
    assert_eq!(bench.due().await, [second]);
    bench.application("UPDATE tasks SET title = 'other'");
    let step = Step {
        outbox: OutboxChange::Drop,
        ..bench.one().await.step()
    };
    bench.decide(vec![step]).await;
    assert_eq!(bench.due().await, []);
    let third = decide(&bench, delete("3")).await;
    assert!(third.id > first.id + 1);
}

pub(crate) async fn what_was_decided_but_not_sent_is_still_there(bench: Bench) {
    bench.pending().await;
    let pair = bench.one().await;
    assert_eq!(pair.link.as_ref().unwrap().state, LinkState::Pending);
    let due = bench.due().await;
    assert_eq!(pair.outbox.as_ref(), due.first());
    assert_eq!(bench.decide(vec![pair.step()]).await, (1, 0));
    assert_eq!(bench.due().await, due);
}

pub(crate) async fn what_must_not_be_written_waits(bench: Bench) {
    bench.pending().await;
    let due = bench.due().await;
    bench.write_enabled(false).await;
    assert_eq!(bench.due().await, []);
    bench.write_enabled(true).await;
    assert_eq!(bench.due().await, due);
    bench
        .discover(vec![listed("main", AccessRole::Reader)])
        .await;
    assert_eq!(bench.due().await, []);
}

pub(crate) async fn what_was_sent_is_settled_once(bench: Bench) {
    bench.pending().await;
    let entry = bench.due().await.remove(0);
    assert!(bench.settle(&entry, written("x", "t", "1")).await);
    assert!(!bench.settle(&entry, written("y", "t", "9")).await);
    assert!(!bench.settle(&entry, failed(None)).await);
    assert_eq!(bench.due().await, []);
    assert_eq!(bench.moved().await, []);
    let told = "SELECT external_id || ' ' || base_etag FROM calendar_links";
    assert_eq!(bench.asked(told), "x 1");
    let records = "SELECT '' || count(*) FROM calendar_writes";
    assert_eq!(bench.asked(records), "1");
}

pub(crate) async fn a_settlement_without_its_lease_writes_nothing(bench: Bench) {
    bench.pending().await;
    let entry = bench.due().await.remove(0);
    let mut settlement = bench.settlement(&entry, written("x", "t", "1"));
    settlement.lease = lease(&bench.calendar, "somebody else");
    let refused = bench.store.outbox_settle(settlement).await;
    assert!(matches!(refused, Err(StoreError::LeaseLost(_))));
    assert_eq!(bench.due().await, [entry]);
}

pub(crate) async fn what_failed_is_tried_again_when_its_time_has_come(bench: Bench) {
    bench.pending().await;
    let entry = bench.due().await.remove(0);
    let later = now() + TimeDelta::minutes(5);
    assert!(bench.settle(&entry, failed(Some(later))).await);
    assert!(!bench.settle(&entry, failed(Some(later))).await);
    assert_eq!(bench.due().await, []);
    assert_eq!(bench.moved().await, []);
    let calendar = bench.calendar.clone();
    let due = bench
        .store
        .outbox_list(&calendar, Due::By(later))
        .await
        .unwrap();
    let expected = OutboxEntry {
        attempts: 1,
        next_attempt_at: Some(later),
        reason: Some("rate limited".to_owned()),
        ..entry
    };
    assert_eq!(due.first(), Some(&expected));
    assert_eq!(due.len(), 1);
    let moved = bench
        .store
        .link_moved(&calendar, later, from())
        .await
        .unwrap();
    assert_eq!(moved[0].outbox, Some(expected));
}

pub(crate) async fn what_failed_for_good_rests_until_its_task_moves(bench: Bench) {
    bench.pending().await;
    let entry = bench.due().await.remove(0);
    bench.settle(&entry, failed(None)).await;
    let calendar = bench.calendar.clone();
    let far = now() + TimeDelta::days(999);
    assert_eq!(
        bench
            .store
            .outbox_list(&calendar, Due::By(far))
            .await
            .unwrap(),
        []
    );
    assert_eq!(
        bench
            .store
            .link_moved(&calendar, far, from())
            .await
            .unwrap(),
        []
    );
    bench.application("UPDATE tasks SET title = 'other'");
    let rests = bench.one().await.outbox.unwrap();
    assert_eq!((rests.attempts, rests.next_attempt_at), (1, None));
}

pub(crate) async fn what_was_replaced_meanwhile_is_not_settled(bench: Bench) {
    bench.linked().await;
    let first = decide(&bench, delete("1")).await;
    let second = decide(&bench, delete("2")).await;
    assert!(!bench.settle(&first, Sent::Deleted).await);
    assert_eq!(bench.due().await, [second]);
}

pub(crate) async fn a_deleted_event_closes_its_link(bench: Bench) {
    bench.linked().await;
    bench.application("UPDATE tasks SET deleted_at = '2026-03-10T08:00:00.000Z'");
    let entry = decide(&bench, delete("1")).await;
    assert_eq!(entry.external_id.as_ref().unwrap().as_str(), "x");
    assert!(bench.settle(&entry, Sent::Deleted).await);
    assert_eq!(bench.moved().await, []);
    bench.application("UPDATE tasks SET deleted_at = NULL");
    let pair = bench.one().await;
    assert!(is_closed(&pair));
    assert_eq!(pair.link.unwrap().generation, 1);
}

pub(crate) async fn every_kind_of_action_comes_back_as_it_was_decided(bench: Bench) {
    bench.linked().await;
    let update = |etag: Option<&str>| Action::Update {
        etag: etag.map(str::to_owned),
        fields: vec![Field::Title, Field::Time],
        content: content("other"),
    };
    let create = Action::Create {
        generation: 3,
        content: content("t"),
    };
    let actions = [
        create,
        update(Some("1")),
        update(None),
        delete("1"),
        Action::Delete { etag: None },
    ];
    for action in actions {
        let entry = decide(&bench, action.clone()).await;
        assert_eq!(entry.action, action);
        assert_eq!((entry.why.as_str(), entry.attempts), ("the task moved", 0));
        assert_eq!(entry.planned_at, now());
        assert_eq!(entry.reason, None);
    }
}

pub(crate) async fn every_attempt_is_on_record(bench: Bench) {
    bench.linked().await;
    let update = Action::Update {
        etag: Some("1".to_owned()),
        fields: vec![Field::Title],
        content: content("t"),
    };
    let entry = decide(&bench, update.clone()).await;
    bench.settle(&entry, failed(Some(now()))).await;
    let entry = bench.due().await.remove(0);
    bench.settle(&entry, written("x", "t", "2")).await;
    let entry = decide(&bench, delete("2")).await;
    bench.settle(&entry, Sent::Deleted).await;
    let account = bench.account.clone();
    let told = "SELECT group_concat(line, char(10)) FROM
        (SELECT action || ' ' || coalesce(external_id, '-') || ' '
             || coalesce(etag_before, '-') || ' ' || coalesce(etag_after, '-') || ' '
             || outcome || ' ' || coalesce(reason, '-') AS line
         FROM calendar_writes ORDER BY id)";
    let expected = [
        "create x - 1 done -",
        "update x 1 - failed rate limited",
        "update x 1 2 done -",
        "delete x 2 - done -",
    ];
    assert_eq!(bench.asked(told), expected.join("\n"));
    let whose = format!(
        "SELECT '' || count(*) FROM calendar_writes WHERE user_id = 'u' AND task_id = 't'
           AND account_id = '{account}' AND calendar_id = '{}' AND why = 'the task moved'",
        bench.calendar
    );
    assert_eq!(bench.asked(&whose), "4");
    bench.store.account_remove(&account).await.unwrap();
    assert_eq!(bench.asked(&whose), "4");
}

pub(crate) async fn what_is_about_to_be_sent_is_on_record(bench: Bench) {
    bench.pending().await;
    let entry = bench.due().await.remove(0);
    let held = lease(&bench.calendar, "cycle");
    let begun = bench.store.outbox_begin(&entry, &held, now()).await;
    let begun = begun.unwrap().unwrap();
    assert_eq!(begun.attempts, 1);
    // Whoever else began with it meanwhile, only one may send it.
    let again = bench.store.outbox_begin(&entry, &held, now()).await;
    assert_eq!(again.unwrap(), None);
    let record = "SELECT action || ' ' || outcome FROM calendar_writes";
    assert_eq!(bench.asked(record), "create sent");
    let writes = bench.store.write_list(&entry.task_id, 9).await.unwrap();
    assert_eq!(writes[0].outcome, Outcome::Sent);
    assert_eq!(bench.due().await, [begun]);
    let stranger = lease(&bench.calendar, "somebody else");
    let refused = bench.store.outbox_begin(&entry, &stranger, now()).await;
    assert!(matches!(refused, Err(StoreError::LeaseLost(_))));
}

pub(crate) async fn a_calendar_rests_with_everything_that_is_due(bench: Bench) {
    bench.write_here().await;
    for task in ["a", "b"] {
        bench.task(task);
    }
    let moved = bench.moved().await;
    let steps = moved
        .iter()
        .map(|pair| super::linked::opening(pair, 1))
        .collect();
    bench.decide(steps).await;
    let held = lease(&bench.calendar, "cycle");
    let later = now() + TimeDelta::minutes(5);
    let calendar = bench.calendar.clone();
    let rested = bench.store.outbox_rest(&calendar, &held, later, "busy");
    rested.await.unwrap();
    assert_eq!(bench.due().await, []);
    let due = bench.store.outbox_list(&calendar, Due::By(later)).await;
    let due = due.unwrap();
    assert_eq!(due.len(), 2);
    assert_eq!(due[0].reason.as_deref(), Some("busy"));
}

pub(crate) async fn a_deletion_waits_for_approval_whatever_revision_it_is_for(bench: Bench) {
    bench.linked().await;
    let question = calsync::model::conflict::Conflict {
        at_provider: true,
        ..bench.conflict("c-1")
    };
    bench.application("UPDATE tasks SET deleted_at = '2026-03-10T08:00:00.000Z'");
    let step = Step {
        outbox: parked(delete("1")),
        ..bench.one().await.step()
    };
    let mut plan = bench.decided(vec![step]);
    plan.park = Some(question.clone());
    bench.store.link_plan(plan).await.unwrap();
    let waits = async || {
        assert_eq!(bench.due().await, []);
        let planned = bench.store.outbox_list(&bench.calendar, Due::Planned).await;
        let planned = planned.unwrap();
        assert_eq!(planned[0].parked_by.as_ref(), Some(&question.id));
        let count = bench.store.link_count(&bench.calendar).await.unwrap();
        assert_eq!((count.open, count.parked), (1, 1));
    };
    waits().await;
    bench.pulls("x", "2").await;
    let step = Step {
        outbox: put(delete("2")),
        ..bench.one().await.step()
    };
    bench.decide(vec![step]).await;
    waits().await;
    let approved = bench.store.conflict_approve(&question.id, now()).await;
    assert_eq!(approved.unwrap(), Some(1));
    assert_eq!(bench.due().await[0].action, delete("2"));
}

pub(crate) async fn the_question_about_deletions_is_moot_without_any(bench: Bench) {
    bench.linked().await;
    let question = calsync::model::conflict::Conflict {
        at_provider: true,
        ..bench.conflict("c-1")
    };
    bench.application("UPDATE tasks SET deleted_at = '2026-03-10T08:00:00.000Z'");
    let step = Step {
        outbox: parked(delete("1")),
        ..bench.one().await.step()
    };
    let mut plan = bench.decided(vec![step]);
    plan.park = Some(question.clone());
    bench.store.link_plan(plan).await.unwrap();
    bench.application("UPDATE tasks SET deleted_at = NULL");
    let step = Step {
        outbox: OutboxChange::Drop,
        ..bench.one().await.step()
    };
    bench.decide(vec![step]).await;
    let found = bench.store.conflict_find(&question.id).await.unwrap();
    assert_eq!(found.unwrap().resolution_status, ResolutionStatus::Moot);
}
