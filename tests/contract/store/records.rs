//! Leases, cycles and statuses.

use calsync::model::lease::{Lease, LeaseName};
use calsync::model::run::{Failure, JobRun, Outcome, RunSpan, Spans, SyncState, SyncStatus};
use calsync::store::StoreError;
use chrono::TimeDelta;

use super::bench::{Bench, now};
use super::build::user_id;

fn job(owner: &str, minutes: i64) -> Lease {
    Lease {
        name: LeaseName::Job("pull"),
        owner: owner.to_owned(),
        until: now() + TimeDelta::minutes(minutes),
    }
}

pub(crate) async fn a_lease_is_held_by_one(bench: Bench) {
    let acquire = |owner| async move { job(owner, 5) };
    let first = acquire("first").await;
    assert!(bench.store.lease_acquire(&first, now()).await.unwrap());
    let second = acquire("second").await;
    assert!(!bench.store.lease_acquire(&second, now()).await.unwrap());
    assert!(bench.store.lease_acquire(&first, now()).await.unwrap());
    bench
        .store
        .lease_release(&first.name, "first")
        .await
        .unwrap();
    assert!(bench.store.lease_acquire(&second, now()).await.unwrap());
}

pub(crate) async fn an_ended_lease_may_be_taken(bench: Bench) {
    assert!(
        bench
            .store
            .lease_acquire(&job("first", 5), now())
            .await
            .unwrap()
    );
    let second = job("second", 20);
    let early = now() + TimeDelta::minutes(5) - TimeDelta::milliseconds(1);
    assert!(!bench.store.lease_acquire(&second, early).await.unwrap());
    let late = now() + TimeDelta::minutes(5);
    assert!(bench.store.lease_acquire(&second, late).await.unwrap());
    assert!(
        !bench
            .store
            .lease_acquire(&job("first", 30), late)
            .await
            .unwrap()
    );
}

pub(crate) async fn a_lease_taken_by_a_clock_that_was_set_back_holds_nobody_off(bench: Bench) {
    let ahead = now() + TimeDelta::days(365);
    let first = Lease {
        until: ahead + TimeDelta::minutes(1),
        ..job("first", 0)
    };
    assert!(bench.store.lease_acquire(&first, ahead).await.unwrap());
    let second = job("second", 5);
    assert!(bench.store.lease_acquire(&second, now()).await.unwrap());
    assert!(!bench.store.lease_acquire(&first, now()).await.unwrap());
}

pub(crate) async fn an_owner_extends_all_its_leases(bench: Bench) {
    let mine = job("mine", 5);
    let tokens = Lease {
        name: LeaseName::Tokens(bench.account.clone()),
        ..mine.clone()
    };
    for lease in [&mine, &tokens] {
        assert!(bench.store.lease_acquire(lease, now()).await.unwrap());
    }
    let until = now() + TimeDelta::minutes(30);
    bench.store.lease_extend("mine", until).await.unwrap();
    bench.store.lease_extend("mine", now()).await.unwrap();
    bench.store.lease_extend("nobody", until).await.unwrap();
    let later = now() + TimeDelta::minutes(29);
    for lease in [mine, tokens] {
        let other = Lease {
            owner: "other".to_owned(),
            ..lease
        };
        assert!(!bench.store.lease_acquire(&other, later).await.unwrap());
    }
}

pub(crate) async fn a_lease_of_somebody_else_is_not_given_back(bench: Bench) {
    let lease = job("first", 5);
    assert!(bench.store.lease_acquire(&lease, now()).await.unwrap());
    bench
        .store
        .lease_release(&lease.name, "second")
        .await
        .unwrap();
    assert!(
        !bench
            .store
            .lease_acquire(&job("second", 5), now())
            .await
            .unwrap()
    );
}

fn run(job: &str, minutes: i64) -> JobRun {
    JobRun {
        job: job.to_owned(),
        outcome: Outcome::Partial,
        started_at: now() + TimeDelta::minutes(minutes),
        duration_ms: 1234,
        counts: [("synced".to_owned(), 3)].into(),
        failures: vec![Failure {
            user_id: Some(user_id("u")),
            account_id: None,
            calendar_id: None,
            kind: "rate_limited".to_owned(),
            message: "try again".to_owned(),
        }],
    }
}

pub(crate) async fn the_last_cycle_of_each_job_is_known(bench: Bench) {
    for run in [
        run("pull", 1),
        run("pull", 9),
        run("pull", 5),
        run("auto-sync", 0),
    ] {
        bench.store.run_save(&run).await.unwrap();
    }
    let latest = bench.store.run_latest().await.unwrap();
    assert_eq!(latest, [run("auto-sync", 0), run("pull", 9)]);
}

pub(crate) async fn cycles_are_summed_up_by_job_and_stretch(bench: Bench) {
    let mut failed = run("pull", 11);
    failed.outcome = Outcome::Failed;
    failed.duration_ms = 9999;
    for run in [
        run("pull", -1),
        run("pull", 10),
        failed,
        run("pull", 29),
        run("pull", 30),
        run("auto-sync", 0),
    ] {
        bench.store.run_save(&run).await.unwrap();
    }
    let spans = Spans {
        since: run("pull", 0).started_at,
        length_s: 600,
        number: 3,
    };
    let history = bench.store.run_history(spans).await.unwrap();
    let span = |job: &str, at, runs, failed, longest_ms| RunSpan {
        job: job.to_owned(),
        at,
        runs,
        partial: runs - failed,
        failed,
        deferred: 0,
        longest_ms,
    };
    let expected = [
        span("auto-sync", 0, 1, 0, 1234),
        span("pull", 1, 2, 1, 9999),
        span("pull", 2, 1, 0, 1234),
    ];
    assert_eq!(history, expected);
}

fn status(state: SyncState) -> SyncStatus {
    SyncStatus {
        user_id: user_id("u"),
        last_sync_at: None,
        state,
        counts: [("events_created".to_owned(), 7)].into(),
        failures: run("pull", 0).failures,
        updated_at: now(),
    }
}

pub(crate) async fn a_status_keeps_the_last_sync(bench: Bench) {
    let mut good = status(SyncState::PartialFailure);
    good.last_sync_at = Some(now());
    bench.store.status_save(good.clone()).await.unwrap();
    assert_eq!(bench.store.status_list().await.unwrap(), [good]);
    bench
        .store
        .status_save(status(SyncState::Failure))
        .await
        .unwrap();
    let mut failed = status(SyncState::Failure);
    failed.last_sync_at = Some(now());
    assert_eq!(bench.store.status_list().await.unwrap(), [failed]);
}

pub(crate) async fn a_status_needs_its_user(bench: Bench) {
    let mut stray = status(SyncState::Success);
    stray.user_id = user_id("nobody");
    let refused = bench.store.status_save(stray).await.unwrap_err();
    assert!(matches!(refused, StoreError::NoSuch(_)), "{refused}");
}
