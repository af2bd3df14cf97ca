//! Which calendars there are is asked once a day, and an answer that cannot
//! be is not believed.

use calsync::model::account::ProviderKind;
use calsync::model::run::{Outcome, SyncState};
use calsync::sandbox::google::{AccessRole, ApiError, CalendarSpec, Effect, Fault, Kind};
use serde_json::json;

use crate::support::event::event;
use crate::support::story::{ANA, World, email, expect};
use crate::support::wire;

const LUNCH: &str = "2026-03-03 11:00Z 60m lunch";

/// Ana's calendar with a lunch, synced.
async fn lunch() -> World {
    let world = World::start("2026-03-02T06:00:00Z").await;
    let lunch = event("lunch").at("2026-03-03T12:00", "Europe/Berlin");
    world.calendar("Work").put(lunch);
    world.auto_sync().await;
    world
}

fn list_requests(world: &World) -> usize {
    wire::requests(world.google(), Kind::CalendarListList).len()
}

#[tokio::test]
async fn a_new_calendar_appears_after_a_day() {
    let world = lunch().await;
    world.add_calendar("Choir", "Europe/Berlin");
    let concert = event("concert").at("2026-03-03T20:00", "Europe/Berlin");
    world.calendar("Choir").put(concert);
    world.a_second_cycle_does_nothing().await;
    world.at("2026-03-03T05:50:00Z");
    expect(&world.auto_sync().await, Outcome::Ok, &[("scheduled", 1)]);
    assert_eq!(list_requests(&world), 0, "not before a day has passed");
    world.at("2026-03-03T06:00:00Z");
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("scheduled", 2), ("events_created", 1)],
    );
    assert_eq!(list_requests(&world), 1);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        [LUNCH, "2026-03-03 19:00Z 60m concert"]
    );
}

#[tokio::test]
async fn an_empty_list_of_calendars_is_not_believed() {
    let world = lunch().await;
    world.at("2026-03-03T06:00:00Z");
    let nothing = r#"{"kind":"calendar#calendarList","nextSyncToken":"x"}"#;
    world.inject(Fault::answer(200, nothing).on(Kind::CalendarListList));
    let run = world.auto_sync().await;
    expect(
        &run,
        Outcome::Partial,
        &[("synced", 1), ("events_removed", 0)],
    );
    assert_eq!(run.failures[0].kind, "protocol");
    assert!(world.known("Work").await.is_listed);
    // It is asked again by the next cycle.
    world.minutes_later(10);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 1), ("requests", 2)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, [LUNCH]);
}

#[tokio::test]
async fn a_list_of_calendars_that_is_cut_off_takes_none_away() {
    let world = lunch().await;
    world.at("2026-03-03T06:00:00Z");
    world.inject(Fault::new(Effect::TruncatedBody).on(Kind::CalendarListList));
    expect(&world.auto_sync().await, Outcome::Partial, &[("synced", 1)]);
    assert!(world.known("Work").await.is_listed);
    world.minutes_later(10);
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, [LUNCH]);
}

#[tokio::test]
async fn an_account_whose_list_of_calendars_is_refused_for_now_is_not_called_synced() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    let limited = ApiError::rate_limited(429, "rateLimitExceeded");
    let limited = Fault::refuse(&limited).retry_after("3600");
    world.inject(limited.on(Kind::CalendarListList));
    let run = world.auto_sync().await;
    assert_ne!(run.outcome, Outcome::Ok, "{run:?}");
    assert_eq!(run.failures.len(), 1, "{run:?}");
    assert_eq!(run.failures[0].kind, "rate_limited");
    let status = world.status(ANA).await.unwrap();
    assert_eq!(
        (status.state, status.last_sync_at),
        (SyncState::Failure, None)
    );
    world.minutes_later(61);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 1)]);
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn an_account_asked_to_wait_is_not_asked_for_its_calendars_either() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    let limited = ApiError::rate_limited(429, "rateLimitExceeded");
    let limited = Fault::refuse(&limited).retry_after("3600");
    world.inject(limited.on(Kind::CalendarListList));
    world.auto_sync().await;
    world.google().clear_requests();
    world.minutes_later(10);
    world.auto_sync().await;
    assert_eq!(world.google().requests().len(), 0);
}

