//! Meetings that somebody else organises.

use calsync::model::run::Outcome;
use serde_json::{Value, json};

use crate::support::microsoft::appointment::{Appointment, appointment};
use crate::support::story::{ANA, World, email, expect};

/// A meeting of Bo's that Ana answered in this way.
fn invitation(answer: &str) -> Appointment {
    let person = |address: &str| json!({ "name": address, "address": address });
    let meeting = appointment("board").at("2026-03-09T09:00", "Europe/Berlin");
    meeting
        .with("isOrganizer", json!(false))
        .with(
            "organizer",
            json!({ "emailAddress": person("bo@example.com") }),
        )
        .with("responseStatus", response(answer))
        .with(
            "attendees",
            json!([{ "type": "required", "status": response(answer),
                "emailAddress": person(&email(ANA)) }]),
        )
}

fn response(answer: &str) -> Value {
    json!({ "response": answer, "time": "0001-01-01T00:00:00Z" })
}

#[tokio::test]
async fn a_declined_invitation_is_shown_as_declined_and_takes_no_time() {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.folder("Work").put(invitation("declined"));
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        ["2026-03-09 08:00Z 60m board [free] [declined]"]
    );
    let mine = world.column("SELECT organizer_self FROM calendar_events");
    assert_eq!(mine, ["0"]);
}

#[tokio::test]
async fn an_answer_that_changes_is_an_update_and_no_conflict() {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    let work = world.folder("Work");
    let board = work.put(invitation("notResponded"));
    world.auto_sync().await;
    assert_eq!(world.timeline(ANA).await, ["2026-03-09 08:00Z 60m board"]);
    for (answer, line) in [
        ("declined", "2026-03-09 08:00Z 60m board [free] [declined]"),
        ("accepted", "2026-03-09 08:00Z 60m board"),
    ] {
        work.edit(&board, json!({ "responseStatus": response(answer) }));
        world.minutes_later(10);
        let counts = [("events_updated", 1), ("conflicts", 0), ("pushed", 0)];
        expect(&world.auto_sync().await, Outcome::Ok, &counts);
        assert_eq!(world.timeline(ANA).await, [line]);
    }
    world.a_second_cycle_does_nothing().await;
}

#[tokio::test]
async fn one_declined_occurrence_of_a_series_frees_its_date_alone() {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.configure("sync.future_days", "22");
    let board = world.folder("Work").put(invitation("accepted").weekly());
    world.auto_sync().await;
    let declined = json!({ "responseStatus": response("declined") });
    let edited = world
        .microsoft()
        .edit_occurrence(&board, "2026-03-16", declined);
    edited.unwrap();
    world.minutes_later(10);
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        [
            "2026-03-09 08:00Z 60m board",
            "2026-03-16 08:00Z 60m board [free] [declined]",
            "2026-03-23 08:00Z 60m board",
        ]
    );
}

#[tokio::test]
async fn a_cancelled_meeting_leaves_the_plan_before_it_is_removed() {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    let work = world.folder("Work");
    let board = work.put(invitation("accepted"));
    world.auto_sync().await;
    assert_eq!(world.timeline(ANA).await.len(), 1);
    world.microsoft().cancel_meeting(&board);
    world.minutes_later(10);
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, [""; 0]);
    expect(
        &world.pull_full().await,
        Outcome::Ok,
        &[("events_created", 0), ("conflicts", 0)],
    );
    work.delete(&board);
    world.minutes_later(10);
    expect(&world.auto_sync().await, Outcome::Ok, &[("failed", 0)]);
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, [""; 0]);
}

#[tokio::test]
async fn a_cancelled_series_leaves_the_plan_whole() {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.configure("sync.future_days", "22");
    let board = world.folder("Work").put(invitation("accepted").weekly());
    world.auto_sync().await;
    assert_eq!(world.timeline(ANA).await.len(), 3);
    world.microsoft().cancel_meeting(&board);
    world.minutes_later(10);
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, [""; 0]);
    world.pull_full().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.timeline(ANA).await, [""; 0]);
}

#[tokio::test]
async fn a_declined_series_takes_no_time() {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    world.configure("sync.future_days", "15");
    let board = world.folder("Work").put(invitation("accepted").weekly());
    world.auto_sync().await;
    let declined = json!({ "responseStatus": response("declined") });
    world.folder("Work").edit(&board, declined);
    world.minutes_later(10);
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        [
            "2026-03-09 08:00Z 60m board [free] [declined]",
            "2026-03-16 08:00Z 60m board [free] [declined]",
        ]
    );
}

#[tokio::test]
async fn what_is_shown_as_free_or_tentative_is_so() {
    let world = World::outlook("2026-03-02T06:00:00Z").await;
    let work = world.folder("Work");
    for shown in ["free", "tentative", "busy", "oof", "workingElsewhere"] {
        let event = appointment(shown).at("2026-03-09T09:00", "Europe/Berlin");
        work.put(event.with("showAs", json!(shown)));
    }
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        [
            "2026-03-09 08:00Z 60m busy",
            "2026-03-09 08:00Z 60m free [free]",
            "2026-03-09 08:00Z 60m oof",
            "2026-03-09 08:00Z 60m tentative [tentative]",
            "2026-03-09 08:00Z 60m workingElsewhere [free]",
        ]
    );
}
