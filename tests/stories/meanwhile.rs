//! What people do while a cycle is at work.

use calsync::model::account::{NewAccount, ProviderKind, Tokens};
use calsync::model::run::Outcome;
use calsync::sandbox::google::{Fault, Google, Kind};

use crate::support::event::event;
use crate::support::story::{ANA, World, email, expect};

/// Ana and Bo, synced, each with an event to come.
async fn ana_and_bo() -> World {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.one_at_a_time();
    world.person("u-2", "Europe/Berlin", "Bo").await;
    world.auto_sync().await;
    for name in ["Work", "Bo"] {
        let lunch = event(name).at("2026-03-03T12:00", "Europe/Berlin");
        world.calendar(name).put(lunch);
    }
    world
}

/// Somebody changes the store while Ana's calendar is being listed.
async fn while_anas_is_listed(sql: &'static str) {
    let world = ana_and_bo().await;
    let file = world.dir.path().join("calsync.db");
    let change = Fault::meanwhile(move |_| {
        let database = rusqlite::Connection::open(&file).unwrap();
        let sql = format!("PRAGMA foreign_keys = ON; {sql}");
        database.execute_batch(&sql).unwrap();
    });
    world.inject(change.on(Kind::EventsList).account(&email(ANA)));
    world.minutes_later(10);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 1), ("events_created", 1)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline("u-2").await, ["2026-03-03 11:00Z 60m Bo"]);
    assert_eq!(world.timeline(ANA).await, [""; 0]);
}

#[tokio::test]
async fn an_account_removed_in_mid_cycle_stops_nobody_else() {
    while_anas_is_listed("DELETE FROM accounts WHERE user_id = 'u-1'").await;
}

#[tokio::test]
async fn a_user_removed_in_mid_cycle_stops_nobody_else() {
    while_anas_is_listed("DELETE FROM users WHERE id = 'u-1'").await;
}

#[tokio::test]
async fn who_connects_again_while_the_old_token_is_refused_is_connected() {
    let world = ana_and_bo().await;
    world.google().revoke(&email(ANA));
    let store = world.store().await;
    let connect = move |google: &Google| {
        let account = NewAccount {
            user_id: ANA.parse().unwrap(),
            provider: ProviderKind::Google,
            email: email(ANA),
            scopes: Vec::new(),
            tokens: Tokens {
                access: None,
                refresh: google.add_account(&email(ANA)).refresh_token.into(),
            },
        };
        let store = store.clone();
        let import = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(store.account_upsert(vec![account]))
        });
        import.join().unwrap().unwrap();
    };
    world.inject(Fault::meanwhile(connect).on(Kind::Token));
    world.minutes_later(10);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 2)]);
    assert_eq!(world.users_to_reconnect().await, [""; 0]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ["2026-03-03 11:00Z 60m Work"]);
}
