//! Events that somebody else organises.

use calsync::model::run::Outcome;
use serde_json::{Value, json};

use crate::support::event::{EventSpec, event};
use crate::support::story::{ANA, World, email, expect};

/// A meeting of Bo's that Ana answered in this way.
fn invitation(answer: &str) -> EventSpec {
    let meeting = event("board").at("2026-03-09T09:00", "Europe/Berlin");
    meeting
        .with("organizer", json!({ "email": "bo@example.com" }))
        .with("attendees", guests(answer))
}

fn guests(answer: &str) -> Value {
    json!([
        { "email": "bo@example.com", "organizer": true, "responseStatus": "accepted" },
        { "email": email(ANA), "self": true, "responseStatus": answer },
    ])
}

#[tokio::test]
async fn a_declined_invitation_is_shown_as_declined_and_takes_no_time() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.calendar("Work").put(invitation("declined"));
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
    let world = World::start("2026-03-02T06:00:00Z").await;
    let work = world.calendar("Work");
    work.put(invitation("needsAction"));
    world.auto_sync().await;
    assert_eq!(world.timeline(ANA).await, ["2026-03-09 08:00Z 60m board"]);
    for (answer, line) in [
        ("declined", "2026-03-09 08:00Z 60m board [free] [declined]"),
        ("accepted", "2026-03-09 08:00Z 60m board"),
    ] {
        work.edit("board", json!({ "attendees": guests(answer) }));
        world.minutes_later(10);
        let run = world.auto_sync().await;
        expect(
            &run,
            Outcome::Ok,
            &[("events_updated", 1), ("conflicts", 0), ("pushed", 0)],
        );
        assert_eq!(world.timeline(ANA).await, [line]);
    }
    world.a_second_cycle_does_nothing().await;
    assert_eq!(world.conflicts().await, []);
}

#[tokio::test]
async fn one_declined_occurrence_of_a_series_frees_its_date_alone() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.configure("sync.future_days", "15");
    let work = world.calendar("Work");
    work.put(
        invitation("accepted")
            .at("2026-03-02T09:00", "Europe/Berlin")
            .weekly(),
    );
    let google = world.google();
    let declined = json!({ "attendees": guests("declined") });
    google
        .edit_occurrence(&work.id, "board", "2026-03-09T09:00:00+01:00", declined)
        .unwrap();
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        [
            "2026-03-02 08:00Z 60m board",
            "2026-03-09 08:00Z 60m board [free] [declined]",
            "2026-03-16 08:00Z 60m board",
        ]
    );
}

#[tokio::test]
async fn tentative_and_transparent_events_are_shown_as_such() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    let work = world.calendar("Work");
    let at = |title| event(title).at("2026-03-09T09:00", "Europe/Berlin");
    work.put(at("maybe").with("status", json!("tentative")));
    work.put(at("reminder").with("transparency", json!("transparent")));
    world.auto_sync().await;
    world.a_second_cycle_does_nothing().await;
    assert_eq!(
        world.timeline(ANA).await,
        [
            "2026-03-09 08:00Z 60m maybe [tentative]",
            "2026-03-09 08:00Z 60m reminder [free]"
        ]
    );
}
