//! Series: the six patterns, the three ranges, changed and deleted occurrences.

use serde_json::{Value, json};

use super::support::{World, code, meeting, values, weekly, world};

async fn days(world: &World, id: &str, to: &str) -> Vec<String> {
    let path = format!(
        "me/events/{id}/instances?startDateTime=2026-01-01T00:00:00Z&endDateTime={to}T00:00:00Z&$top=500"
    );
    let page = world.good(&path).await;
    let starts = values(&page)
        .iter()
        .map(|event| event["start"]["dateTime"].as_str().unwrap());
    starts.map(|start| start[..16].to_owned()).collect()
}

fn starting(day: &str, pattern: Value, range: Value) -> Value {
    let mut range = range;
    range["startDate"] = json!(day);
    json!({ "subject": "x", "recurrence": { "pattern": pattern, "range": range },
        "start": { "dateTime": format!("{day}T12:00:00"), "timeZone": "UTC" },
        "end": { "dateTime": format!("{day}T13:00:00"), "timeZone": "UTC" } })
}

#[tokio::test]
async fn every_pattern_falls_on_its_days() {
    let three = || json!({ "type": "numbered", "numberOfOccurrences": 3 });
    let cases = [
        (
            "2026-03-01",
            json!({ "type": "daily", "interval": 2 }),
            ["03-01", "03-03", "03-05"],
        ),
        (
            "2026-03-03",
            json!({ "type": "weekly", "interval": 2, "daysOfWeek": ["tuesday", "sunday"], "firstDayOfWeek": "monday" }),
            ["03-03", "03-08", "03-17"],
        ),
        (
            "2026-03-03",
            json!({ "type": "weekly", "interval": 2, "daysOfWeek": ["tuesday", "sunday"] }),
            ["03-03", "03-15", "03-17"],
        ),
        (
            "2026-01-31",
            json!({ "type": "absoluteMonthly", "interval": 1, "dayOfMonth": 31 }),
            ["01-31", "02-28", "03-31"],
        ),
        (
            "2026-03-27",
            json!({ "type": "relativeMonthly", "interval": 1, "daysOfWeek": ["friday"], "index": "last" }),
            ["03-27", "04-24", "05-29"],
        ),
        (
            "2026-03-03",
            json!({ "type": "relativeMonthly", "interval": 2, "daysOfWeek": ["tuesday", "thursday"], "index": "first" }),
            ["03-03", "05-05", "07-02"],
        ),
    ];
    let world = world().await;
    for (first, pattern, expected) in cases {
        let id = world.put(starting(first, pattern.clone(), three()));
        let found = days(&world, &id, "2027-01-01").await;
        let expected: Vec<String> = expected
            .iter()
            .map(|day| format!("2026-{day}T12:00"))
            .collect();
        assert_eq!(found, expected, "{pattern}");
    }
}

#[tokio::test]
async fn yearly_patterns_return_each_year() {
    let world = world().await;
    let endless = || json!({ "type": "noEnd" });
    let leap = world.put(starting(
        "2026-02-28",
        json!({ "type": "absoluteYearly", "interval": 1, "dayOfMonth": 29, "month": 2 }),
        endless(),
    ));
    assert_eq!(
        days(&world, &leap, "2028-12-31").await,
        ["2026-02-28T12:00", "2027-02-28T12:00", "2028-02-29T12:00"]
    );
    let second = json!({ "type": "relativeYearly", "interval": 1, "daysOfWeek": ["sunday"], "index": "second", "month": 5 });
    let mother = world.put(starting("2026-05-10", second, endless()));
    assert_eq!(
        days(&world, &mother, "2028-12-31").await,
        ["2026-05-10T12:00", "2027-05-09T12:00", "2028-05-14T12:00"]
    );
}

#[tokio::test]
async fn the_last_date_of_a_range_belongs_to_it() {
    let world = world().await;
    let range = json!({ "type": "endDate", "endDate": "2026-03-03" });
    let id = world.put(starting(
        "2026-03-01",
        json!({ "type": "daily", "interval": 1 }),
        range,
    ));
    assert_eq!(days(&world, &id, "2027-01-01").await.len(), 3);
}

#[tokio::test]
async fn a_skipped_hour_is_passed_and_a_repeated_one_happens_once() {
    let world = world().await;
    let daily = |day: &str| {
        let mut event = starting(
            day,
            json!({ "type": "daily", "interval": 1 }),
            json!({ "type": "numbered", "numberOfOccurrences": 3 }),
        );
        event["start"] =
            json!({ "dateTime": format!("{day}T02:30:00"), "timeZone": "W. Europe Standard Time" });
        event["end"] =
            json!({ "dateTime": format!("{day}T03:00:00"), "timeZone": "W. Europe Standard Time" });
        event
    };
    let spring = world.put(daily("2026-03-28"));
    assert_eq!(
        days(&world, &spring, "2027-01-01").await,
        ["2026-03-28T01:30", "2026-03-29T01:30", "2026-03-30T00:30"]
    );
    let autumn = world.put(daily("2026-10-24"));
    assert_eq!(
        days(&world, &autumn, "2027-01-01").await,
        ["2026-10-24T00:30", "2026-10-25T00:30", "2026-10-26T01:30"]
    );
}

