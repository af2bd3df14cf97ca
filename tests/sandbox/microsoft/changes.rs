//! What incremental rounds tell, and what they do not.

use calsync::sandbox::microsoft::{CalendarSpec, OccurrenceDeletion};
use serde_json::json;

use super::support::{ADA, WINDOW, meeting, removed, types, weekly, world};

#[tokio::test]
async fn nothing_new_is_an_empty_page_with_a_delta_link() {
    let world = world().await;
    world.put(meeting("x", 2));
    let round = world.first_round().await;
    let next = world.round(&round.link).await;
    assert_eq!((next.items.len(), next.pages), (0, 1));
}

#[tokio::test]
async fn changes_and_deletions_come_once() {
    let world = world().await;
    let (kept, gone) = (world.put(meeting("x", 2)), world.put(meeting("y", 3)));
    let round = world.first_round().await;
    let microsoft = &world.sandbox.microsoft;
    assert!(microsoft.edit_event(&kept, json!({ "subject": "new" })));
    assert!(microsoft.delete_event(&gone));
    let next = world.round(&round.link).await;
    assert_eq!(next.items[0]["subject"], "new");
    assert_eq!(removed(&next.items), [gone.as_str()]);
    assert!(next.items[1].get("type").is_none());
    assert!(world.round(&next.link).await.items.is_empty());
    // The link before the last one still tells the same.
    assert_eq!(world.round(&round.link).await.items.len(), 2);
}

#[tokio::test]
async fn whatever_happens_outside_the_window_is_a_removal() {
    let world = world().await;
    let id = world.put(meeting("x", 2));
    let round = world.first_round().await;
    let microsoft = &world.sandbox.microsoft;
    let year = |text: &str| json!({ "dateTime": text, "timeZone": "UTC" });
    let (start, end) = (year("2027-03-02T08:00:00"), year("2027-03-02T09:00:00"));
    let never_seen = world.put(json!({ "start": start, "end": end }));
    assert!(microsoft.edit_event(&id, json!({ "start": start, "end": end })));
    let next = world.round(&round.link).await;
    assert_eq!(removed(&next.items), [never_seen.as_str(), id.as_str()]);
    assert!(microsoft.event(&id).is_some());
}

#[tokio::test]
async fn a_moved_event_leaves_one_calendar_and_enters_the_other() {
    let world = world().await;
    let other = world
        .sandbox
        .microsoft
        .add_calendar(ADA, CalendarSpec::named("Other"));
    let id = world.put(meeting("x", 2));
    let here = world.first_round().await;
    let there = world
        .round(&format!("me/calendars/{other}/calendarView/delta?{WINDOW}"))
        .await;
    assert!(world.sandbox.microsoft.move_event_to_calendar(&id, &other));
    assert_eq!(removed(&world.round(&here.link).await.items), [id.as_str()]);
    assert_eq!(world.round(&there.link).await.items[0]["id"], id.as_str());
}

#[tokio::test]
async fn a_changed_series_comes_whole() {
    let world = world().await;
    let series = world.put(weekly("stand-up"));
    world.put(meeting("x", 2));
    let round = world.first_round().await;
    let microsoft = &world.sandbox.microsoft;
    assert!(microsoft.edit_event(&series, json!({ "subject": "new" })));
    let next = world.round(&round.link).await;
    assert_eq!(
        types(&next.items),
        [
            "seriesMaster",
            "occurrence",
            "occurrence",
            "occurrence",
            "occurrence",
            "occurrence",
            "occurrence"
        ]
    );
    microsoft.behave(|b| b.exceptions_come_alone = true);
    microsoft
        .edit_occurrence(&series, "2026-03-09", json!({ "subject": "one" }))
        .unwrap();
    assert_eq!(types(&world.round(&next.link).await.items), ["exception"]);
}

