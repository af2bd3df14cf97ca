//! First rounds of a delta: windows, pages, what each kind of item looks like.

use calsync::sandbox::microsoft::CalendarSpec;
use reqwest::Method;
use serde_json::json;

use super::support::{ADA, WINDOW, code, meeting, types, values, weekly, world};
use crate::sandbox::support::answer;

#[tokio::test]
async fn a_first_round_needs_both_dates() {
    let world = world().await;
    let (status, _) = world
        .get("me/calendarView/delta?startDateTime=2026-03-01T00:00:00Z")
        .await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn options_of_other_listings_are_refused() {
    let world = world().await;
    for option in [
        "$select=subject",
        "$expand=instances",
        "$filter=x",
        "$orderby=x",
        "%24search=x",
    ] {
        let path = format!("me/calendarView/delta?{WINDOW}&{option}");
        assert_eq!(world.get(&path).await.0, 400, "{option}");
    }
}

#[tokio::test]
async fn occurrences_are_stubs_and_masters_and_singles_complete() {
    let world = world().await;
    let series = world.put(weekly("stand-up"));
    world.put(meeting("x", 3));
    let round = world.first_round().await;
    let kinds = types(&round.items);
    assert_eq!(kinds[0], "seriesMaster");
    assert_eq!(kinds[1..7], ["occurrence"; 6]);
    assert_eq!(kinds[7..], ["singleInstance"]);
    assert_eq!(
        round.items[0]["start"]["dateTime"],
        "2026-03-02T08:00:00.0000000"
    );
    let stub = round.items[6].as_object().unwrap();
    let members: Vec<&str> = stub.keys().map(String::as_str).collect();
    let expected = [
        "@odata.etag",
        "@odata.type",
        "end",
        "id",
        "seriesMasterId",
        "start",
        "type",
    ];
    assert_eq!(members, expected);
    assert_eq!(stub["seriesMasterId"], series.as_str());
    // Summer time has begun: the wall clock still shows nine.
    assert_eq!(stub["start"]["dateTime"], "2026-04-06T07:00:00.0000000");
}

#[tokio::test]
async fn pages_are_as_long_as_each_request_prefers() {
    let world = world().await;
    for day in 1..=25 {
        world.put(meeting("x", day));
    }
    let path = format!("me/calendarView/delta?{WINDOW}");
    let first = answer(
        world
            .bare(Method::GET, &path)
            .header("prefer", "odata.maxpagesize=20"),
    )
    .await
    .1;
    assert_eq!(values(&first).len(), 20);
    let link = first["@odata.nextLink"].as_str().unwrap();
    assert!(link.starts_with(&world.sandbox.microsoft.api_url()) && link.contains("$skiptoken="));
    let second = answer(
        world
            .bare(Method::GET, link)
            .header("prefer", "odata.maxpagesize=3"),
    )
    .await
    .1;
    assert_eq!(values(&second).len(), 3);
    // Not for the next one: what is left fits on a page of ten.
    let third = answer(world.bare(Method::GET, second["@odata.nextLink"].as_str().unwrap()))
        .await
        .1;
    assert_eq!(values(&third).len(), 2);
    assert!(
        third["@odata.deltaLink"]
            .as_str()
            .unwrap()
            .contains("$deltatoken=")
    );
}

#[tokio::test]
async fn ids_are_immutable_only_where_that_is_asked_for() {
    let world = world().await;
    let id = world.put(meeting("x", 2));
    let path = format!("me/calendarView/delta?{WINDOW}");
    let default = answer(world.bare(Method::GET, &path)).await.1;
    let expected = world.sandbox.microsoft.default_id(&id).unwrap();
    assert_eq!(default["value"][0]["id"], expected.as_str());
    let link = default["@odata.deltaLink"].as_str().unwrap();
    assert!(
        world
            .sandbox
            .microsoft
            .edit_event(&id, json!({ "subject": "y" }))
    );
    assert_eq!(world.good(link).await["value"][0]["id"], id.as_str());
}

#[tokio::test]
async fn every_calendar_has_rounds_of_its_own() {
    let world = world().await;
    let other = world
        .sandbox
        .microsoft
        .add_calendar(ADA, CalendarSpec::named("Other"));
    world
        .sandbox
        .microsoft
        .put_event(&other, meeting("there", 2));
    world.put(meeting("here", 2));
    let path = format!("me/calendars/{other}/calendarView/delta?{WINDOW}");
    let round = world.round(&path).await;
    assert_eq!(round.items.len(), 1);
    assert!(
        round
            .link
            .contains(&format!("/me/calendars/{other}/calendarView/delta?"))
    );
    assert_eq!(world.first_round().await.items.len(), 1);
}

#[tokio::test]
async fn a_page_can_be_empty_and_have_a_successor() {
    let world = world().await;
    for day in 1..=25 {
        world.put(meeting("x", day));
    }
    world.sandbox.microsoft.behave(|b| b.empty_every = Some(2));
    let round = world.first_round().await;
    assert_eq!((round.items.len(), round.pages), (25, 5));
}

#[tokio::test]
async fn a_round_can_come_in_disorder_and_in_part_twice() {
    let world = world().await;
    for day in 1..=25 {
        world.put(meeting("x", day));
    }
    let ordered = world.first_round().await;
    world.sandbox.microsoft.behave(|b| b.shuffle = Some(3));
    let disorder = world.first_round().await;
    assert!(disorder.items.len() > 25);
    assert_ne!(disorder.items[..5], ordered.items[..5]);
    assert_eq!(world.first_round().await.items, disorder.items);
    assert!(
        ordered
            .items
            .iter()
            .all(|item| disorder.items.contains(item))
    );
}

#[tokio::test]
async fn an_exception_comes_complete_or_with_what_differs() {
    let world = world().await;
    let series = world.put(weekly("stand-up"));
    let microsoft = &world.sandbox.microsoft;
    microsoft
        .move_occurrence(
            &series,
            "2026-03-09",
            "2026-03-10T11:00:00",
            "2026-03-10T12:00:00",
        )
        .unwrap();
    microsoft
        .edit_occurrence(&series, "2026-03-09", json!({ "subject": "moved" }))
        .unwrap();
    let round = world.first_round().await;
    let exception = |items: &[serde_json::Value]| {
        items
            .iter()
            .find(|item| item["type"] == "exception")
            .unwrap()
            .clone()
    };
    let whole = exception(&round.items);
    assert_eq!(
        (&whole["subject"], &whole["showAs"]),
        (&json!("moved"), &json!("busy"))
    );
    assert_eq!(whole["start"]["dateTime"], "2026-03-10T10:00:00.0000000");
    assert_eq!(whole["originalStart"], "2026-03-09T08:00:00Z");
    microsoft.behave(|b| b.partial_exceptions = true);
    let part = exception(&world.first_round().await.items);
    assert_eq!(
        (&part["subject"], part.get("showAs")),
        (&json!("moved"), None)
    );
}

#[tokio::test]
async fn a_series_can_come_without_its_master() {
    let world = world().await;
    world.put(weekly("stand-up"));
    world
        .sandbox
        .microsoft
        .behave(|b| b.occurrences_only = true);
    assert_eq!(types(&world.first_round().await.items), ["occurrence"; 6]);
}

#[tokio::test]
async fn dates_beside_a_token_are_refused_or_ignored() {
    let world = world().await;
    let round = world.first_round().await;
    let both = format!("{}&{WINDOW}", round.link);
    let (status, body) = world.get(&both).await;
    assert_eq!((status.as_u16(), code(&body)), (400, "BadRequest"));
    world
        .sandbox
        .microsoft
        .behave(|b| b.refuse_dates_with_token = false);
    assert_eq!(world.get(&both).await.0, 200);
}
