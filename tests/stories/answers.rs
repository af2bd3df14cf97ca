//! Answers that are no answers: nothing of them is believed.

use calsync::model::run::Outcome;
use calsync::sandbox::Sandbox;
use calsync::sandbox::google::{Effect, Fault, Kind};
use serde_json::json;

use crate::support::event::event;
use crate::support::story::{ANA, World, expect};

const LUNCH: [&str; 1] = ["2026-03-03 11:00Z 60m lunch"];

/// Lists a calendar in full under a fault; nothing is changed by that, and
/// the next cycle is well again. What kind of failure it was.
async fn under(faults: impl IntoIterator<Item = Fault>) -> String {
    let world = World::start("2026-03-02T06:00:00Z").await;
    let work = world.calendar("Work");
    work.put(event("lunch").at("2026-03-03T12:00", "Europe/Berlin"));
    world.auto_sync().await;
    work.edit("lunch", json!({ "summary": "brunch" }));
    let token = world.known("Work").await.sync_token;
    for fault in faults {
        world.inject(fault.on(Kind::EventsList));
    }
    let writes = world.watch_writes();
    let run = world.pull_full().await;
    assert_eq!(
        (run.counts["failed"], run.counts["synced"]),
        (1, 0),
        "{run:?}"
    );
    assert_eq!(writes.writes(), [""; 0]);
    assert_eq!(world.known("Work").await.sync_token, token);
    assert_eq!(world.timeline(ANA).await, LUNCH);

    world.google().clear_faults();
    world.minutes_later(10);
    expect(
        &world.auto_sync().await,
        Outcome::Ok,
        &[("synced", 1), ("events_updated", 1)],
    );
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ["2026-03-03 11:00Z 60m brunch"]);
    run.failures[0].kind.clone()
}

#[tokio::test]
async fn a_page_that_repeats_ends_the_listing() {
    let repeats = Fault::new(Effect::RepeatPage).always();
    assert_eq!(under([repeats]).await, "protocol");
}

#[tokio::test]
async fn json_that_is_cut_off_is_not_believed() {
    assert_eq!(under([Fault::new(Effect::TruncatedBody)]).await, "protocol");
}

#[tokio::test]
async fn html_is_not_believed() {
    assert_eq!(under([Fault::new(Effect::Html)]).await, "protocol");
}

#[tokio::test]
async fn json_that_is_no_listing_is_not_believed() {
    assert_eq!(under([Fault::answer(200, "{}")]).await, "protocol");
    assert_eq!(under([Fault::answer(200, "[]")]).await, "protocol");
    let other = r#"{"kind":"calendar#calendarList","items":[],"nextSyncToken":"x"}"#;
    assert_eq!(under([Fault::answer(200, other)]).await, "protocol");
}

#[tokio::test]
async fn an_item_without_an_id_spoils_its_listing() {
    let page = json!({ "kind": "calendar#events", "items": [{ "summary": "who am I" }],
        "nextSyncToken": "x" });
    assert_eq!(
        under([Fault::answer(200, &page.to_string())]).await,
        "protocol"
    );
}

#[tokio::test]
async fn a_failure_on_the_second_page_discards_the_first() {
    let second = Fault::answer(400, "{}").nth(2);
    assert_eq!(
        under([Fault::new(Effect::RepeatPage), second]).await,
        "refused"
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_no_token_goes_there() {
    let elsewhere = Sandbox::start("2026-03-02T06:00:00Z".parse().unwrap(), 8)
        .await
        .unwrap();
    let redirect = Effect::Redirect(elsewhere.google.api_url() + "calendars/primary/events");
    assert_eq!(under([Fault::new(redirect)]).await, "protocol");
    assert_eq!(elsewhere.google.requests().len(), 0);
}

#[tokio::test]
async fn a_service_that_stays_down_is_asked_three_times() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.auto_sync().await;
    world.minutes_later(10);
    let down = Fault::answer(503, "").retry_after("0").on(Kind::EventsList);
    world.inject(down.always());
    expect(
        &world.auto_sync().await,
        Outcome::Deferred,
        &[("failed", 1), ("requests", 3)],
    );
}
