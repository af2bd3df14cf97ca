//! Listings that are refused in words that nobody knows.

use calsync::model::run::Outcome;
use calsync::sandbox::google::{Fault, Kind};

use crate::support::event::event;
use crate::support::story::{ANA, World, expect};
use crate::support::wire;

#[tokio::test]
async fn a_listing_that_is_refused_three_times_is_begun_anew() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    let work = world.calendar("Work");
    work.put(event("lunch").at("2026-03-03T12:00", "Europe/Berlin"));
    world.auto_sync().await;
    let unknown = r#"{"error":{"code":400,"errors":[{"reason":"somethingNew"}]}}"#;
    for _ in 0..3 {
        world.minutes_later(10);
        world.inject(Fault::answer(400, unknown).on(Kind::EventsList));
        let run = world.auto_sync().await;
        expect(
            &run,
            Outcome::Failed,
            &[("failed", 1), ("events_removed", 0)],
        );
        assert_eq!(run.failures[0].kind, "refused");
    }
    world.google().clear_requests();
    world.minutes_later(10);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 1)]);
    let listings = wire::listings(world.google());
    assert_eq!(listings.len(), 1);
    assert_eq!(listings[0].param("syncToken"), None);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ["2026-03-03 11:00Z 60m lunch"]);
}
