//! Whom `auto-sync` picks.

use std::collections::BTreeMap;

use calsync::jobs::{AutoSync, Pull};
use calsync::model::preferences::PreferencesChange;
use calsync::model::run::{Outcome, SyncState, SyncStatus};

use crate::support::story::{ANA, World, expect, force, time};
use crate::support::wire;

/// Three users with a calendar each, synced at six.
async fn three() -> World {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.person("u-2", "Europe/Berlin", "Bo").await;
    world.person("u-3", "Europe/Berlin", "Cy").await;
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("scheduled", 3), ("synced", 3)],
    );
    world.google().clear_requests();
    world
}

async fn prefer(world: &World, user: &str, choose: impl Fn(&mut PreferencesChange)) {
    let mut change = PreferencesChange::default();
    choose(&mut change);
    let (store, user) = (world.store().await, user.parse().unwrap());
    store.preferences_change(&user, change).await.unwrap();
}

/// The accounts whose calendars were asked for, in order.
fn asked(world: &World) -> Vec<String> {
    let listings = wire::listings(world.google());
    let users = listings.into_iter().filter_map(|request| request.account);
    users
        .map(|email| email.replace("@example.com", ""))
        .collect()
}

#[tokio::test]
async fn who_was_synced_lately_is_left_alone() {
    let world = three().await;
    prefer(&world, "u-2", |it| it.sync_frequency_minutes = Some(30)).await;
    prefer(&world, "u-3", |it| it.auto_sync_enabled = Some(false)).await;
    world.minutes_later(5);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("scheduled", 0), ("requests", 0)],
    );
    world.minutes_later(5);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("scheduled", 1), ("requests", 1)],
    );
    assert_eq!(asked(&world), [ANA]);
    world.minutes_later(20);
    world.google().clear_requests();
    expect(&world.auto_sync().await, Outcome::Ok, &[("scheduled", 2)]);
    let mut users = asked(&world);
    users.sort();
    assert_eq!(users, [ANA, "u-2"]);
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn who_waited_longest_comes_first() {
    let world = three().await;
    world.one_at_a_time();
    let last = [
        ("u-1", "2026-03-02T05:00:00Z"),
        ("u-2", "2026-03-02T03:00:00Z"),
    ];
    for (user, at) in last {
        let status = SyncStatus {
            user_id: user.parse().unwrap(),
            last_sync_at: Some(time(at)),
            state: SyncState::Success,
            counts: BTreeMap::new(),
            failures: Vec::new(),
            updated_at: time(at),
        };
        world.store().await.status_save(status).await.unwrap();
    }
    world.minutes_later(10);
    world.auto_sync().await;
    assert_eq!(asked(&world), ["u-2", "u-1", "u-3"]);
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn a_named_user_is_synced_alone_and_when_due() {
    let world = three().await;
    let only = AutoSync {
        users: vec!["u-2".parse().unwrap()],
        ..AutoSync::default()
    };
    world.minutes_later(5);
    expect(&world.run(&only).await, Outcome::Ok, &[("scheduled", 0)]);
    world.minutes_later(5);
    expect(
        &world.run(&only).await,
        Outcome::Ok,
        &[("scheduled", 1), ("synced", 1)],
    );
    assert_eq!(asked(&world), ["u-2"]);
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn force_syncs_who_is_not_due() {
    let world = three().await;
    prefer(&world, "u-3", |it| it.auto_sync_enabled = Some(false)).await;
    world.minutes_later(1);
    expect(
        &world.run(&force()).await,
        Outcome::Ok,
        &[("scheduled", 3), ("synced", 3)],
    );
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn a_user_who_does_not_exist_is_a_wrong_argument() {
    let world = three().await;
    let nobody = AutoSync {
        users: vec!["nobody".parse().unwrap()],
        ..AutoSync::default()
    };
    let error = calsync::jobs::run_cycle(&nobody, &world.context())
        .await
        .unwrap_err();
    assert!(error.is::<calsync::jobs::WrongArgument>(), "{error:#}");
    // The lease did not stay behind.
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn two_users_of_one_calendar_have_it_both() {
    let world = three().await;
    let work = world.calendar("Work");
    let event = crate::support::event::event("offsite").days("2026-03-05", "2026-03-06");
    work.put(event);
    world.google().share(
        "u-2@example.com",
        &work.id,
        calsync::sandbox::google::AccessRole::Reader,
    );
    world.at("2026-03-03T06:00:00Z");
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("scheduled", 4), ("events_created", 2)],
    );
    world.a_second_cycle_does_nothing().await;
    for user in [ANA, "u-2"] {
        assert_eq!(
            world.timeline(user).await,
            ["2026-03-05..2026-03-06 offsite"]
        );
    }
}

#[tokio::test]
async fn odd_rows_that_the_application_wrote_stop_nobody() {
    let world = three().await;
    let odd = [
        "UPDATE users SET timezone = 'Mars/Olympus', working_hours = '[]' WHERE id = 'u-2'",
        "INSERT INTO users (id, timezone) VALUES ('u-4', '')",
        "INSERT INTO calendar_preferences (user_id, past_days, future_days)
         VALUES ('u-3', 4000000000, 4000000000)",
    ];
    for sql in odd {
        world.database().execute(sql, []).unwrap();
    }
    world.minutes_later(10);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 3)]);
    world.a_second_cycle_does_nothing().await;
    expect(
        &world.run(&Pull::default()).await,
        Outcome::Ok,
        &[("synced", 3)],
    );
}
