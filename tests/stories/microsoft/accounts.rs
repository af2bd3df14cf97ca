//! Many accounts: what is wrong with one is nobody else's trouble.

use calsync::model::account::AccountStatus;
use calsync::model::run::{Outcome, SyncState};
use calsync::sandbox::google::CalendarSpec;
use calsync::sandbox::microsoft::{ApiError, Fault, Kind};

use crate::support::event::event;
use crate::support::microsoft::appointment::appointment;
use crate::support::microsoft::wire;
use crate::support::story::{ANA, World, email, expect};

const STANDUP: &str = "2026-03-03 08:00Z 60m standup";
const RETRO: &str = "2026-03-04 08:00Z 60m retro";

/// Forty users, each with a mailbox whose calendar has their name and an
/// event, synced; another event to come.
async fn forty() -> World {
    let world = World::empty("2026-03-02T06:00:00Z").await;
    let users = || (1..=40).map(|number| format!("u-{number}"));
    for user in users() {
        world.colleague(&user, "Europe/Berlin", &user).await;
        let standup = appointment("standup").at("2026-03-03T09:00", "Europe/Berlin");
        world.folder(&user).put(standup);
    }
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("scheduled", 40), ("synced", 40)],
    );
    world.minutes_later(10);
    for user in users() {
        let retro = appointment("retro").at("2026-03-04T09:00", "Europe/Berlin");
        world.folder(&user).put(retro);
    }
    world.microsoft().clear_requests();
    world
}

#[tokio::test]
async fn an_account_revoked_in_mid_cycle_stops_nobody_else() {
    let world = forty().await;
    let whose = email("u-7");
    let revoke = Fault::meanwhile(move |microsoft| microsoft.revoke(&whose));
    world.upset(revoke.on(Kind::Delta).account(&email("u-7")));
    let run = world.auto_sync().await;
    expect(
        &run,
        Outcome::Partial,
        &[("scheduled", 40), ("synced", 39), ("failed", 1)],
    );
    let refreshes = wire::requests(world.microsoft(), Kind::Token).len();
    assert_eq!(refreshes, 1, "no refresh storm");
    assert_eq!(run.failures.len(), 1, "{run:?}");
    assert_eq!(run.failures[0].kind, "needs_reauth");
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

    world.a_second_cycle_does_nothing().await;
    let asked = world.microsoft().requests();
    let revoked = Some(email("u-7"));
    assert!(asked.iter().all(|request| request.account != revoked));

    // Connected again, it goes on where it stopped.
    let again = world.microsoft().add_account(&email("u-7"));
    world
        .import_mailbox("u-7", &email("u-7"), &again.refresh_token)
        .await;
    world.minutes_later(10);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 40)]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline("u-7").await, [STANDUP, RETRO]);
}

#[tokio::test]
async fn a_refused_sign_in_is_the_users_to_mend_whatever_it_is_called() {
    for (error, number) in [
        ("interaction_required", 50_076),
        ("consent_required", 65_001),
        ("login_required", 50_058),
        ("invalid_grant", 700_082),
    ] {
        let world = World::outlook("2026-03-02T06:00:00Z").await;
        world
            .microsoft()
            .refuse_refresh(&email(ANA), Some((error, number)));
        let run = world.auto_sync().await;
        expect(&run, Outcome::Failed, &[("synced", 0)]);
        assert_eq!(run.failures[0].kind, "needs_reauth", "{run:?}");
        assert_eq!(world.users_to_reconnect().await, [ANA], "{error}");
        world.a_second_cycle_does_nothing().await;
    }
}

#[tokio::test]
async fn a_wrong_secret_blames_no_user() {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.configure("microsoft.client_secret", "wrong");
    let run = world.auto_sync().await;
    expect(&run, Outcome::Failed, &[("synced", 0)]);
    assert_eq!(run.failures[0].kind, "operator");
    assert_eq!(world.users_to_reconnect().await, [""; 0]);
}

#[tokio::test]
async fn a_missing_registration_leaves_google_working_and_blames_nobody() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.mailbox(ANA, "ana@outlook.example", "Mail").await;
    let standup = event("standup").at("2026-03-03T09:00", "Europe/Berlin");
    world.calendar("Work").put(standup);
    let retro = appointment("retro").at("2026-03-04T09:00", "Europe/Berlin");
    world.folder("Mail").put(retro);
    world.configure("microsoft.client_id", "");
    let run = world.auto_sync().await;
    expect(&run, Outcome::Partial, &[("synced", 1)]);
    assert_eq!(run.failures.len(), 1, "{run:?}");
    assert_eq!(run.failures[0].kind, "operator");
    assert!(
        run.failures[0].message.contains("microsoft.client_id"),
        "{run:?}"
    );
    assert_eq!(world.users_to_reconnect().await, [""; 0]);
    assert_eq!(world.microsoft().requests().len(), 0);
    assert_eq!(world.timeline(ANA).await, [STANDUP]);

    let client_id = calsync::sandbox::microsoft::CLIENT_ID;
    world.configure("microsoft.client_id", client_id);
    world.minutes_later(10);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 2)]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, [STANDUP, RETRO]);
}

#[tokio::test]
async fn a_missing_permission_is_the_users_to_mend() {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.auto_sync().await;
    world.minutes_later(10);
    let denied = ApiError::new(403, "Authorization_RequestDenied", "No.");
    world.upset(Fault::refuse(&denied).on(Kind::Delta));
    let run = world.auto_sync().await;
    expect(&run, Outcome::Failed, &[("failed", 1)]);
    assert_eq!(run.failures[0].kind, "scope_missing");
    assert_eq!(world.users_to_reconnect().await, [ANA]);
}

#[tokio::test]
async fn a_user_may_have_two_accounts_of_each_provider() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    let second = world.google().add_account("ana@choir.example");
    world
        .import(ANA, "ana@choir.example", &second.refresh_token)
        .await;
    let spec = CalendarSpec::primary("Europe/Berlin");
    let choir = world.google().add_calendar("ana@choir.example", spec);
    world.mailbox(ANA, "ana@outlook.example", "Mail").await;
    world.mailbox(ANA, "ana@firm.example", "Firm").await;

    let at = |title, hour: u32| event(title).at(&format!("2026-03-03T{hour:02}:00"), "UTC");
    world.calendar("Work").put(at("one", 8));
    world.google().put_event(&choir, at("two", 9).into());
    let at = |title, hour: u32| appointment(title).at(&format!("2026-03-03T{hour:02}:00"), "UTC");
    world.folder("Mail").put(at("three", 10));
    let four = world.folder("Firm").put(at("four", 11));
    let counts = [("synced", 4), ("events_created", 4)];
    expect(&world.auto_sync().await, Outcome::Ok, &counts);
    let mut all = vec![
        "2026-03-03 08:00Z 60m one",
        "2026-03-03 09:00Z 60m two",
        "2026-03-03 10:00Z 60m three",
        "2026-03-03 11:00Z 60m four",
    ];
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, all);

    // One of them is lost; the others go on.
    world.microsoft().revoke("ana@outlook.example");
    world.folder("Firm").delete(&four);
    world.minutes_later(10);
    let counts = [("synced", 3), ("failed", 1), ("events_removed", 1)];
    expect(&world.auto_sync().await, Outcome::Partial, &counts);
    let status = world.status(ANA).await.unwrap();
    assert_eq!(status.state, SyncState::PartialFailure);
    world.a_second_cycle_does_nothing().await;
    all.pop();
    assert_eq!(world.timeline(ANA).await, all);
}
