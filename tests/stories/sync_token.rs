//! Sync tokens that are lost: one full listing, believed when it is complete.

use calsync::model::run::Outcome;
use calsync::sandbox::google::{ApiError, Effect, Fault, Kind};
use serde_json::{Value, json};

use crate::support::event::event;
use crate::support::story::{ANA, World, expect};
use crate::support::wire;

/// Enough for five pages when every second one is empty.
const FIVE_PAGES: usize = 5001;

/// Ana's two lunches, synced.
async fn two_lunches() -> World {
    let world = World::start("2026-03-02T06:00:00Z").await;
    let work = world.calendar("Work");
    work.put(event("monday").at("2026-03-02T12:00", "Europe/Berlin"));
    work.put(event("tuesday").at("2026-03-03T12:00", "Europe/Berlin"));
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("events_created", 2)],
    );
    world.minutes_later(10);
    world.google().clear_requests();
    world
}

/// Monday's lunch disappears without a trace, and many events come.
fn lose_one_and_add_many(world: &World) {
    let work = world.calendar("Work");
    work.delete("monday");
    world.google().forget_tombstones(&work.id);
    world.google().behave(|how| how.empty_every = Some(2));
    for number in 0..FIVE_PAGES {
        let far = event(&format!("far {number}")).at("2030-01-01T09:00", "UTC");
        work.put(far);
    }
}

/// Whether each listing since the last look carried a sync token.
fn by_token(world: &World) -> Vec<bool> {
    let listings = wire::listings(world.google());
    listings
        .iter()
        .map(|request| request.param("syncToken").is_some())
        .collect()
}

fn refused() -> Fault {
    Fault::refuse(&ApiError::full_sync_required()).on(Kind::EventsList)
}

const TUESDAY: [&str; 1] = ["2026-03-03 11:00Z 60m tuesday"];
const BOTH: [&str; 2] = [
    "2026-03-02 11:00Z 60m monday",
    "2026-03-03 11:00Z 60m tuesday",
];

#[tokio::test]
async fn a_410_on_page_3_of_5_discards_the_pages_and_lists_once_in_full() {
    let world = two_lunches().await;
    lose_one_and_add_many(&world);
    let id = world.calendar("Work").id;
    let expire = Fault::meanwhile(move |google| google.expire_sync_tokens(&id));
    world.inject(expire.on(Kind::EventsList).page(3));
    let run = world.auto_sync().await;
    let counts = [
        ("synced", 1),
        ("events_created", 5001),
        ("events_removed", 1),
        ("requests", 8),
    ];
    expect(&run, Outcome::Ok, &counts);
    assert_eq!(
        by_token(&world),
        [[true; 3].as_slice(), &[false; 5]].concat()
    );
    assert_eq!(world.google().faults_left(), 0);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, TUESDAY);
}

#[tokio::test]
async fn a_second_410_in_one_cycle_stops_the_calendar_and_changes_nothing() {
    let world = two_lunches().await;
    let token = world.known("Work").await.sync_token;
    world.calendar("Work").delete("monday");
    world.inject(refused().times(2));
    let run = world.auto_sync().await;
    expect(
        &run,
        Outcome::Failed,
        &[("failed", 1), ("requests", 2), ("events_removed", 0)],
    );
    let known = world.known("Work").await;
    assert_eq!(known.backoff.failures, 1);
    assert!(known.backoff.next_attempt_at > Some(world.now()));
    assert_eq!(known.sync_token, token);
    assert_eq!(world.timeline(ANA).await, BOTH);

    world.minutes_later(10);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("events_removed", 1)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, TUESDAY);
}

#[tokio::test]
async fn a_410_within_a_full_listing_starts_it_over_once() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world
        .calendar("Work")
        .put(event("monday").at("2026-03-02T12:00", "Europe/Berlin"));
    world.inject(Fault::new(Effect::RepeatPage).on(Kind::EventsList));
    world.inject(refused().nth(2));
    let run = world.auto_sync().await;
    expect(&run, Outcome::Ok, &[("synced", 1), ("events_created", 1)]);
    assert_eq!(by_token(&world), [false; 3]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ["2026-03-02 11:00Z 60m monday"]);
}