#[tokio::test]
async fn a_patched_occurrence_becomes_an_exception() {
    let world = world().await;
    let series = world.put(weekly("stand-up"));
    let id = world
        .sandbox
        .microsoft
        .occurrence(&series, "2026-03-09")
        .unwrap();
    let (status, exception) = world.patch(&id, json!({ "subject": "one" })).await;
    assert_eq!(
        (status.as_u16(), &exception["type"], &exception["id"]),
        (200, &json!("exception"), &json!(id))
    );
    let path = format!("me/events/{series}?$expand=exceptionOccurrences");
    assert_eq!(
        world.good(&path).await["exceptionOccurrences"][0]["subject"],
        "one"
    );
}

#[tokio::test]
async fn an_exception_stays_between_its_neighbours() {
    let world = world().await;
    let series = world.put(weekly("stand-up"));
    let id = world
        .sandbox
        .microsoft
        .occurrence(&series, "2026-03-09")
        .unwrap();
    let to = |day: &str| {
        json!({ "start": { "dateTime": format!("2026-03-{day}T09:00:00"), "timeZone": "W. Europe Standard Time" },
        "end": { "dateTime": format!("2026-03-{day}T10:00:00"), "timeZone": "W. Europe Standard Time" } })
    };
    for day in ["02", "16", "20"] {
        let (status, body) = world.patch(&id, to(day)).await;
        assert_eq!(
            (status.as_u16(), code(&body)),
            (400, "ErrorOccurrenceCrossingBoundary")
        );
    }
    assert_eq!(world.patch(&id, to("15")).await.0, 200);
}

#[tokio::test]
async fn a_deleted_occurrence_is_told_only_to_those_who_ask_the_master() {
    let world = world().await;
    let series = world.put(weekly("stand-up"));
    let id = world
        .sandbox
        .microsoft
        .occurrence(&series, "2026-03-09")
        .unwrap();
    assert_eq!(world.delete(&id).await, 204);
    assert_eq!(world.delete(&id).await, 404);
    assert_eq!(days(&world, &series, "2027-01-01").await.len(), 5);
    assert!(
        world
            .good(&format!("me/events/{series}"))
            .await
            .get("cancelledOccurrences")
            .is_none()
    );
    let asked = world
        .good(&format!("me/events/{series}?$select=cancelledOccurrences"))
        .await;
    assert!(
        asked["cancelledOccurrences"][0]
            .as_str()
            .unwrap()
            .ends_with(".2026-03-09")
    );
}

#[tokio::test]
async fn a_shifted_series_keeps_what_was_done_to_its_days() {
    let world = world().await;
    let series = world.put(weekly("stand-up"));
    let microsoft = &world.sandbox.microsoft;
    microsoft.cancel_occurrence(&series, "2026-03-09").unwrap();
    let moved = microsoft
        .move_occurrence(
            &series,
            "2026-03-16",
            "2026-03-17T15:00:00",
            "2026-03-17T16:00:00",
        )
        .unwrap();
    let hour = json!({ "start": { "dateTime": "2026-03-02T10:00:00", "timeZone": "W. Europe Standard Time" },
        "end": { "dateTime": "2026-03-02T11:00:00", "timeZone": "W. Europe Standard Time" } });
    assert_eq!(world.patch(&series, hour.clone()).await.0, 200);
    let found = days(&world, &series, "2027-01-01").await;
    assert_eq!(
        found[..3],
        ["2026-03-02T09:00", "2026-03-17T14:00", "2026-03-23T09:00"]
    );
    assert_eq!(
        world.good(&format!("me/events/{moved}")).await["type"],
        "exception"
    );
    microsoft.behave(|b| b.series_change_resets = true);
    let mut back = hour;
    back["start"]["dateTime"] = json!("2026-03-02T09:00:00");
    assert_eq!(world.patch(&series, back).await.0, 200);
    assert_eq!(days(&world, &series, "2027-01-01").await.len(), 6);
}

#[tokio::test]
async fn instances_need_a_series_and_a_window() {
    let world = world().await;
    let (series, single) = (world.put(weekly("x")), world.put(meeting("y", 2)));
    let window = super::support::WINDOW;
    assert_eq!(
        world.get(&format!("me/events/{series}/instances")).await.0,
        400
    );
    assert_eq!(
        world
            .get(&format!("me/events/{single}/instances?{window}"))
            .await
            .0,
        400
    );
}