#[tokio::test]
async fn the_removal_of_a_series_is_that_of_its_master() {
    let world = world().await;
    let series = world.put(weekly("stand-up"));
    let round = world.first_round().await;
    assert!(world.sandbox.microsoft.delete_event(&series));
    let next = world.round(&round.link).await;
    assert_eq!(next.items.len(), 1);
    assert_eq!(removed(&next.items), [series.as_str()]);
}

#[tokio::test]
async fn the_deletion_of_an_occurrence_shows_in_one_of_three_ways() {
    for (how, expected_types, expected_removals) in [
        (OccurrenceDeletion::TouchesMaster, vec!["seriesMaster"], 0),
        (OccurrenceDeletion::Tombstone, vec![], 1),
        (OccurrenceDeletion::Silent, vec![], 0),
    ] {
        let world = world().await;
        let microsoft = &world.sandbox.microsoft;
        microsoft.behave(|b| b.occurrence_deletion = how);
        let series = world.put(weekly("stand-up"));
        let round = world.first_round().await;
        let id = microsoft.cancel_occurrence(&series, "2026-03-09").unwrap();
        let next = world.round(&round.link).await;
        assert_eq!(types(&next.items), expected_types, "{how:?}");
        assert_eq!(
            removed(&next.items),
            vec![id.as_str(); expected_removals],
            "{how:?}"
        );
        assert_eq!(world.first_round().await.items.len(), 6);
    }
}

#[tokio::test]
async fn an_occurrence_moved_out_of_the_window_is_removed() {
    let world = world().await;
    let series = world.put(weekly("stand-up"));
    let round = world.first_round().await;
    let microsoft = &world.sandbox.microsoft;
    let id = microsoft
        .move_occurrence(
            &series,
            "2026-04-06",
            "2026-06-01T09:00:00",
            "2026-06-01T10:00:00",
        )
        .unwrap();
    let next = world.round(&round.link).await;
    assert_eq!(removed(&next.items), [id.as_str()]);
    assert_eq!(types(&next.items).len(), 6);
}

#[tokio::test]
async fn a_cancelled_meeting_stays_and_says_so() {
    let world = world().await;
    let id = world.put(meeting("talk", 2));
    let round = world.first_round().await;
    assert!(world.sandbox.microsoft.cancel_meeting(&id));
    let next = world.round(&round.link).await;
    assert_eq!(
        (&next.items[0]["isCancelled"], &next.items[0]["subject"]),
        (&json!(true), &json!("Canceled: talk"))
    );
}

#[tokio::test]
async fn old_changes_can_be_replayed() {
    let world = world().await;
    world.put(meeting("x", 2));
    let round = world.first_round().await;
    world.sandbox.microsoft.behave(|b| b.replay = 2);
    let next = world.round(&round.link).await;
    assert_eq!(types(&next.items), ["singleInstance"]);
}

#[tokio::test]
async fn an_older_copy_can_follow_the_newer_one() {
    let world = world().await;
    let id = world.put(meeting("old", 2));
    let round = world.first_round().await;
    let microsoft = &world.sandbox.microsoft;
    microsoft.behave(|b| b.stale_copies = true);
    assert!(microsoft.edit_event(&id, json!({ "subject": "new" })));
    let next = world.round(&round.link).await;
    let [new, old] = next.items.as_slice() else {
        panic!("{:?}", next.items)
    };
    assert_eq!((&new["id"], &new["subject"]), (&old["id"], &json!("new")));
    assert_eq!(old["subject"], "old");
    let stamp = |event: &serde_json::Value| event["lastModifiedDateTime"].to_string();
    assert!(stamp(old) < stamp(new));
}

#[tokio::test]
async fn a_calendar_can_read_as_empty_for_a_while() {
    let world = world().await;
    world.put(meeting("x", 2));
    world.sandbox.microsoft.empty(&world.calendar, true);
    assert!(world.first_round().await.items.is_empty());
    world.sandbox.microsoft.empty(&world.calendar, false);
    assert_eq!(world.first_round().await.items.len(), 1);
}
