//! What is near comes first.

use calsync::model::run::Outcome;
use calsync::sandbox::google::{Fault, Kind};
use serde_json::json;

use super::{LUNCH, enter_lunch, watched};
use crate::support::event::event;
use crate::support::story::{ANA, expect};
use crate::support::wire;

#[tokio::test]
async fn before_a_whole_calendar_is_listed_its_next_days_are_visible() {
    let world = watched().await;
    let work = world.calendar("Work");
    enter_lunch(&world);
    work.put(event("later").at("2026-03-20T12:00", "Europe/Berlin"));
    work.put(event("long ago").at("2020-03-20T12:00", "Europe/Berlin"));
    work.expire_tokens();
    world.notify("Work", 1).await;
    // The whole listing fails; what is near is there already.
    let down = Fault::answer(503, "").on(Kind::EventsList);
    world.inject(down.nth(3).always());
    let run = world.drain().await;
    expect(&run, Outcome::Deferred, &[("failed", 1)]);
    let near = &wire::listings(world.google())[1];
    let bounds = ["timeMin", "timeMax"].map(|name| near.param(name).unwrap().to_owned());
    assert_eq!(bounds[0][..10], *"2026-03-02");
    assert_eq!(bounds[1][..10], *"2026-03-09");
    assert_eq!(world.timeline(ANA).await, LUNCH);
    world.google().clear_faults();
    world.minutes_later(2);
    expect(
        &world.drain().await,
        Outcome::Ok,
        &[("claimed", 1), ("synced", 1)],
    );
    let both = [LUNCH[0], "2026-03-20 11:00Z 60m later"];
    assert_eq!(world.timeline(ANA).await, both);
    world.a_further_drain_does_nothing().await;
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn a_deleted_event_is_not_kept_by_the_look_at_the_next_days() {
    let world = watched().await;
    let work = world.calendar("Work");
    let lunch = work.put(event("lunch").at("2026-03-03T12:00", "Europe/Berlin"));
    for day in 4..16 {
        let name = format!("standup {day}");
        work.put(event(&name).at(&format!("2026-03-{day:02}T09:00"), "Europe/Berlin"));
    }
    world.auto_sync().await;
    world.minutes_later(10);
    world.auto_sync().await;
    work.delete(&lunch);
    work.edit(
        &work.put(event("x").at("2026-03-05T12:00", "UTC")),
        json!({ "summary": "y" }),
    );
    work.expire_tokens();
    world.notify("Work", 1).await;
    expect(
        &world.drain().await,
        Outcome::Ok,
        &[("claimed", 1), ("synced", 1)],
    );
    let timeline = world.timeline(ANA).await;
    assert_eq!(timeline.len(), 13, "{timeline:?}");
    assert!(timeline.contains(&"2026-03-05 12:00Z 60m y".to_owned()));
    world.a_further_drain_does_nothing().await;
    world.minutes_later(10);
    world.a_second_cycle_does_nothing().await;
}
