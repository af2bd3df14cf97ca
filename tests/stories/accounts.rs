//! Accounts that are lost: that one only, with reason and time, until it is
//! imported again.

use calsync::model::account::AccountStatus;
use calsync::model::run::{Outcome, SyncState};
use calsync::sandbox::google::{ApiError, CalendarSpec, Fault, Kind};

use crate::support::event::event;
use crate::support::story::{ANA, World, email, expect};
use crate::support::wire;

/// Forty users, each with a calendar of their own name and an event in it,
/// synced.
async fn forty() -> World {
    let world = World::empty("2026-03-02T06:00:00Z").await;
    for number in 1..=40 {
        let user = format!("u-{number}");
        world.person(&user, "Europe/Berlin", &user).await;
        let place = world.calendar(&user);
        place.put(event("standup").at("2026-03-03T09:00", "Europe/Berlin"));
    }
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("scheduled", 40), ("synced", 40)],
    );
    world.minutes_later(10);
    for number in 1..=40 {
        let place = world.calendar(&format!("u-{number}"));
        place.put(event("retro").at("2026-03-04T09:00", "Europe/Berlin"));
    }
    world.google().clear_requests();
    world
}

/// The account is revoked while its calendar is being read.
fn revoke_on_the_way(world: &World, user: &str) {
    let whose = email(user);
    let revoke = Fault::meanwhile(move |google| google.revoke(&whose));
    world.inject(revoke.on(Kind::EventsList).account(&email(user)));
}

const STANDUP: &str = "2026-03-03 08:00Z 60m standup";
const RETRO: &str = "2026-03-04 08:00Z 60m retro";

#[tokio::test]
async fn an_account_revoked_in_mid_cycle_stops_nobody_else() {
    let world = forty().await;
    revoke_on_the_way(&world, "u-7");
    let run = world.auto_sync().await;
    expect(
        &run,
        Outcome::Partial,
        &[("scheduled", 40), ("synced", 39), ("failed", 1)],
    );
    assert_eq!(
        wire::requests(world.google(), Kind::Token).len(),
        1,
        "no refresh storm"
    );
    assert_eq!(run.failures.len(), 1, "{run:?}");
    assert_eq!(run.failures[0].kind, "needs_reauth");
    assert!(run.failures[0].message.contains("accounts list"), "{run:?}");

    assert_eq!(world.users_to_reconnect().await, ["u-7"]);
    let AccountStatus::NeedsReauth { reason, at } = world.account("u-7").await.status else {
        panic!("not to be connected again")
    };
    assert!(reason.starts_with("invalid_grant"), "{reason}");
    assert!((at - world.now()).num_minutes() < 1);
    assert_eq!(
        world.timeline("u-7").await,
        [STANDUP],
        "what is known stays"
    );
    assert_eq!(world.timeline("u-8").await, [STANDUP, RETRO]);
    assert_eq!(world.status("u-7").await.unwrap().state, SyncState::Failure);
    assert_eq!(world.status("u-8").await.unwrap().state, SyncState::Success);

    world.a_second_cycle_does_nothing().await;
    let asked = world.google().requests();
    assert!(
        asked
            .iter()
            .all(|request| request.account != Some(email("u-7")))
    );
    assert_eq!(
        world.status("u-7").await.unwrap().state,
        SyncState::Failure,
        "it says so still"
    );
}

#[tokio::test]
async fn an_account_imported_again_goes_on_where_it_stopped() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    let work = world.calendar("Work");
    work.put(event("standup").at("2026-03-03T09:00", "Europe/Berlin"));
    world.auto_sync().await;
    world.google().revoke(&email(ANA));
    work.put(event("retro").at("2026-03-04T09:00", "Europe/Berlin"));
    world.minutes_later(10);
    expect(
        &world.auto_sync().await,
        Outcome::Failed,
        &[("synced", 0), ("failed", 1)],
    );

    let account = world.google().add_account(&email(ANA));
    world.import(ANA, &email(ANA), &account.refresh_token).await;
    assert_eq!(world.users_to_reconnect().await, [""; 0]);
    world.minutes_later(10);
    let run = world.auto_sync().await;
    expect(
        &run,
        Outcome::Ok,
        &[("synced", 1), ("events_created", 1), ("events_removed", 0)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, [STANDUP, RETRO]);
}

