//! Rounds in disorder: the same things twice, late, old, in pieces or in any
//! order. What is held in the end is what there is.

use calsync::model::run::Outcome;
use calsync::sandbox::microsoft::Behaviour;
use serde_json::json;

use crate::support::microsoft::appointment::{appointment, moved_to};
use crate::support::microsoft::wire;
use crate::support::story::{ANA, World, expect};

/// Lives through a week of edits under a behaviour; each is followed by a
/// cycle.
async fn a_week(behave: impl Fn(&mut Behaviour)) -> World {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.configure("sync.future_days", "22");
    world.microsoft().behave(behave);
    let work = world.folder("Work");
    let lunch = work.put(appointment("lunch").at("2026-03-03T12:00", "Europe/Berlin"));
    let review = appointment("review").at("2026-03-02T09:00", "Europe/Berlin");
    let review = work.put(review.weekly());
    let duty = appointment("duty").days("2026-03-06", "2026-03-07", "UTC");
    work.put(duty.weekly());
    let (start, end) = ("2026-03-10T14:00:00", "2026-03-10T15:00:00");
    work.move_occurrence(&review, "2026-03-09", start, end);
    cycle(&world).await;

    work.edit(&lunch, json!({ "subject": "brunch" }));
    cycle(&world).await;
    work.edit(&lunch, moved_to("2026-03-04T11:00", 90, "Europe/Berlin"));
    let named = json!({ "subject": "retro" });
    world
        .microsoft()
        .edit_occurrence(&review, "2026-03-16", named)
        .unwrap();
    cycle(&world).await;
    work.cancel_occurrence(&review, "2026-03-23");
    let gone = work.put(appointment("gone").at("2026-03-05T09:00", "Europe/Berlin"));
    cycle(&world).await;
    work.delete(&gone);
    work.edit(&review, json!({ "location": "Room 2" }));
    cycle(&world).await;
    world
}

async fn cycle(world: &World) {
    let run = world.auto_sync().await;
    expect(&run, Outcome::Ok, &[("synced", 1), ("failed", 0)]);
    world.minutes_later(10);
}

const WEEK: [&str; 7] = [
    "2026-03-02 08:00Z 60m review",
    "2026-03-04 10:00Z 90m brunch",
    "2026-03-06..2026-03-07 duty",
    "2026-03-10 13:00Z 60m review",
    "2026-03-13..2026-03-14 duty",
    "2026-03-16 08:00Z 60m retro",
    "2026-03-20..2026-03-21 duty",
];

/// What is held after the week, and after another full round.
async fn holds(world: &World) {
    assert_eq!(world.timeline(ANA).await, WEEK);
    expect(
        &world.pull_full().await,
        Outcome::Ok,
        &[("events_removed", 0), ("conflicts", 0)],
    );
    assert_eq!(world.timeline(ANA).await, WEEK);
    let places =
        "SELECT location FROM calendar_events WHERE title = 'review' AND removed_at IS NULL";
    let places = world.column(places);
    assert!(places.iter().all(|place| place == "Room 2"), "{places:?}");
}

#[tokio::test]
async fn in_order() {
    let world = a_week(|_| {}).await;
    world.a_second_cycle_does_nothing().await;
    holds(&world).await;
}

#[tokio::test]
async fn shuffled_with_some_of_it_twice() {
    for seed in 1..=5 {
        let world = a_week(|how| how.shuffle = Some(seed)).await;
        world.a_second_cycle_does_nothing().await;
        holds(&world).await;
    }
}

#[tokio::test]
async fn with_copies_from_before_the_change() {
    for seed in [None, Some(1), Some(2)] {
        let world = a_week(|how| (how.stale_copies, how.shuffle) = (true, seed)).await;
        world.a_second_cycle_does_nothing().await;
        holds(&world).await;
    }
}

#[tokio::test]
async fn with_changes_that_were_told_before() {
    for seed in [None, Some(1), Some(2)] {
        let world = a_week(|how| (how.replay, how.shuffle) = (3, seed)).await;
        // What is told again is read again, and nothing comes of it.
        let writes = world.watch_writes();
        cycle(&world).await;
        assert_eq!(writes.writes(), [""; 0]);
        world.microsoft().behave(|how| how.replay = 0);
        world.a_second_cycle_does_nothing().await;
        holds(&world).await;
    }
}

#[tokio::test]
async fn with_exceptions_that_say_only_what_differs() {
    let world = a_week(|how| how.partial_exceptions = true).await;
    world.a_second_cycle_does_nothing().await;
    holds(&world).await;
}

#[tokio::test]
async fn with_occurrences_whose_series_is_left_out() {
    for partial in [false, true] {
        let world =
            a_week(|how| (how.occurrences_only, how.partial_exceptions) = (true, partial)).await;
        world.a_second_cycle_does_nothing().await;
        holds(&world).await;
    }
}

#[tokio::test]
async fn with_exceptions_that_come_alone() {
    for partial in [false, true] {
        let world = a_week(|how| {
            (how.exceptions_come_alone, how.partial_exceptions) = (true, partial);
        })
        .await;
        world.a_second_cycle_does_nothing().await;
        holds(&world).await;
    }
}

#[tokio::test]
async fn with_empty_pages() {
    let world = a_week(|how| how.empty_every = Some(2)).await;
    world.a_second_cycle_does_nothing().await;
    holds(&world).await;
}

#[tokio::test]
async fn with_all_of_that_at_once() {
    let world = a_week(|how| {
        (how.shuffle, how.empty_every) = (Some(9), Some(2));
        (how.stale_copies, how.replay) = (true, 2);
        (how.occurrences_only, how.partial_exceptions) = (true, true);
        (how.exceptions_come_alone, how.unknown_members) = (true, true);
    })
    .await;
    world.microsoft().behave(|how| how.replay = 0);
    cycle(&world).await;
    world.a_second_cycle_does_nothing().await;
    holds(&world).await;
}

#[tokio::test]
async fn an_old_copy_on_a_later_page_is_old_all_the_same() {
    for seed in [None, Some(1), Some(2), Some(3)] {
        let world = World::outlook("2026-03-02T06:00:00Z").await;
        world
            .microsoft()
            .behave(|how| (how.stale_copies, how.shuffle) = (true, seed));
        let work = world.folder("Work");
        let put = |number: u32| {
            let event = appointment(&format!("old {number}"));
            work.put(event.at("2026-03-03T12:00", "UTC"))
        };
        let ids: Vec<_> = (0..250).map(put).collect();
        world.auto_sync().await;
        world.minutes_later(10);
        for (number, id) in ids.iter().enumerate() {
            work.edit(id, json!({ "subject": format!("new {number}") }));
        }
        world.microsoft().clear_requests();
        let counts = [("events_updated", 250), ("failed", 0)];
        expect(&world.auto_sync().await, Outcome::Ok, &counts);
        assert!(wire::deltas(world.microsoft()).len() > 1);
        world.a_second_cycle_does_nothing().await;
        let old = "SELECT title FROM calendar_events WHERE title NOT LIKE 'new %'";
        assert_eq!(world.column(old), [""; 0], "{seed:?}");
    }
}