#[tokio::test]
async fn an_unshared_calendar_keeps_what_is_known_of_it_until_it_is_shared_again() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.add_calendar("Team", "Europe/Berlin");
    let team = world.calendar("Team");
    team.put(event("offsite").days("2026-03-05", "2026-03-06"));
    world.auto_sync().await;
    world.google().unshare(&email(ANA), &team.id);
    world.minutes_later(10);
    let run = world.auto_sync().await;
    expect(
        &run,
        Outcome::Partial,
        &[("failed", 1), ("synced", 1), ("events_removed", 0)],
    );
    assert_eq!(run.failures[0].kind, "not_found");
    // The next discovery no longer lists it, and it is asked for no more.
    world.at("2026-03-03T07:00:00Z");
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("scheduled", 1), ("skipped", 0), ("synced", 1)],
    );
    assert!(!world.known("Team").await.is_listed);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        ["2026-03-05..2026-03-06 offsite"]
    );

    world
        .google()
        .share(&email(ANA), &team.id, AccessRole::Reader);
    team.edit("offsite", json!({ "summary": "onsite" }));
    world.at("2026-03-04T07:00:00Z");
    let counts = [("synced", 2), ("events_created", 0), ("events_updated", 1)];
    expect(&world.auto_sync().await, Outcome::Ok, &counts);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ["2026-03-05..2026-03-06 onsite"]);
}

#[tokio::test]
async fn calendars_of_other_people_are_pulled_and_never_written() {
    let world = lunch().await;
    let holidays = "de.german#holiday@group.v.calendar.google.com";
    let spec = CalendarSpec::named("Holidays", "Europe/Berlin");
    world.add(ANA, spec.id(holidays).role(AccessRole::Reader));
    let busy = CalendarSpec::named("Boss", "Europe/Berlin").role(AccessRole::FreeBusyReader);
    world.add(ANA, busy);
    world
        .calendar("Holidays")
        .put(event("Easter").days("2026-04-05", "2026-04-06"));
    world
        .calendar("Boss")
        .put(event("secret").at("2026-03-04T09:00", "Europe/Berlin"));
    world.at("2026-03-03T06:00:00Z");
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 3), ("failed", 0)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        [
            LUNCH,
            "2026-03-04 08:00Z 60m -",
            "2026-04-05..2026-04-06 Easter"
        ]
    );
    let known = world.known("Holidays").await;
    assert_eq!(
        (known.provider, known.is_primary_write),
        (ProviderKind::Google, false)
    );
}

#[tokio::test]
async fn a_disabled_calendar_is_not_asked_for_and_not_shown_until_it_is_enabled() {
    let world = lunch().await;
    let id = world.known("Work").await.id;
    world
        .store()
        .await
        .calendar_set_active(&id, false)
        .await
        .unwrap();
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.google().requests().len(), 0);
    assert_eq!(world.timeline(ANA).await, [""; 0]);
    // Neither does a discovery enable it.
    world.at("2026-03-03T06:00:00Z");
    expect(&world.auto_sync().await, Outcome::Ok, &[("scheduled", 0)]);
    world
        .store()
        .await
        .calendar_set_active(&id, true)
        .await
        .unwrap();
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, [LUNCH]);
}

#[tokio::test]
async fn a_removed_account_takes_its_calendars_and_events_along() {
    let world = lunch().await;
    let account = world.account(ANA).await;
    assert_eq!(account.email, email(ANA));
    assert!(
        world
            .store()
            .await
            .account_remove(&account.id)
            .await
            .unwrap()
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, [""; 0]);
    assert_eq!(world.column("SELECT count(*) FROM calendar_events"), ["0"]);
}
