//! A cycle that is asked to stop, or runs out of time, ends in good order.

use calsync::jobs::AutoSync;
use calsync::model::run::{JobRun, Outcome};
use calsync::sandbox::google::{Effect, Fault, Kind};

use crate::support::event::event;
use crate::support::story::{ANA, World, expect};

/// Three calendars with an event to come in each; they are asked for one
/// after the other, Alpha first.
async fn three_calendars() -> World {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.one_at_a_time();
    world.auto_sync().await;
    let id = world.known("Work").await.id;
    world
        .store()
        .await
        .calendar_set_active(&id, false)
        .await
        .unwrap();
    for (name, hour) in [("Alpha", "09"), ("Beta", "10"), ("Gamma", "11")] {
        world.add_calendar(name, "Europe/Berlin");
        let at = format!("2026-03-05T{hour}:00");
        world
            .calendar(name)
            .put(event(name).at(&at, "Europe/Berlin"));
    }
    world.at("2026-03-03T06:00:00Z");
    world
}

const ALPHA: &str = "2026-03-05 08:00Z 60m Alpha";
const ALL: [&str; 3] = [
    ALPHA,
    "2026-03-05 09:00Z 60m Beta",
    "2026-03-05 10:00Z 60m Gamma",
];

/// Alpha is whole, the others are untouched, and nothing is held; the next
/// cycle does the rest.
async fn ended_in_good_order(world: &World, run: &JobRun, why: &str) {
    let counts = [
        ("scheduled", 3),
        ("synced", 1),
        ("deferred", 2),
        ("failed", 0),
    ];
    expect(run, Outcome::Partial, &counts);
    assert_eq!(run.failures.len(), 1, "{run:?}");
    assert_eq!(run.failures[0].kind, "interrupted");
    assert!(run.failures[0].message.contains(why), "{run:?}");
    assert_eq!(world.timeline(ANA).await, [ALPHA]);
    assert_eq!(world.column("SELECT name FROM leases"), [""; 0]);
    let recorded = world.store().await.run_latest().await.unwrap();
    assert_eq!(recorded, std::slice::from_ref(run));
    assert_eq!(
        world.known("Beta").await.backoff.failures,
        0,
        "no failure of the calendar"
    );

    world.google().clear_faults();
    world.minutes_later(10);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 3), ("events_created", 2)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ALL);
}

#[tokio::test]
async fn a_cycle_asked_to_stop_leaves_what_is_written_whole() {
    let world = three_calendars().await;
    let cx = world.context();
    let stop = cx.stop.clone();
    let ask = Fault::meanwhile(move |_| stop.cancel()).on(Kind::EventsList);
    world.inject(ask.calendar(&world.calendar("Beta").id));
    let hang = Fault::new(Effect::Hang).on(Kind::EventsList);
    world.inject(hang.calendar(&world.calendar("Beta").id));
    let run = world.run_in(&AutoSync::default(), &cx).await;
    ended_in_good_order(&world, &run, "asked to stop").await;
}

#[tokio::test]
async fn a_cycle_that_runs_out_of_time_leaves_what_is_written_whole() {
    let world = three_calendars().await;
    // From the hanging request on, time passes by itself.
    let race = Fault::meanwhile(|_| tokio::time::pause());
    for fault in [race, Fault::new(Effect::Hang)] {
        let fault = fault.on(Kind::EventsList);
        world.inject(fault.calendar(&world.calendar("Beta").id));
    }
    world.configure("sync.cycle_time_limit", "15s");
    let run = world.auto_sync().await;
    tokio::time::resume();
    ended_in_good_order(&world, &run, "sync.cycle_time_limit").await;
}

#[tokio::test]
async fn a_cycle_asked_to_stop_before_it_begins_asks_for_nothing() {
    let world = three_calendars().await;
    world.google().clear_requests();
    let cx = world.context();
    cx.stop.cancel();
    world.run_in(&AutoSync::default(), &cx).await;
    assert_eq!(world.google().requests().len(), 0);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 3), ("events_created", 3)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ALL);
}

#[tokio::test]
async fn a_cycle_asked_to_stop_while_calendars_are_listed_does_not_wait_for_the_list() {
    let world = three_calendars().await;
    let cx = world.context();
    let stop = cx.stop.clone();
    let ask = Fault::meanwhile(move |_| stop.cancel());
    for fault in [ask, Fault::new(Effect::Hang)] {
        world.inject(fault.on(Kind::CalendarListList));
    }
    let run = world.run_in(&AutoSync::default(), &cx).await;
    assert_eq!(
        (run.counts["failed"], run.failures.len()),
        (0, 0),
        "{run:?}"
    );
    assert!(
        run.duration_ms < 20_000,
        "it waited for the end of the request"
    );
    world.minutes_later(10);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 3), ("events_created", 3)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ALL);
}
