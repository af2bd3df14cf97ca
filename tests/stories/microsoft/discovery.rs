//! Calendars that come, go, and change at Microsoft.

use calsync::model::calendar::AccessRole;
use calsync::model::run::Outcome;
use calsync::sandbox::microsoft::{CalendarSpec, Kind};

use crate::support::microsoft::appointment::appointment;
use crate::support::microsoft::wire;
use crate::support::story::{ANA, World, email, expect};

const LUNCH: [&str; 1] = ["2026-03-03 11:00Z 60m lunch"];

async fn lunch() -> World {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    let lunch = appointment("lunch").at("2026-03-03T12:00", "Europe/Berlin");
    world.folder("Work").put(lunch);
    world.auto_sync().await;
    world
}

#[tokio::test]
async fn calendars_are_listed_once_a_day() {
    let world = lunch().await;
    world.add_folder("Choir");
    world.minutes_later(12 * 60);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 1)]);
    world.minutes_later(13 * 60);
    world.microsoft().clear_requests();
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 2)]);
    let lists = wire::requests(world.microsoft(), Kind::CalendarsList);
    assert_eq!(lists.len(), 1);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, LUNCH);
}

#[tokio::test]
async fn a_renamed_calendar_keeps_its_events_and_its_link() {
    let world = lunch().await;
    let link = world.known("Work").await.sync_token;
    let id = world.folder("Work").id;
    world.microsoft().rename_calendar(&id, "Office");
    world.minutes_later(25 * 60);
    world.auto_sync().await;
    assert_eq!(world.known("Office").await.sync_token, link);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, LUNCH);
}

#[tokio::test]
async fn a_calendar_that_is_gone_fails_alone_and_is_left_when_that_is_known() {
    let world = lunch().await;
    let choir = world.add_folder("Choir");
    choir.put(appointment("song").at("2026-03-04T19:00", "Europe/Berlin"));
    world.minutes_later(25 * 60);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 2)]);
    world.microsoft().remove_calendar(&choir.id);
    world.minutes_later(10);
    let run = world.auto_sync().await;
    expect(&run, Outcome::Partial, &[("synced", 1), ("failed", 1)]);
    assert_eq!(run.failures[0].kind, "not_found");
    assert_eq!(world.users_to_reconnect().await, [""; 0]);
    let kept = "SELECT count(*) FROM calendar_events WHERE removed_at IS NULL";
    assert_eq!(world.column(kept), ["2"], "its events stay");
    world.minutes_later(25 * 60);
    let counts = [("synced", 1), ("failed", 0)];
    expect(&world.auto_sync().await, Outcome::Ok, &counts);
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn what_may_be_done_with_a_calendar_is_known() {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    let add = |spec| world.microsoft().add_calendar(&email(ANA), spec);
    add(CalendarSpec::named("Holidays").read_only());
    add(CalendarSpec::named("Team").owner("bo@example.com"));
    add(CalendarSpec::named("Boss")
        .owner("cy@example.com")
        .read_only());
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 4)]);
    for (name, role) in [
        ("Work", AccessRole::Owner),
        ("Holidays", AccessRole::Reader),
        ("Team", AccessRole::Writer),
        ("Boss", AccessRole::Reader),
    ] {
        assert_eq!(world.known(name).await.access_role, role, "{name}");
    }
    world.a_second_cycle_does_nothing().await;
}
