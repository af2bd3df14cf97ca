//! `events.list` inside a window, with whole series.

use calsync::sandbox::google::CalendarSpec;
use serde_json::{Value, json};

use super::support::{ANA, World, items, meeting, reason, weekly, world};

/// March, as it is in Zurich.
const MARCH: &str = "timeMin=2026-03-01T00:00:00%2B01:00&timeMax=2026-04-01T00:00:00%2B02:00";

fn at(title: &str, start: &str, end: &str) -> Value {
    let mut event = meeting(title);
    for (name, text) in [("start", start), ("end", end)] {
        event[name] = match text.len() {
            10 => json!({ "date": text }),
            _ => json!({ "dateTime": text }),
        };
    }
    event
}

async fn titles(world: &World, query: &str) -> Vec<String> {
    let page = world.page(query).await;
    let titles = items(&page).iter();
    let mut titles: Vec<String> = titles
        .map(|item| item["summary"].as_str().unwrap_or("cancelled").to_owned())
        .collect();
    titles.sort();
    titles
}

#[tokio::test]
async fn both_bounds_are_exclusive() {
    let world = world().await;
    for (title, start, end) in [
        ("before", "2026-02-28T20:00:00Z", "2026-02-28T23:00:00Z"),
        ("into", "2026-02-28T20:00:00Z", "2026-02-28T23:00:01Z"),
        ("over", "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z"),
        ("out of", "2026-03-31T21:59:59Z", "2026-03-31T23:00:00Z"),
        ("after", "2026-03-31T22:00:00Z", "2026-03-31T23:00:00Z"),
    ] {
        world.sandbox.google.put_event(ANA, at(title, start, end));
    }
    assert_eq!(titles(&world, MARCH).await, ["into", "out of", "over"]);
    let fractions = "timeMin=2026-02-28T23:00:00.999Z&timeMax=2026-03-31T21:59:59.999Z";
    assert_eq!(titles(&world, fractions).await, ["into", "over"]);
}

#[tokio::test]
async fn the_zone_of_the_calendar_places_whole_days() {
    let world = world().await;
    let google = &world.sandbox.google;
    let far = google.add_calendar(ANA, CalendarSpec::named("Far", "Pacific/Kiritimati"));
    for calendar in [ANA, far.as_str()] {
        let day = at("day", "2026-03-02", "2026-03-03");
        google.put_event(calendar, day);
    }
    let evening = "timeMin=2026-03-02T11:00:00Z&timeMax=2026-03-02T12:00:00Z";
    assert_eq!(titles(&world, evening).await, ["day"]);
    let (_, page) = world
        .get(&format!("calendars/{far}/events?{evening}"))
        .await;
    assert!(items(&page).is_empty());
}

#[tokio::test]
async fn series_come_whole_with_exceptions_where_they_now_are() {
    let world = world().await;
    let google = &world.sandbox.google;
    let series = google.put_event(ANA, weekly("review"));
    let occurrence = |start| google.edit_occurrence(ANA, &series, start, json!({ "summary": "x" }));
    occurrence("2026-03-09T09:00:00").unwrap();
    google.move_occurrence(
        ANA,
        &series,
        "2026-03-16T09:00:00",
        "2026-05-01T09:00:00+02:00",
        "2026-05-01T10:00:00+02:00",
    );
    google.cancel_occurrence(ANA, &series, "2026-03-23T09:00:00");
    google.cancel_occurrence(ANA, &series, "2026-06-01T09:00:00");
    let mut later = weekly("later");
    later["start"] =
        json!({ "dateTime": "2026-04-06T09:00:00+02:00", "timeZone": "Europe/Zurich" });
    later["end"] = json!({ "dateTime": "2026-04-06T10:00:00+02:00", "timeZone": "Europe/Zurich" });
    google.put_event(ANA, later);
    assert_eq!(
        titles(&world, &format!("{MARCH}&singleEvents=false")).await,
        ["cancelled", "review", "x"]
    );
}

#[tokio::test]
async fn an_old_series_is_in_the_window_or_not_as_one_likes() {
    let world = world().await;
    world.sandbox.google.put_event(ANA, weekly("review"));
    let june = "timeMin=2026-06-01T00:00:00Z&timeMax=2026-07-01T00:00:00Z";
    assert_eq!(titles(&world, june).await, ["review"]);
    let google = &world.sandbox.google;
    google.behave(|how| how.time_min_drops_series = true);
    assert!(titles(&world, june).await.is_empty());
    assert_eq!(titles(&world, MARCH).await, ["review"]);
}

#[tokio::test]
async fn a_window_is_not_part_of_the_sync_token() {
    let world = world().await;
    world.put_many(3);
    let first = world.page(&format!("{MARCH}&maxResults=2")).await;
    assert!(first.get("nextSyncToken").is_none());
    let token = first["nextPageToken"].as_str().unwrap();
    let last = world
        .page(&format!("{MARCH}&maxResults=2&pageToken={token}"))
        .await;
    let token = last["nextSyncToken"].as_str().unwrap();
    let (status, body) = world.list(&format!("{MARCH}&syncToken={token}")).await;
    assert_eq!((status.as_u16(), reason(&body)), (400, "badRequest"));
    let outside = at("outside", "2027-01-01", "2027-01-02");
    world.sandbox.google.put_event(ANA, outside);
    let delta = world.page(&format!("syncToken={token}")).await;
    assert_eq!(items(&delta)[0]["summary"], "outside");
}

#[tokio::test]
async fn a_senseless_window_is_refused() {
    let world = world().await;
    for (query, expected) in [
        ("timeMin=2026-03-01T00:00:00", "invalid"),
        ("timeMin=2026-03-01", "invalid"),
        ("timeMax=soon", "invalid"),
        ("timeMin=2026-03-01T00:00:00+01:00", "invalid"),
        (
            "timeMin=2026-03-01T00:00:00Z&timeMax=2026-03-01T00:00:00Z",
            "timeRangeEmpty",
        ),
    ] {
        let (status, body) = world.list(query).await;
        assert_eq!((status.as_u16(), reason(&body)), (400, expected), "{query}");
    }
}
