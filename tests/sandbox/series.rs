//! Series, occurrences, exceptions.

use reqwest::Method;
use serde_json::{Value, json};

use super::support::{ANA, World, answer, items, weekly, world};

fn series(world: &World) -> String {
    world.sandbox.google.put_event(ANA, weekly("review"))
}

fn shift() -> Value {
    json!({ "start": { "dateTime": "2026-03-02T10:00:00+01:00" }, "end": { "dateTime": "2026-03-02T11:00:00+01:00" } })
}

#[tokio::test]
async fn writing_to_an_occurrence_makes_an_exception() {
    let world = world().await;
    let id = format!("{}_20260309T080000Z", series(&world));
    let (status, occurrence) = answer(world.on_event(Method::GET, &id)).await;
    assert_eq!(
        (
            status.as_u16(),
            &occurrence["originalStartTime"]["dateTime"]
        ),
        (200, &json!("2026-03-09T09:00:00+01:00"))
    );
    assert_eq!(items(&world.page("").await).len(), 1);
    let (_, exception) = answer(
        world
            .on_event(Method::PATCH, &id)
            .json(&json!({ "summary": "special" })),
    )
    .await;
    assert!(exception.get("recurrence").is_none());
    assert_eq!(items(&world.page("").await).len(), 2);
}

#[tokio::test]
async fn an_occurrence_that_the_rule_does_not_have_is_not_found() {
    let world = world().await;
    let id = format!("{}_20260310T080000Z", series(&world));
    assert_eq!(answer(world.on_event(Method::GET, &id)).await.0, 404);
}

#[tokio::test]
async fn an_occurrence_keeps_its_wall_clock_time_in_summer() {
    let world = world().await;
    let id = format!("{}_20260330T070000Z", series(&world));
    let (_, occurrence) = answer(world.on_event(Method::GET, &id)).await;
    assert_eq!(occurrence["start"]["dateTime"], "2026-03-30T09:00:00+02:00");
}

#[tokio::test]
async fn deleting_an_occurrence_cancels_only_that_one() {
    let world = world().await;
    let series = series(&world);
    let id = format!("{series}_20260309T080000Z");
    assert_eq!(answer(world.on_event(Method::DELETE, &id)).await.0, 204);
    let path = format!("calendars/primary/events/{series}/instances?timeMax=2026-03-25T00:00:00Z");
    let (_, page) = world.get(&path).await;
    let starts: Vec<_> = items(&page)
        .iter()
        .map(|item| item["start"]["dateTime"].clone())
        .collect();
    assert_eq!(
        starts,
        [
            "2026-03-02T09:00:00+01:00",
            "2026-03-16T09:00:00+01:00",
            "2026-03-23T09:00:00+01:00"
        ]
    );
}

#[tokio::test]
async fn an_all_day_series_has_days_in_its_ids() {
    let world = world().await;
    let event = json!({ "start": { "date": "2026-03-02" }, "end": { "date": "2026-03-04" }, "recurrence": ["RRULE:FREQ=WEEKLY;UNTIL=20260330"] });
    let id = world.sandbox.google.put_event(ANA, event);
    let (status, occurrence) = answer(world.on_event(Method::GET, &format!("{id}_20260330"))).await;
    assert_eq!(
        (status.as_u16(), &occurrence["end"]),
        (200, &json!({ "date": "2026-04-01" }))
    );
    assert_eq!(
        answer(world.on_event(Method::GET, &format!("{id}_20260406")))
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn a_shifted_series_leaves_or_takes_along_its_exceptions() {
    for rebase in [false, true] {
        let world = world().await;
        world
            .sandbox
            .google
            .behave(|how| how.rebase_exceptions = rebase);
        let series = series(&world);
        let google = &world.sandbox.google;
        let old = google
            .move_occurrence(
                ANA,
                &series,
                "2026-03-09T09:00:00",
                "2026-03-10T15:00:00",
                "2026-03-10T16:00:00",
            )
            .unwrap();
        let (status, _) = answer(world.on_event(Method::PATCH, &series).json(&shift())).await;
        assert_eq!(status, 200);
        let new = google.event(ANA, &format!("{series}_20260309T090000Z"));
        assert_eq!(
            google.event(ANA, &old).unwrap()["status"] == "cancelled",
            rebase
        );
        assert_eq!(new.is_some(), rebase);
        assert!(new.is_none_or(|new| new["start"]["dateTime"] == "2026-03-10T15:00:00+01:00"));
    }
}
