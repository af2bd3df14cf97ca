//! Answers that are no answers: nothing of them is believed.

use calsync::model::run::Outcome;
use calsync::sandbox::Sandbox;
use calsync::sandbox::microsoft::{Effect, Fault, Kind};
use serde_json::json;

use crate::support::microsoft::appointment::appointment;
use crate::support::story::{ANA, World, expect, force, time};

const LUNCH: [&str; 1] = ["2026-03-03 11:00Z 60m lunch"];

/// Reads a calendar in full under faults; nothing is changed by that, and the
/// next cycle is well again. What kind of failure it was.
async fn under(faults: impl IntoIterator<Item = Fault>) -> String {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    let work = world.folder("Work");
    let lunch = work.put(appointment("lunch").at("2026-03-03T12:00", "Europe/Berlin"));
    world.auto_sync().await;
    work.edit(&lunch, json!({ "subject": "brunch" }));
    let link = world.known("Work").await.sync_token;
    for fault in faults {
        world.upset(fault.on(Kind::Delta));
    }
    let writes = world.watch_writes();
    let run = world.pull_full().await;
    let counts = (run.counts["failed"], run.counts["synced"]);
    assert_eq!(counts, (1, 0), "{run:?}");
    assert_eq!(writes.writes(), [""; 0]);
    assert_eq!(world.known("Work").await.sync_token, link);
    assert_eq!(world.timeline(ANA).await, LUNCH);

    world.microsoft().clear_faults();
    world.minutes_later(10);
    let counts = [("synced", 1), ("events_updated", 1)];
    expect(&world.auto_sync().await, Outcome::Ok, &counts);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, ["2026-03-03 11:00Z 60m brunch"]);
    run.failures[0].kind.clone()
}

#[tokio::test]
async fn a_page_that_leads_to_itself_ends_the_round() {
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
async fn json_that_is_no_page_is_not_believed() {
    assert_eq!(under([Fault::answer(200, "{}")]).await, "protocol");
    assert_eq!(under([Fault::answer(200, "[]")]).await, "protocol");
    let error = r#"{"error":{"code":"InternalServerError","message":""}}"#;
    assert_eq!(under([Fault::answer(200, error)]).await, "protocol");
}

#[tokio::test]
async fn an_item_without_an_id_spoils_its_round() {
    let page = json!({ "value": [{ "subject": "who am I" }], "@odata.deltaLink": "http://x/" });
    let nameless = Fault::answer(200, &page.to_string());
    assert_eq!(under([nameless]).await, "protocol");
}

#[tokio::test]
async fn a_failure_on_the_second_page_discards_the_first() {
    let second = Fault::answer(400, "{}").nth(2);
    let faults = [Fault::new(Effect::RepeatPage), second];
    assert_eq!(under(faults).await, "refused");
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_no_token_goes_there() {
    let elsewhere = Sandbox::start(time("2026-03-02T06:00:00Z"), 8)
        .await
        .unwrap();
    let redirect = Effect::Redirect(elsewhere.microsoft.api_url() + "/me/calendars");
    assert_eq!(under([Fault::new(redirect)]).await, "protocol");
    assert_eq!(elsewhere.microsoft.requests().len(), 0);
}

#[tokio::test]
async fn links_to_another_host_are_not_followed_and_no_token_goes_there() {
    let elsewhere = Sandbox::start(time("2026-03-02T06:00:00Z"), 8)
        .await
        .unwrap();
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    let work = world.folder("Work");
    for number in 0..201 {
        let event = appointment(&format!("event {number}"));
        work.put(event.at("2026-03-03T12:00", "Europe/Berlin"));
    }
    let foreign = || {
        let links = Effect::ForeignLinks(elsewhere.microsoft.identity_url());
        Fault::new(links).on(Kind::Delta)
    };
    // A further page is there; then, the next round.
    world.upset(foreign());
    let run = world.auto_sync().await;
    expect(
        &run,
        Outcome::Failed,
        &[("failed", 1), ("events_created", 0)],
    );
    world.upset(foreign().page(2));
    world.minutes_later(10);
    world.auto_sync().await;
    for _ in 0..3 {
        world.minutes_later(10);
        world.auto_sync().await;
    }
    assert_eq!(elsewhere.microsoft.requests().len(), 0);
    assert_eq!(world.timeline(ANA).await.len(), 201);
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn a_list_of_calendars_that_leads_elsewhere_is_not_followed() {
    let elsewhere = Sandbox::start(time("2026-03-02T06:00:00Z"), 8)
        .await
        .unwrap();
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    let link = elsewhere.microsoft.api_url() + "/me/calendars?$skip=1";
    let page = json!({ "value": [], "@odata.nextLink": link });
    let foreign = Fault::answer(200, &page.to_string());
    world.upset(foreign.on(Kind::CalendarsList));
    world.auto_sync().await;
    assert_eq!(elsewhere.microsoft.requests().len(), 0);
    world.minutes_later(10);
    expect(&world.run(&force()).await, Outcome::Ok, &[("synced", 1)]);
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn a_service_that_stays_down_is_asked_three_times() {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.auto_sync().await;
    world.minutes_later(10);
    for down in [Fault::answer(503, ""), Fault::bad_gateway()] {
        world.upset(down.retry_after("0").on(Kind::Delta).times(3));
        let counts = [("failed", 1), ("requests", 3)];
        expect(&world.auto_sync().await, Outcome::Deferred, &counts);
        world.minutes_later(10);
    }
    world.a_second_cycle_does_nothing().await;
}
