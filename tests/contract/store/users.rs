//! Users and preferences.

use calsync::model::preferences::{ConflictStrategy, Preferences, PreferencesChange};
use calsync::model::run::{SyncState, SyncStatus};
use calsync::model::time::Zone;
use calsync::model::user::WorkingHours;
use calsync::store::StoreError;

use super::bench::{Bench, now};
use super::build::{user, user_id};

pub(crate) async fn users_come_back_as_they_were_stored(bench: Bench) {
    let mut ann = user("ann");
    ann.email = Some("ann@example.org".to_owned());
    ann.timezone = Zone::parse("Europe/Berlin").unwrap();
    ann.working_hours = Some(WorkingHours::new(22, 6).unwrap());
    bench.store.user_upsert(vec![ann.clone()]).await.unwrap();
    let found = bench.store.user_find(&user_id("ann")).await.unwrap();
    assert_eq!(found, Some(ann.clone()));
    assert_eq!(
        bench.store.user_list().await.unwrap(),
        [ann.clone(), user("u")]
    );
    ann.working_hours = None;
    ann.timezone = Zone::utc();
    bench.store.user_upsert(vec![ann.clone()]).await.unwrap();
    let found = bench.store.user_find(&user_id("ann")).await.unwrap();
    assert_eq!(found, Some(ann));
    assert_eq!(
        bench.store.user_find(&user_id("nobody")).await.unwrap(),
        None
    );
}

pub(crate) async fn many_users_are_stored_at_once(bench: Bench) {
    bench.store.user_upsert(Vec::new()).await.unwrap();
    bench
        .store
        .user_upsert(vec![user("a"), user("b")])
        .await
        .unwrap();
    assert_eq!(bench.store.user_list().await.unwrap().len(), 3);
}

pub(crate) async fn preferences_default_until_they_are_changed(bench: Bench) {
    let id = user_id("u");
    let found = bench.store.preferences_find(&id).await.unwrap();
    assert_eq!(found, Preferences::default_of(id.clone()));
    let change = PreferencesChange {
        auto_sync_enabled: Some(false),
        sync_frequency_minutes: Some(45),
        conflict_strategy: Some(ConflictStrategy::PreferTask),
        write_enabled: Some(true),
        past_days: Some(7),
        future_days: Some(u32::MAX),
        ..PreferencesChange::default()
    };
    let expected = change.onto(found);
    let changed = bench.store.preferences_change(&id, change).await.unwrap();
    assert_eq!(changed, expected);
    assert_eq!(bench.store.preferences_find(&id).await.unwrap(), expected);
}

pub(crate) async fn preferences_changed_at_the_same_time_are_all_kept(bench: Bench) {
    let id = user_id("u");
    let (quiet, rare) = (
        PreferencesChange {
            auto_sync_enabled: Some(false),
            ..PreferencesChange::default()
        },
        PreferencesChange {
            sync_frequency_minutes: Some(600),
            ..PreferencesChange::default()
        },
    );
    let both = quiet.onto(rare.onto(Preferences::default_of(id.clone())));
    let changes = tokio::join!(
        bench.store.preferences_change(&id, quiet),
        bench.store.preferences_change(&id, rare),
    );
    assert!(changes.0.is_ok() && changes.1.is_ok(), "{changes:?}");
    assert_eq!(bench.store.preferences_find(&id).await.unwrap(), both);
}

pub(crate) async fn preferences_need_their_user(bench: Bench) {
    let change = PreferencesChange::default();
    let nobody = user_id("nobody");
    let refused = bench.store.preferences_change(&nobody, change);
    let refused = refused.await.unwrap_err();
    assert!(matches!(refused, StoreError::NoSuch(_)), "{refused}");
    assert!(refused.to_string().contains("user nobody does not exist"));
}

pub(crate) async fn the_schedule_knows_users_with_accounts(bench: Bench) {
    bench
        .store
        .user_upsert(vec![user("alone"), user("b")])
        .await
        .unwrap();
    bench.import("b", "b@example.org").await;
    bench.import("b", "second@example.org").await;
    let change = PreferencesChange {
        sync_frequency_minutes: Some(99),
        ..PreferencesChange::default()
    };
    let ben = user_id("b");
    let preferences = bench.store.preferences_change(&ben, change).await.unwrap();
    let status = SyncStatus {
        user_id: user_id("b"),
        last_sync_at: Some(now()),
        state: SyncState::Success,
        counts: [].into(),
        failures: Vec::new(),
        updated_at: now(),
    };
    bench.store.status_save(status).await.unwrap();
    let schedule = bench.store.user_schedule().await.unwrap();
    let ids: Vec<_> = schedule.iter().map(|due| due.user.id.as_str()).collect();
    assert_eq!(ids, ["b", "u"]);
    assert_eq!(schedule[0].preferences, preferences);
    assert_eq!(schedule[0].last_sync_at, Some(now()));
    assert_eq!(
        schedule[1].preferences,
        Preferences::default_of(user_id("u"))
    );
    assert_eq!(schedule[1].last_sync_at, None);
}
