//! Links that are lost, in every form: one full round, believed when it is
//! complete.

use calsync::model::run::Outcome;
use calsync::sandbox::microsoft::{ApiError, Effect, Fault, Kind, TokenLoss};
use serde_json::json;

use crate::support::microsoft::appointment::appointment;
use crate::support::microsoft::wire;
use crate::support::story::{ANA, World, expect};

const TUESDAY: [&str; 1] = ["2026-03-03 11:00Z 60m tuesday"];
const BOTH: [&str; 2] = [
    "2026-03-02 11:00Z 60m monday",
    "2026-03-03 11:00Z 60m tuesday",
];

/// Enough for three pages, five when every second one is empty.
const PAGES: usize = 500;

/// Ana's two lunches, synced; the id of Monday's.
async fn two_lunches() -> (World, String) {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    let work = world.folder("Work");
    let monday = work.put(appointment("monday").at("2026-03-02T12:00", "Europe/Berlin"));
    work.put(appointment("tuesday").at("2026-03-03T12:00", "Europe/Berlin"));
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("events_created", 2)],
    );
    world.minutes_later(10);
    world.microsoft().clear_requests();
    (world, monday)
}

fn lost() -> Fault {
    let refusal = ApiError::new(410, "SyncStateNotFound", "The sync state is not found.");
    Fault::refuse(&refusal).on(Kind::Delta)
}

/// A link is lost; the full round finds what is gone.
async fn one_full_round_follows(how: TokenLoss) {
    let (world, monday) = two_lunches().await;
    world.microsoft().behave(|is| is.token_loss = how);
    let work = world.folder("Work");
    work.delete(&monday);
    work.expire_links();
    let run = world.auto_sync().await;
    expect(&run, Outcome::Ok, &[("events_removed", 1), ("requests", 2)]);
    assert_eq!(wire::rounds(world.microsoft()), ["link", "full"]);
    assert_eq!(world.users_to_reconnect().await, [""; 0]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(wire::rounds(world.microsoft()), ["link"]);
    assert_eq!(world.timeline(ANA).await, TUESDAY);
}

#[tokio::test]
async fn a_410_with_a_code_leads_to_a_full_round() {
    one_full_round_follows(TokenLoss::SyncStateNotFound).await;
    one_full_round_follows(TokenLoss::FullSyncRequired).await;
    one_full_round_follows(TokenLoss::NestedResyncRequired).await;
}

#[tokio::test]
async fn a_410_with_a_place_to_begin_and_no_body_leads_to_a_full_round() {
    one_full_round_follows(TokenLoss::Location).await;
}

#[tokio::test]
async fn a_400_or_404_with_such_a_code_leads_to_a_full_round() {
    one_full_round_follows(TokenLoss::BadRequest).await;
    one_full_round_follows(TokenLoss::NotFound).await;
}

#[tokio::test]
async fn codes_are_known_in_any_case_and_depth() {
    let bodies = [
        json!({ "error": { "code": "SYNCSTATEINVALID", "message": "" } }),
        json!({ "error": { "code": "BadRequest", "innererror":
            { "code": "", "innerError": { "code": "ResyncRequired" } } } }),
    ];
    for body in bodies {
        let (world, _) = two_lunches().await;
        world.upset(Fault::answer(400, &body.to_string()).on(Kind::Delta));
        let run = world.auto_sync().await;
        expect(&run, Outcome::Ok, &[("events_removed", 0), ("requests", 2)]);
        world.a_second_cycle_does_nothing().await;
        assert_eq!(world.timeline(ANA).await, BOTH);
    }
}

#[tokio::test]
async fn a_link_lost_on_page_3_of_5_discards_the_pages() {
    let (world, monday) = two_lunches().await;
    world.microsoft().behave(|how| how.empty_every = Some(2));
    let work = world.folder("Work");
    work.delete(&monday);
    for number in 0..PAGES {
        let title = format!("many {number}");
        work.put(appointment(&title).at("2026-03-04T09:00", "UTC"));
    }
    let id = work.id.clone();
    let expire = Fault::meanwhile(move |microsoft| microsoft.expire_delta_links(&id));
    world.upset(expire.on(Kind::Delta).page(3));
    let run = world.auto_sync().await;
    let counts = [
        ("synced", 1),
        ("events_created", 500),
        ("events_removed", 1),
        ("requests", 8),
    ];
    expect(&run, Outcome::Ok, &counts);
    let rounds = wire::rounds(world.microsoft());
    let expected = [
        "link", "page", "page", "full", "page", "page", "page", "page",
    ];
    assert_eq!(rounds, expected);
    assert_eq!(world.microsoft().faults_left(), 0);
    world.a_second_cycle_does_nothing().await;
    let timeline = world.timeline(ANA).await;
    assert_eq!((timeline.len(), timeline[0].as_str()), (501, TUESDAY[0]));
}

#[tokio::test]
async fn a_second_loss_in_one_cycle_stops_the_calendar_and_removes_nothing() {
    let (world, monday) = two_lunches().await;
    let link = world.known("Work").await.sync_token;
    world.folder("Work").delete(&monday);
    world.upset(lost().times(2));
    let run = world.auto_sync().await;
    expect(
        &run,
        Outcome::Failed,
        &[("failed", 1), ("requests", 2), ("events_removed", 0)],
    );
    let known = world.known("Work").await;
    assert_eq!(known.backoff.failures, 1);
    assert!(known.backoff.next_attempt_at > Some(world.now()));
    assert_eq!(known.sync_token, link);
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
async fn a_link_that_is_lost_within_a_full_round_starts_it_over_once() {
    let (world, monday) = two_lunches().await;
    world.folder("Work").delete(&monday);
    world.upset(Fault::new(Effect::RepeatPage).on(Kind::Delta));
    world.upset(lost().nth(2));
    expect(
        &world.pull_full().await,
        Outcome::Ok,
        &[("events_removed", 1)],
    );
    assert_eq!(wire::rounds(world.microsoft()), ["full", "page", "full"]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, TUESDAY);
}

#[tokio::test]
async fn a_round_that_ends_without_a_link_is_not_believed_for_what_it_leaves_out() {
    let (world, monday) = two_lunches().await;
    world.folder("Work").delete(&monday);
    world.upset(Fault::new(Effect::NoSyncToken).on(Kind::Delta));
    expect(
        &world.pull_full().await,
        Outcome::Ok,
        &[("events_removed", 0)],
    );
    assert_eq!(world.known("Work").await.sync_token, None);
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
async fn a_link_to_where_graph_was_before_leads_to_a_full_round() {
    let (world, _) = two_lunches().await;
    let moved = "UPDATE calendars SET sync_token = 'https://graph.example/v1.0/x?$deltatoken=y'";
    world.database().execute(moved, []).unwrap();
    expect(&world.auto_sync().await, Outcome::Ok, &[("requests", 1)]);
    assert_eq!(wire::rounds(world.microsoft()), ["full"]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, BOTH);
}