#[tokio::test]
async fn an_account_that_was_never_valid_is_named_and_left_alone() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.google().revoke(&email(ANA));
    expect(
        &world.auto_sync().await,
        Outcome::Failed,
        &[("scheduled", 0)],
    );
    assert_eq!(world.users_to_reconnect().await, [ANA]);
    assert_eq!(world.status(ANA).await.unwrap().state, SyncState::Failure);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.google().requests().len(), 0);
    assert_eq!(
        world.status(ANA).await.unwrap().state,
        SyncState::Failure,
        "it says so still"
    );
}

#[tokio::test]
async fn a_missing_permission_is_the_users_to_mend() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world
        .google()
        .set_scopes(&email(ANA), &["calendar.calendarlist.readonly"]);
    let run = world.auto_sync().await;
    expect(&run, Outcome::Failed, &[("failed", 1)]);
    assert_eq!(run.failures[0].kind, "scope_missing");
    assert_eq!(world.users_to_reconnect().await, [ANA]);
}

#[tokio::test]
async fn a_wrong_client_registration_blames_no_user() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    let refusal = Fault::answer(401, r#"{"error":"invalid_client"}"#);
    world.inject(refusal.on(Kind::Token));
    let run = world.auto_sync().await;
    expect(&run, Outcome::Failed, &[("synced", 0)]);
    assert_eq!(run.failures[0].kind, "operator");
    assert_eq!(world.users_to_reconnect().await, [""; 0]);
    expect(&world.pull().await, Outcome::Ok, &[("synced", 1)]);
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn a_stray_401_is_mended_by_one_refresh() {
    let world = forty().await;
    let stray = Fault::refuse(&ApiError::auth_error());
    world.inject(stray.on(Kind::EventsList).account(&email("u-3")));
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 40), ("requests", 41)],
    );
    assert_eq!(wire::requests(world.google(), Kind::Token).len(), 1);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline("u-3").await, [STANDUP, RETRO]);
}

#[tokio::test]
async fn a_user_with_a_second_account_keeps_the_other() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    let second = world.google().add_account("ana@work.example");
    world
        .import(ANA, "ana@work.example", &second.refresh_token)
        .await;
    let spec = CalendarSpec::primary("Europe/Berlin");
    let id = world.google().add_calendar("ana@work.example", spec);
    let retro = event("retro").at("2026-03-04T09:00", "Europe/Berlin");
    world.google().put_event(&id, retro.into());
    let standup = event("standup").at("2026-03-03T09:00", "Europe/Berlin");
    world.calendar("Work").put(standup);
    world.auto_sync().await;
    world.google().revoke("ana@work.example");
    world.minutes_later(10);
    expect(
        &world.auto_sync().await,
        Outcome::Partial,
        &[("synced", 1), ("failed", 1)],
    );
    let status = world.status(ANA).await.unwrap();
    assert_eq!(status.state, SyncState::PartialFailure);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, [STANDUP, RETRO]);
}

#[tokio::test]
async fn a_spell_of_401s_puts_no_account_out_of_use() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.auto_sync().await;
    let work = world.calendar("Work");
    work.put(event("lunch").at("2026-03-03T12:00", "Europe/Berlin"));
    world.minutes_later(10);
    let refusal = Fault::refuse(&ApiError::auth_error()).on(Kind::EventsList);
    world.inject(refusal.always());
    let run = world.auto_sync().await;
    assert_eq!(run.failures[0].kind, "unauthorized", "{run:?}");
    world.google().clear_faults();
    world.minutes_later(61);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 1), ("events_created", 1)],
    );
    world.a_second_cycle_does_nothing().await;
}