#[tokio::test]
async fn a_malformed_token_answered_by_400_leads_to_a_full_listing() {
    a_malformed_token_leads_to_a_full_listing(false).await;
}

#[tokio::test]
async fn a_malformed_token_answered_by_410_leads_to_a_full_listing() {
    a_malformed_token_leads_to_a_full_listing(true).await;
}

async fn a_malformed_token_leads_to_a_full_listing(gone: bool) {
    let world = two_lunches().await;
    world
        .google()
        .behave(|how| how.malformed_token_is_gone = gone);
    let spoil = "UPDATE calendars SET sync_token = 'garbage'";
    world.database().execute(spoil, []).unwrap();
    let work = world.calendar("Work");
    work.delete("monday");
    world.google().forget_tombstones(&work.id);
    let run = world.auto_sync().await;
    expect(&run, Outcome::Ok, &[("events_removed", 1), ("requests", 2)]);
    assert_eq!(by_token(&world), [true, false]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, TUESDAY);
}

#[tokio::test]
async fn a_listing_that_brings_no_token_is_followed_by_a_full_one() {
    let world = two_lunches().await;
    world.inject(Fault::new(Effect::NoSyncToken).on(Kind::EventsList));
    world.calendar("Work").delete("monday");
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("events_removed", 1)],
    );
    assert_eq!(world.known("Work").await.sync_token, None);
    world.google().clear_requests();
    world.a_second_cycle_does_nothing().await;
    assert_eq!(by_token(&world), [false]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(by_token(&world), [true]);
    assert_eq!(world.timeline(ANA).await, TUESDAY);
}

#[tokio::test]
async fn a_full_listing_that_brings_no_token_is_not_believed_for_what_it_leaves_out() {
    let world = two_lunches().await;
    // Well formed, but nothing says that it is the last page.
    let nothing = r#"{"kind":"calendar#events","items":[{"id":"other","status":"cancelled"}]}"#;
    world.inject(Fault::answer(200, nothing).on(Kind::EventsList));
    world.calendar("Work").delete("monday");
    let run = world.pull_full().await;
    expect(&run, Outcome::Ok, &[("events_removed", 0)]);
    assert_eq!(world.timeline(ANA).await.len(), 2);
    world.minutes_later(10);
    let run = world.auto_sync().await;
    expect(&run, Outcome::Ok, &[("events_removed", 1)]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, TUESDAY);
}

#[tokio::test]
async fn an_empty_page_that_continues_is_not_the_end() {
    let world = two_lunches().await;
    world.inject(Fault::new(Effect::EmptyList).on(Kind::EventsList));
    world.inject(Fault::new(Effect::RepeatPage).on(Kind::EventsList));
    let patch: Value = json!({ "summary": "lunch" });
    world.calendar("Work").edit("monday", patch);
    let run = world.pull_full().await;
    expect(
        &run,
        Outcome::Ok,
        &[
            ("events_updated", 1),
            ("events_removed", 0),
            ("requests", 2),
        ],
    );
    world.a_second_cycle_does_nothing().await;
    let timeline = [
        "2026-03-02 11:00Z 60m lunch",
        "2026-03-03 11:00Z 60m tuesday",
    ];
    assert_eq!(world.timeline(ANA).await, timeline);
}

#[tokio::test]
async fn an_event_that_changes_while_pages_are_read_is_held_as_it_was_last() {
    let world = two_lunches().await;
    let id = world.calendar("Work").id;
    let edit = Fault::meanwhile(move |google| {
        google.edit_event(&id, "monday", json!({ "summary": "brunch" }));
        google.delete_event(&id, "tuesday");
    });
    world.inject(Fault::new(Effect::RepeatPage).on(Kind::EventsList));
    world.inject(edit.on(Kind::EventsList).nth(2));
    expect(
        &world.pull_full().await,
        Outcome::Ok,
        &[("events_updated", 1)],
    );
    world.minutes_later(10);
    expect(&world.auto_sync().await, Outcome::Ok, &[("synced", 1)]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ["2026-03-02 11:00Z 60m brunch"]);
}
